"""Measures functions and files against the bars of the design; fails above them. Docstrings and blank lines are not counted."""

import ast
import sys
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "desk", "dialogs", "handoff", "scheduler", "knowledge", "nlu", "store", "locales")
MEDIAN, NINETIETH, LONGEST, FILE_NINETIETH = 8, 25, 50, 300


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its signature's decorators and its docstring."""
    first = node.body[0]
    start = node.lineno
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    doc = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return (node.end_lineno or start) - start + 1 - doc


def main() -> int:
    """Print the figures; 1 if a bar is missed."""
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py") if "versions" not in file.parts]
    functions, lengths = [], []
    for file in files:
        source = file.read_text(encoding="utf-8")
        lengths.append((len(source.splitlines()), file))
        functions += [
            (body_lines(node), f"{file.relative_to(ROOT)}:{node.lineno} {node.name}")
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
    sizes = [size for size, _ in functions]
    middle, ninety, longest = median(sizes), quantiles(sizes, n=10)[-1], max(functions)
    file_ninety = quantiles([length for length, _ in lengths], n=10)[-1]
    print(f"{len(functions)} functions: median {middle:.0f} (bar {MEDIAN}), 90 % ≤ {ninety:.0f} (bar {NINETIETH})")
    print(f"  longest {longest[0]} (bar {LONGEST}): {longest[1]}")
    print(f"{len(files)} files: 90 % ≤ {file_ninety:.0f} lines (bar {FILE_NINETIETH})")
    print(f"  longest {max(lengths)[0]}: {max(lengths)[1].relative_to(ROOT)}")
    return int(middle > MEDIAN or ninety > NINETIETH or longest[0] > LONGEST or file_ninety > FILE_NINETIETH)


if __name__ == "__main__":
    sys.exit(main())

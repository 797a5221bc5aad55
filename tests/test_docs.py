"""The documentation says what the code does: settings, commands, links, names of files and functions, layers, and the editors' example."""

import ast
import re
import shutil
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from bot.cli import app
from bot.settings import PREFIX, Settings
from knowledge import check, stamp

ROOT = Path(__file__).parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
ARCHITECTURE = ROOT / "docs" / "architecture.md"
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_IMAGE = re.compile(r'!\[[^\]]*\]\(([^)\s]+)\)|<img src="([^"]+)"')
_PYTHON = re.compile(r"`([\w/]+\.py)(?::([\w.]+))?`")
_EXAMPLE = re.compile(r"`knowledge/(content/[^`]+)`[^\n]*:\n\n```\w+\n(.*?)```", re.DOTALL)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_setting_is_in_the_operators_table_and_in_the_example(setting: str) -> None:
    variable = PREFIX + setting.upper()
    assert f"\n| `{variable}` |" in _text(ROOT / "docs" / "operators.md")
    assert f"\n#{variable}=" in _text(ROOT / ".env.example")


def test_the_documents_name_no_setting_that_does_not_exist() -> None:
    known = {PREFIX + setting.upper() for setting in Settings.model_fields}
    files = [*DOCS, ROOT / ".env.example", ROOT / "Dockerfile", ROOT / "compose.yml", ROOT / "deploy" / "lotse.service"]
    named = {variable for file in files for variable in re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", _text(file))}
    assert named == known


def _commands(command: Any, path: tuple[str, ...] = ("lotse",)) -> Iterator[str]:
    """The full names of all commands below a group."""
    if not hasattr(command, "commands"):
        yield " ".join(path)
        return
    for name, inner in command.commands.items():
        yield from _commands(inner, (*path, name))


COMMANDS = list(_commands(typer.main.get_command(app)))


def test_the_walk_over_the_commands_finds_them() -> None:
    assert {"lotse serve", "lotse db rotate"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"^\| `{re.escape(command)}\b", _text(ROOT / "README.md"), re.MULTILINE)


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _text(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCS, ids=_name)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    wrong = []
    for link in _LINK.findall(_text(path)):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            wrong.append(link)
    assert wrong == []


@pytest.mark.parametrize("path", DOCS, ids=_name)
def test_every_image_exists(path: Path) -> None:
    images = [path.parent / (first or second) for first, second in _IMAGE.findall(_text(path))]
    if not (ROOT / "docs" / "images").exists():
        pytest.skip("no images in this checkout")
    assert [_name(image) for image in images if not image.exists()] == []


@cache
def _names(path: Path) -> frozenset[str]:
    """Functions, classes, methods as `Class.method`, and constants of a module."""
    found = set()
    for node in ast.parse(_text(path)).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)}
    return frozenset(found)


@pytest.mark.parametrize("path", DOCS, ids=_name)
def test_every_module_and_function_that_is_named_exists(path: Path) -> None:
    wrong = []
    for file, function in _PYTHON.findall(_text(path)):
        if not (ROOT / file).exists() or (function and function not in _names(ROOT / file)):
            wrong.append(f"{file}:{function}")
    assert wrong == []


def test_the_walk_names_many_functions() -> None:
    """The pattern above finds something: a change of notation must not switch the check off."""
    assert sum(bool(function) for _, function in _PYTHON.findall(_text(ARCHITECTURE))) > 30


@pytest.mark.parametrize("path", [ARCHITECTURE, ROOT / "CONTRIBUTING.md"], ids=_name)
def test_the_layers_are_those_that_import_linter_holds(path: Path) -> None:
    configuration = tomllib.loads(_text(ROOT / "pyproject.toml"))
    (contract,) = (each for each in configuration["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    assert f"\n{' > '.join(contract['layers'])}\n" in _text(path)


def test_the_readme_is_short() -> None:
    assert len(_text(ROOT / "README.md").splitlines()) <= 150


def test_the_editors_example_passes_the_check(tmp_path: Path) -> None:
    root = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", root, ignore=shutil.ignore_patterns("__pycache__"))
    pages = _EXAMPLE.findall(_text(ROOT / "docs" / "editors.md"))
    shutil.rmtree((root / pages[0][0]).parent)  # the article exists; the page shows how it is begun
    for name, body in pages:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(body, encoding="utf-8")
    stamp.stamp(root)
    folder = Path(pages[0][0]).parent.as_posix()
    found = [(finding.file, finding.code) for finding in check.check(root, today=date(2026, 11, 22)) if finding.file.startswith(folder)]
    assert found == [(f"{folder}/en.md", "too-few-questions")]  # the page says that they are left out

"""What a part of the benchmark found: rows of figures, ratios with their targets, notes; as a table or as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

Value = float | str | None


@dataclass(frozen=True, kw_only=True)
class Target:
    """A figure that has a bar: `most` or `least` is the bar, `unit` follows the number."""

    name: str
    value: float
    unit: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the bar is kept; None if there is none."""
        if self.least is None and self.most is None:
            return None
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    def line(self) -> str:
        """The figure beside its bar, in words."""
        said = f"{self.name}: {shown(self.value)}{self.unit}"
        if self.met is None:
            return said
        bar = f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"
        return f"{said} (target {bar}{self.unit}: {'met' if self.met else 'MISSED'})"


@dataclass(frozen=True, kw_only=True)
class Found:
    """One part. `rows` maps what was measured to its figures by column."""

    title: str
    rows: Mapping[str, Mapping[str, Value]]
    targets: Sequence[Target] = ()
    notes: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        targets = [asdict(target) | {"met": target.met} for target in self.targets]
        return {"title": self.title, "rows": self.rows, "targets": targets, "notes": list(self.notes)}

    def show(self, console: Console) -> None:
        """Print title, table, ratios, notes."""
        figures = list(dict.fromkeys(figure for row in self.rows.values() for figure in row))
        table = Table("", *self.rows, box=None, pad_edge=False, title=self.title, title_justify="left", title_style="bold")
        for column in table.columns[1:]:
            column.justify = "right"
        for figure in figures:
            table.add_row(figure, *(shown(row.get(figure)) for row in self.rows.values()))
        console.print(table)
        for target in self.targets:
            console.print("  " + target.line(), markup=False)
        for note in self.notes:
            console.print("  " + note, markup=False)
        console.print()


def shown(value: Value) -> str:
    """Three digits that count; a dash for what was not measured."""
    if value is None:
        return "–"
    return value if isinstance(value, str) else f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def middle(rounds: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
    """The median of each figure over several rounds; figures that are missing or not numbers are left out."""
    names = dict.fromkeys(name for row in rounds for name in row)
    numbers = {name: [value for row in rounds if isinstance(value := row.get(name), float | int)] for name in names}
    return {name: float(median(values)) for name, values in numbers.items() if values}


def number(row: Mapping[str, Value], name: str) -> float:
    """One figure of a row; NaN if it was not measured."""
    value = row.get(name)
    return float(value) if isinstance(value, float | int) else float("nan")


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, by the nearest rank; NaN of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")

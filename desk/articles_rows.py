"""The list of articles as the desk shows it: filtered, grouped, with what each language is. Reading it is in `knowledge.local.look`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from desk.access import Actor
from desk.languages import language_name
from dialogs.menu import GROUPS
from knowledge.folding import fold
from knowledge.local import look
from knowledge.local.record import GROUP, Cell, Row
from locales.marks import mark
from locales.registry import DEFAULT, LANGUAGES
from locales.texts import translate

State = Literal["missing", "short", "stale", "machine", "draft", "review", "local"]
STATES: tuple[State, ...] = get_args(State)
STATE_WORDS: Mapping[State, str] = {
    "missing": mark("Missing in a language"),
    "short": mark("Only the short answer"),
    "stale": mark("German text changed since"),
    "machine": mark("Not checked by a speaker"),
    "draft": mark("Draft waits"),
    "review": mark("Review date passed"),
    "local": mark("Own text of the municipality"),
}
# What a cell of the list is called, the most important first; its look is that of the same name in `articles.css`.
LOOKS: Mapping[str, str] = {
    "missing": mark("missing"),
    "questions": mark("example questions alone"),
    "stale": mark("German text changed since"),
    "short": mark("short answer alone"),
    "machine": mark("in full, not checked by a speaker"),
    "full": mark("in full"),
}
_LONG = 80


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What to show; empty: all. `state` of `STATES`, `language` and `group` codes; a language makes `state` count for it alone."""

    q: str = ""
    state: State | Literal[""] = ""
    language: str = ""
    group: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is left out."""
        return any((self.q, self.state, self.language, self.group))

    def query(self, **more: object) -> str:
        """As it stands in an address."""
        known = {"q": self.q, "state": self.state, "language": self.language, "group": self.group} | more
        return urlencode({name: value for name, value in known.items() if value})


def filter_of(asked: Mapping[str, str]) -> Filter:
    """What an address asks for; what is no value of a filter counts as nothing."""
    language, group = asked.get("language", ""), asked.get("group", "")
    return Filter(
        q=asked.get("q", "").strip()[:_LONG],
        state=next((state for state in STATES if state == asked.get("state")), ""),
        language=language if language in LANGUAGES else "",
        group=group if group in GROUPS or group == GROUP else "",
    )


def chosen(rows: Iterable[Row], wanted: Filter, *, today: date) -> list[Row]:
    """Those that a filter shows, in their order."""
    words = [folded for part in wanted.q.split() if (folded := fold(part))]
    return [row for row in rows if _fits(row, wanted, words, today)]


def _fits(row: Row, wanted: Filter, words: Sequence[str], today: date) -> bool:
    cells = [row.cells[wanted.language]] if wanted.language else list(row.cells.values())
    said = " ".join(fold(part) for part in f"{row.title} {row.entry}".split())
    return (
        all(word in said for word in words)
        and (not wanted.group or row.group == wanted.group)
        and (not wanted.state or _is(row, cells, wanted.state, today))
    )


def _is(row: Row, cells: Sequence[Cell], state: State, today: date) -> bool:
    if state == "review":
        return look.overdue(row, today)
    if state == "missing":
        return any(cell.state in {"missing", "questions"} for cell in cells)
    if state == "short":
        return any(cell.state == "short" for cell in cells)
    if state == "local":
        return row.own or any(cell.local for cell in cells)
    return any(bool(getattr(cell, state)) for cell in cells)


def grouped(actor: Actor, rows: Sequence[Row], *, today: date) -> list[dict[str, Any]]:
    """The rows by the groups of the menu, those of the municipality at the end."""
    by_group: dict[str, list[Row]] = {}
    for row in rows:
        by_group.setdefault(row.group, []).append(row)
    return [
        {"key": group, "title": group_name(actor, group), "rows": [_shown(actor, row, today) for row in found]}
        for group, found in by_group.items()
    ]


def group_name(actor: Actor, group: str) -> str:
    """What a group of the menu is called."""
    if group == GROUP:
        return actor.t("Own articles of {town}", town=actor.town.name)
    return translate(actor.interface, GROUPS[group]) if group in GROUPS else group


def look_of(cell: Cell) -> str:
    """The most important that is to be said of a language, of `LOOKS`."""
    if cell.state in {"missing", "questions"}:
        return cell.state
    if cell.stale:
        return "stale"
    if cell.state == "short":
        return "short"
    return "machine" if cell.machine else "full"


def _shown(actor: Actor, row: Row, today: date) -> dict[str, Any]:
    cells = [{"code": code, "look": look_of(cell), "local": cell.local, "draft": cell.draft} for code, cell in row.cells.items()]
    return {
        "entry": row.entry,
        "title": row.title or row.entry,
        "cells": cells,
        "spoken": _spoken(actor, row),
        "drafts": sum(cell.draft for cell in row.cells.values()),
        "local": sum(cell.local for cell in row.cells.values()),
        "own": row.own,
        "live": row.live,
        "overdue": look.overdue(row, today),
        "changed_at": row.changed_at,
        "changed_by": row.changed_by,
    }


def _spoken(actor: Actor, row: Row) -> str:
    """What the coloured cells show, for those who do not see them."""
    names: dict[str, list[str]] = {}
    for code, cell in row.cells.items():
        if code != DEFAULT:
            names.setdefault(look_of(cell), []).append(language_name(actor, code))
    return "; ".join(f"{actor.t(LOOKS[name])}: {', '.join(names[name])}" for name in LOOKS if name in names)

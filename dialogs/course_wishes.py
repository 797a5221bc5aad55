"""Wishes about a course in words: what stands on the buttons that take them away, and why a course fits. Courses are in `course_words`."""

from collections.abc import Iterable
from typing import Any

from dialogs import course_words
from dialogs.booking_words import PARTS
from knowledge.courses import filters as wishes
from knowledge.courses.filters import Filters
from locales.bidi import beside
from locales.marks import mark
from locales.registry import LANGUAGES
from locales.texts import translate

KINDS = {
    "literacy": mark("Reading and writing"),
    "second_script": mark("Learning the Latin letters"),
    "integration": mark("Integration course"),
    "orientation": mark("Orientation course"),
    "state": mark("Course of the state (Landeskurs)"),
    "job": mark("For work"),
    "women": mark("Only women"),
    "parents": mark("For parents"),
    "youth": mark("For young people"),
    "support": mark("Support course (Förderkurs)"),
    "intensive": mark("Intensive course"),
    "mia": mark("Course for women (MiA)"),
    "vhs": mark("adult education centre (Volkshochschule, VHS)"),
    "cafe": mark("Language café"),
}
YES = {
    "literacy": KINDS["literacy"],
    "childcare": mark("Childcare"),
    "women": KINDS["women"],
    "online": mark("Online"),
    "presence": mark("Not online"),
    "work": KINDS["job"],
    "young": KINDS["youth"],
    "parents": KINDS["parents"],
}


def label(language: str, filters: Filters, slot: str) -> str:
    """One wish in a few words: `B1`, `Evening`, `Landau · 25 km`."""
    if slot in YES:
        return translate(language, YES[slot])
    value: Any = getattr(filters, slot, "")
    match slot:
        case "kind":
            found = translate(language, KINDS[value]) if value in KINDS else value
        case "part":
            found = translate(language, PARTS[value]) if value in PARTS else value
        case "weekdays":
            found = course_words.weekdays(language, value)
        case "month":
            found = course_words.month(language, value)
        case "place":
            found = f"{value} · {filters.radius} km" if filters.radius else value
        case _:
            found = value
    return str(found)


def labels(language: str, filters: Filters, slots: Iterable[str]) -> list[str]:
    """Some of the wishes in words, in their order."""
    return [label(language, filters, slot) for slot in slots]


def names(filters: Filters) -> tuple[str, ...]:
    """The wishes that are set and can be taken away, in showing order; the radius goes with its place."""
    return tuple(slot for slot in wishes.names(filters) if slot not in {"radius", "older"})


def said(language: str, filters: Filters) -> str:
    """All wishes in one sentence; empty if there is none."""
    found = labels(language, filters, names(filters))
    return translate(language, "You want: {wishes}", wishes=beside(found, rtl=LANGUAGES[language].rtl)) if found else ""

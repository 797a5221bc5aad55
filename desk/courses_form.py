"""The form of one course: its groups of fields, what stands in them, and what was typed. Sending it is in `courses_edit`.

What is typed is read as one row of a file, so that the form and files refuse the same, in the same words.
"""

import csv
import io
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from babel.dates import get_day_names
from starlette.datastructures import FormData

from desk import courses_words
from desk.access import Actor
from knowledge.courses import read as files
from knowledge.courses.problems import sentence
from knowledge.courses.record import DAYS, LEVELS, NAMES, Course, to_json
from locales.marks import mark

FLAGS = frozenset({"rolling_entry", "women_only", "waiting_list", "exemption_possible", "travel_subsidy_possible"})
_CHOICES = frozenset({"course_type", "funder", "format", "childcare", "accessible"})
_LISTS = frozenset({"weekdays", "allowed_status"})
_DATES = frozenset({"start_date", "end_date", "registration_deadline", "valid_until"})
_LONG = frozenset({"fee_note", "entry_condition_text", "notes"})
_NUMBERS = frozenset({"total_ue", "ue_per_week", "places_max", "places_booked", "places_free"})
_KINDS = dict.fromkeys(_DATES, "date") | {"time_from": "time", "time_to": "time", "contact_phone": "tel", "contact_email": "email"}
_REQUIRED = frozenset({"title", "provider_name", "course_type"})
_HINTS: Mapping[str, str] = {
    "total_ue": mark("One UE is 45 minutes."),
    "fee_per_ue": mark("For example 2,29. Leave it empty if it is not sure."),
    "places_free": mark("Only if you do not know how many places are taken. Shown for 7 days."),
    "entry_condition_text": mark("In short German sentences, without names of laws."),
    "district_key": mark("The five digits of the district; empty if you do not know them."),
    "valid_until": mark("After this day the course counts as older."),
    "postcode": mark("People look for courses near their postcode."),
    "rolling_entry": mark("Then the first day matters less."),
}
_MOST_CELL = 4000


@dataclass(frozen=True, kw_only=True)
class Group:
    """Fields that belong together; `open` ones are shown at first, the others when they are wanted."""

    key: str
    title: str
    names: tuple[str, ...]
    open: bool = False


GROUPS = (
    Group(key="course", title=mark("The course"), names=("title", "course_type", "level_from", "level_to"), open=True),
    Group(
        key="provider", title=mark("Who offers it"), names=("provider_name", "contact_phone", "contact_email", "provider_url"), open=True
    ),
    Group(
        key="when",
        title=mark("When"),
        names=("start_date", "end_date", "registration_deadline", "rolling_entry", "weekdays", "time_from", "time_to"),
        open=True,
    ),
    Group(key="where", title=mark("Where"), names=("format", "address", "postcode", "town", "nearest_stop"), open=True),
    Group(key="places", title=mark("Free places"), names=("places_max", "places_booked", "places_free", "waiting_list"), open=True),
    Group(key="whom", title=mark("For whom"), names=("childcare", "women_only", "accessible", "entry_condition_text", "allowed_status")),
    Group(
        key="cost",
        title=mark("Cost"),
        names=("funder", "fee_per_ue", "fee_note", "exemption_possible", "travel_subsidy_possible"),
    ),
    Group(
        key="lessons", title=mark("Lessons and certificate"), names=("total_ue", "ue_per_week", "certificate", "language_of_instruction")
    ),
    Group(key="more", title=mark("More"), names=("notes", "source_name", "source_url", "valid_until", "district_key", "lat", "lon")),
)


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stands in the form, by field, and what is wrong with it; `course` is None as long as something is."""

    cells: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    course: Course | None = None


def cells_of(course: Course) -> dict[str, str]:
    """What stands in the form for a course, in the words of files."""
    return {name: _cell(value) for name, value in to_json(course).items()}


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ",".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def read(actor: Actor, form: FormData, *, old: Course | None, today: date) -> Typed:
    """The course that was typed; saving it says that it is true today."""
    cells = {name: _typed(form, name) for group in GROUPS for name in group.names}
    cells |= {"id": old.id if old else f"desk-{secrets.token_hex(5)}", "last_checked": today.isoformat()}
    sheet = files.read("form.csv", _table(cells), today=today)
    errors = {one.column: sentence(one, actor.interface) for one in reversed(sheet.problems) if one.severity == "error"}
    if errors or not sheet.courses:
        return Typed(cells=cells, errors=errors)
    course = sheet.courses[0]
    # What could not be read has been left out there; here somebody looks at the form and can mend it.
    lost = {one.column: sentence(one, actor.interface) for one in reversed(sheet.problems) if one.column in cells}
    return Typed(cells=cells, errors=lost, course=None if lost else replace(course, last_checked=today))


def _typed(form: FormData, name: str) -> str:
    if name in FLAGS:
        return "yes" if form.get(name) else "no"
    if name in _LISTS:
        return ",".join(str(one)[:40] for one in form.getlist(name))
    value = form.get(name, "")
    return value.strip()[:_MOST_CELL] if isinstance(value, str) else ""


def _table(cells: Mapping[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(NAMES)
    writer.writerow([cells.get(name, "") for name in NAMES])
    return out.getvalue().encode()


def groups(actor: Actor, typed: Typed) -> list[dict[str, Any]]:
    """The groups as the page shows them; one with something wrong in it is open."""
    return [
        {
            "key": group.key,
            "title": actor.t(group.title),
            "fields": [_field(actor, name, typed) for name in group.names],
            "open": group.open or any(name in typed.errors for name in group.names),
            "filled": sum(typed.cells.get(name, "") not in {"", "no", "unknown"} for name in group.names),
        }
        for group in GROUPS
    ]


def _field(actor: Actor, name: str, typed: Typed) -> dict[str, Any]:
    return {
        "name": name,
        "label": courses_words.label(actor, name),
        "value": typed.cells.get(name, ""),
        "error": typed.errors.get(name, ""),
        "hint": actor.t(_HINTS[name]) if name in _HINTS else "",
        "required": name in _REQUIRED,
        "widget": _widget(name),
        "type": _KINDS.get(name, "text"),
        "options": _options(actor, name),
        "attributes": _attributes(name),
    }


def _widget(name: str) -> str:
    if name in FLAGS:
        return "flag"
    if name in _LISTS:
        return "several"
    return "long" if name in _LONG else "one"


def _options(actor: Actor, name: str) -> Sequence[tuple[str, str]] | None:
    if name == "weekdays":
        names = get_day_names("wide", locale=actor.interface)
        return [(key, names[at]) for at, key in enumerate(DAYS)]
    if name == "allowed_status":
        return courses_words.options(actor, name)
    if name in {"level_from", "level_to"}:
        return [("", actor.t("no level")), *((level, level) for level in LEVELS)]
    if name not in _CHOICES:
        return None
    first = [("", actor.t("Please choose"))] if name in {"course_type", "funder"} else []
    return [*first, *courses_words.options(actor, name)]


def _attributes(name: str) -> dict[str, object]:
    numeric: dict[str, object] = {"inputmode": "numeric"} if name in _NUMBERS or name == "postcode" else {}
    decimal: dict[str, object] = {"inputmode": "decimal"} if name in {"fee_per_ue", "lat", "lon"} else {}
    listed: dict[str, object] = {"list": "providers"} if name == "provider_name" else {}
    return numeric | decimal | listed | {"autocomplete": "off"}

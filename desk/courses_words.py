"""What the fields of a course and their values are called at the desk. What newcomers read about courses is in `dialogs`."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from babel.dates import format_date, get_day_names

from desk.access import Actor
from knowledge.courses.record import Course, clock
from locales.marks import mark

TYPES: Mapping[str, str] = {
    "integration_general": mark("General integration course"),
    "integration_literacy": mark("Integration course with literacy"),
    "integration_second_script": mark("Integration course for second-script learners"),
    "integration_women": mark("Integration course for women"),
    "integration_parents": mark("Integration course for parents"),
    "integration_youth": mark("Integration course for young people"),
    "integration_support": mark("Integration support course (Förderkurs)"),
    "integration_intensive": mark("Intensive integration course"),
    "bsk_a2": mark("Vocational language course to A2"),
    "bsk_b1": mark("Vocational language course to B1"),
    "bsk_b2": mark("Vocational language course to B2"),
    "bsk_c1": mark("Vocational language course to C1"),
    "bsk_c2": mark("Vocational language course to C2"),
    "bsk_special": mark("Special vocational language course"),
    "eok": mark("Orientation course (EOK)"),
    "land_start": mark("State course for beginners"),
    "land_start_script": mark("State course for beginners with literacy"),
    "land_fit": mark("State course to go on learning"),
    "mia": mark("MiA course for women"),
    "vhs": mark("Course of an adult education centre (vhs)"),
    "sprachcafe": mark("Language café"),
    "other": mark("Other course"),
}
KINDS: Mapping[str, str] = {
    "literacy": mark("Literacy"),
    "second_script": mark("Second script"),
    "integration": mark("Integration courses"),
    "orientation": mark("Orientation courses"),
    "state": mark("Courses of the state"),
    "job": mark("For work"),
    "women": mark("For women"),
    "parents": mark("For parents"),
    "youth": mark("For young people"),
    "support": mark("Support courses"),
    "intensive": mark("Intensive courses"),
    "mia": mark("MiA"),
    "vhs": mark("Adult education centres (vhs)"),
    "cafe": mark("Language cafés"),
}
FUNDERS: Mapping[str, str] = {
    "BAMF": "BAMF",
    "Land RLP": "Land RLP",
    "municipality": mark("the municipality"),
    "self-pay": mark("people pay themselves"),
    "other": mark("somebody else"),
}
FORMATS: Mapping[str, str] = {"presence": mark("On site"), "online": mark("Online"), "hybrid": mark("Partly online")}
CHILDCARE: Mapping[str, str] = {
    "unknown": mark("Not known"),
    "on_site": mark("Yes, on site"),
    "on_request": mark("On request"),
    "none": mark("No childcare"),
}
ACCESS: Mapping[str, str] = {
    "unknown": mark("Not known"),
    "yes": mark("Yes, without steps"),
    "partly": mark("Partly"),
    "no": mark("No"),
}
STATUSES: Mapping[str, str] = {
    "any": mark("everybody"),
    "claim": mark("people with a claim to an integration course"),
    "obliged": mark("people who were told to attend"),
    "gestattung": mark("people with a permission to stay (Aufenthaltsgestattung)"),
    "duldung_60a_2_3": mark("people with a Duldung under section 60a (2) sentence 3"),
    "par24": mark("people from Ukraine (section 24)"),
    "eu": mark("EU citizens"),
}
LABELS: Mapping[str, str] = {
    "id": mark("Number of the course"),
    "title": mark("Title"),
    "provider_name": mark("Provider"),
    "provider_url": mark("Page of the provider"),
    "contact_phone": mark("Telephone for registration"),
    "contact_email": mark("E-mail for registration"),
    "course_type": mark("Kind of course"),
    "funder": mark("Who pays for the course"),
    "level_from": mark("Begins with level"),
    "level_to": mark("Leads to level"),
    "total_ue": mark("Lessons altogether (UE)"),
    "ue_per_week": mark("Lessons per week (UE)"),
    "start_date": mark("First day"),
    "end_date": mark("Last day"),
    "registration_deadline": mark("Registration until"),
    "rolling_entry": mark("People can join at any time"),
    "weekdays": mark("Weekdays"),
    "time_from": mark("Begins at"),
    "time_to": mark("Ends at"),
    "format": mark("On site or online"),
    "address": mark("Street and number"),
    "postcode": mark("Postcode"),
    "town": mark("Town"),
    "lat": mark("Latitude"),
    "lon": mark("Longitude"),
    "district_key": mark("Key of the district"),
    "nearest_stop": mark("Nearest stop"),
    "childcare": mark("Childcare"),
    "women_only": mark("For women only"),
    "accessible": mark("Accessible without steps"),
    "places_max": mark("Places altogether"),
    "places_booked": mark("Places taken"),
    "places_free": mark("Free places"),
    "waiting_list": mark("There is a waiting list"),
    "fee_per_ue": mark("Own share per lesson, in euros"),
    "fee_note": mark("About the cost"),
    "exemption_possible": mark("People can be freed from paying"),
    "travel_subsidy_possible": mark("Travel can be paid"),
    "entry_condition_text": mark("What people need to join"),
    "allowed_status": mark("Open to"),
    "certificate": mark("Certificate at the end"),
    "language_of_instruction": mark("Language of the lessons"),
    "source_name": mark("Where this was found"),
    "source_url": mark("Address of the source"),
    "last_checked": mark("Confirmed on"),
    "valid_until": mark("This is true until"),
    "notes": mark("More about the course"),
}
VALUES: Mapping[str, Mapping[str, str]] = {
    "course_type": TYPES,
    "funder": FUNDERS,
    "format": FORMATS,
    "childcare": CHILDCARE,
    "accessible": ACCESS,
    "allowed_status": STATUSES,
}


def label(actor: Actor, name: str) -> str:
    """What a field is called; an unknown column of a file keeps its name."""
    return actor.t(LABELS[name]) if name in LABELS else name


def options(actor: Actor, name: str) -> list[tuple[str, str]]:
    """The values of a field that can be chosen, with their names."""
    return [(value, actor.t(words)) for value, words in VALUES[name].items()]


def day(actor: Actor, value: date) -> str:
    """A date as the desk writes it."""
    return format_date(value, "d. MMM y" if actor.interface == "de" else "d MMM y", locale=actor.interface)


def shown(actor: Actor, name: str, value: object) -> str:
    """The value of a field as people read it; a dash for nothing."""
    if value is None or value in {"", ()}:
        return "–"
    if isinstance(value, bool):
        return actor.t("yes") if value else actor.t("no")
    if isinstance(value, date):
        return day(actor, value)
    if name in _SPECIAL:
        return _SPECIAL[name](actor, value)
    names = VALUES.get(name, {})
    if isinstance(value, tuple):
        return ", ".join(actor.t(names[one]) if one in names else str(one) for one in value)
    return actor.t(names[str(value)]) if str(value) in names else str(value)


def weekdays(actor: Actor, days: tuple[int, ...]) -> str:
    """`Mo, Mi` for (0, 2)."""
    names = get_day_names("abbreviated", locale=actor.interface)
    return ", ".join(names[one].rstrip(".") for one in days)


_SPECIAL: Mapping[str, Callable[[Actor, Any], str]] = {
    "time_from": lambda _actor, minutes: clock(minutes),
    "time_to": lambda _actor, minutes: clock(minutes),
    "weekdays": weekdays,
}


def times(actor: Actor, course: Course) -> str:
    """Days and times in one line; empty if nothing is known."""
    span = f"{clock(course.time_from)}–{clock(course.time_to)}" if course.time_from is not None and course.time_to is not None else ""
    return " ".join(part for part in (weekdays(actor, course.weekdays), span) if part)


def levels(course: Course) -> str:
    """`A1–B1`, or one level, or nothing."""
    return "–".join(dict.fromkeys(level for level in (course.level_from, course.level_to) if level))

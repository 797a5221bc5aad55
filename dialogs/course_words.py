"""One course in words, for the chat and for its public page: pure functions of language, course and day. Wishes: `course_wishes`.

Everything comes from the record; what it does not say is not said. What providers wrote themselves stays in their words.
"""

from datetime import date
from decimal import Decimal
from functools import partial

from babel.dates import format_date
from babel.numbers import format_currency

from knowledge.courses import freshness
from knowledge.courses.record import Course, clock
from locales import formats
from locales.bidi import beside, isolate
from locales.marks import mark
from locales.registry import LANGUAGES
from locales.texts import translate

CHILDCARE = {
    "on_site": mark("Yes, at the course."),
    "on_request": mark("Please ask the school."),
    "none": mark("No childcare."),
}
ACCESS = {
    "yes": mark("Without steps."),
    "partly": mark("Partly without steps. Please ask the school."),
    "no": mark("There are steps."),
}
_RANGE = 3
_WESTERN = {ord(digits) + i: str(i) for digits in "٠۰०" for i in range(10)}
# What providers write instead of a fee of 0.
_NOTHING = frozenset({"kostenlos", "kostenfrei", "gratis", "gebührenfrei"})
Fact = tuple[str, str]


def facts(language: str, course: Course, *, today: date) -> list[Fact]:
    """All that is known of a course, as labels and values in the language; what is not known is left out."""
    t = partial(translate, language)
    return _known(
        (t("Provider"), course.provider_name),
        (t("Level"), levels(language, course)),
        (t("Days and times"), meetings(language, course)),
        (t("First day"), start(language, course, today=today)),
        (t("Last day"), formats.full_date(language, course.end_date) if course.end_date else ""),
        (t("Register by"), _until(language, course.registration_deadline, today)),
        (t("Place"), place(language, course)),
        (t("Address"), address(course)),
        (t("Bus or train stop"), course.nearest_stop),
        (t("Steps at the entrance"), t(ACCESS[course.accessible]) if course.accessible in ACCESS else ""),
        *_choosing(language, course, today=today),
        (t("Lessons"), lessons(language, course)),
        (t("Who may come"), course.entry_condition_text),
        (t("Certificate"), course.certificate),
        (t("Language in the course"), course.language_of_instruction),
        (t("Phone"), course.contact_phone),
        (t("E-mail"), course.contact_email),
        (t("Notes"), course.notes),
    )


def short_facts(language: str, course: Course, *, today: date) -> list[Fact]:
    """What somebody needs to choose besides what, who, where and when in the week: first day, childcare, free places, cost."""
    first = (translate(language, "First day"), start(language, course, today=today))
    return _known(first, *_choosing(language, course, today=today))


def _choosing(language: str, course: Course, *, today: date) -> tuple[Fact, ...]:
    t = partial(translate, language)
    return (
        (t("Childcare"), t(CHILDCARE[course.childcare]) if course.childcare in CHILDCARE else ""),
        (t("Free places"), free_line(language, course, today=today)),
        (t("Cost"), cost_line(language, course)),
    )


def _known(*found: Fact) -> list[Fact]:
    return [(label, value) for label, value in found if value]


def lines(language: str, found: list[Fact]) -> list[str]:
    """Labels and values as lines of a message."""
    return [translate(language, "{label}: {value}", label=label, value=value) for label, value in found]


def meetings(language: str, course: Course) -> str:
    """Days and hours: `Monday–Thursday · 18:00–20:15`; empty if neither is known."""
    hours = f"{clock(course.time_from)}–{clock(course.time_to)}" if course.time_from is not None and course.time_to is not None else ""
    if not hours and course.time_from is not None:
        hours = clock(course.time_from)
    return " · ".join(filter(None, (weekdays(language, course.weekdays), hours)))


def weekdays(language: str, days: tuple[int, ...]) -> str:
    """The names of weekdays (0 is Monday); three and more in a row from the first to the last."""
    names = [formats.weekday(language, day) for day in days]
    if len(days) >= _RANGE and days[-1] - days[0] == len(days) - 1:
        return f"{names[0]}–{names[-1]}"
    return formats.listing(language, names) if names else ""


def start(language: str, course: Course, *, today: date) -> str:
    """When it starts, or that one can begin at any time; empty if that is not known."""
    if course.start_date is None or (course.rolling_entry and course.start_date <= today):
        return translate(language, "You can start at any time.") if course.rolling_entry else ""
    day = formats.full_date(language, course.start_date)
    if course.start_date < today:
        return translate(language, "It has begun already: {day}", day=day)
    return day


def month(language: str, text: str) -> str:
    """A month from `YYYY-MM` with its name and year; any other text as it is."""
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError:
        return text
    return format_date(day, "LLLL yyyy", locale=formats.locale(language)).translate(_WESTERN)


def place(language: str, course: Course, *, km: float | None = None) -> str:
    """The town and how far it is, or that the course is online."""
    if course.format == "online":
        return translate(language, "Online")
    far = translate(language, "{number} km away", number=max(1, round(km))) if km is not None and km >= 1 else ""
    partly = translate(language, "partly online") if course.format == "hybrid" else ""
    return beside((course.town, far, partly), rtl=LANGUAGES[language].rtl)


def address(course: Course) -> str:
    """The address in one line; empty if there is none."""
    if not course.address:
        return ""
    town = " ".join(filter(None, (course.postcode, course.town)))
    return course.address if town and town in course.address else ", ".join(filter(None, (course.address, town)))


def levels(language: str, course: Course) -> str:
    """The level that is taught, or from which to which."""
    ends = list(dict.fromkeys(filter(None, (course.level_from, course.level_to))))
    return translate(language, "from {first} to {last}", first=ends[0], last=ends[1]) if len(ends) > 1 else "".join(ends)


def lessons(language: str, course: Course) -> str:
    """How many lessons there are, in all and in a week."""
    parts = (
        translate(language, "{number} in all", number=course.total_ue) if course.total_ue else "",
        translate(language, "{number} a week", number=course.ue_per_week) if course.ue_per_week else "",
    )
    return " · ".join(filter(None, parts))


def free_line(language: str, course: Course, *, today: date) -> str:
    """How many places were free on which day, and that one should call first; young numbers only (7 days)."""
    waiting = translate(language, "There is a waiting list.") if course.waiting_list else ""
    if not freshness.places_known(course, today):
        return _sentences(translate(language, "Please ask the school."), waiting)
    day = formats.long_date(language, course.last_checked)
    known = translate(language, "{number} (on {day}). Please call first.", number=course.places_free, day=day)
    return known if course.places_free else _sentences(known, waiting)


def cost_line(language: str, course: Course) -> str:
    """What the course costs, in one line: from lessons and fee where both are known."""
    t = partial(translate, language)
    less = t("Some people pay nothing: ask the school.") if course.exemption_possible and course.fee_per_ue != 0 else ""
    travel = t("You may get money for the way.") if course.travel_subsidy_possible else ""
    return _sentences(_fee(language, course), less, travel)


def _fee(language: str, course: Course) -> str:
    if course.fee_per_ue == 0 or (course.fee_per_ue is None and course.fee_note.casefold().strip(" .!") in _NOTHING):
        return translate(language, "The course costs nothing.")
    if course.fee_per_ue is None:
        return course.fee_note or translate(language, "Please ask the school.")
    if course.total_ue:
        return translate(language, "{amount} for the whole course.", amount=_money(language, course.fee_per_ue * course.total_ue))
    return translate(language, "{amount} for one lesson.", amount=_money(language, course.fee_per_ue))


def _money(language: str, amount: Decimal) -> str:
    text = format_currency(amount, "EUR", locale=formats.locale(language)).translate(_WESTERN)
    return isolate(text) if LANGUAGES[language].rtl else text


def _until(language: str, day: date | None, today: date) -> str:
    return formats.full_date(language, day) if day and day >= today else ""


def source(language: str, course: Course) -> str:
    """Whose data it is and how old: the last line of every page about the course."""
    checked = formats.long_date(language, course.last_checked)
    return translate(language, "Source: {sources}. Checked on {date}.", sources=course.source_name or course.provider_name, date=checked)


def _sentences(*sentences: str) -> str:
    return " ".join(filter(None, sentences))

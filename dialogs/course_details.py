"""Everything about one course, and what can be done with it: map, calendar, link, registering. The words are in `course_words`."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from urllib.parse import quote

from dialogs import article, course_results, course_words
from dialogs import course_state as states
from dialogs.booking_words import MAP
from dialogs.course_calendar import FILE_NAME, calendar_file
from dialogs.course_state import Looking
from dialogs.model import Choice, Move, Turn
from dialogs.parts import is_rtl, paragraphs, say
from knowledge import geo
from knowledge.courses import filters as wishes
from knowledge.courses import freshness
from knowledge.courses.filters import Filters
from knowledge.courses.record import KINDS, Course
from knowledge.geo import Spot
from locales.bidi import isolate
from store.types import utcnow

_TOPIC = "language/which-course"
_LITERACY = KINDS["literacy"] | KINDS["second_script"]
_WEB = ("https://", "http://")
Showing = Callable[[Turn, Looking, int, Course], Awaitable[Move]]


async def show(turn: Turn, looking: Looking, number: int, action: str = "") -> Move | None:
    """One course, or its calendar file (`file`) or link (`share`); None if there never was such a course."""
    known = await turn.courses.course(turn.session, number)
    if known is None:
        return None
    _, course, gone = known
    if turn.standing.dialog != states.DIALOG:
        looking = Looking(filters=like(course), asked=("level", "place", "part", "childcare"))
    today = await states.today(turn)
    if gone or freshness.has_ended(course, today):
        said = paragraphs(turn.t("This course is not offered any more."), turn.t("These courses come close:"))
        return await course_results.show(turn, replace(looking, offset=0), note=said)
    return await _ACTIONS.get(action, _details)(turn, looking, number, course)


def like(course: Course) -> Filters:
    """Wishes that courses like this one fulfil: its level or letters, and its place."""
    found = Filters(level=course.level_to or course.level_from)
    if course.course_type in _LITERACY:
        found = Filters(literacy=True)
    elif course.course_type in KINDS["cafe"]:
        found = Filters(kind="cafe")
    spot = _spot(course)
    if course.format == "online" or spot is None:
        return replace(found, online=course.format == "online")
    return wishes.at(found, spot)


def _spot(course: Course) -> Spot | None:
    """Where the course is, as the search sees it; None if nobody knows."""
    spot = geo.of_address(postcode=course.postcode, town=course.town, district=course.district_key)
    return spot if spot.lat is not None else None


async def _details(turn: Turn, looking: Looking, number: int, course: Course) -> Move:
    today = await states.today(turn)
    lines = course_words.lines(turn.language, course_words.facts(turn.language, course, today=today))
    older = turn.t(course_results.OLD_ENTRY) if freshness.is_older(course, today) else ""
    choices = (
        *await _register(turn),
        *_pages(turn, course),
        *((Choice(id=f"course:{number}:file", label=turn.t("Add to calendar")),) if _has_file(course, today) else ()),
        Choice(id=f"course:{number}:share", label=turn.t("Share this course")),
        Choice(id=f"way:{number}", label=turn.t("How do I get in?")),
        Choice(id=f"enrol:{number}", label=turn.t("I go to this course")),
        Choice(id="alert:new", label=turn.t("Tell me about new courses")),
    )
    note = course_words.source(turn.language, course)
    text = paragraphs("\n".join(lines), older)
    return looking.at(say(turn, text, title=course.title, note=note, choices=choices, back="coursepage", screen=True))


async def _register(turn: Turn) -> list[Choice]:
    """The way to an appointment about it, where the town has one."""
    topic = turn.knowledge.articles.get(_TOPIC)
    found = await article.booking_choices(turn, topic) if topic else []
    return [replace(choice, label=turn.t("Help me register")) for choice in found]


def _pages(turn: Turn, course: Course) -> list[Choice]:
    """Map and page of the school."""
    where = course_words.address(course) if course.format != "online" else ""
    pages = [Choice(url=MAP + quote(where), label=turn.t("Show on the map"))] if where else []
    if course.provider_url.startswith(_WEB):
        pages.append(Choice(url=course.provider_url, label=turn.t("Page of the school")))
    return pages


def _has_file(course: Course, today: date) -> bool:
    return course.start_date is not None and (course.end_date or course.start_date) >= today


async def _file(turn: Turn, looking: Looking, number: int, course: Course) -> Move:
    """The calendar file as a message of its own."""
    made = calendar_file(turn.language, course, number=number, base_url=_base_url(turn), now=utcnow())
    if not made:
        return await _details(turn, looking, number, course)
    reply = say(turn, turn.t("This is the file for your calendar. Open it to add the course."), title=course.title, back=f"course:{number}")
    return looking.at(replace(reply, document=made.decode(), document_name=FILE_NAME))


async def _share(turn: Turn, looking: Looking, number: int, course: Course) -> Move:
    """The link to its public page, as text to send on."""
    link = f"{_base_url(turn)}/courses/{number}"
    text = paragraphs(
        turn.t("Send this link to somebody who looks for a course too. The page also has a QR code."),
        isolate(link) if is_rtl(turn) else link,
    )
    choices = (Choice(url=link, label=turn.t("Open the page")),) if link.startswith(_WEB[0]) or turn.traits.trusted else ()
    return looking.at(say(turn, text, title=course.title, choices=choices, back=f"course:{number}"))


def _base_url(turn: Turn) -> str:
    return str(turn.services.base_url).rstrip("/")


_ACTIONS: dict[str, Showing] = {"file": _file, "share": _share}

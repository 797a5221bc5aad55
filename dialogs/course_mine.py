"""“I go to this course” in words: keeping it, the list, forgetting it; its reminders. Who goes where is in `knowledge.courses`."""

from collections.abc import Awaitable, Callable
from datetime import date
from zoneinfo import ZoneInfo

from dialogs import course_state as states
from dialogs import course_words as words
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import is_rtl, page_of, paragraphs, say
from knowledge.courses import enrolments
from knowledge.courses.enrolments import Going
from locales import formats
from locales.bidi import isolate
from scheduler import calendar, lead_times, reminders
from scheduler.lead_times import Quiet
from store.types import utcnow

SUBJECT = "enrolment"
_LABEL = 40


async def choose(turn: Turn, what: str = "", value: str = "") -> Move:
    """What a button asks for: `enrol:<course>`, `enrol:list`, `enrol:stop:<course>`."""
    course = states.number(what)
    if course:
        return await _enrol(turn, course)
    return await _ACTIONS.get(what, _list)(turn, value)


async def _enrol(turn: Turn, course: int) -> Move:
    going = await enrolments.enrol(turn.session, person=turn.standing.person, course=course)
    if going is None:
        return _stay(turn, await _shown(turn, turn.t("This course is not offered any more.")))
    text = paragraphs(
        _title(turn, going),
        "\n".join(filter(None, (_starts(turn, going), _ends(turn, going)))),
        await _days(turn, going),
        turn.t("I also write to you when the dates change or the course is no longer offered."),
    )
    choices = (
        Choice(id=f"course:{course}", label=turn.t("About the course")),
        Choice(id="enrol:list", label=turn.t("Courses that I go to")),
        Choice(id=f"enrol:stop:{course}", label=turn.t("I do not go there")),
    )
    return _stay(turn, say(turn, text, title=turn.t("You go to this course"), choices=choices, back=f"course:{course}"))


async def _days(turn: Turn, going: Going) -> str:
    """When Lotse reminds of it; nothing if there is no such day any more."""
    quiet = await _clock(turn)
    due = lead_times.of_course(going.starts_on, going.ends_on, now=utcnow(), **quiet)
    days = [formats.full_date(turn.language, at.astimezone(quiet["zone"]).date()) for at in sorted(due.values())]
    return "\n".join((turn.t("I remind you on these days:"), *(f"• {day}" for day in days))) if days else ""


async def _clock(turn: Turn) -> Quiet:
    site = await calendar.site_of(turn.session, municipality=turn.town.id if turn.town else 0)
    return Quiet(zone=ZoneInfo(site.zone), quiet_from=site.quiet_from, quiet_until=site.quiet_until)


def _stay(turn: Turn, reply: Reply) -> Move:
    """A move after which a search stands where it stood."""
    return Move(replies=(reply,), dialog=turn.standing.dialog, state=turn.standing.state)


async def _list(turn: Turn, page: str) -> Move:
    return _stay(turn, await _shown(turn, page=states.number(page)))


async def _shown(turn: Turn, note: str = "", *, page: int = 0) -> Reply:
    """The courses that the person goes to, each with its button to forget it."""
    mine = await enrolments.of_person(turn.session, person=turn.standing.person)
    if not mine:
        text = paragraphs(note, turn.t("You have not told me of a course that you go to."))
        return say(turn, text, choices=[Choice(id="find_course", label=turn.t("Find a course"))], back="menu:language", screen=True)
    blocks = ["\n".join(filter(None, (_title(turn, going), _starts(turn, going), _ends(turn, going)))) for going in mine]
    stops = [Choice(id=f"enrol:stop:{going.course}", label=_short(turn.t("Delete: {course}", course=going.record.title))) for going in mine]
    choices = page_of(turn, stops, page=page, more="enrol:list")
    return say(turn, paragraphs(note, *blocks), title=turn.t("Courses that I go to"), choices=choices, back="menu:language", screen=True)


async def _stop(turn: Turn, course: str) -> Move:
    """Forget a course and its reminders; one that is forgotten already or another person's changes nothing."""
    forgotten = await enrolments.stop(turn.session, person=turn.standing.person, course=states.number(course))
    if forgotten is not None:
        await reminders.void(turn.session, subject=SUBJECT, subject_id=forgotten)
    return _stay(turn, await _shown(turn, turn.t("I have forgotten this course.") if forgotten is not None else ""))


_ACTIONS: dict[str, Callable[[Turn, str], Awaitable[Move]]] = {"stop": _stop}


async def remind(turn: Turn, *, enrolment: int, revision: int, kind: str) -> Reply | None:
    """The message of a reminder; None if the person does not go there any more, or its dates are others now."""
    mine = await enrolments.of_person(turn.session, person=turn.standing.person)
    going = next((one for one in mine if one.id == enrolment and one.revision == revision and not one.gone), None)
    if going is None:
        return None
    return _starting(turn, going) if kind == "day_before" else _ending(turn, going)


def _starting(turn: Turn, going: Going) -> Reply:
    course = going.record
    where = words.place(turn.language, course) if course.format == "online" else words.address(course) or course.town
    facts = ((turn.t("Days and times"), words.meetings(turn.language, course)), (turn.t("Place"), where))
    text = paragraphs(_title(turn, going), _starts(turn, going), "\n".join(words.lines(turn.language, [fact for fact in facts if fact[1]])))
    choices = (
        Choice(id=f"course:{going.course}", label=turn.t("About the course")),
        Choice(id=f"enrol:stop:{going.course}", label=turn.t("I do not go there")),
    )
    return say(turn, text, title=turn.t("Reminder"), choices=choices, back="enrol:list")


def _ending(turn: Turn, going: Going) -> Reply:
    """What comes next: the next level, the exam, somebody who helps."""
    text = paragraphs(
        _title(turn, going),
        _ends(turn, going),
        turn.t("Plan the next step now: a course at the next level, or the exam. Ask your school about the exam."),
    )
    choices = (
        Choice(id="find_course", label=turn.t("Find the next course")),
        Choice(id="book", label=turn.t("Make an appointment")),
        Choice(id=f"enrol:stop:{going.course}", label=turn.t("I do not go there")),
    )
    return say(turn, text, title=turn.t("Reminder"), choices=choices, back="enrol:list")


def _title(turn: Turn, going: Going) -> str:
    return isolate(going.record.title) if is_rtl(turn) else going.record.title


def _starts(turn: Turn, going: Going) -> str:
    return turn.t("Your course starts: {day}.", day=_day(turn, going.starts_on)) if going.starts_on else ""


def _ends(turn: Turn, going: Going) -> str:
    if going.gone:
        return turn.t("This course is not offered any more.")
    return turn.t("Your course ends: {day}.", day=_day(turn, going.ends_on)) if going.ends_on else ""


def _day(turn: Turn, day: date) -> str:
    return formats.full_date(turn.language, day)


def _short(text: str) -> str:
    return text if len(text) <= _LABEL else f"{text[: _LABEL - 1].rstrip()}…"

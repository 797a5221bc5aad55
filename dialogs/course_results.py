"""The courses that were found: the best three, then more; what to do where none fits. One course alone is in `course_details`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from dialogs import article, course_wishes, course_words
from dialogs import course_state as states
from dialogs.course_state import Looking
from dialogs.model import Choice, Move, Turn
from dialogs.parts import MOST_CHOICES, is_rtl, paragraphs, rows_of, say
from knowledge.courses import freshness, search
from knowledge.courses.filters import Filters
from knowledge.courses.record import Course
from knowledge.courses.search import Found, Hit
from locales.bidi import beside
from locales.marks import mark

BEST = 3
OLD_ENTRY = mark("This entry is older than 30 days. Please ask if the course still takes place.")
_REMOVE = "✕"
_LONGEST_LABEL = 40
ELSEWHERE = {
    "online": mark("Online courses: {number}"),
    "cafe": mark("Language cafés: {number}"),
    "literacy": mark("Reading and writing: {number}"),
}


async def show(turn: Turn, looking: Looking, *, note: str = "") -> Move:
    """The page of courses where the search stands, or what can be done if there is none."""
    today = await states.today(turn)
    found = search.find(await states.index(turn), looking.filters, today=today, limit=BEST, offset=looking.offset)
    if not found.hits and looking.offset:
        return await show(turn, replace(looking, offset=0), note=note)
    if not found.hits:
        return await _none(turn, looking, found, today=today, note=note)
    return await _page(turn, looking, found, today=today, note=note)


async def _page(turn: Turn, looking: Looking, found: Found, *, today: date, note: str) -> Move:
    filters, offset = looking.filters, looking.offset
    close = found.nearest[: BEST - len(found.hits)]
    courses = await _courses(turn, (*found.hits, *close))
    text = paragraphs(
        note,
        course_wishes.said(turn.language, filters),
        turn.t("Courses that fit: {number}", number=found.total),
        *_blocks(turn, filters, found.hits, courses, first=offset + 1, today=today),
        turn.t("These courses come close:") if close else "",
        *_blocks(turn, filters, close, courses, first=offset + len(found.hits) + 1, today=today),
        turn.t("Press a wish with ✕ to take it away, or write what else you want.") if course_wishes.names(filters) else "",
    )
    later = offset + BEST < found.total
    groups = (
        _buttons((*found.hits, *close), courses, first=offset + 1),
        (Choice(id=f"coursepage:{offset + BEST}", label=turn.t("More")),) if later else (),
        removable(turn, filters),
        (*_older(turn, filters, found), *ways_on(turn)),
    )
    back = f"coursepage:{max(0, offset - BEST)}" if offset else "menu:language"
    return _at(turn, looking, text, groups, back=back)


def _at(turn: Turn, looking: Looking, text: str, groups: Sequence[Sequence[Choice]], *, back: str) -> Move:
    """A screen of courses: short buttons share a row with others of their group only."""
    reply = say(turn, text, title=turn.t("German courses"), back=back, screen=True)
    rows = tuple(row for group in groups for row in rows_of(group))
    return replace(looking, open="").at(replace(reply, rows=(*rows, *reply.rows)))


async def _courses(turn: Turn, hits: Sequence[Hit]) -> Mapping[int, Course]:
    kept = await turn.courses.courses(turn.session, [hit.course for hit in hits])
    return {number: one.course for number, one in kept.items()}


def _blocks(  # noqa: PLR0913 - one keyword for each thing that a list of courses needs
    turn: Turn, filters: Filters, hits: Sequence[Hit], courses: Mapping[int, Course], *, first: int, today: date
) -> list[str]:
    """One paragraph for each course: title, provider, what is needed to choose, why it fits or what does not."""
    shown = [(hit, courses[hit.course]) for hit in hits if hit.course in courses]
    return [_block(turn, filters, hit, course, number=number, today=today) for number, (hit, course) in enumerate(shown, start=first)]


def _block(turn: Turn, filters: Filters, hit: Hit, course: Course, *, number: int, today: date) -> str:  # noqa: PLR0913
    language = turn.language
    fits = course_wishes.labels(language, filters, hit.why)
    misses = course_wishes.labels(language, filters, hit.misses)
    return "\n".join(
        (
            f"{number}. {course.title}",
            beside((course.provider_name, course_words.place(language, course, km=hit.km)), rtl=is_rtl(turn)),
            *filter(None, (course_words.meetings(language, course),)),
            *course_words.lines(language, course_words.short_facts(language, course, today=today)),
            *((turn.t("Fits: {wishes}", wishes=beside(fits, rtl=is_rtl(turn))),) if fits else ()),
            *((turn.t("Does not fit: {wishes}", wishes=beside(misses, rtl=is_rtl(turn))),) if misses else ()),
            *((turn.t(OLD_ENTRY),) if freshness.is_older(course, today) else ()),
        )
    )


def _buttons(hits: Sequence[Hit], courses: Mapping[int, Course], *, first: int) -> list[Choice]:
    shown = [(hit.course, courses[hit.course].title) for hit in hits if hit.course in courses]
    return [Choice(id=f"course:{key}", label=_short(f"{number}. {title}")) for number, (key, title) in enumerate(shown, start=first)]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1].rstrip()}…"


def removable(turn: Turn, filters: Filters) -> list[Choice]:
    """A button for each wish that takes it away: `B1 ✕`."""
    slots = course_wishes.names(filters)[:MOST_CHOICES]
    return [Choice(id=f"courseset:drop:{slot}", label=f"{course_wishes.label(turn.language, filters, slot)} {_REMOVE}") for slot in slots]


def _older(turn: Turn, filters: Filters, found: Found) -> tuple[Choice, ...]:
    """The way to entries that nobody has confirmed for 30 days."""
    hidden = found.older and not filters.older
    return (Choice(id="coursepage:older", label=turn.t("Older entries: {number}", number=found.older)),) if hidden else ()


def ways_on(turn: Turn) -> tuple[Choice, ...]:
    """What else can be done with a search: be told of new courses, read how one gets in."""
    return (
        Choice(id="alert:new", label=turn.t("Tell me about new courses")),
        Choice(id="way", label=turn.t("How do I get in?")),
    )


async def _none(turn: Turn, looking: Looking, found: Found, *, today: date, note: str) -> Move:
    """No course fits: which wish leaves out most, what each would give, what comes close, and what there is besides."""
    filters, language = looking.filters, turn.language
    courses = await _courses(turn, found.nearest)
    blocker = course_wishes.label(language, filters, found.blocker) if found.blocker else ""
    blocks = _blocks(turn, filters, found.nearest, courses, first=1, today=today)
    text = paragraphs(
        note,
        course_wishes.said(language, filters),
        turn.t("At the moment no course fits all of this."),
        turn.t("This wish leaves out most courses: {wish}", wish=blocker) if blocker else "",
        turn.t("These courses come close:") if blocks else "",
        *blocks,
    )
    groups = (
        _buttons(found.nearest, courses, first=1),
        _relaxed(turn, filters, found),
        (*_older(turn, filters, found), *ways_on(turn)),
        await _elsewhere(turn, filters, today=today),
        article.links(turn, ("language/learn-alone",)),
    )
    return _at(turn, looking, text, groups, back="menu:language")


def _relaxed(turn: Turn, filters: Filters, found: Found) -> list[Choice]:
    """One button for each wish without which there would be courses, the one that gives most first."""
    slots = sorted((slot for slot, count in found.gained.items() if count), key=lambda slot: -found.gained[slot])
    return [
        Choice(
            id=f"courseset:drop:{slot}",
            label=turn.t("Without “{wish}”: {number}", wish=course_wishes.label(turn.language, filters, slot), number=found.gained[slot]),
        )
        for slot in slots[:BEST]
    ] or removable(turn, filters)


def other_kind(filters: Filters, kind: str) -> Filters:
    """What is left of the wishes for something else: online anywhere, language cafés and courses for reading near the place."""
    if kind == "online":
        return Filters(level=filters.level, online=True)
    near = {name: getattr(filters, name) for name in ("place", "slug", "lat", "lon", "radius")}
    return Filters(literacy=True, **near) if kind == "literacy" else Filters(kind="cafe", **near)


async def _elsewhere(turn: Turn, filters: Filters, *, today: date) -> list[Choice]:
    """What there is besides courses in a room: online, language cafés, reading and writing; only where there is some."""
    index = await states.index(turn)
    counts = {
        kind: search.find(index, other, today=today, limit=1).total for kind in ELSEWHERE if (other := other_kind(filters, kind)) != filters
    }
    return [Choice(id=f"courseset:only:{kind}", label=turn.t(ELSEWHERE[kind], number=count)) for kind, count in counts.items() if count]

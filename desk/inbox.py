"""The inbox: what needs me now, who has what, what sleeps, what is done; and search. One case is in `case`, the live stream in `live`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from desk import case_words, live, trail
from desk.access import Actor, Adviser
from desk.pages import page
from desk.parts import Parts, PartsOf, informed
from handoff import leaves, listing, searching
from handoff.listing import Counts, Listed, Tab, Viewer
from handoff.searching import Query as Words
from knowledge import view
from locales.marks import mark
from locales.registry import LANGUAGES
from store.types import utcnow

router = APIRouter()

MOST_SEARCHED = 100
TABS: dict[Tab, str] = {
    "mine": mark("Mine"),
    "unassigned": mark("Unassigned"),
    "team": mark("Team"),
    "follow_ups": mark("Follow-ups"),
    "closed": mark("Closed"),
}
# What belongs here, and what to do when there is nothing.
EMPTY: dict[Tab, tuple[str, str]] = {
    "mine": (
        mark("Nobody waits for you"),
        mark("Here you find the cases that you took, and those in which a colleague mentions you. Take one from “Unassigned” to begin."),
    ),
    "unassigned": (
        mark("Everybody has somebody"),
        mark("When somebody asks for a human, their case appears here at once, without reloading. Who takes it first has it."),
    ),
    "team": (
        mark("No open cases"),
        mark("Here you see what the whole team works on, so that nobody is forgotten when a colleague is away."),
    ),
    "follow_ups": (
        mark("Nothing sleeps"),
        mark("Give a case a date, and it sleeps here until then. It comes back by itself, even if the person writes in between."),
    ),
    "closed": (mark("Nothing closed yet"), mark("Finished cases stay here until they are deleted. You can open them again.")),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which list somebody wants to see: a tab, or what a search finds; and its page."""

    tab: Tab
    words: str
    number: int

    @property
    def tail(self) -> str:
        """What stands behind the address of a case, so that this list stands beside it."""
        return self.url("")

    def url(self, path: str = "/desk/", **changes: object) -> str:
        """The address of this list, or of `path` beside it; `changes` replace parts of it."""
        now: dict[str, object] = {"tab": self.tab, "q": self.words, "page": self.number, **changes}
        plain = {"tab": "mine", "q": "", "page": 1}
        query = urlencode({name: value for name, value in now.items() if value != plain.get(name)})
        return f"{path}?{query}" if query else path


def asked(
    tab: Tab = "mine",
    q: Annotated[str, Query(max_length=MOST_SEARCHED)] = "",
    page_: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Asked:
    """What the address asks for."""
    return Asked(tab=tab, words=q.strip(), number=page_)


AskedOf = Annotated[Asked, Depends(asked)]


@router.get("/")
async def inbox(request: Request, actor: Adviser, parts: PartsOf, wanted: AskedOf, part: str = "") -> Response:
    """The list of a tab; `part=list` is the list alone, for a page that is open already."""
    shown = await shown_list(parts, actor, wanted)
    if part == "list":
        return page(request, "inbox_list.html", actor, fragment="list", **shown)
    async with parts.database.write() as session:
        await trail.note(session, actor, action="inbox.read", tab=wanted.tab, search=bool(wanted.words))
    return page(request, "inbox.html", actor, **shown)


@router.get("/help")
async def help_page(request: Request, actor: Adviser) -> Response:
    """How inbox and case page are used, and their keys."""
    return page(request, "inbox_help.html", actor)


async def shown_list(parts: Parts, actor: Actor, wanted: Asked, *, here: int = 0) -> dict[str, Any]:
    """What the template of the list needs; `here` is the case that is open beside it."""
    now = utcnow()
    async with parts.database.read() as session:
        parts = await informed(session, parts, municipality=actor.municipality)
        viewer = await viewer_of(session, actor, now)
        cursor = await live.newest(session)
        counts = await listing.counts(session, viewer=viewer)
        found = await _found(session, parts, actor, viewer, wanted, counts)
    return {
        "wanted": wanted,
        "counts": counts,
        "found": found,
        "here": here,
        "cursor": cursor,
        "unread": counts.unread,
        "now": now,
        "empty_words": EMPTY[wanted.tab],
        "tab_words": TABS,
        **words_for(parts, actor, now),
    }


def words_for(parts: Parts, actor: Actor, now: datetime) -> dict[str, Any]:
    """The functions by which templates call people, languages, topics and spans of time."""
    return {
        "name_of": lambda person: case_words.name_of(actor, person),
        "spoken": case_words.language_of,
        "german_name": lambda code: actor.t(case_words.LANGUAGE_NAMES[case_words.language_of(code).code]),
        "topic_of": lambda topic: case_words.topic_of(actor, parts.knowledge, topic),
        "waits": lambda since: case_words.waits(actor, since, now),
        "reasons": case_words.REASONS,
        "states": case_words.STATES,
    }


async def viewer_of(session: AsyncSession, actor: Actor, now: datetime) -> Viewer:
    """The actor with the absent colleagues for whom they stand in today."""
    today = now.astimezone(actor.zone).date()
    others = await leaves.standing_in(session, user=actor.user, on=today)
    return Viewer(municipality=actor.municipality, user=actor.user, owners=(actor.user, *others))


async def _found(session: AsyncSession, parts: Parts, actor: Actor, viewer: Viewer, wanted: Asked, counts: Counts) -> Listed:  # noqa: PLR0913, PLR0917 - what a list is made of
    if wanted.words:
        query = Words(text=wanted.words, languages=_languages(actor, wanted.words), topics=_topics(parts, wanted.words))
        ids = await searching.find(session, parts.keyring, viewer=viewer, query=query)
        return await listing.chosen(session, parts.keyring, viewer=viewer, ids=ids, number=wanted.number)
    total = getattr(counts, wanted.tab)
    return await listing.page_of(session, parts.keyring, viewer=viewer, tab=wanted.tab, total=total, number=wanted.number)


def _languages(actor: Actor, words: str) -> list[str]:
    """The languages whose name begins with what was typed."""
    typed = searching.folded(words)
    names = {code: (one.autonym, one.english, actor.t(case_words.LANGUAGE_NAMES[code])) for code, one in LANGUAGES.items()}
    return [code for code, known in names.items() if any(searching.folded(name).startswith(typed) for name in known)]


def _topics(parts: Parts, words: str) -> list[str]:
    """The topics in whose German or English title it stands."""
    typed = searching.folded(words)
    return [
        article.id
        for article in parts.knowledge.articles.values()
        if any(typed in searching.folded(view.title(article, language=code)) for code in ("de", "en"))
    ]

"""The list of articles with what each language is, for everybody at the desk. One article as a page is in `articles_edit`."""

from collections.abc import Sequence
from datetime import date, datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from desk import articles_rows
from desk.access import Actor, Anyone
from desk.articles_rows import LOOKS, STATE_WORDS, STATES
from desk.languages import language_names
from desk.pages import page
from desk.parts import Parts, PartsOf
from dialogs.menu import GROUPS
from handoff.errors import NotFoundError
from knowledge.local import look
from knowledge.local.record import GROUP, Opened, Row
from knowledge.model import Knowledge
from locales.registry import LANGUAGES

router = APIRouter()

HERE = "/desk/knowledge"
_ROLES = ("editor", "lead", "admin")


def today_of(actor: Actor) -> date:
    """The day on the office's calendar."""
    return datetime.now(actor.zone).date()


def may_edit(actor: Actor) -> bool:
    """Whether somebody may change articles."""
    return actor.role in _ROLES


async def opened(session: AsyncSession, actor: Actor, parts: Parts, entry: str) -> Opened:
    """An article of the actor's municipality; raises NotFoundError for what is none."""
    found = await look.opened(session, municipality=actor.municipality, knowledge=parts.knowledge, entry=entry)
    if not found.exists:
        raise NotFoundError
    return found


async def knowledge_of(session: AsyncSession, actor: Actor, parts: Parts) -> Knowledge:
    """What people of the actor's municipality can read now."""
    return await parts.local.knowledge(session, actor.municipality)


@router.get("/knowledge")
async def listed(request: Request, actor: Anyone, parts: PartsOf) -> Response:
    """All articles of the municipality, or those that the filter shows."""
    wanted, today = articles_rows.filter_of(request.query_params), today_of(actor)
    async with parts.database.read() as session:
        rows = await look.overview(session, municipality=actor.municipality, knowledge=parts.knowledge)
    found = articles_rows.chosen(rows, wanted, today=today)
    return page(
        request,
        "articles.html",
        actor,
        groups=articles_rows.grouped(actor, found, today=today),
        wanted=wanted,
        count=len(found),
        every=len(rows),
        waiting=_waiting(rows, today),
        states=[("", actor.t("All")), *((state, actor.t(STATE_WORDS[state])) for state in STATES)],
        languages=[("", actor.t("Any language")), *language_names(actor)],
        menu=[("", actor.t("All topics")), *((group, articles_rows.group_name(actor, group)) for group in (*GROUPS, GROUP))],
        looks=[(name, actor.t(words)) for name, words in reversed(list(LOOKS.items()))],
        codes=list(LANGUAGES),
        may_edit=may_edit(actor),
        own=any(row.own for row in rows),
    )


def _waiting(rows: Sequence[Row], today: date) -> list[tuple[str, int]]:
    """What is to be done, by the state that shows it: drafts, and articles whose review date has passed."""
    drafts = sum(any(cell.draft for cell in row.cells.values()) for row in rows)
    overdue = sum(look.overdue(row, today) for row in rows)
    return [(state, number) for state, number in (("draft", drafts), ("review", overdue)) if number]

"""The team as pages: who works here, one colleague, their leaves. Accounts are in `team_accounts`, what is shown in `team_views`."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import HTTPException, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from desk import team_accounts, team_changes, team_leaves, team_views, trail
from desk.access import FORBIDDEN, Actor, Anyone
from desk.pages import back, page
from desk.parts import Parts, PartsOf
from desk.team_changes import EVERYBODY, users
from desk.team_leaves import Refusal
from handoff import leaves
from handoff.errors import NotFoundError

# One router for both: `/team/invite` has to be known before `/team/{user}`, the page of a colleague.
router = team_accounts.router

HERE = "/desk/team"
Id = Annotated[int, Path(ge=1, lt=2**53)]


@router.get("/team")
async def listed(request: Request, actor: Anyone, parts: PartsOf) -> Response:
    """Everybody who works here, by name; those who left below."""
    today = team_views.today(actor)
    here = users.c.municipality_id == actor.municipality
    async with parts.database.read() as session:
        found = list(await session.execute(EVERYBODY.where(here).order_by(users.c.name)))
        away = await team_leaves.ahead(session, municipality=actor.municipality, today=today)
    shown = [team_views.card(actor, row, [leave for leave in away if leave.user_id == row.id]) for row in found]
    team, gone = [one for one in shown if one["active"]], [one for one in shown if not one["active"]]
    return page(request, "team.html", actor, team=team, gone=gone)


@router.get("/team/{user}")
async def one(request: Request, user: Id, actor: Anyone, parts: PartsOf) -> Response:
    """One colleague: leaves for everybody who may enter them, the account for admins."""
    async with parts.database.read() as session:
        shown = await team_views.member(session, actor, user)
    return page(request, "team_member.html", actor, **shown)


@router.post("/team/{user}/leaves")
async def enter(request: Request, user: Id, actor: Anyone, parts: PartsOf) -> Response:
    """Enter a leave; what is wrong is shown at its field, with everything that was typed."""
    typed = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    refusal = await _entered(actor, parts, user, typed)
    if refusal is None:
        return back(f"{HERE}/{user}", notice=actor.t("The leave is entered. It ends by itself."))
    data = {name: team_views.spell(actor, value) if isinstance(value, date) else value for name, value in refusal.data.items()}
    errors = {refusal.field: actor.t(refusal.sentence, **data)}
    async with parts.database.read() as session:
        shown = await team_views.member(session, actor, user, errors=errors, leave=typed)
    return page(request, "team_member.html", actor, status=422, **shown)


async def _entered(actor: Actor, parts: Parts, user: int, typed: Mapping[str, str]) -> Refusal | None:
    """Enter the leave that was typed; what comes back says why not. Raises NotFoundError or 403."""
    wish = team_leaves.read(typed, user=user, today=team_views.today(actor))
    async with parts.database.write() as session:
        await _require(session, actor, user)
        refusal = wish if isinstance(wish, Refusal) else await team_leaves.add(session, actor, wish)
        if refusal is None:
            await trail.note(session, actor, action="leave.entered", subject=f"user:{user}")
    return refusal


async def _require(session: AsyncSession, actor: Actor, user: int) -> None:
    """Raise NotFoundError for people of elsewhere, 403 for somebody else's leave."""
    await team_changes.colleague(session, actor, user)
    if not (actor.is_lead or actor.user == user):
        raise HTTPException(FORBIDDEN)


@router.post("/team/{user}/leaves/{leave}/remove")
async def take_back(user: Id, leave: Id, actor: Anyone, parts: PartsOf) -> Response:
    """Take a leave back; it can be entered again at once."""
    async with parts.database.write() as session:
        await _require(session, actor, user)
        found = {row.id: row for row in await leaves.of_user(session, municipality=actor.municipality, user=user)}
        if leave not in found:
            raise NotFoundError
        row = found[leave]
        await leaves.remove(session, municipality=actor.municipality, leave=leave)
        await trail.note(session, actor, action="leave.removed", subject=f"user:{user}")
    known = {"first": row.starts_on, "last": row.ends_on} | ({"substitute": row.substitute_id} if row.substitute_id else {})
    return back(f"{HERE}/{user}", notice=actor.t("The leave is taken back."), undo=f"{HERE}/{user}/leaves/again?{urlencode(known)}")


@router.post("/team/{user}/leaves/again")
async def again(request: Request, user: Id, actor: Anyone, parts: PartsOf) -> Response:
    """Undo taking a leave back, if it still can be entered."""
    refusal = await _entered(actor, parts, user, dict(request.query_params))
    if refusal is not None:
        return back(f"{HERE}/{user}", notice=actor.t("This cannot be undone any more. Please enter the leave again."), kind="warn")
    return back(f"{HERE}/{user}", notice=actor.t("The leave is entered again."))

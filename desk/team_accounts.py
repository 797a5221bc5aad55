"""Accounts as pages, for admins: inviting, changing, ending, new ways to sign in. The rules are in `team_changes`, the list in `team`."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from desk import invitations, team_changes, team_views, trail
from desk.access import Actor, Admin
from desk.invitations import MOST_NAME, EmailTakenError, InvalidUserError
from desk.pages import back, page
from desk.parts import Parts, PartsOf
from desk.team_changes import Edit, RuleError
from locales.marks import mark

router = APIRouter()

HERE = "/desk/team"
Id = Annotated[int, Path(ge=1, lt=2**53)]
_PARTS: Mapping[str, str] = {
    "email": mark("This is no e-mail address."),
    "name": mark("A name has 1 to {most} visible characters."),
    "role": mark("There is no such role."),
}
_TAKEN = mark("Somebody has an account with this address already, here or in another municipality.")


@router.get("/team/invite")
async def blank(request: Request, actor: Admin) -> Response:
    """The form to invite somebody."""
    return _invite_page(request, actor, {}, {})


def _invite_page(request: Request, actor: Actor, typed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
    return page(
        request, "team_invite.html", actor, status=422 if errors else 200, typed=typed, errors=errors, roles=team_views.roles(actor)
    )


@router.post("/team/invite")
async def invite(request: Request, actor: Admin, parts: PartsOf) -> Response:
    """Make an account without a password; the link is shown once, to be handed over."""
    typed = await _typed(request)
    try:
        async with parts.database.write() as session:
            who = {name: typed.get(name, "") for name in ("email", "name", "role")}
            user, secret = await invitations.invite(session, parts.index_key, municipality=actor.municipality, **who)
            await trail.note(session, actor, action="user.invited", subject=f"user:{user}", role=who["role"])
    except (EmailTakenError, InvalidUserError) as error:
        return _invite_page(request, actor, typed, dict([_sentence(actor, error)]))
    return _link_page(request, actor, user=user, called=who["name"], link=invitations.link(parts.base_url, secret))


def _link_page(request: Request, actor: Actor, *, user: int, called: str, link: str) -> Response:
    """The link, once: the database cannot show it again."""
    return page(request, "team_link.html", actor, user=user, called=called, link=link, days=invitations.VALID.days)


async def _typed(request: Request) -> dict[str, str]:
    """The fields of the form, each once."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _sentence(actor: Actor, error: EmailTakenError | InvalidUserError) -> tuple[str, str]:
    """The field that is wrong, and what is."""
    if isinstance(error, EmailTakenError):
        return "email", actor.t(_TAKEN)
    part = str(error.data["part"])
    return part, actor.t(_PARTS[part], most=MOST_NAME)


@router.post("/team/{user}")
async def change(request: Request, user: Id, actor: Admin, parts: PartsOf) -> Response:
    """Change somebody's account; what is wrong is shown at its field, with everything that was typed."""
    form = await request.form()
    typed: dict[str, Any] = await _typed(request)
    typed |= {name: [str(value) for value in form.getlist(name)] for name in ("languages", "topics")}
    edit = Edit(
        name=typed.get("name", ""),
        email=typed.get("email", ""),
        role=typed.get("role", ""),
        languages=typed["languages"],
        topics=typed["topics"],
        office=_number(typed.get("office_id", "")),
        adviser=_number(typed.get("adviser_id", "")),
    )
    try:
        async with parts.database.write() as session:
            await team_changes.change(session, actor, user=user, edit=edit)
            await trail.note(session, actor, action="user.changed", subject=f"user:{user}", role=edit.role)
    except (EmailTakenError, InvalidUserError, RuleError) as error:
        errors = dict([_sentence(actor, error)]) if not isinstance(error, RuleError) else {"role": actor.t(error.message)}
        async with parts.database.read() as session:
            shown = await team_views.member(session, actor, user, typed=typed, errors=errors)
        return page(request, "team_member.html", actor, status=422, **shown)
    return back(f"{HERE}/{user}", notice=actor.t("Saved."))


def _number(text: str) -> int | None:
    """The id of a choice; an empty one is none, nonsense finds nothing."""
    if not text:
        return None
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 16 else 0  # noqa: PLR2004 - ids are shorter


async def _ruled(actor: Actor, parts: Parts, user: int, action: str, do: Callable[[AsyncSession], Awaitable[object]]) -> Response | None:
    """Do something to an account and note it; a rule that is against it is told on the colleague's page."""
    try:
        async with parts.database.write() as session:
            await do(session)
            await trail.note(session, actor, action=action, subject=f"user:{user}")
    except RuleError as error:
        return back(f"{HERE}/{user}", notice=actor.t(error.message), kind="warn")
    return None


@router.post("/team/{user}/end")
async def end(user: Id, actor: Admin, parts: PartsOf) -> Response:
    """End somebody's account; their cases go back to the team."""
    refused = await _ruled(actor, parts, user, "user.ended", lambda session: team_changes.end(session, actor, user=user))
    text = actor.t("The account has ended. Cases of this colleague wait for the team again.")
    return refused or back(f"{HERE}/{user}", notice=text, undo=f"{HERE}/{user}/start")


@router.post("/team/{user}/start")
async def start(user: Id, actor: Admin, parts: PartsOf) -> Response:
    """Start an ended account again."""
    await _ruled(actor, parts, user, "user.started", lambda session: team_changes.start_again(session, actor, user=user))
    return back(f"{HERE}/{user}", notice=actor.t("The account is active again. The cases stay with the team."))


@router.post("/team/{user}/link")
async def link(request: Request, user: Id, actor: Admin, parts: PartsOf) -> Response:
    """A new link for somebody who cannot sign in any more; it is shown once."""
    made: list[str] = []

    async def renew(session: AsyncSession) -> None:
        made.append(await team_changes.renew(session, actor, parts.index_key, user=user))

    refused = await _ruled(actor, parts, user, "user.link", renew)
    if refused:
        return refused
    async with parts.database.read() as session:
        row = await team_changes.colleague(session, actor, user)
    return _link_page(request, actor, user=user, called=row.name, link=invitations.link(parts.base_url, made[0]))


@router.post("/team/{user}/codes")
async def codes(user: Id, actor: Admin, parts: PartsOf) -> Response:
    """Switch off somebody's second factor."""
    refused = await _ruled(actor, parts, user, "user.codes", lambda session: team_changes.forget_codes(session, actor, user=user))
    return refused or back(
        f"{HERE}/{user}", notice=actor.t("The one-time codes are off. The colleague can set them up again under Account.")
    )


@router.post("/team/{user}/sign-out")
async def sign_out(user: Id, actor: Admin, parts: PartsOf) -> Response:
    """Sign somebody out in all browsers."""
    await _ruled(actor, parts, user, "user.signed_out", lambda session: team_changes.end_sessions(session, actor, user=user))
    return back(f"{HERE}/{user}", notice=actor.t("Signed out in all browsers."))

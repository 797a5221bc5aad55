"""One's own account: name, language, password, and the browsers one is signed in with. The second factor is in `second_factor`."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from desk import invitations, passwords, sessions, trail
from desk.access import Actor, Anyone
from desk.invitations import InvalidUserError
from desk.invited import password_error
from desk.pages import back, page
from desk.parts import Parts, PartsOf
from desk.sign_in import attempts_of
from locales.texts import translate_desk
from store.statements import table_of
from store.tables import User
from store.types import utcnow

router = APIRouter()

HERE = "/desk/account"
Field = Annotated[str, Form()]
users = table_of(User)


@router.get("/account")
async def show(request: Request, actor: Anyone, parts: PartsOf) -> Response:
    """The account with all its sessions."""
    return await _page(request, actor, parts)


@router.post("/account/profile")
async def profile(request: Request, actor: Anyone, parts: PartsOf, name: Field = "", interface: Field = "de") -> Response:
    """Change one's name and the language of the desk."""
    try:
        cleaned = invitations.clean_name(name)
    except InvalidUserError:
        error = actor.t("A name has 1 to {most} visible characters.", most=invitations.MOST_NAME)
        return await _page(request, actor, parts, name=name, name_error=error)
    language = "en" if interface == "en" else "de"
    async with parts.database.write() as session:
        await session.execute(users.update().where(users.c.id == actor.user).values(name=cleaned, interface=language))
        await trail.note(session, actor, action="account.change", subject=f"user:{actor.user}")
    return back(HERE, notice=translate_desk(language, "Saved."))


@router.post("/account/password")
async def change_password(  # noqa: PLR0913, PLR0917 - the fields of the form
    request: Request, actor: Anyone, parts: PartsOf, old: Field = "", password: Field = "", again: Field = ""
) -> Response:
    """Change the password; all other sessions end."""
    refused = await refused_password(request, actor, parts, old) or password_error(request, password, again, email=actor.email)
    if refused:
        return await _page(request, actor, parts, password_problem=refused)
    hashed = await passwords.hash_password(password)
    async with parts.database.write() as session:
        await session.execute(users.update().where(users.c.id == actor.user).values(password_hash=hashed))
        await sessions.end(session, user=actor.user, keep=actor.session)
        await trail.note(session, actor, action="account.password", subject=f"user:{actor.user}")
    return back(HERE, notice=actor.t("The password is changed. All other browsers are signed out."))


async def refused_password(request: Request, actor: Actor, parts: Parts, given: str) -> str:
    """Why the present password, which a change of the account needs, is refused, as a sentence; empty if it is right."""
    tries, key = attempts_of(request).code, f"password {actor.user}"
    if not tries.allows(key):
        return actor.t("Too many attempts. Please wait ten minutes and try again.")
    async with parts.database.read() as session:
        user = await session.get_one(User, actor.user)
    if not await passwords.fits(given, user.password_hash):
        return actor.t("Your present password is not right.")
    tries.forget(key)
    return ""


@router.post("/account/sessions/{number}/end")
async def end_one(actor: Anyone, parts: PartsOf, number: int) -> Response:
    """Sign one browser out; one's own can be ended here too. Somebody else's session is not touched."""
    async with parts.database.write() as session:
        await sessions.end(session, user=actor.user, only=number)
        await trail.note(session, actor, action="account.sessions", subject=f"user:{actor.user}")
    return back(HERE, notice=actor.t("That browser is signed out."))


@router.post("/account/sessions/end-others")
async def end_others(actor: Anyone, parts: PartsOf) -> Response:
    """Sign all browsers out but this one."""
    async with parts.database.write() as session:
        await sessions.end(session, user=actor.user, keep=actor.session)
        await trail.note(session, actor, action="account.sessions", subject=f"user:{actor.user}")
    return back(HERE, notice=actor.t("All other browsers are signed out."))


async def _page(request: Request, actor: Actor, parts: Parts, **problems: str) -> Response:
    """The page; `problems` are what was wrong with a form, and what was typed."""
    async with parts.database.read() as session:
        found = await sessions.living(session, user=actor.user, now=utcnow())
    given: dict[str, Any] = {"name": actor.name, "name_error": "", "password_problem": "", "least": passwords.LEAST} | problems
    return page(request, "account.html", actor, status=422 if problems else 200, sessions=found, **given)

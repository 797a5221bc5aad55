"""Setting up and taking away the second factor of one's own account: a QR code, one code as proof. Checking it is in `sign_in`."""

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from markupsafe import Markup

from desk import sessions, totp, trail
from desk.access import Actor, Anyone
from desk.account import HERE, refused_password, users
from desk.pages import back, page
from desk.parts import Parts, PartsOf
from desk.sign_in import TOTP_PURPOSE
from store.errors import SealError

router = APIRouter()

Field = Annotated[str, Form()]
_SETUP_PURPOSE = "totp setup"


@router.get("/account/second-factor")
async def show(request: Request, actor: Anyone, parts: PartsOf) -> Response:
    """The QR code of a fresh secret, which counts only once a code of it was typed; or how to take the factor away."""
    return _page(request, actor, parts, totp.new_secret())


@router.post("/account/second-factor")
async def set_up(request: Request, actor: Anyone, parts: PartsOf, sealed: Field = "", code: Field = "") -> Response:
    """Keep the secret if the app shows its codes; all other sessions end."""
    secret = _opened(parts, actor, sealed)
    if secret is None or actor.second_factor:
        return back(f"{HERE}/second-factor")
    step = totp.matching_step(secret, code, after=0)
    if step is None:
        error = actor.t("This code does not fit. Check the clock of your phone, and type the code that the app shows now.")
        return _page(request, actor, parts, secret, error=error)
    async with parts.database.write() as session:
        values = {"sealed_totp": parts.keyring.seal(secret, purpose=TOTP_PURPOSE), "totp_step": step}
        await session.execute(users.update().where(users.c.id == actor.user).values(**values))
        await sessions.end(session, user=actor.user, keep=actor.session)
        await trail.note(session, actor, action="account.second_factor", subject=f"user:{actor.user}", on=True)
    return back(HERE, notice=actor.t("Two-step sign-in is on. All other browsers are signed out."))


@router.post("/account/second-factor/remove")
async def remove(request: Request, actor: Anyone, parts: PartsOf, old: Field = "") -> Response:
    """Take the factor away; it needs the password."""
    refused = await refused_password(request, actor, parts, old)
    if refused:
        return _page(request, actor, parts, totp.new_secret(), error=refused)
    async with parts.database.write() as session:
        await session.execute(users.update().where(users.c.id == actor.user).values(sealed_totp=None))
        await sessions.end(session, user=actor.user, keep=actor.session)
        await trail.note(session, actor, action="account.second_factor", subject=f"user:{actor.user}", on=False)
    return back(HERE, notice=actor.t("Two-step sign-in is off."), kind="warn")


def _page(request: Request, actor: Actor, parts: Parts, secret: str, *, error: str = "") -> Response:
    # The secret travels sealed and bound to the account, so that looking at the page stores nothing.
    sealed = parts.keyring.seal(f"{actor.user} {secret}", purpose=_SETUP_PURPOSE)
    return page(
        request,
        "account_second_factor.html",
        actor,
        status=422 if error else 200,
        picture=Markup(totp.picture(secret, account=actor.email)),  # noqa: S704 - drawn by us; it holds paths alone
        secret=totp.grouped(secret),
        sealed=base64.urlsafe_b64encode(sealed).decode(),
        error=error,
    )


def _opened(parts: Parts, actor: Actor, sealed: str) -> str | None:
    """The secret of a form that this account was shown; None for anything else."""
    try:
        owner, _, secret = parts.keyring.open(base64.urlsafe_b64decode(sealed), purpose=_SETUP_PURPOSE).partition(" ")
    except (SealError, binascii.Error, ValueError):
        return None
    return secret if owner == str(actor.user) else None

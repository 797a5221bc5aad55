"""The page of an invitation, or of a new link for a forgotten password: whoever has the link chooses a password. Links: `invitations`."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from desk import invitations, passwords, sign_in
from desk.access import speaker_of
from desk.pages import page
from desk.parts import Parts, PartsOf
from store.tables import User

router = APIRouter()

Field = Annotated[str, Form()]


@router.get("/invitation/{secret}")
async def show(request: Request, parts: PartsOf, secret: str) -> Response:
    """Whose link it is, and the form; looking at it does not use it up."""
    user = await _user(parts, secret)
    return _page(request, user) if user else _gone(request)


@router.post("/invitation/{secret}")
async def accept(request: Request, parts: PartsOf, secret: str, password: Field = "", again: Field = "") -> Response:
    """Set the password and sign in."""
    user = await _user(parts, secret)
    if user is None:
        return _gone(request)
    error = password_error(request, password, again, email=user.email)
    if error:
        return _page(request, user, error=error)
    hashed = await passwords.hash_password(password)
    async with parts.database.write() as session:
        done = await invitations.accept(session, parts.index_key, secret=secret, password_hash=hashed)
        return await sign_in.enter(session, request, parts, done) if done else _gone(request)


def password_error(request: Request, password: str, again: str, *, email: str) -> str:
    """Why a new password will not do, as a sentence; empty if it will."""
    t = speaker_of(request)
    sentences = {
        "short": t("The password is too short: it needs at least {least} characters.", least=passwords.LEAST),
        "long": t("The password is too long: it may have {most} characters.", most=passwords.MOST),
        "common": t("This password is easy to guess. Four words that have nothing to do with each other make a good one."),
    }
    reason = passwords.weakness(password, email=email)
    if reason:
        return sentences[reason]
    return "" if password == again else t("The two passwords are not the same.")


async def _user(parts: Parts, secret: str) -> User | None:
    async with parts.database.read() as session:
        return await invitations.find(session, parts.index_key, secret)


def _page(request: Request, user: User, *, error: str = "") -> Response:
    return page(request, "sign_in_invited.html", user=user, error=error, least=passwords.LEAST, status=422 if error else 200)


def _gone(request: Request) -> Response:
    t = speaker_of(request)
    text = t("It was used already, replaced by a newer one, or is older than seven days. Ask whoever sent it to you for a new one.")
    return page(request, "problem.html", status=404, title=t("This link does not work any more"), text=text)

"""Signing in and out: password, then the one-time code of whoever uses one. Setting it up is in `second_factor`, invitations in `invited`.

The answer to an unknown address, a wrong password and an account that was ended is the same, and takes the same time.
"""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from desk import browsers, passwords, sessions, totp
from desk.access import Anyone, actor_of, home_of, language_of, speaker_of
from desk.demo import ACCOUNTS
from desk.limits import Attempts
from desk.pages import is_path, page
from desk.parts import Parts, PartsOf, parts_of
from desk.sessions import Found
from store.crypto import blind_index
from store.statements import table_of
from store.tables import Audit, Municipality, User
from store.types import utcnow

router = APIRouter()

SIGN_IN = "/desk/sign-in"
CODE = "/desk/sign-in/code"
TOTP_PURPOSE = "totp"

Field = Annotated[str, Form()]
users, audit = table_of(User), table_of(Audit)


def attempts_of(request: Request) -> Attempts:
    """The counters of the running desk."""
    attempts: Attempts = request.app.state.attempts
    return attempts


@router.get("/sign-in")
async def show(request: Request, next: str = "") -> Response:  # noqa: A002 - the name in the address
    """The page to sign in; who is signed in goes on to work."""
    actor = await actor_of(request)
    return RedirectResponse(_target(next, actor.role), 303) if actor else _page(request, target=next)


@router.post("/sign-in")
async def sign_in(request: Request, parts: PartsOf, email: Field = "", password: Field = "", next: Field = "") -> Response:  # noqa: A002 - the name of the field
    """Check the password; begin a session, or its first half if a code is to follow."""
    attempts, t = attempts_of(request), speaker_of(request)
    account = blind_index(parts.index_key, "desk attempt", email.strip().lower()).hex()
    place = request.client.host if request.client else ""
    if not (attempts.address.allows(place) and attempts.account.allows(account)):
        return _page(request, target=next, email=email, status=429, error=t("Too many attempts. Please wait ten minutes and try again."))
    user = await _user(parts, email)
    if not await passwords.fits(password, user.password_hash if user else None) or user is None:
        return _page(request, target=next, email=email, status=401, error=t("E-mail address or password is wrong."))
    attempts.address.forgive(place)
    attempts.account.forget(account)
    fresh = await passwords.hash_password(password) if passwords.is_outdated(user.password_hash or "") else user.password_hash
    async with parts.database.write() as session:
        await session.execute(users.update().where(users.c.id == user.id).values(password_hash=fresh))
        return await enter(session, request, parts, user, target=next)


async def enter(session: AsyncSession, request: Request, parts: Parts, user: User, *, target: str = "") -> Response:
    """Begin a session for somebody who gave the password: the browser's old one ends, a fresh token is made, a code asked for if needed."""
    confirmed = user.sealed_totp is None
    old = sessions.token_of(request, https=parts.https)
    if old:
        await sessions.end_token(session, parts.index_key, old)
    browser = browsers.describe(request.headers.get("user-agent", ""))
    token = await sessions.begin(session, parts.index_key, user=user.id or 0, browser=browser, confirmed=confirmed)
    if confirmed:
        await _note(session, user, "signed in")
    query = "?" + urlencode({"lang": language_of(request)} | ({"next": target} if is_path(target) else {}))
    response = RedirectResponse(_target(target, user.role) if confirmed else CODE + query, 303)
    sessions.set_cookie(response, token, https=parts.https)
    return response


async def _note(session: AsyncSession, user: User, action: str) -> None:
    now = utcnow()
    await session.execute(users.update().where(users.c.id == user.id).values(seen_at=now))
    who = {"actor": f"user:{user.id}", "subject": f"user:{user.id}", "municipality_id": user.municipality_id}
    await session.execute(audit.insert().values(at=now, action=action, detail={}, **who))


@router.get("/sign-in/code")
async def ask_code(request: Request, parts: PartsOf, next: str = "") -> Response:  # noqa: A002 - the name in the address
    """The page that asks for the one-time code."""
    return _code_page(request, target=next) if await _half(request, parts) else RedirectResponse(SIGN_IN, 303)


@router.post("/sign-in/code")
async def confirm(request: Request, parts: PartsOf, code: Field = "", next: Field = "") -> Response:  # noqa: A002 - the name of the field
    """Check the one-time code; the half session ends, a whole one with a fresh token begins."""
    half, t = await _half(request, parts), speaker_of(request)
    if half is None:
        return RedirectResponse(SIGN_IN, 303)
    user, tries = half.user, attempts_of(request).code
    if not tries.allows(str(user.id)):
        return _code_page(request, target=next, status=429, error=t("Too many attempts. Please wait ten minutes and try again."))
    secret = parts.keyring.open(user.sealed_totp or b"", purpose=TOTP_PURPOSE)
    step = totp.matching_step(secret, code, after=user.totp_step)
    async with parts.database.write() as session:
        if step is None or not await use_step(session, user=user.id or 0, step=step):
            return _code_page(request, target=next, status=401, error=t("This code is wrong or was used already. Wait for the next one."))
        tries.forget(str(user.id))
        await sessions.end(session, user=user.id or 0, only=half.session.id)
        browser = half.session.browser
        token = await sessions.begin(session, parts.index_key, user=user.id or 0, browser=browser, confirmed=True)
        await _note(session, user, "signed in")
    response = RedirectResponse(_target(next, user.role), 303)
    sessions.set_cookie(response, token, https=parts.https)
    return response


async def use_step(session: AsyncSession, *, user: int, step: int) -> bool:
    """Mark a step's code as used; False if it, or a newer one, was used before (by two requests at once, one wins)."""
    newer = users.update().where(users.c.id == user, users.c.totp_step < step)
    return await session.scalar(newer.values(totp_step=step).returning(users.c.id)) is not None


@router.post("/sign-in/demo")
async def sign_in_demo(request: Request, parts: PartsOf, role: Field = "") -> Response:
    """One button per invented colleague, in a demonstration alone."""
    if not parts.demo or role not in ACCOUNTS:
        raise HTTPException(404)
    user = await _user(parts, ACCOUNTS[role].email)
    if user is None:
        raise HTTPException(404)
    async with parts.database.write() as session:
        return await enter(session, request, parts, user)


@router.post("/sign-out")
async def sign_out(actor: Anyone, parts: PartsOf) -> Response:
    """End this session."""
    async with parts.database.write() as session:
        await sessions.end(session, user=actor.user, only=actor.session)
    response = RedirectResponse(SIGN_IN + "?out=1", 303)
    sessions.drop_cookie(response, https=parts.https)
    return response


async def _user(parts: Parts, email: str) -> User | None:
    """An account that may sign in; the invented ones only in a demonstration."""
    query = select(User).join(Municipality, col(Municipality.id) == col(User.municipality_id))
    query = query.where(col(User.email) == email.strip().lower(), col(User.active).is_(True))
    if not parts.demo:
        query = query.where(col(Municipality.demo).is_(False))
    async with parts.database.read() as session:
        found: User | None = await session.scalar(query)
    return found


async def _half(request: Request, parts: Parts) -> Found | None:
    """The session of somebody who gave the password and still owes the code."""
    token = sessions.token_of(request, https=parts.https)
    found = await sessions.find(parts.database, parts.index_key, token) if token else None
    return found if found and not found.session.confirmed and found.user.sealed_totp else None


def _target(wanted: str, role: str) -> str:
    return wanted if is_path(wanted) else home_of(role)


def _page(request: Request, *, target: str, email: str = "", error: str = "", status: int = 200) -> Response:
    values: dict[str, Any] = {"email": email, "error": error, "out": "out" in request.query_params and not error}
    accounts = ACCOUNTS if parts_of(request).demo else {}
    return page(request, "sign_in.html", status=status, target=target if is_path(target) else "", accounts=accounts, **values)


def _code_page(request: Request, *, target: str, error: str = "", status: int = 200) -> Response:
    return page(request, "sign_in_code.html", status=status, target=target if is_path(target) else "", error=error)

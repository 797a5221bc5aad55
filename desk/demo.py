"""The invented colleagues of a demonstration: one of each role in the fictional district, with one printed password.

Nobody can sign in with them unless Lotse runs with `--demo`: `sign_in` and `access` refuse the accounts of a fictional municipality else.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from desk import passwords
from desk.access import Role
from store.scheduling import Adviser
from store.statements import insert_new
from store.tables import Municipality, User
from store.types import utcnow

PASSWORD = "lotse-demo-2026"  # noqa: S105 - printed at every start of a demonstration


@dataclass(frozen=True, kw_only=True)
class Account:
    """An invented colleague; `adviser` is the slug of their calendar in the fictional site."""

    email: str
    name: str
    role: Role
    adviser: str | None = None
    languages: tuple[str, ...] = ()


ACCOUNTS: Mapping[str, Account] = {
    "adviser": Account(
        email="mira@demo.lotse", name="Mira Muster (Demo)", role="adviser", adviser="mira-muster", languages=("de", "en", "ar", "ckb", "ti")
    ),
    "colleague": Account(
        email="oleh@demo.lotse", name="Oleh Beispiel (Demo)", role="adviser", adviser="oleh-beispiel", languages=("de", "en", "uk", "ru")
    ),
    "lead": Account(
        email="farida@demo.lotse", name="Farida Probe (Demo)", role="lead", adviser="farida-probe", languages=("de", "fa", "prs", "ps")
    ),
    "editor": Account(email="edda@demo.lotse", name="Edda Redaktion (Demo)", role="editor"),
    "admin": Account(email="ada@demo.lotse", name="Ada Verwaltung (Demo)", role="admin"),
}


async def ensure_demo(session: AsyncSession, *, municipality: int) -> bool:
    """Make the invented colleagues that are not there yet; tells whether nobody ever worked here before."""
    await session.execute(select(col(Municipality.id)).where(col(Municipality.id) == municipality).with_for_update())
    present = set(await session.scalars(select(col(User.email)).where(col(User.municipality_id) == municipality)))
    missing = [account for account in ACCOUNTS.values() if account.email not in present]
    if not missing:
        return False
    query = select(col(Adviser.slug), col(Adviser.id)).where(col(Adviser.municipality_id) == municipality)
    calendars = {row.slug: row.id for row in await session.execute(query)}
    secret = await passwords.hash_password(PASSWORD)
    rows = [_row(account, municipality, secret) | {"adviser_id": calendars.get(account.adviser or "")} for account in missing]
    await insert_new(session, User, rows)
    return not present


def _row(account: Account, municipality: int, password_hash: str) -> dict[str, object]:
    named = {"email": account.email, "name": account.name, "role": account.role, "languages": list(account.languages)}
    plain = {"active": True, "totp_step": 0, "topics": [], "interface": "de", "notify": True, "created_at": utcnow()}
    return named | plain | {"municipality_id": municipality, "password_hash": password_hash}

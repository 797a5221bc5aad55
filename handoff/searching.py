"""Finding cases by words of open ones, appointment code, pseudonym, language, topic. How the found ones are listed is in `listing`.

The work is bounded: sealed texts have no index, so the newest `MOST_LINES` lines of open cases are opened and looked through.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.listing import Viewer
from handoff.pseudonyms import PAIRS, places, pseudonym
from handoff.reading import open_text
from locales.bidi import clean
from store.crypto import Keyring
from store.scheduling import Appointment
from store.statements import table_of
from store.tables import Case, Message

MOST_LINES = 800
MOST_CASES = 1000
MOST_FOUND = 200
_SHORTEST = 2
_FIRST_OF_CODE = 4

cases, messages, appointments = table_of(Case), table_of(Message), table_of(Appointment)


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is looked for: the typed `text`, and the languages and topics that it may name."""

    text: str
    languages: Collection[str] = ()
    topics: Collection[str] = ()


def folded(text: str) -> str:
    """A text as it is compared: without hostile controls, in one form, case and spacing ignored."""
    return " ".join(normalize("NFKC", clean(text)).casefold().split())


async def find(session: AsyncSession, keyring: Keyring, *, viewer: Viewer, query: Query) -> set[int]:
    """Ids of at most `MOST_FOUND` cases of the municipality."""
    wanted = folded(query.text)
    if len(wanted) < _SHORTEST:
        return set()
    found = await _by_column(session, viewer, query)
    found |= await _by_code(session, viewer, wanted)
    found |= await _by_pseudonym(session, viewer, wanted)
    found |= await _by_words(session, keyring, viewer, wanted)
    return set(sorted(found, reverse=True)[:MOST_FOUND])


async def _by_column(session: AsyncSession, viewer: Viewer, query: Query) -> set[int]:
    if not query.languages and not query.topics:
        return set()
    named = or_(cases.c.language.in_(list(query.languages)), cases.c.topic.in_(list(query.topics)))
    return set(await session.scalars(_newest(viewer, cases.c.id).where(named).limit(MOST_FOUND)))


async def _by_code(session: AsyncSession, viewer: Viewer, wanted: str) -> set[int]:
    """The cases of whoever has an appointment with this number."""
    code = wanted.replace(" ", "").replace("-", "")
    if not code.isascii() or not code.isdigit() or len(code) < _FIRST_OF_CODE:
        return set()
    owner = select(appointments.c.person_id).where(appointments.c.municipality_id == viewer.municipality, appointments.c.code == code)
    return set(await session.scalars(_newest(viewer, cases.c.id).where(cases.c.person_id.in_(owner)).limit(MOST_FOUND)))


async def _by_pseudonym(session: AsyncSession, viewer: Viewer, wanted: str) -> set[int]:
    """Names repeat with a number behind them, so the database can leave out most people."""
    found = places(wanted)
    if not found:
        return set()
    named = _newest(viewer, cases.c.id, cases.c.person_id).where((cases.c.person_id % PAIRS).in_(found)).limit(MOST_CASES)
    return {row.id for row in await session.execute(named) if wanted in _names(row.person_id)}


def _names(person: int) -> str:
    return f"{pseudonym(person)}\n{pseudonym(person, 'en')}".casefold()


async def _by_words(session: AsyncSession, keyring: Keyring, viewer: Viewer, wanted: str) -> set[int]:
    """Open cases in whose newest lines the text stands."""
    open_cases = select(cases.c.id).where(cases.c.municipality_id == viewer.municipality, cases.c.state != "closed")
    human = or_(messages.c.incoming, messages.c.author_id.is_not(None))
    lines = select(messages.c.case_id, messages.c.sealed_payload).where(
        messages.c.case_id.in_(open_cases), human, messages.c.deleted_at.is_(None)
    )
    found: set[int] = set()
    for row in await session.execute(lines.order_by(messages.c.id.desc()).limit(MOST_LINES)):
        if row.case_id not in found and wanted in _compared(open_text(keyring, row.sealed_payload)):
            found.add(row.case_id)
    return found


def _compared(text: str) -> str:
    """As `folded`, without looking for controls: they were taken out when the text was accepted."""
    return " ".join(normalize("NFKC", text).casefold().split())


def _newest(viewer: Viewer, *columns: Any) -> Any:
    """Cases of the municipality, open ones and new ones first."""
    wanted = select(*columns).where(cases.c.municipality_id == viewer.municipality)
    return wanted.order_by(cases.c.state == "closed", cases.c.id.desc())

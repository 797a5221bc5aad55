"""The lists of cases as the inbox shows them: tabs, counts, order, last words. Finding by words is in `searching`, one case in `reading`.

Core statements alone, a fixed number of them for each page: the lists stay fast with ten thousand cases.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.reading import open_text
from locales.bidi import clean
from store.crypto import Keyring
from store.desk import Mention
from store.statements import table_of
from store.tables import Case, Message, User

PAGE = 25
WORDS = 140

Tab = Literal["mine", "team", "unassigned", "follow_ups", "closed"]
TABS: tuple[Tab, ...] = get_args(Tab)

cases, messages, users, mentions = table_of(Case), table_of(Message), table_of(User), table_of(Mention)


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """For whom a list is made: `owners` are this user and the absent colleagues whose cases they have at the moment."""

    municipality: int
    user: int
    owners: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many cases each tab holds, and how many of them need this user's word now."""

    mine: int
    team: int
    unassigned: int
    follow_ups: int
    closed: int
    unread: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a list. `last` is the beginning of what was said last, `mine` whether an adviser said it; empty if nothing was yet."""

    id: int
    person: int | None
    language: str
    topic: str | None
    reason: str
    urgent: bool
    state: str
    revision: int
    opened_at: datetime
    waiting_since: datetime | None
    promised_at: datetime | None
    follow_up_at: datetime | None
    closed_at: datetime | None
    owner_id: int | None
    owner: str | None
    last: str
    last_at: datetime | None
    by_adviser: bool
    mentioned: bool


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One page of a list: `total` lines exist, `number` counts pages from 1."""

    entries: tuple[Entry, ...]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


async def counts(session: AsyncSession, *, viewer: Viewer) -> Counts:
    """All counts in two statements."""
    needed = or_(and_(_mine(viewer), cases.c.waiting_since.is_not(None)), _mentioned(viewer), _unassigned(viewer))
    columns = (
        func.count().filter(or_(_mine(viewer), _mentioned(viewer))),
        func.count().filter(_awake()),
        func.count().filter(_unassigned(viewer)),
        func.count().filter(cases.c.state == "follow_up"),
        func.count().filter(needed),
    )
    mine, team, unassigned, follow_ups, unread = (await session.execute(select(*columns).where(_open(viewer)))).one()
    closed = await session.scalar(select(func.count()).where(_of_town(viewer), cases.c.state == "closed"))
    return Counts(mine=mine, team=team, unassigned=unassigned, follow_ups=follow_ups, closed=closed or 0, unread=unread)


async def page_of(  # noqa: PLR0913 - one keyword for each thing asked
    session: AsyncSession, keyring: Keyring, *, viewer: Viewer, tab: Tab, total: int, number: int = 1
) -> Listed:
    """A page of a tab whose `total` is known from the counts; a number beyond the end gives the last page."""
    number = max(1, min(number, -(-total // PAGE)))
    wanted = select(cases.c.id).where(*_conditions(viewer, tab)).order_by(*_order(tab)).limit(PAGE).offset((number - 1) * PAGE)
    ids = list(await session.scalars(wanted))
    return Listed(entries=await entries(session, keyring, viewer=viewer, ids=ids), total=total, number=number)


async def chosen(session: AsyncSession, keyring: Keyring, *, viewer: Viewer, ids: Collection[int], number: int = 1) -> Listed:
    """A page of the cases with these ids, in the order of the inbox; those of other municipalities are left out."""
    mine = and_(_of_town(viewer), cases.c.id.in_(ids))
    total = await session.scalar(select(func.count()).where(mine)) or 0
    number = max(1, min(number, -(-total // PAGE)))
    wanted = select(cases.c.id).where(mine).order_by(cases.c.state == "closed", *_order("team")).limit(PAGE).offset((number - 1) * PAGE)
    found = list(await session.scalars(wanted))
    return Listed(entries=await entries(session, keyring, viewer=viewer, ids=found), total=total, number=number)


async def entries(session: AsyncSession, keyring: Keyring, *, viewer: Viewer, ids: Sequence[int]) -> tuple[Entry, ...]:
    """The lines of these cases, in this order, with their last words: three statements for all."""
    if not ids:
        return ()
    wanted = select(cases, users.c.name.label("owner")).join(users, users.c.id == cases.c.owner_id, isouter=True)
    rows = {row.id: row for row in await session.execute(wanted.where(_of_town(viewer), cases.c.id.in_(ids)))}
    last = {row.case_id: row for row in await session.execute(_last_lines(ids))}
    unseen = and_(mentions.c.user_id == viewer.user, mentions.c.seen_at.is_(None), mentions.c.case_id.in_(ids))
    named = set(await session.scalars(select(mentions.c.case_id).where(unseen)))
    return tuple(_entry(keyring, rows[case], last.get(case), mentioned=case in named) for case in ids if case in rows)


def _last_lines(ids: Sequence[int]) -> Any:
    """The newest line of each case that a human wrote; each is found at the end of an index."""
    human = or_(messages.c.incoming, messages.c.author_id.is_not(None))
    of_case = (messages.c.case_id == cases.c.id, human, messages.c.deleted_at.is_(None))
    newest = select(messages.c.id).where(*of_case).order_by(messages.c.id.desc()).limit(1).correlate(cases).scalar_subquery()
    lines = select(newest).where(cases.c.id.in_(ids))
    columns = (messages.c.case_id, messages.c.incoming, messages.c.sealed_payload, messages.c.created_at)
    return select(*columns).where(messages.c.id.in_(lines))


def _entry(keyring: Keyring, row: Row[Any], last: Row[Any] | None, *, mentioned: bool) -> Entry:
    same = {name: getattr(row, name) for name in _SAME}
    said = open_text(keyring, last.sealed_payload) if last else ""
    return Entry(
        **same,
        person=row.person_id,
        last=" ".join(clean(said).split())[:WORDS],
        last_at=last.created_at if last else None,
        by_adviser=bool(last and not last.incoming),
        mentioned=mentioned,
    )


_SAME = (
    *("id", "language", "topic", "reason", "urgent", "state", "revision", "owner_id", "owner"),
    *("opened_at", "waiting_since", "promised_at", "follow_up_at", "closed_at"),
)


def _conditions(viewer: Viewer, tab: Tab) -> tuple[ColumnElement[bool], ...]:
    match tab:
        case "mine":
            return _open(viewer), or_(_mine(viewer), _mentioned(viewer))
        case "team":
            return _open(viewer), _awake()
        case "unassigned":
            return _open(viewer), _unassigned(viewer)
        case "follow_ups":
            return _of_town(viewer), cases.c.state == "follow_up"
        case "closed":
            return _of_town(viewer), cases.c.state == "closed"


def _order(tab: Tab) -> tuple[ColumnElement[Any], ...]:
    """Danger first, then who waits longest; who waits for nothing comes last."""
    if tab == "closed":
        return cases.c.closed_at.desc(), cases.c.id.desc()
    nobody_waits = cases.c.waiting_since.is_(None)
    if tab == "follow_ups":
        return nobody_waits, cases.c.follow_up_at, cases.c.id
    return cases.c.urgent.desc(), nobody_waits, cases.c.waiting_since, cases.c.id


def _of_town(viewer: Viewer) -> ColumnElement[bool]:
    return cases.c.municipality_id == viewer.municipality


def _open(viewer: Viewer) -> ColumnElement[bool]:
    return and_(_of_town(viewer), cases.c.state.in_(("waiting", "claimed", "answered", "follow_up")))


def _awake() -> ColumnElement[bool]:
    """Not asleep: a case whose person wrote before its follow-up is due is awake."""
    return or_(cases.c.state != "follow_up", cases.c.waiting_since.is_not(None))


def _mine(viewer: Viewer) -> ColumnElement[bool]:
    return and_(cases.c.owner_id.in_(viewer.owners), _awake())


def _unassigned(viewer: Viewer) -> ColumnElement[bool]:
    """Nobody has it, or somebody who does not work here any more."""
    gone = select(users.c.id).where(users.c.municipality_id == viewer.municipality, users.c.active.is_(False))
    return and_(or_(cases.c.owner_id.is_(None), cases.c.owner_id.in_(gone)), _awake())


def _mentioned(viewer: Viewer) -> ColumnElement[bool]:
    """A colleague asks this user something in a note."""
    unseen = (mentions.c.user_id == viewer.user, mentions.c.seen_at.is_(None))
    return cases.c.id.in_(select(mentions.c.case_id).where(*unseen))

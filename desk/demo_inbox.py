"""The inbox of a demonstration at its first start: invented people, their cases, hours, an absence. What they say is in `demo_inbox.yml`.

Cases are made by the verbs of `handoff`, at times counted back from the start. Who makes the invented colleagues is `demo`,
what was asked in vain `demo_wishes`.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import demo
from dialogs import handing
from dialogs.model import Reply, Town
from handoff import cases, hours, leaves, notes, phrases, relay
from handoff.card import Card
from handoff.phrases import Ready
from handoff.rows import By
from store.crypto import Keyring
from store.desk import WorkHours
from store.statements import insert_new, table_of
from store.tables import Address, Conversation, Message, Person, User

CHANNEL = "web"
SCRIPT = Path(__file__).parent / "demo_inbox.yml"
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

people, conversations, addresses, messages = (table_of(model) for model in (Person, Conversation, Address, Message))


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How the process stores what is said and where somebody is: sealed lines of the history, sealed addresses and their blind index."""

    keyring: Keyring
    seal_line: Callable[[Mapping[str, Any] | Reply], bytes]
    seal_address: Callable[[str], bytes]
    blind: Callable[[str, str], bytes]


@dataclass(frozen=True, kw_only=True)
class _Stage:
    """Where the invented conversations take place: `users` are the ids of the colleagues by their key in `demo.ACCOUNTS`."""

    ways: Ways
    town: Town
    users: Mapping[str, int]
    now: datetime


async def fill(session: AsyncSession, ways: Ways, *, town: Town, now: datetime) -> None:
    """Write the inbox of the demonstration's district, whose colleagues were made just now."""
    script = yaml.load(SCRIPT.read_text(encoding="utf-8"), Loader=_SAFE)  # noqa: S506 - the safe loader, in C where there is one
    keys = {account.email: key for key, account in demo.ACCOUNTS.items()}
    found = await session.execute(select(table_of(User).c.email, table_of(User).c.id).where(table_of(User).c.municipality_id == town.id))
    stage = _Stage(ways=ways, town=town, users={keys[row.email]: row.id for row in found if row.email in keys}, now=now)
    await _hours(session, stage, script["hours"])
    await _leave(session, stage, script["leave"])
    for case in script["cases"]:
        await _case(session, stage, case)


def _span(written: str) -> timedelta:
    """A length of time.

    >>> _span("90m"), _span("2d")
    (datetime.timedelta(seconds=5400), datetime.timedelta(days=2))
    """
    return int(written[:-1]) * _UNITS[written[-1]]


async def _hours(session: AsyncSession, stage: _Stage, written: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        {"municipality_id": stage.town.id, "weekday": day, "starts": part["from"] * 60, "ends": part["until"] * 60}
        for part in written
        for day in part["days"]
    ]
    await insert_new(session, WorkHours, rows)


async def _leave(session: AsyncSession, stage: _Stage, leave: Mapping[str, str]) -> None:
    today = stage.now.astimezone(await hours.zone_of(session, municipality=stage.town.id)).date()
    first = today - _span(leave["began"])
    days = {"starts_on": first, "ends_on": first + _span(leave["lasts"])}
    user, substitute = stage.users[leave["who"]], stage.users[leave["substitute"]]
    await leaves.add(session, municipality=stage.town.id, user=user, substitute=substitute, **days)


async def _case(session: AsyncSession, stage: _Stage, script: Mapping[str, Any]) -> None:
    """One person and their case, step by step; the first step is what they asked."""
    person = await _person(session, stage, script)
    danger, (ago, _, _, question) = script.get("danger"), script["steps"][0]
    card = Card(
        question="" if danger else question,
        question_language=script["language"],
        filled=script.get("filled", {}),
        articles=[script["topic"]],
        danger=danger,
        wishes=script.get("wishes", []),
    )
    opened = await cases.open_case(
        session,
        stage.ways.keyring,
        municipality=stage.town.id,
        person=person,
        language=script["language"],
        reason=script["reason"],
        urgent=bool(danger),
        topic=script["topic"],
        card=card,
        now=stage.now - _span(ago),
    )
    scene = _Scene(session=session, stage=stage, person=person, case=opened.case, language=script["language"])
    for step in script["steps"]:
        await scene.play(*step)


async def _person(session: AsyncSession, stage: _Stage, script: Mapping[str, Any]) -> int:
    """Somebody of the web chat whose page nobody has open: replies to them are kept there."""
    wrote = [stage.now - _span(step[0]) for step in script["steps"] if step[1] == "person"]
    row = {"language": script["language"], "municipality_id": stage.town.id, "created_at": wrote[0], "seen_at": wrote[-1]}
    person = int((await session.execute(insert(people).values(row).returning(people.c.id))).scalar_one())
    external = secrets.token_urlsafe(32)
    where = {
        "person_id": person,
        "channel": CHANNEL,
        "blind": stage.ways.blind(CHANNEL, external),
        "sealed_external": stage.ways.seal_address(external),
        "unreachable": False,
    }
    await session.execute(insert(conversations).values(person_id=person, updated_at=wrote[-1]))
    await session.execute(insert(addresses).values(where))
    return person


@dataclass(frozen=True, kw_only=True)
class _Scene:
    """A case in which steps are played, each at its time."""

    session: AsyncSession
    stage: _Stage
    person: int
    case: int
    language: str

    async def play(self, ago: str, who: str, what: str, *more: str) -> None:
        """Let somebody do something."""
        now, user = self.stage.now - _span(ago), self.stage.users.get(who, 0)
        by = By(municipality=self.stage.town.id, case=self.case, user=user, now=now)
        match what:
            case "says":
                await self._line({"text": more[0]}, now, incoming=True)
                await relay.heard(self.session, person=self.person, case=self.case, now=now)
            case "claims":
                await cases.claim(self.session, municipality=by["municipality"], case=self.case, user=user, now=now)
                name = demo.ACCOUNTS[who].name
                await self._line(handing.claimed(language=self.language, name=name, town=self.stage.town.name), now)
            case "sleeps":
                await cases.follow_up(self.session, self.stage.ways.keyring, until=self.stage.now + _span(more[0]), message=more[1], **by)
                await self._line(handing.returned(language=self.language), now)
            case "closes":
                await cases.close(self.session, **by)
                await self._line(handing.closed(language=self.language), now)
            case "notes":
                keyring, town = self.stage.ways.keyring, by["municipality"]
                await notes.add(self.session, keyring, municipality=town, case=self.case, user=user, text=more[0], now=now)
            case _:
                await self._answer(now, user, what, more[0])

    async def _answer(self, now: datetime, user: int, what: str, words: str) -> None:
        """An adviser's reply in the person's language: `replies`, a `phrase`, or one that `fails` to arrive."""
        phrase = Ready(key=words, source=phrases.BUILT_IN[words]) if what == "phrase" else None
        text = phrases.fill(phrase, language=self.language, values={}) if phrase else words
        status = ("failed", "unreachable") if what == "fails" else ("sent", None)
        said = Reply(text=text, language=self.language)
        message = await self._line(said, now, author_id=user, delivery=status[0], failure=status[1])
        town = self.stage.town.id
        await relay.answered(self.session, municipality=town, case=self.case, user=user, message=message, now=now)

    async def _line(self, payload: Mapping[str, Any] | Reply, now: datetime, *, incoming: bool = False, **more: Any) -> int:
        row = {
            "person_id": self.person,
            "version": int(now.timestamp() * 1_000_000),
            "incoming": incoming,
            "screen": False,
            "sealed_payload": self.stage.ways.seal_line(payload),
            "case_id": self.case,
            "created_at": now,
        }
        return int((await self.session.execute(insert(messages).values(row | more).returning(messages.c.id))).scalar_one())

"""The ladder over Easter, played on a real database with a clock of its own; what happens is written down as `docs/ladder.md`.

`python -m tests.handoff.simulation` prints the document. `test_ladder` plays it on both databases and compares.
"""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import col

from dialogs import handing
from dialogs.model import Reply
from handoff import cases, hours, ladder, leaves, letters, notices, promises, relay
from handoff.ladder import Step
from knowledge import loader
from knowledge.model import Knowledge
from locales.formats import full_date
from store import database, migrate
from store.crypto import Keyring
from store.database import Database
from store.desk import WorkHours
from store.tables import Case
from tests.cases import person, place, staff

BERLIN = ZoneInfo("Europe/Berlin")
KEYRING = Keyring([b"k" * 32])
TICK = timedelta(minutes=5)
SUNDAYS = {2026: date(2026, 4, 5), 2027: date(2027, 3, 28)}
DAY = timedelta(days=1)
TOWN = "Lotsenau"
NAMES = ("Amira Adler", "Ben Bach", "Chiara Conti", "Dana Dorn", "Emil Ernst")
LEAD = "Frieda Falk"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One thing that happened: when, after how much working time of waiting, what, who got an e-mail, what the person read."""

    at: datetime
    waited: timedelta | None
    what: str
    mails: tuple[str, ...] = ()
    reply: Reply | None = None


@dataclass
class Story:
    """One town over one Easter; `now` moves on only by `until` and `at`."""

    base: Database
    knowledge: Knowledge
    slug: str
    sunday: date
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    town: int = 0
    who: int = 0
    users: dict[str, int] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)

    def wall(self, offset: int, hour: int, minute: int = 0) -> datetime:
        """A time on the wall, `offset` days from Easter Sunday."""
        return datetime.combine(self.sunday + offset * DAY, time(hour, minute), BERLIN).astimezone(UTC)

    async def begin(self) -> None:
        """The town, its hours, its people; Amira is away the week after Easter, and Ben, who stands in for her, until Wednesday."""
        async with self.base.write() as session:
            self.town = await place(session, slug=self.slug)
            for weekday in range(5):
                for starts, ends in ((540, 720), (780, 960))[: 1 if weekday == 4 else 2]:
                    session.add(WorkHours(municipality_id=self.town, weekday=weekday, starts=starts, ends=ends))
            advisers = await staff(session, municipality=self.town, names=NAMES, languages=["de", "en"])
            leads = await staff(session, municipality=self.town, names=(LEAD,), role="lead")
            self.users = {user.name: int(user.id or 0) for user in (*advisers, *leads)}
            self.who, _ = await person(session, municipality=self.town)
            for name, first, last, substitute in (("Amira Adler", -1, 5, "Ben Bach"), ("Ben Bach", 1, 3, "Chiara Conti")):
                days = {"starts_on": self.sunday + first * DAY, "ends_on": self.sunday + last * DAY}
                user, other = self.users[name], self.users[substitute]
                await leaves.add(session, municipality=self.town, user=user, substitute=other, **days)

    async def asks(self, at: datetime, *, urgent: bool = False) -> int:
        """The person asks for a human, or the safety screen does."""
        self.now = at
        async with self.base.write() as session:
            opened = await cases.open_case(
                session,
                KEYRING,
                municipality=self.town,
                person=self.who,
                language="en",
                reason="safety" if urgent else "asked",
                urgent=urgent,
                now=at,
            )
            told = "" if urgent else handing.expectation("en", await promises.make(session, case=opened.case, now=at))
        what = "The safety screen recognises danger. Lotse says whom to call." if urgent else "The person asks for a human."
        self.heard.append(Heard(at=at, waited=None, what=what, reply=Reply(text=told, language="en") if told else None))
        return opened.case

    async def answered_by(self, name: str, case: int, at: datetime) -> None:
        """An adviser takes the case, if nobody has it, and answers."""
        self.now = at
        async with self.base.write() as session:
            row = await session.get_one(Case, case)
            if row.owner_id is None:
                await cases.claim(session, municipality=self.town, case=case, user=self.users[name], now=at)
            elif row.owner_id != self.users[name]:
                await cases.take_over(session, municipality=self.town, case=case, user=self.users[name], absent=True, now=at)
            await relay.answered(session, municipality=self.town, case=case, user=self.users[name], message=1, now=at)
        self.heard.append(Heard(at=at, waited=None, what=f"{name} answers. The ladder stops."))

    async def writes(self, case: int, at: datetime) -> None:
        """The person writes to the human who has the case."""
        self.now = at
        async with self.base.write() as session:
            await relay.heard(session, person=self.who, case=case, now=at)
        self.heard.append(Heard(at=at, waited=None, what="The person writes again."))

    async def until(self, moment: datetime) -> None:
        """Let time pass, as the jobs of the process do; moments at which nothing can be due are left out."""
        while (following := await self._following()) <= moment:
            self.now = following
            await self._tick()

    async def _following(self) -> datetime:
        """The next moment on the grid at which a rung may be due, or nine o'clock, when people hear of leaves."""
        async with self.base.read() as session:
            due = await session.scalar(select(func.min(col(Case.rung_at))).where(col(Case.municipality_id) == self.town))
        soon = self.now + TICK
        today = datetime.combine(self.now.astimezone(BERLIN).date(), time(9), BERLIN).astimezone(UTC)
        nine = today if today > self.now else datetime.combine(self.now.astimezone(BERLIN).date() + DAY, time(9), BERLIN).astimezone(UTC)
        return nine if due is None else max(soon, min(nine, soon - TICK * ((soon - due) // TICK)))

    async def end(self) -> None:
        """Nothing of this town is due any more in the next story."""
        async with self.base.write() as session:
            for case in await session.scalars(select(Case).where(col(Case.municipality_id) == self.town)):
                await cases.close(session, municipality=self.town, case=int(case.id or 0), user=None, now=self.now)

    async def _tick(self) -> None:
        async with self.base.write() as session:
            for case in await ladder.due(session, self.now):
                before = (await session.get_one(Case, case, populate_existing=True)).waiting_since
                step = await ladder.climb(session, case, self.now)
                if step and before:
                    clock = await promises.clock(session, municipality=self.town, now=self.now)
                    await self._climbed(step, waited=hours.working(clock, before, self.now))
            for notice in await notices.due(session, self.now):
                self.heard.append(
                    Heard(at=self.now, waited=None, what="The person hears of the leave.", reply=handing.substitution(notice))
                )
        await self._post()

    async def _climbed(self, step: Step, *, waited: timedelta) -> None:
        reply = handing.render_step(step, town=TOWN, knowledge=self.knowledge)
        names = {number: name for name, number in self.users.items()}
        mails = tuple(names[user] for user in step.users)
        what = f"Rung {step.rung}: {WHAT[step.kind]}"
        self.heard.append(Heard(at=self.now, waited=waited, what=what, mails=mails, reply=reply))

    async def _post(self) -> None:
        """Send the e-mails."""
        async with self.base.write() as session:
            for one in await letters.claim(session, owner="simulation", now=self.now):
                letter = await letters.read(session, one, base_url="https://lotse.example")
                if letter:
                    self.mails.append(letter.name)
                await letters.finish(session, reminder=one.reminder, now=self.now)


WHAT = {
    "tell": "the person is told.",
    "remind": "who has the case, or should take it, is reminded.",
    "substitute": "another adviser is asked.",
    "team": "the whole team is asked.",
    "lead": "the lead is told.",
}


async def nobody_answers(story: Story) -> None:
    """A first request on Maundy Thursday, half an hour before the house closes. Nobody answers until Thursday of the next week."""
    await story.asks(story.wall(-3, 15, 30))
    await story.until(story.wall(4, 17))


async def adviser_goes_on_leave(story: Story) -> None:
    """Amira has the case. The person writes again on Maundy Thursday; then Amira is away, and so is Ben, who stands in for her."""
    case = await story.asks(story.wall(-4, 10))
    await story.answered_by("Amira Adler", case, story.wall(-4, 10, 30))
    await story.until(story.wall(-3, 15, 30))
    await story.writes(case, story.wall(-3, 15, 30))
    await story.until(story.wall(2, 13, 45))
    await story.answered_by("Dana Dorn", case, story.wall(2, 14))
    await story.until(story.wall(2, 16, 30))
    await story.writes(case, story.wall(2, 16, 30))
    await story.until(story.wall(3, 10))


async def danger_at_night(story: Story) -> None:
    """The safety screen hits in the night before Easter Sunday."""
    await story.asks(story.wall(-1, 23, 10), urgent=True)
    await story.until(story.wall(2, 12))


SCENES: tuple[tuple[str, Callable[[Story], Awaitable[None]]], ...] = (
    ("Nobody answers", nobody_answers),
    ("The adviser goes on leave, and so does who stands in", adviser_goes_on_leave),
    ("Danger at night", danger_at_night),
)


async def play(base: Database, knowledge: Knowledge) -> dict[tuple[int, str], Story]:
    """All scenes of both years, by year and title."""
    stories = {}
    for year, sunday in SUNDAYS.items():
        for number, (title, scene) in enumerate(SCENES):
            story = Story(base=base, knowledge=knowledge, slug=f"lotsenau-{year}-{number}", sunday=sunday)
            await story.begin()
            await scene(story)
            await story.end()
            stories[year, title] = story
    return stories


INTRODUCTION = """# Nobody answers: the ladder over Easter

What happens when somebody waits for a human and nobody answers. All of it in working time: this town works Monday to Thursday from
9 to 12 and from 13 to 16 o'clock, on Friday from 9 to 12, and not on public holidays of Rhineland-Palatinate. Good Friday and Easter
Monday are such days. In 2027 the clock changes on Easter Sunday.

Five advisers work here: {advisers}. {lead} leads the team.
Amira is away from the Saturday before Easter until the Friday after it, and Ben stands in for her. Ben is away from Easter Monday
until Wednesday, and Chiara stands in for him.

This page is made by a run of the program: `.venv/bin/python -m tests.handoff.simulation > docs/ladder.md`. A test plays it again on
SQLite and on PostgreSQL and compares every word. How it works is in `handoff/ladder.py`, the words are in `dialogs/handing.py`.
People read them in their language; here it is English.
"""


def document(stories: dict[tuple[int, str], Story]) -> str:
    """The transcript as Markdown."""
    parts = [INTRODUCTION.format(advisers=", ".join(NAMES), lead=LEAD)]
    for (year, title), story in stories.items():
        scene = dict(SCENES)[title]
        parts.append(f"## {title}, Easter {year}\n\n{(scene.__doc__ or '').strip()}\n")
        parts += [_entry(one) for one in story.heard]
    return "\n".join(parts)


def _entry(one: Heard) -> str:
    wall = one.at.astimezone(BERLIN)
    waited = f" · waiting for {_length(one.waited)} of working time" if one.waited is not None else ""
    lines = [f"**{full_date('en', wall.date())}, {wall:%H:%M}**{waited}<br>", one.what]
    if one.mails:
        lines[-1] += f" E-mail to {', '.join(one.mails)}."
    if one.reply:
        text = "\n\n".join(part for part in (one.reply.title and f"**{one.reply.title}**", one.reply.text) if part)
        lines += ["", *(f"> {line}".rstrip() for line in text.split("\n"))]
        buttons = [choice.label for row in one.reply.rows for choice in row if choice.id not in {"menu", "human"}]
        lines += [">", "> " + " ".join(f"[{label}]" for label in buttons)] if buttons else []
    return "\n".join((*lines, ""))


def _length(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"


async def _main() -> str:
    folder = Path(tempfile.mkdtemp(prefix="lotse-ladder-"))
    base = database.connect(f"sqlite+aiosqlite:///{folder}/lotse.db")
    try:
        await migrate.upgrade(base)
        return document(await play(base, loader.load()))
    finally:
        await base.close()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.stdout.write(asyncio.run(_main()))

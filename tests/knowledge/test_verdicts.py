"""Verdicts about answers: counted by article and language, worst first, nothing that rests on few of them."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from handoff import retention
from knowledge import feedback, verdicts
from knowledge.verdicts import Counts, Tally
from store.database import Database
from store.tables import Feedback, Municipality
from store.types import utcnow

NOW = utcnow()


async def town(session: AsyncSession, slug: str) -> int:
    row = Municipality(slug=slug, name=slug)
    session.add(row)
    await session.flush()
    return row.id or 0


def say(
    session: AsyncSession, municipality: int | None, entry: str, verdict: str, count: int, *, language: str = "de", days: float = 1
) -> None:
    given = NOW - timedelta(days=days)
    session.add_all(
        Feedback(municipality_id=municipality, entry=entry, language=language, verdict=verdict, given_at=given) for _ in range(count)
    )


async def tallies(base: Database, municipality: int) -> list[Tally]:
    async with base.read() as session:
        return await verdicts.tallies(session, municipality=municipality, now=NOW)


async def test_the_worst_comes_first_and_few_verdicts_are_hidden(base: Database) -> None:
    async with base.write() as session:
        here, there = await town(session, "hier"), await town(session, "dort")
        say(session, here, "a", "yes", 9)
        say(session, here, "b", "no", 4)
        say(session, here, "b", "else", 3)
        say(session, here, "c", "no", 4)
        say(session, there, "c", "no", 4)
        say(session, None, "c", "no", 4)
        say(session, here, "a", "no", 50, days=91)
    found = await tallies(base, here)
    assert [(one.entry, one.counts) for one in found] == [("b", Counts(no=4, other=3)), ("a", Counts(yes=9))]
    assert await tallies(base, there) == []


async def test_languages_are_told_apart_where_that_reveals_nobody(base: Database) -> None:
    async with base.write() as session:
        here = await town(session, "hier")
        for entry, counts in {"a": (6, 5, 5), "b": (6, 5, 2), "c": (7, 3, 3)}.items():
            for language, count in zip(("ar", "de", "uk"), counts, strict=True):
                say(session, here, entry, "yes", count, language=language)
    found = {one.entry: {code: counts.all for code, counts in one.languages.items()} for one in await tallies(base, here)}
    assert found == {"a": {"ar": 6, "de": 5, "uk": 5}, "b": {"ar": 6}, "c": {"ar": 7}}


async def test_a_trend_needs_enough_before_and_of_late(base: Database) -> None:
    async with base.write() as session:
        here = await town(session, "hier")
        say(session, here, "a", "yes", 5, days=40)
        say(session, here, "a", "no", 5, days=2)
        say(session, here, "b", "yes", 4, days=40)
        say(session, here, "b", "no", 5, days=2)
    assert {one.entry: one.change for one in await tallies(base, here)} == {"a": -1.0, "b": None}


async def test_a_verdict_can_be_changed_and_taken_back_but_not_anothers(base: Database) -> None:
    async with base.write() as session:
        here = await town(session, "hier")
        vote = await feedback.record(session, entry="a", language="de", verdict="yes", municipality_id=here)
        assert await feedback.change(session, vote=vote, entry="a", verdict="no")
        assert not await feedback.change(session, vote=vote, entry="b", verdict="yes")
        await feedback.take_back(session, vote=vote, entry="b")
        assert await feedback.change(session, vote=vote, entry="a", verdict="else")
        await feedback.take_back(session, vote=vote, entry="a")
        assert not await feedback.change(session, vote=vote, entry="a", verdict="no")


async def test_verdicts_expire(base: Database) -> None:
    async with base.write() as session:
        here = await town(session, "hier")
        say(session, here, "a", "yes", 6, days=80)
        await session.flush()
        await retention.expire(session, NOW + timedelta(days=200))
        assert len(await verdicts.tallies(session, municipality=here, now=NOW)) == 1
        await retention.expire(session, NOW + timedelta(days=290))
        assert await verdicts.tallies(session, municipality=here, now=NOW) == []


def test_a_conversation_remembers_the_last_twenty_votes() -> None:
    votes: dict[str, int] = {}
    for number in range(25):
        votes = feedback.remembered(votes, entry=f"e{number}", vote=number)
    votes = feedback.remembered(votes, entry="e5", vote=99)
    assert next(iter(votes.items())) == ("e6", 6)
    assert list(votes.items())[-1] == ("e5", 99)
    assert len(votes) == 20

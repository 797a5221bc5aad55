"""Who sees a case first: language and topic, who is there, who is free longest; never another municipality."""

from datetime import UTC, date, datetime, timedelta

import pytest

from handoff import leaves, routing
from store.database import Database
from store.desk import CaseEvent, WorkHours
from store.tables import User
from tests.cases import Known, Open, person_with_case, place, staff

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday, ten o'clock in Berlin
MONDAY = date(2026, 11, 23)


async def made(
    base: Database, *, language: str = "ti", topic: str | None = "residence/extension", slug: str = "testort"
) -> tuple[int, Open]:
    async with base.write() as session:
        town = await place(session, slug=slug)
        return town, await person_with_case(session, municipality=town, language=language, known=Known(topic=topic), now=NOW)


async def adviser(base: Database, town: int, name: str, **more: object) -> int:
    async with base.write() as session:
        (user,) = await staff(session, municipality=town, names=(name,), **more)  # type: ignore[arg-type]  # columns of User
        return int(user.id or 0)


async def audience(base: Database, case: int, *, without: tuple[int, ...] = ()) -> list[int]:
    async with base.read() as session:
        return await routing.audience(session, case, now=NOW, without=without)


async def test_language_and_topic_then_language_then_topic_then_anybody_then_the_lead(base: Database) -> None:
    town, one = await made(base)
    both = await adviser(base, town, "Both", languages=["ti", "de"], topics=["residence"])
    language = await adviser(base, town, "Language", languages=["ti"], topics=["work"])
    unsaid = await adviser(base, town, "Unsaid")
    topic = await adviser(base, town, "Topic", languages=["uk"], topics=["residence"])
    anybody = await adviser(base, town, "Anybody", languages=["uk"], topics=["work"])
    lead = await adviser(base, town, "Lead", role="lead", languages=["ti"])
    await adviser(base, town, "Editor", role="editor", languages=["ti"])
    asked: list[int] = []
    for expected in (both, language, unsaid, topic, anybody, lead):
        assert await audience(base, one.case, without=tuple(asked)) == [expected]
        asked.append(expected)
    assert await audience(base, one.case, without=tuple(asked)) == []


@pytest.mark.parametrize(("language", "spoken"), [("prs", "fa"), ("fa", "prs"), ("de-simple", "de")])
async def test_a_language_that_is_near_enough_counts(base: Database, language: str, spoken: str) -> None:
    town, one = await made(base, language=language)
    near = await adviser(base, town, "Near", languages=[spoken])
    await adviser(base, town, "Other", languages=["uk"])
    assert await audience(base, one.case) == [near]


async def test_who_was_busy_last_comes_last(base: Database) -> None:
    town, one = await made(base)
    first, second, third = [await adviser(base, town, name, languages=["ti"]) for name in ("First", "Second", "Third")]
    async with base.write() as session:
        for user, hours_ago in ((first, 1), (second, 5), (first, 9)):
            session.add(CaseEvent(case_id=one.case, user_id=user, kind="claimed", at=NOW - timedelta(hours=hours_ago)))
    assert await audience(base, one.case) == [third, second, first]
    async with base.read() as session:
        assert await routing.choose(session, case=one.case, now=NOW) == third
        assert await routing.choose(session, case=one.case, now=NOW, without=[third, second]) == first


async def test_who_works_now_comes_before_who_does_not(base: Database) -> None:
    town, one = await made(base)
    later, unsaid, now = [await adviser(base, town, name, languages=["ti"]) for name in ("Later", "Unsaid", "Now")]
    async with base.write() as session:
        session.add(WorkHours(municipality_id=town, user_id=later, weekday=1, starts=540, ends=720))
        session.add(WorkHours(municipality_id=town, user_id=now, weekday=0, starts=540, ends=720))
    assert await audience(base, one.case) == [now, unsaid, later]


async def test_who_is_away_or_has_left_is_not_asked(base: Database) -> None:
    town, one = await made(base)
    away, left, there = [await adviser(base, town, name) for name in ("Away", "Left", "There")]
    async with base.write() as session:
        await leaves.add(session, municipality=town, user=away, starts_on=MONDAY, ends_on=MONDAY)
        (await session.get_one(User, left)).active = False
    assert await audience(base, one.case) == [there]


async def test_other_municipalities_are_never_asked(base: Database) -> None:
    town, one = await made(base)
    other, theirs = await made(base, slug="anderswo")
    here, there = await adviser(base, town, "Here"), await adviser(base, other, "There", languages=["ti"])
    assert await audience(base, one.case) == [here]
    assert await audience(base, theirs.case) == [there]
    assert await audience(base, 999_999) == []

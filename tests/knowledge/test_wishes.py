"""Questions without an answer: kept sealed with their meaning, read by their own municipality alone, told only of several people."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import personal_data, retention
from knowledge import unanswered, wish_marks, wishes
from knowledge.unanswered import Meaning
from knowledge.wishes import LEAST, MOST_EXAMPLES, Group, Wish
from store.crypto import Keyring
from store.database import Database
from store.statements import table_of
from store.tables import Municipality, Person, Unanswered, WishMark
from store.types import utcnow

NOW = utcnow()
VECTOR = np.linspace(-1, 1, 384, dtype=np.float32)
rows = table_of(Unanswered)


def wish(number: int, person: int | None, text: str = "", *, language: str = "de", days: float = 0, entry: str | None = None) -> Wish:
    words = text or f"Frage Nummer {'abcdefghijklmnopqrstuvwxyz'[number]}"
    return Wish(id=number, person=person, language=language, text=words, asked_at=NOW - timedelta(days=days), entry=entry)


def group(*found: Wish) -> Group:
    return Group(wishes=found)


async def town(session: AsyncSession, slug: str) -> int:
    row = Municipality(slug=slug, name=slug)
    session.add(row)
    await session.flush()
    return row.id or 0


async def asked(session: AsyncSession, keyring: Keyring, *, municipality: int | None, text: str, person: int | None = None) -> int:
    """Somebody asks in vain; returns them."""
    if person is None:
        row = Person(language="de", municipality_id=municipality)
        session.add(row)
        await session.flush()
        person = row.id or 0
    meaning = Meaning(vector=VECTOR, near={"work/permission": 0.25})
    about = {"language": "de", "decision": "rephrase", "entry": "health/doctor"}
    await unanswered.record(session, keyring, text=text, person=person, municipality_id=municipality, meaning=meaning, **about)
    return person


async def read(base: Database, keyring: Keyring, municipality: int, since: datetime = NOW - timedelta(days=30)) -> list[Wish]:
    async with base.read() as session:
        return await wishes.read(session, keyring, municipality=municipality, since=since)


async def test_a_question_comes_back_with_its_meaning_and_only_to_its_municipality(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        here, there = await town(session, "hier"), await town(session, "dort")
        who = await asked(session, keyring, municipality=here, text="Gibt es eine Bücherei?")
        await asked(session, keyring, municipality=there, text="Anderswo")
        await asked(session, keyring, municipality=None, text="Nirgends")
    (found,) = await read(base, keyring, here)
    assert (found.person, found.language, found.text, found.entry) == (who, "de", "Gibt es eine Bücherei?", "health/doctor")
    assert found.meaning.near == {"work/permission": 0.25}
    assert found.meaning.vector is not None
    assert np.allclose(found.meaning.vector, VECTOR, atol=1e-3)


async def test_neither_text_nor_meaning_can_be_read_without_the_keys(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        await asked(session, keyring, municipality=await town(session, "hier"), text="Quittenmus")
    async with base.read() as session:
        row = (await session.execute(select(rows))).one()
    assert b"Quittenmus" not in row.sealed_text
    assert b"work/permission" not in row.sealed_meaning
    assert b"vector" not in row.sealed_meaning


async def test_what_cannot_be_opened_is_left_out_and_stops_nothing(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        here = await town(session, "hier")
        for text in ("eins", "zwei", "drei"):
            await asked(session, keyring, municipality=here, text=text)
        first, second = list(await session.scalars(select(rows.c.id).order_by(rows.c.id)))[:2]
        await session.execute(update(rows).where(rows.c.id == first).values(sealed_text=b"damaged"))
        await session.execute(update(rows).where(rows.c.id == second).values(sealed_meaning=keyring.seal("[]", purpose="meaning")))
    found = await read(base, keyring, here)
    assert [(each.text, each.meaning.vector is None) for each in found] == [("drei", False), ("zwei", True)]


async def test_the_newest_are_read_and_not_without_end(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        here = await town(session, "hier")
        for number in range(5):
            await asked(session, keyring, municipality=here, text=str(number))
        oldest = await session.scalar(select(rows.c.id).order_by(rows.c.id))
        await session.execute(update(rows).where(rows.c.id == oldest).values(asked_at=NOW - timedelta(days=40)))
    assert [each.text for each in await read(base, keyring, here)] == ["4", "3", "2", "1"]
    async with base.read() as session:
        newest = await wishes.read(session, keyring, municipality=here, since=NOW - timedelta(days=60), most=3)
    assert [each.text for each in newest] == ["4", "3", "2"]


async def test_questions_go_with_the_person_and_after_their_time_and_marks_after_theirs(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        here = await town(session, "hier")
        who = await asked(session, keyring, municipality=here, text="meine")
        await asked(session, keyring, municipality=here, text="eure")
        await put_aside(session, keyring, here)
    async with base.write() as session:
        await personal_data.erase(session, person=who)
    assert [each.text for each in await read(base, keyring, here)] == ["eure"]
    for days, left in ((29, (1, 1)), (31, (0, 1)), (181, (0, 0))):
        async with base.write() as session:
            await retention.expire(session, NOW + timedelta(days=days))
        async with base.read() as session:
            assert (
                len(await wishes.read(session, keyring, municipality=here, since=NOW - timedelta(days=400))),
                await marked(session, keyring, here),
            ) == left


async def put_aside(session: AsyncSession, keyring: Keyring, municipality: int, instead_of: Sequence[int] = ()) -> int:
    about = {"user": None, "centre": "{}", "people": 4, "now": NOW}
    return await wish_marks.put_aside(session, keyring, municipality=municipality, instead_of=instead_of, **about)  # type: ignore[arg-type]  # each has its kind


async def marked(session: AsyncSession, keyring: Keyring, municipality: int) -> int:
    return len(await wish_marks.read(session, keyring, municipality=municipality))


async def test_marks_are_those_of_the_municipality_and_replace_each_other(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        here, there = await town(session, "hier"), await town(session, "dort")
        first, foreign = await put_aside(session, keyring, here), await put_aside(session, keyring, there)
        second = await put_aside(session, keyring, here, instead_of=[first, foreign])
        assert not await wish_marks.bring_back(session, municipality=here, mark=foreign)
        assert [each.id for each in await wish_marks.read(session, keyring, municipality=here)] == [second]
        assert [each.id for each in await wish_marks.read(session, keyring, municipality=there)] == [foreign]
        assert await wish_marks.bring_back(session, municipality=here, mark=second)
        assert not await wish_marks.bring_back(session, municipality=here, mark=second)
        session.add(WishMark(municipality_id=here, sealed_centre=b"damaged", people=3))
        await session.flush()
        assert await marked(session, keyring, here) == 0


def test_a_mark_holds_until_twice_as_many_ask() -> None:
    mark = wish_marks.Mark(id=1, centre="", people=4, made_at=NOW)
    assert [mark.holds(people) for people in (3, 4, 7, 8)] == [True, True, True, False]


def test_a_group_is_shown_from_three_people_on_not_from_three_questions() -> None:
    assert not group(*(wish(number, 1) for number in range(9)), wish(9, 2)).shown
    assert group(*(wish(number, number) for number in range(LEAST))).shown
    few = [group(wish(1, 1), wish(2, 1)), group(wish(3, 1)), group(*(wish(number, number) for number in range(4)))]
    assert wishes.untold(few) == 3


def test_examples_are_few_masked_of_different_people_and_different() -> None:
    many = [wish(number, number % 7, f"Ich heiße Person{number}, Frage {'abcdefghijklmnop'[number]}") for number in range(14)]
    shown = group(*many).examples()
    assert len(shown) == MOST_EXAMPLES
    assert all(each.text.startswith("Ich heiße …, Frage") for each in shown)
    assert {each.person for each in shown} == {None}
    same = group(wish(1, 1, "Wo ist das?"), wish(2, 2, "wo ist das?"), wish(3, 3, "Wo denn"))
    assert [each.text for each in same.examples()] == ["Wo ist das?", "Wo denn"]


def test_times_of_too_few_people_are_not_told() -> None:
    asked_ = group(wish(1, 1, days=1), wish(2, 2, days=1), wish(3, 2, days=2), wish(4, 3, days=20), wish(5, 4, days=29))
    assert asked_.since(NOW - timedelta(days=7)) is None
    assert asked_.since(NOW - timedelta(days=28)) == 4


def test_a_trend_is_told_only_of_enough_people() -> None:
    fresh = [wish(number, number, days=1) for number in range(4)]
    old = [wish(number, number, days=20) for number in range(4, 10)]
    assert group(*fresh).trend(NOW) == "new"
    assert group(*fresh, *old[:4]).trend(NOW) == "more"
    assert group(*fresh, *old, *(replace(each, id=each.id + 50) for each in old)).trend(NOW) == ""
    assert group(*fresh[:2], *old).trend(NOW) == ""


def test_the_nearest_article_counts_what_was_thought_of_it_over_all_questions() -> None:
    near = [{"a": 0.9}, {"b": 0.5, "a": 0.1}, {"b": 0.7}]
    found = group(*(replace(wish(at, at), meaning=Meaning(near=each)) for at, each in enumerate(near)))
    entry, chance = found.nearest() or ("", 0)
    assert (entry, round(chance, 3)) == ("b", 0.4)
    assert group(wish(1, 1)).nearest() is None


def test_answers_that_did_not_help_are_named_from_three_people_on() -> None:
    asked_ = group(*(wish(number, number, entry="a") for number in range(3)), wish(4, 4, entry="b"), wish(5, 5))
    assert asked_.after() == {"a": 3}


def test_languages_come_by_their_number() -> None:
    assert group(wish(1, 1, language="uk"), wish(2, 2, language="ar"), wish(3, 3, language="ar")).languages == ["ar", "uk"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        '{"vector": "§", "near": {}}',
        '{"vector": null}',
        '{"vector": null, "near": []}',
        '{"vector": "AAA=", "near": {}}',
    ],
)
def test_what_is_no_meaning_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        unanswered.unpacked(text)

"""Lists of cases, search, drafts and presence on both databases: order, counts, scope, and a number of statements that does not grow."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from handoff import drafts, listing, notes, presence, reading, searching
from handoff.errors import NotFoundError
from handoff.listing import TABS, Tab, Viewer
from handoff.pseudonyms import pseudonym
from store.crypto import Keyring
from store.database import Database
from store.desk import Draft, News
from store.scheduling import Appointment
from store.statements import table_of
from store.tables import Case, User
from store.types import utcnow
from tests import scheduling
from tests.cases import Known, message, person_with_case, place, staff

cases, users = table_of(Case), table_of(User)
NOW = utcnow()


async def ids_of(base: Database, keyring: Keyring, viewer: Viewer, tab: Tab, number: int = 1) -> list[int]:
    async with base.read() as session:
        counts = await listing.counts(session, viewer=viewer)
        found = await listing.page_of(session, keyring, viewer=viewer, tab=tab, total=getattr(counts, tab), number=number)
        return [entry.id for entry in found.entries]


@contextmanager
def counting(base: Database) -> Iterator[list[str]]:
    """The statements that readers send."""
    sent: list[str] = []

    def note(*args: Any) -> None:
        sent.append(args[2])

    event.listen(base.reader.sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(base.reader.sync_engine, "before_cursor_execute", note)


async def test_every_case_is_where_it_belongs(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        town, other = await place(session), await place(session, slug="nachbarort")
        anna, bela, cem = (int(user.id or 0) for user in await staff(session, municipality=town))

        async def make(municipality: int = town, **known: Any) -> int:
            return (await person_with_case(session, municipality=municipality, known=Known(**known))).case

        late, soon = await make(waiting=timedelta(hours=3)), await make(waiting=timedelta(minutes=1))
        danger = await make(waiting=timedelta(minutes=2), urgent=True, reason="safety")
        mine, answered = await make(owner=anna), await make(owner=anna, state="answered", waiting=None)
        theirs = await make(owner=bela)
        asleep = await make(owner=anna, state="follow_up", waiting=None, follow_up_at=NOW + timedelta(days=2))
        stirred = await make(owner=anna, state="follow_up", waiting=timedelta(minutes=9), follow_up_at=NOW + timedelta(days=1))
        closed = await make(owner=anna, state="closed", waiting=None)
        left = await make(owner=cem)
        await session.execute(update(users).where(users.c.id == cem).values(active=False))
        await make(other)
        note = await notes.add(session, keyring, municipality=town, case=theirs, user=bela, text="@Anna, was denkst du?")
    assert note
    viewer = Viewer(municipality=town, user=anna, owners=(anna,))
    assert await ids_of(base, keyring, viewer, "mine") == [stirred, mine, theirs, answered]
    assert await ids_of(base, keyring, viewer, "unassigned") == [danger, late, left, soon]
    assert await ids_of(base, keyring, viewer, "team") == [danger, late, stirred, mine, theirs, left, soon, answered]
    assert await ids_of(base, keyring, viewer, "follow_ups") == [stirred, asleep]
    assert await ids_of(base, keyring, viewer, "closed") == [closed]
    async with base.read() as session:
        counts = await listing.counts(session, viewer=viewer)
        standing_in = await listing.counts(session, viewer=Viewer(municipality=town, user=anna, owners=(anna, bela)))
    assert (counts.mine, counts.team, counts.unassigned, counts.follow_ups, counts.closed) == (4, 8, 4, 2, 1)
    assert counts.unread == 3 + 4
    assert standing_in.mine == 4


async def test_last_words_are_those_of_humans_in_this_case(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        town = await place(session)
        anna = int((await staff(session, municipality=town))[0].id or 0)
        one = await person_with_case(session, municipality=town, language="ti", known=Known(owner=anna))
        silent = await person_with_case(session, municipality=town, known=Known(owner=anna, waiting=timedelta(minutes=1)))
        await message(session, keyring, person=one.person, text="vorher", case=None)
        await message(session, keyring, person=one.person, text="ሰላም  \n\n\u202eወረቐት", case=one.case)
        await message(session, keyring, person=one.person, text="vom Programm", case=one.case, incoming=False)
        await message(session, keyring, person=silent.person, text="gelöscht", case=silent.case, author=anna, deleted_at=NOW)
    async with base.read() as session:
        viewer = Viewer(municipality=town, user=anna, owners=(anna,))
        first, second = await listing.entries(session, keyring, viewer=viewer, ids=[one.case, silent.case])
    assert (first.last, first.by_adviser, first.language) == ("ሰላም ወረቐት", False, "ti")
    assert (second.last, second.last_at) == ("", None)


async def test_the_number_of_statements_does_not_grow_with_the_rows(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        town = await place(session)
        anna = int((await staff(session, municipality=town))[0].id or 0)
        for _ in range(60):
            one = await person_with_case(session, municipality=town, known=Known(owner=anna))
            await message(session, keyring, person=one.person, text="Hallo", case=one.case)
    viewer = Viewer(municipality=town, user=anna, owners=(anna,))
    with counting(base) as sent:
        first = await ids_of(base, keyring, viewer, "mine")
    assert len(first) == listing.PAGE
    assert len([line for line in sent if line.lstrip().upper().startswith("SELECT")]) == 6
    last = await ids_of(base, keyring, viewer, "mine", number=99)
    assert last == await ids_of(base, keyring, viewer, "mine", number=3)
    assert len(last) == 10


async def test_a_search_finds_by_name_language_topic_number_and_words(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        ids = await scheduling.town(session)
        town, other = ids.municipality, await place(session, slug="nachbarort")
        anna = int((await staff(session, municipality=town))[0].id or 0)
        one = await person_with_case(session, municipality=town, language="ti", known=Known(topic="residence/extension"))
        two = await person_with_case(session, municipality=town, language="ar")
        done = await person_with_case(session, municipality=town, language="so", known=Known(state="closed", waiting=None))
        foreign = await person_with_case(session, municipality=other, language="ti", known=Known(topic="residence/extension"))
        for made in (one, foreign):
            await message(session, keyring, person=made.person, text="Mein Paß läuft AB", case=made.case)
        await message(session, keyring, person=done.person, text="Mein Pass läuft ab", case=done.case)
        starts = NOW + timedelta(days=1)
        ends = starts + timedelta(minutes=30)
        row = {"municipality_id": town, "service_id": ids.service, "office_id": ids.office, "person_id": two.person, "code": "004711"}
        times = {"starts_at": starts, "ends_at": ends, "blocked_from": starts, "blocked_until": ends, "created_at": NOW}
        rest = {"mode": "phone", "state": "booked", "revision": 1, "language": "ar", "interpreter": "none"}
        await session.execute(insert(table_of(Appointment)).values(**row, **times, **rest))
    viewer = Viewer(municipality=town, user=anna, owners=(anna,))

    async def find(text: str, **more: Any) -> set[int]:
        async with base.read() as session:
            return await searching.find(session, keyring, viewer=viewer, query=searching.Query(text=text, **more))

    assert await find(pseudonym(one.person).upper()) == {one.case}
    assert await find(pseudonym(two.person, "en")) == {two.case}
    assert await find("xx", languages=["ti", "so"]) == {one.case, done.case}
    assert await find("xx", topics=["residence/extension"]) == {one.case}
    assert await find("004 711") == {two.case}
    assert await find("  pass   LÄUFT ab ") == {one.case}
    assert await find("p") == set()
    assert await find("nirgends") == set()
    async with base.read() as session:
        found = await listing.chosen(session, keyring, viewer=viewer, ids=[done.case, foreign.case, one.case])
    assert [entry.id for entry in found.entries] == [one.case, done.case]


async def test_another_municipality_reads_nothing(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        town, other = await place(session), await place(session, slug="nachbarort")
        spy = int((await staff(session, municipality=other))[0].id or 0)
        one = await person_with_case(session, municipality=town)
        closed = await person_with_case(session, municipality=other, known=Known(state="closed", waiting=None))
        await session.execute(update(cases).where(cases.c.id == closed.case).values(person_id=one.person))
        await message(session, keyring, person=one.person, text="dort gesagt", case=one.case)
        await message(session, keyring, person=one.person, text="zu niemandem gesagt", case=None)
    viewer = Viewer(municipality=other, user=spy, owners=(spy,))
    async with base.read() as session:
        assert await listing.entries(session, keyring, viewer=viewer, ids=[one.case]) == ()
        for case in (one.case, 987_654_321):
            with pytest.raises(NotFoundError):
                await reading.case_of(session, municipality=other, case=case)
        theirs = await reading.case_of(session, municipality=other, case=closed.case)
        before = await reading.earlier(session, keyring, opened=theirs)
    assert [line.text for line in before.lines] == ["zu niemandem gesagt"]
    for tab in TABS[:4]:
        assert await ids_of(base, keyring, viewer, tab) == []


async def test_a_draft_survives_and_goes_when_it_is_sent(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        town = await place(session)
        anna, bela, _ = (int(user.id or 0) for user in await staff(session, municipality=town))
        one = await person_with_case(session, municipality=town)
    for text in ("Guten", "Guten Tag ሰላም"):
        async with base.write() as session:
            await drafts.save(session, keyring, case=one.case, user=anna, text=text, now=NOW)
    async with base.read() as session:
        assert await drafts.load(session, keyring, case=one.case, user=anna) == "Guten Tag ሰላም"
        assert await drafts.load(session, keyring, case=one.case, user=bela) == ""
        assert await drafts.is_fresh(session, case=one.case, user=anna, now=NOW + timedelta(seconds=5))
        assert not await drafts.is_fresh(session, case=one.case, user=anna, now=NOW + timedelta(minutes=5))
        sealed = (await session.scalars(select(table_of(Draft).c.sealed_text))).one()
        assert b"Guten" not in sealed
    async with base.write() as session:
        await drafts.save(session, keyring, case=one.case, user=anna, text="  ", now=NOW)
    async with base.read() as session:
        assert list(await session.scalars(select(table_of(Draft).c.id))) == []


async def test_presence_is_told_once_and_forgotten(base: Database) -> None:
    async with base.write() as session:
        town = await place(session)
        anna, bela, _ = (int(user.id or 0) for user in await staff(session, municipality=town))
        one = await person_with_case(session, municipality=town)

    async def touch(*, writing: bool, after: int) -> None:
        async with base.write() as session:
            moment = NOW + timedelta(seconds=after)
            await presence.touch(session, municipality=town, case=one.case, user=anna, writing=writing, now=moment)

    async def seen(after: int) -> list[tuple[str, bool]]:
        async with base.read() as session:
            found = await presence.others(session, case=one.case, user=bela, now=NOW + timedelta(seconds=after))
            return [(other.name, other.writing) for other in found]

    async def told() -> int:
        async with base.read() as session:
            return len(list(await session.scalars(select(table_of(News).c.id).where(table_of(News).c.kind == "presence"))))

    await touch(writing=False, after=0)
    await touch(writing=False, after=20)
    assert (await seen(21), await told()) == ([("Anna Adler", False)], 1)
    await touch(writing=True, after=25)
    assert (await seen(26), await told()) == ([("Anna Adler", True)], 2)
    assert await seen(25 + 51) == []
    async with base.write() as session:
        assert await presence.is_open(session, case=one.case, user=anna, now=NOW + timedelta(minutes=5))
        await presence.leave(session, municipality=town, case=one.case, user=anna)
    assert (await seen(26), await told()) == ([], 3)

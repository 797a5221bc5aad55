"""The shelf: it sees every change of any process, reads nothing without need, and loads once for all who wait."""

import asyncio
from datetime import date

import pytest

from knowledge.courses import catalogue
from knowledge.courses.filters import Filters
from knowledge.courses.record import Course
from knowledge.courses.search import find
from knowledge.courses.shelf import Shelf
from store import database
from store.database import Database

TODAY = date(2026, 11, 21)


def course(number: str, **said: object) -> Course:
    usual: dict[str, object] = {"title": "Deutsch", "provider_name": "Muster", "course_type": "vhs", "last_checked": TODAY}
    return Course(**{**usual, "id": number, **said})  # type: ignore[arg-type]  # written by the tests


async def put(base: Database, *courses: Course, owner: str = "landau") -> None:
    async with base.write() as session:
        await catalogue.apply(session, owner=owner, feed="file", courses=courses, actor="cli", today=TODAY)


async def keys(shelf: Shelf, base: Database) -> list[str]:
    async with base.read() as session:
        numbers = (await shelf.index(session)).ids.tolist()
        return [kept.course.id for kept in (await shelf.courses(session, numbers)).values()]


async def test_it_sees_every_change(base: Database) -> None:
    shelf = Shelf()
    assert await keys(shelf, base) == []
    await put(base, course("a"), course("b", level_to="B1"))
    assert await keys(shelf, base) == ["a", "b"]
    await put(base, course("b", level_to="B2"))
    assert await keys(shelf, base) == ["b"]
    async with base.read() as session:
        index = await shelf.index(session)
        assert find(index, Filters(level="B2"), today=TODAY).total == 1
        assert find(index, Filters(level="B1"), today=TODAY).total == 0
    async with base.write() as session:
        [newest, *_] = await catalogue.history(session, owner="landau")
        await catalogue.undo(session, owner="landau", import_id=newest.id, actor="cli", today=TODAY)
    assert await keys(shelf, base) == ["a", "b"]


async def test_it_sees_what_another_process_changed(base: Database, database_url: str) -> None:
    shelf = Shelf()
    await put(base, course("a"))
    assert await keys(shelf, base) == ["a"]
    other = database.connect(database_url)
    await put(other, course("a"), course("b"))
    await other.close()
    assert await keys(shelf, base) == ["a", "b"]


async def test_owners_are_kept_apart_and_only_what_changed_is_read(base: Database) -> None:
    shelf = Shelf()
    await put(base, course("a"), owner="landau")
    await put(base, course("a"), course("b"), owner="")
    async with base.read() as session:
        before = await shelf.index(session)
        assert await shelf.index(session) is before
        assert find(before, Filters(), today=TODAY, owners=[""]).total == 2
        assert find(before, Filters(), today=TODAY, owners=["landau"]).total == 1
    landau = shelf._parts["landau"]
    await put(base, course("c"), owner="")
    assert await keys(shelf, base) == ["a", "c"]
    assert shelf._parts["landau"] is landau


async def test_those_who_come_together_wait_for_one_loading(base: Database) -> None:
    shelf = Shelf()
    await put(base, *(course(f"c{number}") for number in range(50)))

    async def come() -> object:
        async with base.read() as session:
            return await shelf.index(session)

    found = await asyncio.gather(*(come() for _ in range(4)))
    assert len({id(index) for index in found}) == 1
    assert len(await keys(shelf, base)) == 50


async def test_a_demonstration_is_only_for_a_demonstration(base: Database) -> None:
    await put(base, course("a"), owner="demo")
    await put(base, course("b"), owner="landau")
    assert await keys(Shelf(), base) == ["b"]
    assert await keys(Shelf(demo=True), base) == ["a", "b"]
    async with base.read() as session:
        [number] = [number for number in (1, 2) if await Shelf().course(session, number) is None]
        kept = await Shelf(demo=True).course(session, number)
    assert kept is not None
    assert (kept.owner, kept.course.id) == ("demo", "a")


async def test_gone_courses_are_still_known_but_not_found(base: Database) -> None:
    shelf = Shelf()
    await put(base, course("a"), course("b"))
    async with base.read() as session:
        numbers = (await shelf.index(session)).ids.tolist()
    await put(base, course("b"))
    async with base.read() as session:
        kept = await shelf.courses(session, [*numbers, 999])
        assert [(each.owner, each.course.id, each.gone) for each in kept.values()] == [("landau", "a", True), ("landau", "b", False)]
        assert await shelf.course(session, 999) is None


async def test_what_was_taken_back_before_it_was_written_is_not_kept(base: Database) -> None:
    shelf = Shelf()
    await put(base, course("a"))
    with pytest.raises(RuntimeError):
        async with base.write() as session:
            await catalogue.apply(session, owner="landau", feed="file", courses=[course("z")], actor="cli", today=TODAY)
            assert len(await shelf.index(session)) == 1
            raise RuntimeError
    assert await keys(shelf, base) == ["a"]

"""The catalogue on both databases: imports, what they would do, two at once, edits, confirmations, and taking it all back."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from knowledge.courses import catalogue, csv_file, json_file, read
from knowledge.courses.catalogue import Applied, Difference, Preview
from knowledge.courses.errors import ForeignError, StaleError, TakenError, UndoError, UnknownCourseError
from knowledge.courses.record import Course
from store.courses import CourseChange, CourseImport, CourseRow
from store.database import Database
from store.statements import table_of
from store.types import utcnow
from tests.courses.sample import FULL, TODAY, course, many

TOWN: dict[str, Any] = {"owner": "landau", "today": TODAY}
ABC = [course("A"), course("B"), course("C")]
rows, imports, changes = table_of(CourseRow), table_of(CourseImport), table_of(CourseChange)


async def bring(
    base: Database, courses: Sequence[Course], *, feed: str = "file", revision: int | None = None, owner: str = "landau"
) -> Applied:
    async with base.write() as session:
        return await catalogue.apply(
            session, owner=owner, feed=feed, courses=courses, actor="cli", file_name="kurse.csv", revision=revision, today=TODAY
        )


async def look(base: Database, courses: Sequence[Course], feed: str = "file") -> Preview:
    async with base.read() as session:
        return await catalogue.preview(session, **TOWN, feed=feed, courses=courses)


async def written(base: Database, owner: str = "landau") -> bytes:
    async with base.read() as session:
        return await catalogue.export(session, owner=owner, form="csv")


async def undo(base: Database, number: int) -> Applied:
    async with base.write() as session:
        return await catalogue.undo(session, **TOWN, import_id=number, actor="cli")


async def edit(base: Database, changed: Course, old_id: str | None) -> Applied:
    async with base.write() as session:
        return await catalogue.edit(session, **TOWN, course=changed, old_id=old_id, actor="user:1")


def kinds(done: Applied) -> list[tuple[str, str]]:
    """What happened to which course: the number before and after."""
    return [(change.before.id if change.before else "", change.after.id if change.after else "") for change in done.changes]


async def test_a_preview_says_what_is_new_changed_gone_and_unchanged_and_changes_nothing(base: Database) -> None:
    await bring(base, ABC)
    before = await written(base)
    fresh = [ABC[0], replace(ABC[1], title="Neuer Titel", places_max=12), course("D")]
    shown = await look(base, fresh)
    assert (shown.revision, shown.new, shown.gone, shown.unchanged) == (1, [course("D")], [course("C")], 1)
    assert shown.changed == [Difference(id="B", title="Neuer Titel", fields=[("title", "Kurs B", "Neuer Titel"), ("places_max", None, 12)])]
    assert await written(base) == before


async def test_an_import_makes_the_catalogue_what_the_file_says(base: Database) -> None:
    first = await bring(base, ABC)
    assert kinds(first) == [("", "A"), ("", "B"), ("", "C")]
    fresh = [ABC[0], replace(ABC[1], title="Neuer Titel"), course("D")]
    second = await bring(base, fresh)
    assert sorted(kinds(second)) == [("", "D"), ("B", "B"), ("C", "")]
    assert await written(base) == csv_file.write(fresh)
    async with base.read() as session:
        assert await catalogue.revision(session, owner="landau") == 2
        newest = (await catalogue.history(session, owner="landau"))[0]
    found = (newest.kind, newest.feed, newest.actor, newest.file_name, newest.new, newest.changed, newest.gone, newest.unchanged)
    assert found == ("import", "file", "cli", "kurse.csv", 1, 1, 1, 1)


async def test_the_same_file_again_changes_nothing_and_cannot_be_taken_back(base: Database) -> None:
    await bring(base, ABC)
    again = await bring(base, ABC)
    assert again.changes == []
    async with base.read() as session:
        assert await catalogue.revision(session, owner="landau") == 1
    with pytest.raises(UndoError):
        await undo(base, again.import_id)


async def test_what_is_gone_keeps_its_number_and_comes_back_under_it(base: Database) -> None:
    number = {change.after.id: change.course for change in (await bring(base, ABC)).changes if change.after}
    await bring(base, ABC[:2])
    async with base.read() as session:
        assert await session.scalar(select(rows.c.gone).where(rows.c.id == number["C"])) is True
    back = await bring(base, ABC)
    assert [(change.course, change.before, change.after) for change in back.changes] == [(number["C"], None, ABC[2])]


async def test_owners_and_feeds_do_not_touch_each_other(base: Database) -> None:
    await bring(base, ABC)
    await bring(base, [course("A", title="In Speyer")], owner="speyer")
    await bring(base, [course("J-1")], feed="jsonld:vhs.example.org")
    await bring(base, [])
    assert await written(base) == csv_file.write([course("J-1")])
    assert await written(base, "speyer") == csv_file.write([course("A", title="In Speyer")])


async def test_a_number_of_another_source_is_refused_and_an_exported_one_is_not(base: Database) -> None:
    await bring(base, [course("J-1")], feed="jsonld:vhs.example.org")
    with pytest.raises(ForeignError) as refused:
        await bring(base, [course("J-1", title="Anders")])
    assert [(problem.value, problem.data["feed"]) for problem in refused.value.problems] == [("J-1", "jsonld:vhs.example.org")]
    with pytest.raises(ForeignError):
        await look(base, [course("J-1", title="Anders")])
    # Whoever exports everything, changes own courses and imports it again changes only those.
    assert kinds(await bring(base, [course("J-1"), course("A")])) == [("", "A")]
    await bring(base, [course("A")])
    assert await written(base) == csv_file.write([course("A"), course("J-1")])


async def test_a_number_that_is_gone_may_be_taken_by_another_source_and_goes_back_with_the_undo(base: Database) -> None:
    await bring(base, ABC)
    await bring(base, [])
    taken = await bring(base, [course("B", title="Von der VHS")], feed="jsonld:vhs.example.org")
    await undo(base, taken.import_id)
    assert kinds(await bring(base, ABC)) == [("", "A"), ("", "B"), ("", "C")]


@pytest.mark.parametrize(("left", "asks"), [(5, True), (6, True), (7, False), (12, False)])
async def test_an_import_that_would_remove_most_courses_asks(base: Database, left: int, asks: bool) -> None:  # noqa: FBT001
    everything = [course(f"K-{number}") for number in range(13)]
    await bring(base, everything)
    assert catalogue.most_gone(await look(base, everything[:left])) is asks


async def test_few_courses_may_vanish_without_a_question(base: Database) -> None:
    await bring(base, [course(f"K-{number}") for number in range(5)])
    assert not catalogue.most_gone(await look(base, []))


async def test_of_two_imports_of_one_preview_the_second_is_stale(base: Database) -> None:
    shown = await look(base, ABC)
    done = await asyncio.gather(
        bring(base, ABC, revision=shown.revision), bring(base, ABC[:1], revision=shown.revision), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in done) == ["Applied", "StaleError"]
    assert await written(base) in {csv_file.write(ABC), csv_file.write(ABC[:1])}


async def test_two_imports_at_once_come_one_after_the_other(base: Database) -> None:
    one, other = [course(f"K-{number}") for number in range(200)], [course(f"K-{number}", title="Anders") for number in range(100, 300)]
    first, second = await asyncio.gather(bring(base, one), bring(base, other))
    later = max((first, second), key=lambda done: done.import_id)
    # The later one knew all that the earlier one had done.
    assert len(later.changes) == 300
    assert await written(base) == csv_file.write(sorted(other if later is second else one, key=lambda each: each.id))


async def test_an_undo_restores_every_byte(base: Database) -> None:
    await bring(base, [FULL, *ABC, *many(40)])
    before = {form: await exported(base, form) for form in ("csv", "json")}
    changed = await bring(base, [replace(FULL, title="Anders", places_free=3), ABC[0], *list(many(60))[10:]])
    assert await written(base) != before["csv"]
    back = await undo(base, changed.import_id)
    assert {form: await exported(base, form) for form in ("csv", "json")} == before
    assert len(back.changes) == len(changed.changes)


async def exported(base: Database, form: Any) -> bytes:
    async with base.read() as session:
        return await catalogue.export(session, owner="landau", form=form)


async def test_changes_are_taken_back_one_after_the_other_and_each_once(base: Database) -> None:
    first, second = await bring(base, ABC), await edit(base, replace(ABC[0], title="Neu"), "A")
    with pytest.raises(UndoError):
        await undo(base, first.import_id)
    back = await undo(base, second.import_id)
    assert await written(base) == csv_file.write(ABC)
    for number in (second.import_id, back.import_id, 10**9):
        with pytest.raises(UndoError):
            await undo(base, number)
    async with base.read() as session:
        assert await catalogue.undoable(session, owner="landau") == first.import_id
        assert await catalogue.undoable(session, owner="speyer") is None
        assert [(entry.kind, entry.undone) for entry in await catalogue.history(session, owner="landau")] == [
            ("undo", False),
            ("edit", True),
            ("import", False),
        ]
    await undo(base, first.import_id)
    assert await written(base) == csv_file.write([])


async def test_two_undos_at_once_take_it_back_once(base: Database) -> None:
    done = await bring(base, ABC)
    both = await asyncio.gather(undo(base, done.import_id), undo(base, done.import_id), return_exceptions=True)
    assert sorted(type(each).__name__ for each in both) == ["Applied", "UndoError"]


async def test_what_is_too_long_ago_is_forgotten_and_cannot_be_taken_back(base: Database) -> None:
    first = await bring(base, ABC)
    async with base.write() as session:
        await session.execute(update(imports).values(at=utcnow() - timedelta(days=61)))
    with pytest.raises(UndoError):
        await undo(base, first.import_id)
    later = await bring(base, ABC[:1])
    async with base.read() as session:
        kept = await session.execute(select(changes.c.import_id, func.count()).group_by(changes.c.import_id))
        assert list(map(tuple, kept)) == [(later.import_id, 2)]


async def test_a_form_adds_changes_and_renames_a_course(base: Database) -> None:
    await bring(base, ABC)
    before = await written(base)
    await edit(base, course("N", title="Neu"), None)
    renamed = await edit(base, course("Z", title="Anders"), "B")
    assert kinds(renamed) == [("B", "Z")]
    assert await written(base) == csv_file.write([ABC[0], ABC[2], course("N", title="Neu"), course("Z", title="Anders")])
    assert (await edit(base, course("Z", title="Anders"), "Z")).changes == []
    await undo(base, renamed.import_id)
    assert await written(base) == csv_file.write([*ABC, course("N", title="Neu")])
    async with base.read() as session:
        await undo(base, await catalogue.undoable(session, owner="landau") or 0)
    assert await written(base) == before


async def test_a_form_refuses_a_number_that_is_taken_and_a_course_that_is_not_there(base: Database) -> None:
    await bring(base, ABC)
    await bring(base, ABC[:2])
    for changed, old in ((course("A"), None), (course("B"), "A"), (course("C"), "A")):
        with pytest.raises(TakenError):
            await edit(base, changed, old)
    for old in ("C", "unknown"):
        with pytest.raises(UnknownCourseError):
            await edit(base, course(old), old)
    # A course that is gone may be offered again.
    assert kinds(await edit(base, course("C", title="Wieder da"), None)) == [("", "C")]


async def test_courses_are_removed_and_come_back(base: Database) -> None:
    await bring(base, ABC)
    async with base.write() as session:
        done = await catalogue.remove(session, **TOWN, ids=["A", "C", "unknown"], actor="provider")
    assert kinds(done) == [("A", ""), ("C", "")]
    assert await written(base) == csv_file.write([ABC[1]])
    await undo(base, done.import_id)
    assert await written(base) == csv_file.write(ABC)


async def test_a_provider_says_still_true_and_how_many_places_are_free(base: Database) -> None:
    old = [course(key, last_checked=TODAY - timedelta(days=40), places_max=10, places_booked=4) for key in "ABC"]
    await bring(base, old)
    async with base.write() as session:
        done = await catalogue.confirm(session, **TOWN, ids=["A", "B", "unknown"], actor="provider", free={"B": 0})
    assert [(each.after.id, each.after.last_checked, each.after.places_free) for each in done.changes if each.after] == [
        ("A", TODAY, 6),
        ("B", TODAY, 0),
    ]
    async with base.write() as session:
        assert (await catalogue.confirm(session, **TOWN, ids=["A", "B"], actor="provider")).changes == []
    await undo(base, done.import_id)
    assert await written(base) == csv_file.write(old)


async def test_an_error_in_the_middle_leaves_everything_as_it_was(base: Database) -> None:
    await bring(base, ABC)
    before = await written(base)

    async def broken() -> None:
        async with base.write() as session:
            await catalogue.apply(session, **TOWN, feed="file", courses=[course("D")], actor="cli")
            await session.execute(insert(rows), [{"owner": "landau", "key": "D", "feed": "x", "record": "{}", "gone": False}])

    with pytest.raises(Exception, match=r"UNIQUE|duplicate key"):
        await broken()
    assert await written(base) == before
    async with base.read() as session:
        assert (await catalogue.revision(session, owner="landau"), len(await catalogue.history(session, owner="landau"))) == (1, 1)


async def test_ten_thousand_rows_in_and_out_and_back(base: Database) -> None:
    everything = list(many(10_000))
    told: list[tuple[int, int]] = []
    async with base.write() as session:
        await catalogue.apply(
            session, **TOWN, feed="file", courses=everything, actor="cli", progress=lambda done, total: told.append((done, total))
        )
    assert told[0] == (1000, 10_000)
    assert told[-1] == (10_000, 10_000)
    before = await written(base)
    sheet = read.read("kurse.csv", before, today=TODAY)
    assert (sheet.rows, sheet.problems, list(sheet.courses)) == (10_000, [], everything)
    changed = await bring(base, [replace(each, title="Anders") for each in everything[5000:]])
    assert len(changed.changes) == 10_000
    await undo(base, changed.import_id)
    assert await written(base) == before
    assert json_file.write(everything) == await exported(base, "json")


async def test_a_stale_preview_names_what_to_do(base: Database) -> None:
    await bring(base, ABC)
    with pytest.raises(StaleError, match="look at a new preview"):
        await bring(base, ABC[:1], revision=0)

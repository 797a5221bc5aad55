"""Where things stand in the week: rows by the wall clock, lanes beside each other, both changes of the clock."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.calendar_layout import LEAST_ROWS, MOST_LANES, Block, Grid, Item, lay_out
from tests.scheduling import BERLIN, local

MONDAY = date(2026, 11, 23)
DAYS = [MONDAY + timedelta(days=number) for number in range(7)]


def item(name: str, hour: int, minute: int = 0, *, minutes: int = 30, day: int = 0, quiet: bool = False) -> Item[str]:
    starts = local(DAYS[day], hour, minute)
    return Item(starts=starts, ends=starts + timedelta(minutes=minutes), body=name, quiet=quiet)


def grid(*items: Item[str], days: list[date] | None = None) -> Grid[str]:
    return lay_out(items, days=days or DAYS, zone=BERLIN)


def placed(found: Grid[str], day: int = 0) -> list[tuple[str, int, int, int, int]]:
    return [(block.body, block.at, block.rows, block.lane, block.lanes) for block in found.days[day].blocks]


def test_an_empty_week_shows_the_usual_hours() -> None:
    found = grid()
    assert (found.first, found.rows) == (8 * 4, 9 * 4)
    assert found.hours[0] == (8, 0)
    assert found.hours[-1] == (16, 32)
    assert [day.date for day in found.days] == DAYS
    assert not any(day.blocks for day in found.days)


def test_rows_are_quarters_from_the_first_hour_that_is_shown() -> None:
    assert placed(grid(item("a", 9), item("b", 10, 15, minutes=45))) == [("a", 4, 2, 0, 1), ("b", 9, 3, 0, 1)]


def test_early_and_late_things_widen_the_hours_but_an_own_calendar_does_not() -> None:
    assert (grid(item("early", 6, 30)).first, grid(item("late", 18, minutes=90)).rows) == (6 * 4, 12 * 4)
    found = grid(item("night", 2, minutes=120, quiet=True), item("long", 7, minutes=180, quiet=True))
    assert (found.first, placed(found)) == (32, [("long", 0, 8, 0, 1)])


def test_what_overlaps_stands_side_by_side_and_what_follows_uses_the_lane_again() -> None:
    found = grid(item("a", 9, minutes=120), item("b", 9, 30), item("c", 10), item("d", 11))
    assert placed(found) == [("a", 4, 8, 0, 2), ("b", 6, 2, 1, 2), ("c", 8, 2, 1, 2), ("d", 12, 2, 0, 1)]


def test_more_than_fit_beside_each_other_are_counted() -> None:
    found = grid(*(item(str(number), 9) for number in range(MOST_LANES + 3)))
    assert len(found.days[0].blocks) == MOST_LANES
    assert len(found.days[0].hidden) == 3


def test_a_short_appointment_is_high_enough_for_a_finger_and_covers_nothing() -> None:
    found = grid(item("a", 9, minutes=10), item("b", 9, 15, minutes=15))
    assert placed(found) == [("a", 4, LEAST_ROWS, 0, 2), ("b", 5, LEAST_ROWS, 1, 2)]


def test_days_on_end_are_whole_days_with_parts_at_both_ends() -> None:
    away = Item(starts=local(DAYS[1], 14), ends=local(DAYS[4], 10), body="away", quiet=True)
    found = grid(away)
    assert [list(day.whole) for day in found.days] == [[], [], ["away"], ["away"], [], [], []]
    assert placed(found, 1) == [("away", 24, 12, 0, 1)]
    assert placed(found, 4) == [("away", 0, 8, 0, 1)]
    until_midnight = Item(starts=local(DAYS[0], 0), ends=local(DAYS[1], 0), body="day", quiet=True)
    assert [list(day.whole) for day in grid(until_midnight).days] == [["day"], [], [], [], [], [], []]


SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


@pytest.mark.parametrize("day", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_the_same_hour_of_the_wall_is_the_same_row_when_the_clock_changes(day: date) -> None:
    days = [day - timedelta(days=1), day, day + timedelta(days=1)]
    items = [Item(starts=local(one, 9), ends=local(one, 10), body="nine") for one in days]
    found = lay_out(items, days=days, zone=BERLIN, hours=[(local(one, 8), local(one, 12)) for one in days])
    assert [[(block.at, block.rows) for block in one.blocks] for one in found.days] == [[(4, 4)]] * 3
    assert [list(one.hours) for one in found.days] == [[(0, 16)]] * 3


def test_in_spring_the_hour_that_is_left_out_takes_no_time() -> None:
    night = Item(starts=datetime(2026, 3, 29, 0, 30, tzinfo=UTC), ends=datetime(2026, 3, 29, 1, 30, tzinfo=UTC), body="1:30 to 3:30")
    found = grid(night, days=[SPRING])
    assert [(block.at, block.rows) for block in found.days[0].blocks] == [(6 - found.first, 8)]


def test_in_autumn_the_hour_that_comes_twice_is_shown_beside_itself() -> None:
    first = Item(
        starts=datetime(2026, 10, 25, 0, 0, tzinfo=UTC), ends=datetime(2026, 10, 25, 1, 0, tzinfo=UTC), body="2:00 for the first time"
    )
    second = Item(starts=first.ends, ends=first.ends + timedelta(hours=1), body="2:00 again")
    found = grid(first, second, days=[AUTUMN])
    blocks = [(block.body, block.at + found.first, block.rows, block.lane, block.lanes) for block in found.days[0].blocks]
    assert blocks == [("2:00 for the first time", 8, 4, 0, 2), ("2:00 again", 8, 4, 1, 2)]
    across = Item(starts=first.starts + timedelta(minutes=30), ends=second.starts + timedelta(minutes=30), body="2:30 to 2:30")
    assert [block.rows for block in grid(across, days=[AUTUMN]).days[0].blocks] == [4]


MINUTES = st.integers(0, 7 * 24 * 60)
ITEMS = st.lists(st.tuples(MINUTES, st.integers(1, 600)), max_size=25)


@settings(max_examples=150, deadline=None)
@given(ITEMS, st.sampled_from([MONDAY, SPRING - timedelta(days=3), AUTUMN - timedelta(days=3)]))
def test_nothing_covers_anything_and_nothing_is_lost(spans: list[tuple[int, int]], first: date) -> None:
    days = [first + timedelta(days=number) for number in range(7)]
    begin = local(first, 0)
    starts = [(begin + timedelta(minutes=at), length) for at, length in spans]
    items = [Item(starts=at, ends=at + timedelta(minutes=length), body=number) for number, (at, length) in enumerate(starts)]
    found = lay_out(items, days=days, zone=BERLIN)
    for day in found.days:
        taken: set[tuple[int, int]] = set()
        for block in day.blocks:
            cells = _cells(block)
            assert not cells & taken
            taken |= cells
            assert 0 <= block.at < block.at + block.rows <= found.rows
            assert block.lane < block.lanes <= MOST_LANES
    seen = {body for day in found.days for body in (*day.whole, *day.hidden, *(block.body for block in day.blocks))}
    inside = {number for number, one in enumerate(items) if begin <= one.starts < local(days[-1] + timedelta(days=1), 0)}
    assert inside <= seen


def _cells(block: Block[int]) -> set[tuple[int, int]]:
    """The pieces of the day that a block takes, lanes as sixtieths of its width."""
    width = 60 // block.lanes
    columns = range(block.lane * width, (block.lane + 1) * width)
    return {(row, column) for row in range(block.at, block.at + block.rows) for column in columns}

"""Free times by properties: inside the hours, no overlap with buffers, right across both clock changes, in every time zone of Europe."""

import itertools
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.closed import closed_days
from scheduler.slots import Once, Plan, Slot, Span, Weekly, Wish, free, merged

BERLIN = ZoneInfo("Europe/Berlin")
EUROPE = sorted(name for name in zoneinfo.available_timezones() if name.startswith("Europe/"))
CLOCK_CHANGES = (date(2026, 3, 29), date(2026, 10, 25))

days = st.one_of(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.sampled_from(CLOCK_CHANGES))
minutes = st.integers(0, 95).map(lambda quarter: quarter * 15)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001


@st.composite
def hours(draw: st.DrawFn) -> tuple[int, int]:
    starts = draw(minutes)
    return starts, draw(st.integers(starts // 15 + 1, 96)) * 15


@st.composite
def spans(draw: st.DrawFn, day: date) -> Span:
    starts = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=draw(st.integers(-600, 2000)))
    return Span(starts=starts, ends=starts + timedelta(minutes=draw(st.integers(5, 400))))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Plan, Wish]:
    day = draw(days)
    zone = ZoneInfo(draw(st.sampled_from(EUROPE)))
    weekly = [Weekly(office=1, weekday=draw(st.integers(0, 6)), starts=a, ends=b) for a, b in draw(st.lists(hours(), max_size=6))]
    once = [Once(office=2, day=day, starts=a, ends=b) for a, b in draw(st.lists(hours(), max_size=2))]
    plan = Plan(
        adviser=7,
        zone=zone,
        weekly=tuple(weekly),
        once=tuple(once),
        away=tuple(draw(st.lists(spans(day), max_size=4))),
        taken=tuple(draw(st.lists(spans(day), max_size=6))),
        closed=frozenset(draw(st.sets(st.just(day)))),
    )
    earliest = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=draw(st.integers(0, 30)))
    wish = Wish(
        minutes=draw(st.sampled_from([15, 20, 30, 45, 60, 90])),
        before=draw(st.sampled_from([0, 5, 10])),
        after=draw(st.sampled_from([0, 5, 15])),
        step=draw(st.sampled_from([5, 15, 30])),
        earliest=earliest,
        latest=earliest + timedelta(hours=draw(st.integers(1, 80))),
    )
    return plan, wish


def wall(moment: datetime, zone: ZoneInfo) -> tuple[date, int]:
    local = moment.astimezone(zone)
    return local.date(), local.hour * 60 + local.minute


def inside(slot: Slot, plan: Plan) -> bool:
    """Every quarter of the slot reads, on the wall clock, as a time within hours of that office on that day."""
    step, moment = timedelta(minutes=5), slot.starts
    while moment < slot.ends:
        day, minute = wall(moment, plan.zone)
        weekly = day not in plan.closed and any(
            h.office == slot.office and h.weekday == day.weekday() and h.starts <= minute < h.ends for h in plan.weekly
        )
        if not (weekly or any(h.office == slot.office and h.day == day and h.starts <= minute < h.ends for h in plan.once)):
            return False
        moment += step
    return True


@settings(max_examples=300, deadline=None)
@given(cases())
def test_every_free_time_lies_inside_the_hours_and_the_wish(case: tuple[Plan, Wish]) -> None:
    plan, wish = case
    for slot in free(plan, wish):
        assert wish.earliest <= slot.starts
        assert slot.ends <= wish.latest
        assert slot.ends - slot.starts == timedelta(minutes=wish.minutes)
        assert inside(slot, plan)


@settings(max_examples=300, deadline=None)
@given(cases())
def test_no_free_time_touches_what_is_taken_not_even_with_its_buffers(case: tuple[Plan, Wish]) -> None:
    plan, wish = case
    before, after = timedelta(minutes=wish.before), timedelta(minutes=wish.after)
    for slot in free(plan, wish):
        for span in (*plan.taken, *plan.away):
            assert span.ends <= slot.starts - before or span.starts >= slot.ends + after


@settings(max_examples=200, deadline=None)
@given(cases())
def test_taking_a_free_time_takes_exactly_what_overlaps_it(case: tuple[Plan, Wish]) -> None:
    plan, wish = case
    found = free(plan, wish)
    if not found:
        return
    taken = found[len(found) // 2]
    before, after = timedelta(minutes=wish.before), timedelta(minutes=wish.after)
    block = Span(starts=taken.starts - before, ends=taken.ends + after)
    left = free(Plan(**{**vars(plan), "taken": (*plan.taken, block)}), wish)
    expected = [slot for slot in found if slot.ends + after <= block.starts or slot.starts - before >= block.ends]
    assert left == expected


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(EUROPE), st.sampled_from(CLOCK_CHANGES))
def test_office_hours_begin_at_the_same_wall_time_on_both_sides_of_a_clock_change(name: str, change: date) -> None:
    zone = ZoneInfo(name)
    weekly = tuple(Weekly(office=1, weekday=weekday, starts=9 * 60, ends=12 * 60) for weekday in range(7))
    first = datetime(change.year, change.month, change.day, tzinfo=UTC) - timedelta(days=2)
    wish = Wish(minutes=60, step=60, earliest=first, latest=first + timedelta(days=5))
    walls = [wall(slot.starts, zone)[1] for slot in free(Plan(adviser=1, zone=zone, weekly=weekly), wish)]
    assert set(walls) == {9 * 60, 10 * 60, 11 * 60}


def test_the_missing_hour_and_the_double_hour_are_not_sold_wrongly() -> None:
    night = (Once(office=1, day=CLOCK_CHANGES[0], starts=60, ends=240), Once(office=1, day=CLOCK_CHANGES[1], starts=60, ends=240))
    plan = Plan(adviser=1, zone=BERLIN, once=night)
    spring = Wish(minutes=60, step=60, earliest=datetime(2026, 3, 28, tzinfo=UTC), latest=datetime(2026, 3, 30, tzinfo=UTC))
    autumn = Wish(minutes=60, step=60, earliest=datetime(2026, 10, 24, tzinfo=UTC), latest=datetime(2026, 10, 26, tzinfo=UTC))
    assert [wall(slot.starts, BERLIN)[1] // 60 for slot in free(plan, spring)] == [1, 3]
    assert [wall(slot.starts, BERLIN)[1] // 60 for slot in free(plan, autumn)] == [1, 2, 2, 3]


def test_a_day_with_as_many_appointments_as_the_adviser_wants_is_full() -> None:
    weekly = tuple(Weekly(office=1, weekday=weekday, starts=9 * 60, ends=11 * 60) for weekday in range(5))
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    booked = (monday.replace(hour=8), monday.replace(hour=9))
    plan = Plan(adviser=1, zone=BERLIN, weekly=weekly, daily_limit=2, booked=booked)
    wish = Wish(minutes=30, step=30, earliest=monday, latest=monday + timedelta(days=2))
    assert {wall(slot.starts, BERLIN)[0] for slot in free(plan, wish)} == {date(2026, 11, 24)}


def test_an_absence_of_one_office_leaves_the_other_open() -> None:
    day = date(2026, 11, 24)
    once = (Once(office=1, day=day, starts=540, ends=600), Once(office=2, day=day, starts=600, ends=660))
    away = Span(starts=datetime(2026, 11, 24, tzinfo=UTC), ends=datetime(2026, 11, 25, tzinfo=UTC))
    wish = Wish(minutes=60, earliest=away.starts, latest=away.ends)
    assert [slot.office for slot in free(Plan(adviser=1, zone=BERLIN, once=once, office_away=((1, away),)), wish)] == [2]


def test_holidays_of_the_land_are_closed_and_one_off_hours_open_them() -> None:
    closed = closed_days(land="RP", school=False, own=["2026-11-30"], years=[2026])
    assert date(2026, 6, 4) in closed  # Fronleichnam is one in Rhineland-Palatinate
    assert date(2026, 11, 30) in closed
    assert date(2026, 6, 4) not in closed_days(land="BE", school=False, own=[], years=[2026])
    weekly = tuple(Weekly(office=1, weekday=weekday, starts=540, ends=600) for weekday in range(7))
    once = (Once(office=1, day=date(2026, 6, 4), starts=600, ends=660),)
    plan = Plan(adviser=1, zone=BERLIN, weekly=weekly, once=once, closed=closed)
    wish = Wish(minutes=60, earliest=datetime(2026, 6, 3, 22, tzinfo=UTC), latest=datetime(2026, 6, 4, 22, tzinfo=UTC))
    assert [wall(slot.starts, BERLIN) for slot in free(plan, wish)] == [(date(2026, 6, 4), 600)]


@given(st.lists(moments.flatmap(lambda start: st.integers(0, 500).map(lambda m: Span(starts=start, ends=start + timedelta(minutes=m))))))
def test_merged_spans_are_in_order_and_apart(found: list[Span]) -> None:
    result = merged(found)
    assert all(left.ends < right.starts for left, right in itertools.pairwise(result))
    for span in found:
        assert span.starts == span.ends or any(each.starts <= span.starts and span.ends <= each.ends for each in result)

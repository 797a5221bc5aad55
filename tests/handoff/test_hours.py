"""Working time: properties over any hours, moments and absences, across both changes of the clock; holidays; and whose hours count."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handoff import hours
from handoff.hours import Hours, Roster, Span, Weekly
from store.database import Database
from store.desk import Leave, WorkHours
from store.scheduling import Absence, Office
from store.tables import User
from tests.cases import place, staff

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
OFFICE = tuple(Weekly(weekday=day, starts=starts, ends=ends) for day in range(5) for starts, ends in ((540, 720), (780, 960)))
ROUND_THE_CLOCK = tuple(Weekly(weekday=day, starts=0, ends=1440) for day in range(7))


def wall(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BERLIN).astimezone(UTC)


def plan(weekly: tuple[Weekly, ...] = OFFICE, **more: object) -> Hours:
    away = more.pop("away", ())
    return Hours(zone=BERLIN, rosters=(Roster(weekly=weekly, away=away),), **more)  # type: ignore[arg-type]  # keywords of Hours


@st.composite
def weekly_hours(draw: st.DrawFn) -> Weekly:
    starts = draw(st.integers(0, 1435))
    return Weekly(weekday=draw(st.integers(0, 6)), starts=starts, ends=draw(st.integers(starts + 1, 1440)))


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """Any minute of 2026, most of them near the days on which the clock changes."""
    around = draw(st.sampled_from([SPRING, AUTUMN, date(2026, 4, 3), date(2026, 12, 31)]))
    days = draw(st.integers(-3, 3) | st.integers(-60, 60))
    return datetime.combine(around, time(0), UTC) + days * DAY + draw(st.integers(0, 1439)) * MINUTE


@st.composite
def spans_away(draw: st.DrawFn) -> Span:
    starts = draw(moments())
    return Span(starts=starts, ends=starts + draw(st.integers(1, 4 * 1440)) * MINUTE)


@st.composite
def any_hours(draw: st.DrawFn) -> Hours:
    rosters = draw(
        st.lists(
            st.builds(
                Roster,
                weekly=st.lists(weekly_hours(), max_size=6).map(tuple),
                away=st.lists(spans_away(), max_size=2).map(tuple),
            ),
            max_size=3,
        )
    )
    closed = draw(st.frozensets(st.sampled_from([SPRING, AUTUMN, SPRING + DAY]), max_size=2))
    return Hours(zone=BERLIN, closed=closed, rosters=tuple(rosters))


PROPERTIES = settings(max_examples=150, deadline=None)


@given(any_hours(), moments())
@example(plan(ROUND_THE_CLOCK), wall(SPRING, 1, 59))
@example(plan(ROUND_THE_CLOCK), wall(AUTUMN, 2, 30))
@PROPERTIES
def test_the_next_opening_is_open_and_nothing_before_it_is(any_: Hours, now: datetime) -> None:
    opens = hours.next_open(any_, now)
    if opens is None:
        assert not hours.is_open(any_, now)
        return
    assert opens >= now
    assert hours.is_open(any_, opens)
    assert (opens == now) == hours.is_open(any_, now)
    if opens > now:
        assert hours.working(any_, now, opens) == timedelta()
        assert not hours.is_open(any_, opens - timedelta(microseconds=1))


@given(any_hours(), moments(), st.integers(0, 3000))
@PROPERTIES
def test_added_working_time_is_exactly_what_was_worked(any_: Hours, now: datetime, minutes: int) -> None:
    duration = minutes * MINUTE
    ends = hours.add_working(any_, now, duration)
    if ends is not None:
        assert ends >= now + duration
        assert hours.working(any_, now, ends) == duration
        assert not minutes or hours.is_open(any_, ends - timedelta(microseconds=1)), "time runs out while somebody works"


@given(any_hours(), moments(), st.integers(0, 900), st.integers(0, 900))
@PROPERTIES
def test_working_time_adds_up(any_: Hours, now: datetime, first: int, second: int) -> None:
    at_once = hours.add_working(any_, now, (first + second) * MINUTE)
    halfway = hours.add_working(any_, now, first * MINUTE)
    if at_once is not None and halfway is not None:
        assert hours.add_working(any_, halfway, second * MINUTE) == at_once


@given(any_hours(), moments(), st.integers(1, 3000))
@PROPERTIES
def test_more_time_never_ends_earlier(any_: Hours, now: datetime, minutes: int) -> None:
    less, more = (hours.add_working(any_, now, amount * MINUTE) for amount in (minutes - 1, minutes))
    if more is not None:
        assert less is not None
        assert less < more


@given(any_hours(), spans_away(), moments())
@PROPERTIES
def test_nobody_works_while_everybody_is_away(any_: Hours, gone: Span, now: datetime) -> None:
    rosters = tuple(Roster(weekly=roster.weekly, away=(*roster.away, gone)) for roster in any_.rosters)
    less = Hours(zone=BERLIN, closed=any_.closed, rosters=rosters)
    assert hours.working(less, gone.starts, gone.ends) == timedelta()
    if hours.is_open(less, now):
        assert hours.is_open(any_, now)


@given(any_hours(), st.dates(date(2026, 1, 1), date(2026, 12, 31)))
@PROPERTIES
def test_spans_of_a_day_are_in_order_apart_and_on_that_day(any_: Hours, day: date) -> None:
    found = hours.spans(any_, day)
    assert found == hours.merged(found)
    assert all(wall(day, 0) <= span.starts < span.ends <= wall(day + DAY, 0) for span in found)


def test_an_hour_that_passes_while_the_clock_changes_is_one_hour() -> None:
    everywhen = plan(ROUND_THE_CLOCK)
    before = wall(SPRING, 1, 30)
    assert hours.add_working(everywhen, before, timedelta(hours=1)) == wall(SPRING, 3, 30)
    assert hours.working(everywhen, wall(SPRING, 0), wall(SPRING + DAY, 0)) == timedelta(hours=23)
    assert hours.working(everywhen, wall(AUTUMN, 0), wall(AUTUMN + DAY, 0)) == timedelta(hours=25)


def test_office_hours_keep_their_time_on_the_wall_when_the_clock_changes() -> None:
    friday, monday = SPRING - 2 * DAY, SPRING + DAY
    assert hours.add_working(plan(), wall(friday, 15), timedelta(hours=2)) == wall(monday, 10)
    assert wall(monday, 10) - wall(friday, 15) == 3 * DAY - timedelta(hours=6)


def test_hours_inside_the_hour_that_is_left_out_do_not_exist() -> None:
    lost = plan((Weekly(weekday=6, starts=120, ends=180),))
    assert hours.spans(lost, SPRING) == []
    assert hours.next_open(lost, wall(SPRING, 0)) == wall(SPRING + 7 * DAY, 2), "Easter Sunday is no public holiday here"


@pytest.mark.parametrize(("year", "friday"), [(2026, date(2026, 4, 3)), (2027, date(2027, 3, 26))])
def test_nobody_works_from_good_friday_to_easter_monday(year: int, friday: date) -> None:
    thursday, tuesday = friday - DAY, friday + 4 * DAY
    assert friday.year == year
    assert hours.next_open(plan(), wall(thursday, 16)) == wall(tuesday, 9)
    assert hours.add_working(plan(), wall(thursday, 15, 30), timedelta(hours=1)) == wall(tuesday, 9, 30)


def test_holidays_are_those_of_the_land() -> None:
    corpus_christi = date(2026, 6, 4)
    assert hours.spans(plan(land="RP"), corpus_christi) == []
    assert len(hours.spans(plan(land="BE"), corpus_christi)) == 2


def test_hours_hold_from_their_first_to_their_last_day() -> None:
    first, last = date(2026, 11, 23), date(2026, 11, 30)
    short = plan((Weekly(weekday=0, starts=540, ends=600, valid_from=first, valid_until=last),))
    assert hours.next_open(short, wall(first - 5 * DAY, 9)) == wall(first, 9)
    assert hours.next_open(short, wall(first, 10)) == wall(last, 9)
    assert hours.next_open(short, wall(last, 10)) is None


def test_who_stated_no_hours_is_promised_nothing() -> None:
    nothing = Hours(zone=BERLIN, rosters=(Roster(),))
    assert not nothing.known
    assert hours.next_open(nothing, wall(SPRING, 9)) is None
    assert hours.add_working(nothing, wall(SPRING, 9), MINUTE) is None
    assert hours.add_working(nothing, wall(SPRING, 9), timedelta()) == wall(SPRING, 9)


def test_the_end_of_hours_is_known_and_a_break_counts() -> None:
    monday = date(2026, 11, 23)
    assert hours.closes(plan(), wall(monday, 9)) == wall(monday, 12)
    assert hours.closes(plan(), wall(monday, 12)) is None
    assert hours.closes(plan(ROUND_THE_CLOCK), wall(monday, 23)) == wall(monday + 2 * DAY, 0), "over midnight is no stop"


async def test_own_hours_win_over_those_of_the_office_and_these_over_the_house(base: Database) -> None:
    monday = date(2026, 11, 23)
    async with base.write() as session:
        town, other = await place(session), await place(session, slug="anderswo")
        office = Office(municipality_id=town, slug="haus", name="Haus")
        session.add(office)
        await session.flush()
        anna, bela, cem = await staff(session, municipality=town, office_id=office.id)
        cem.office_id = None
        stranger = (await staff(session, municipality=other))[0]
        for user, where, starts in ((anna.id, None, 8), (None, office.id, 9), (None, None, 10)):
            session.add(WorkHours(municipality_id=town, user_id=user, office_id=where, weekday=0, starts=starts * 60, ends=720))
        session.add(WorkHours(municipality_id=other, weekday=0, starts=0, ends=1440))
    async with base.read() as session:
        opens = [await _opens(base, town, user, monday) for user in (anna.id, bela.id, cem.id, None)]
        foreign = await hours.load(session, municipality=town, user=stranger.id)
    assert opens == [wall(monday, 8), wall(monday, 9), wall(monday, 10), wall(monday, 10)]
    assert not foreign.known


async def _opens(base: Database, town: int, user: int | None, day: date) -> datetime | None:
    async with base.read() as session:
        return hours.next_open(await hours.load(session, municipality=town, user=user), wall(day, 0))


async def test_leaves_and_absences_take_time_away_from_whom_they_concern(base: Database) -> None:
    monday = date(2026, 11, 23)
    async with base.write() as session:
        town = await place(session)
        anna, bela, _ = await staff(session, municipality=town)
        session.add(WorkHours(municipality_id=town, weekday=0, starts=540, ends=720))
        session.add(Leave(user_id=int(anna.id or 0), starts_on=monday - DAY, ends_on=monday))
        session.add(Absence(municipality_id=town, starts_at=wall(monday, 8), ends_at=wall(monday, 10)))
    async with base.read() as session:
        both = await hours.of_users(session, municipality=town, users=[int(anna.id or 0), int(bela.id or 0)])
    assert await _opens(base, town, anna.id, monday) == wall(monday + 7 * DAY, 9)
    assert await _opens(base, town, bela.id, monday) == wall(monday, 10)
    assert hours.spans(both, monday) == [Span(starts=wall(monday, 10), ends=wall(monday, 12))]


async def test_closed_days_and_land_come_from_the_site(base: Database) -> None:
    async with base.write() as session:
        town = await place(session, land="BY")
        session.add(WorkHours(municipality_id=town, weekday=3, starts=540, ends=720))
        user = User(municipality_id=town, email="x@y.test", name="X", role="adviser")
        session.add(user)
    async with base.read() as session:
        found = await hours.load(session, municipality=town, user=user.id)
    assert hours.next_open(found, wall(date(2026, 6, 4), 8)) == wall(date(2026, 6, 11), 9), "Corpus Christi is a holiday in Bavaria"

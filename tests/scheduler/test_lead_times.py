"""Lead times: wall clock against real time at both clock changes of 2026, quiet hours, what is past or too close."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler import lead_times
from scheduler.lead_times import Quiet

BERLIN = ZoneInfo("Europe/Berlin")
QUIET = Quiet(zone=BERLIN, quiet_from=21 * 60, quiet_until=8 * 60)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def planned(starts: str, *, now: datetime = LONG_AGO, day_before: int | None = 17 * 60, minutes: Sequence[int] = (120,)) -> dict[str, str]:
    found = lead_times.of_appointment(berlin(starts), day_before=day_before, minutes_before=minutes, now=now, **QUIET)
    return {kind: due.astimezone(BERLIN).isoformat(timespec="minutes")[:16] for kind, due in found.items()}


def test_the_day_before_at_five_and_two_hours_before() -> None:
    assert planned("2026-06-10T14:00") == {"day_before": "2026-06-09T17:00", "before_120": "2026-06-10T12:00"}


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_the_day_before_keeps_its_hour_over_a_clock_change(day: str, hours: int) -> None:
    found = planned(f"{day}T17:00")
    before = date.fromisoformat(day) - timedelta(days=1)
    assert found == {"day_before": f"{before}T17:00", "before_120": f"{day}T15:00"}
    passed = berlin(f"{day}T17:00").astimezone(UTC) - berlin(found["day_before"]).astimezone(UTC)
    assert passed == timedelta(hours=hours)


@pytest.mark.parametrize(("starts", "wall"), [("2026-03-29T04:00", "01:00"), ("2026-10-25T04:00", "02:00")])
def test_hours_before_are_hours_that_pass(starts: str, wall: str) -> None:
    without_quiet = Quiet(zone=BERLIN, quiet_from=0, quiet_until=0)
    found = lead_times.of_appointment(berlin(starts), day_before=None, minutes_before=[120], now=LONG_AGO, **without_quiet)
    assert berlin(starts).astimezone(UTC) - found["before_120"] == timedelta(hours=2)
    assert f"{found['before_120'].astimezone(BERLIN):%H:%M}" == wall


def test_hours_before_an_early_appointment_move_before_the_night() -> None:
    assert planned("2026-06-10T08:30") == {"day_before": "2026-06-09T17:00", "before_120": "2026-06-09T20:59"}


def test_shortly_before_the_next_one_the_first_is_left_out() -> None:
    assert planned("2026-06-10T08:30", day_before=18 * 60) == {"before_120": "2026-06-09T20:59"}


def test_those_on_the_same_moment_are_one() -> None:
    assert planned("2026-06-10T08:30", day_before=None, minutes=(120, 60)) == {"before_60": "2026-06-09T20:59"}


@pytest.mark.parametrize(("minute", "wall"), [(6 * 60, "08:00"), (23 * 60, "20:59"), (21 * 60, "20:59"), (8 * 60, "08:00")])
def test_the_day_before_stays_on_its_day_and_out_of_the_night(minute: int, wall: str) -> None:
    assert planned("2026-06-10T14:00", day_before=minute, minutes=()) == {"day_before": f"2026-06-09T{wall}"}


def test_what_is_past_is_not_planned() -> None:
    assert planned("2026-06-10T14:00", now=berlin("2026-06-09T17:00")) == {"before_120": "2026-06-10T12:00"}
    assert planned("2026-06-10T14:00", now=berlin("2026-06-10T12:30")) == {}


def test_after_a_missed_one_not_in_the_night() -> None:
    ends = berlin("2026-06-10T20:30")
    assert lead_times.of_missed(ends, now=ends, **QUIET) == berlin("2026-06-11T08:00")
    noon = berlin("2026-06-10T12:00")
    assert lead_times.of_missed(noon, now=noon, **QUIET) == noon + timedelta(hours=1)


def test_deadlines_come_at_ten_on_the_wall_in_summer_and_winter() -> None:
    found = lead_times.of_deadline(date(2026, 5, 3), kind="permit_end", zone=BERLIN, now=LONG_AGO)
    assert found == {
        "weeks_8": berlin("2026-03-08T10:00"),
        "weeks_4": berlin("2026-04-05T10:00"),
        "weeks_1": berlin("2026-04-26T10:00"),
    }
    late = lead_times.of_deadline(date(2026, 5, 3), kind="permit_end", zone=BERLIN, now=berlin("2026-04-05T10:00"))
    assert list(late) == ["weeks_1"]
    assert list(lead_times.of_deadline(date(2026, 5, 3), kind="course_end", zone=BERLIN, now=LONG_AGO)) == ["weeks_4"]


def test_a_day_ends_at_midnight_on_the_wall() -> None:
    assert lead_times.end_of(date(2026, 10, 25), BERLIN) == datetime(2026, 10, 25, 23, tzinfo=UTC)


ZONES = st.sampled_from(["Europe/Berlin", "Europe/Lisbon", "Europe/Helsinki", "Atlantic/Azores", "Europe/Dublin"])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive by contract
MINUTES = st.integers(0, 1439)


@given(MOMENTS, ZONES.map(ZoneInfo), MINUTES, MINUTES)
def test_moved_moments_are_never_quiet_and_move_in_the_right_direction(moment: datetime, zone: ZoneInfo, start: int, end: int) -> None:
    def quiet(at: datetime) -> bool:
        return lead_times.is_quiet(at, zone=zone, quiet_from=start, quiet_until=end)

    later = lead_times.humane(moment, zone=zone, quiet_from=start, quiet_until=end)
    earlier = lead_times.before_quiet(moment, zone=zone, quiet_from=start, quiet_until=end)
    assert earlier <= moment <= later
    assert later - earlier <= timedelta(hours=25, minutes=1)
    if not quiet(moment):
        assert earlier == moment == later
    elif _ordinary(start, end):
        assert not quiet(later)
        assert not quiet(earlier)


def _ordinary(start: int, end: int) -> bool:
    """Outside the hour of the clock change, and with a waking minute on both sides."""
    return (start - end) % 1440 > 90 and all(not 0 <= minute <= 240 for minute in (start, end))

"""Leaves and substitution: chains, circles, ends by themselves; scoped to the municipality; people are told once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff import leaves, notices
from handoff.errors import NotFoundError
from handoff.leaves import LeaveError, Substitution
from store.database import Database
from store.tables import User
from tests.cases import Known, person_with_case, place, staff

MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Team:
    """Three colleagues of one municipality, by letter."""

    def __init__(self, town: int, ids: list[int]) -> None:
        self.town, (self.a, self.b, self.c) = town, ids


async def team_of(base: Database, *, slug: str = "testort") -> Team:
    async with base.write() as session:
        town = await place(session, slug=slug)
        return Team(town, [int(user.id or 0) for user in await staff(session, municipality=town)])


async def leave(base: Database, team: Team, user: int, substitute: int | None, *, first: date = MONDAY, days: int = 5) -> int:
    async with base.write() as session:
        last = first + (days - 1) * DAY
        return await leaves.add(session, municipality=team.town, user=user, starts_on=first, ends_on=last, substitute=substitute)


async def acting(base: Database, user: int, on: date = MONDAY) -> int | None:
    async with base.read() as session:
        return await leaves.acting_for(session, user=user, on=on)


async def test_a_chain_is_followed_to_the_first_who_is_there(base: Database) -> None:
    team = await team_of(base)
    await leave(base, team, team.a, team.b)
    await leave(base, team, team.b, team.c, first=MONDAY + DAY, days=2)
    found = [await acting(base, team.a, MONDAY + number * DAY) for number in (-1, 0, 1, 2, 3, 5)]
    assert found == [team.a, team.b, team.c, team.c, team.b, team.a], "and it ends by itself"
    async with base.read() as session:
        assert await leaves.standing_in(session, user=team.c, on=MONDAY + DAY) == [team.a, team.b]
        assert await leaves.standing_in(session, user=team.b, on=MONDAY) == [team.a]
        assert await leaves.away(session, users=[team.a, team.b, team.c], on=MONDAY + DAY) == {team.a, team.b}


async def test_a_circle_and_a_chain_without_end_have_nobody(base: Database) -> None:
    team = await team_of(base)
    await leave(base, team, team.a, team.b)
    await leave(base, team, team.b, team.a)
    await leave(base, team, team.c, None)
    assert [await acting(base, user) for user in (team.a, team.b, team.c)] == [None, None, None]
    async with base.read() as session:
        found = await leaves.substitutions(session, municipality=team.town, on=MONDAY)
    assert [(one.absent, one.acting) for one in found] == [(team.a, None), (team.b, None), (team.c, None)]


async def test_the_second_of_two_leaves_may_name_the_substitute(base: Database) -> None:
    team = await team_of(base)
    await leave(base, team, team.a, None)
    await leave(base, team, team.a, team.c)
    assert await acting(base, team.a) == team.c


async def test_who_has_left_the_team_stands_in_for_nobody(base: Database) -> None:
    team = await team_of(base)
    await leave(base, team, team.a, team.b)
    async with base.write() as session:
        gone = await session.get_one(User, team.b)
        gone.active = False
    assert await acting(base, team.a) is None
    assert await acting(base, team.b) is None


async def test_nonsense_and_colleagues_of_elsewhere_are_refused(base: Database) -> None:
    team, other = await team_of(base), await team_of(base, slug="anderswo")
    with pytest.raises(LeaveError, match="before"):
        await leave(base, team, team.a, None, days=0)
    with pytest.raises(LeaveError, match="themselves"):
        await leave(base, team, team.a, team.a)
    for user, substitute in ((other.a, None), (team.a, other.a)):
        with pytest.raises(NotFoundError):
            await leave(base, team, user, substitute)
    number = await leave(base, team, team.a, team.b)
    with pytest.raises(NotFoundError):
        async with base.write() as session:
            await leaves.remove(session, municipality=other.town, leave=number)
    async with base.write() as session:
        assert [row.id for row in await leaves.of_user(session, municipality=team.town, user=team.a)] == [number]
        assert await leaves.of_user(session, municipality=other.town, user=team.a) == []
        await leaves.remove(session, municipality=team.town, leave=number)
    assert await acting(base, team.a) == team.a


@given(
    st.dictionaries(st.integers(0, 6), st.lists(st.integers(0, 6), max_size=2)),
    st.integers(0, 6),
    st.frozensets(st.integers(0, 6)),
)
@settings(max_examples=300, deadline=None)
def test_whoever_acts_is_there_and_may(substitutes: dict[int, list[int]], user: int, able: frozenset[int]) -> None:
    found = leaves.acting(substitutes, user, able=able)
    if found is not None:
        assert found in able
        assert found not in substitutes
    if user in able and user not in substitutes:
        assert found == user


async def told(base: Database, now: datetime) -> list[tuple[int, str, str, date]]:
    async with base.write() as session:
        return [(one.case, one.owner, one.acting, one.until) for one in await notices.due(session, now)]


async def test_people_read_once_who_stands_in_for_their_adviser(base: Database) -> None:
    team = await team_of(base)
    async with base.write() as session:
        mine = [await person_with_case(session, municipality=team.town, known=Known(owner=team.a, waiting=None), now=NOW) for _ in range(2)]
        await person_with_case(session, municipality=team.town, known=Known(owner=team.a, state="closed", waiting=None), now=NOW)
        await person_with_case(session, municipality=team.town, known=Known(owner=team.c), now=NOW)
    first = await leave(base, team, team.a, team.b, days=3)
    until = MONDAY + 2 * DAY
    assert await told(base, NOW) == [(one.case, "Anna Adler", "Bela Bach", until) for one in mine]
    assert await told(base, NOW + timedelta(hours=1)) == []
    await leave(base, team, team.b, team.c, first=MONDAY + DAY, days=1)
    assert [(case, acting) for case, _, acting, _ in await told(base, NOW + DAY)] == [(one.case, "Cem Can") for one in mine]
    assert await told(base, NOW + 5 * DAY) == []
    async with base.read() as session:
        gone = await leaves.substitutions(session, municipality=team.town, on=MONDAY)
    assert gone == [Substitution(leave=first, absent=team.a, until=until, acting=team.b)]

"""Wishes: kept and read back, taken away one by one, from what nlu found."""

from dataclasses import fields, replace

import pytest

from knowledge.courses.filters import SLOTS, Filters, digest, names, of_state, of_wishes, without
from knowledge.geo import Spot

LANDAU = Spot(name="Landau", slug="landau", lat=49.1984, lon=8.1169)
ALL = Filters(
    level="B1",
    literacy=True,
    kind="integration",
    place="Landau",
    slug="landau",
    lat=49.1984,
    lon=8.1169,
    radius=10,
    weekdays=(0, 2),
    part="evening",
    childcare=True,
    women=True,
    online=True,
    presence=True,
    work=True,
    young=True,
    parents=True,
    month="2027-01",
    older=True,
)


def test_state_has_what_is_set_and_reads_back() -> None:
    assert Filters().to_state() == {}
    assert Filters(level="B1", weekdays=(5, 6), online=True).to_state() == {"level": "B1", "weekdays": [5, 6], "online": True}
    assert set(ALL.to_state()) == {each.name for each in fields(Filters)}
    assert of_state(ALL.to_state()) == ALL
    assert of_state({"level": "A2", "of_another_version": 1}) == Filters(level="A2")


def test_each_slot_can_be_taken_away() -> None:
    assert names(ALL) == SLOTS
    left = ALL
    for slot in SLOTS:
        left = without(left, slot)
        assert slot not in names(left)
    assert left == Filters(older=True)


def test_without_a_place_nothing_of_it_is_left() -> None:
    assert without(replace(ALL, level=""), "place").to_state().keys().isdisjoint({"place", "slug", "lat", "lon", "radius"})
    assert names(Filters(slug="landau")) == names(Filters(lat=1.0, lon=1.0)) == ("place",)
    assert names(Filters(radius=10)) == ()


def test_the_same_wishes_have_the_same_digest() -> None:
    assert len(digest(ALL)) == 64
    same = [replace(ALL, older=False), replace(ALL, place="لانداو"), replace(ALL, weekdays=(2, 0, 2))]
    assert {digest(each) for each in same} == {digest(ALL)}
    assert digest(replace(ALL, radius=25)) == digest(replace(ALL, radius=0))
    assert digest(Filters(radius=10)) == digest(Filters())
    different = [ALL, *(without(ALL, slot) for slot in SLOTS), replace(ALL, radius=5), replace(ALL, lat=49.2), Filters()]
    assert len({digest(each) for each in different}) == len(different)


def test_wishes_in_words() -> None:
    wishes = {"level": "B1", "weekdays": "2,0", "part": "evening", "childcare": "yes", "radius": "10", "month": "2027-01", "kind": "vhs"}
    found = of_wishes(wishes, [LANDAU])
    assert found == Filters(
        level="B1",
        weekdays=(0, 2),
        part="evening",
        childcare=True,
        month="2027-01",
        kind="vhs",
        radius=10,
        place="Landau",
        slug="landau",
        lat=49.1984,
        lon=8.1169,
    )


@pytest.mark.parametrize(
    "wishes",
    [
        {},
        {"level": "beginner"},
        {"kind": "job-fair"},
        {"month": "2027-13"},
        {"month": "soon"},
        {"part": "night"},
        {"weekdays": "7,x,"},
        {"radius": "²"},
        {"radius": "far"},
        {"women": "no"},
        {"postcode": "76829", "weekday": "3"},
    ],
)
def test_what_is_not_understood_is_no_wish(wishes: dict[str, str]) -> None:
    assert of_wishes(wishes, []) == Filters()


def test_nobody_travels_round_the_world() -> None:
    assert of_wishes({"radius": "99999"}, []).radius == 200

"""Finding courses in drawn catalogues: the same as by the plain rules of `oracle`."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.courses import search
from knowledge.courses.filters import Filters, names, without
from knowledge.courses.search import find, matching
from tests.courses import oracle
from tests.courses.drawn import TODAY, Drawn, catalogue

SEEDS = given(st.integers(0, 2**32))


@settings(max_examples=150, deadline=None)
@SEEDS
def test_what_is_found_and_in_which_order_is_what_the_plain_rules_say(seed: int) -> None:
    drawn = Drawn(seed)
    courses, filters = drawn.courses, drawn.wishes()
    index = catalogue(*courses)
    expected = oracle.found(courses, filters, TODAY)
    result = find(index, filters, today=TODAY, limit=30)
    assert [hit.course for hit in result.hits] == expected
    assert result.total == len(expected)
    assert list(matching(index, filters, today=TODAY)) == sorted(expected)
    every = oracle.found(courses, replace(filters, older=True), TODAY)
    assert result.older == sum(oracle.older(courses[number], TODAY) for number in every)
    assert result.gained == {slot: len(oracle.found(courses, without(filters, slot), TODAY)) for slot in names(filters)}


@settings(max_examples=60, deadline=None)
@SEEDS
def test_pages_are_pieces_of_the_whole(seed: int) -> None:
    drawn = Drawn(seed)
    index, filters = catalogue(*drawn.courses), Filters(older=True)
    expected = oracle.found(drawn.courses, filters, TODAY)
    for limit in (1, 3):
        pages = [find(index, filters, today=TODAY, offset=offset, limit=limit).hits for offset in range(0, 27, limit)]
        assert [hit.course for page in pages for hit in page] == expected


@settings(max_examples=100, deadline=None)
@SEEDS
def test_alternatives_say_what_they_miss_and_can_be_joined(seed: int) -> None:
    drawn = Drawn(seed)
    filters = drawn.wishes()
    result = find(catalogue(*drawn.courses), filters, today=TODAY)
    hits = {hit.course for hit in result.hits}
    assert len(result.nearest) <= (3 if len(hits) < 3 else 0)
    for other in result.nearest:
        each = drawn.courses[other.course]
        missed = [slot for slot in names(filters) if not oracle.fulfils(each, filters, slot)]
        assert missed
        assert list(other.misses) == missed
        assert not set(other.why) & set(missed)
        assert oracle.found([each], Filters(older=filters.older), TODAY) == [0]
        assert not oracle.closed(each, TODAY)
    assert hits.isdisjoint(other.course for other in result.nearest)


@settings(max_examples=40, deadline=None)
@SEEDS
def test_joining_indexes_is_building_one(seed: int) -> None:
    drawn = Drawn(seed)
    filters, half = drawn.wishes(), len(drawn.courses) // 2
    rows = [(number, "a" if number < half else f"{number % 3}", each) for number, each in enumerate(drawn.courses)]
    whole = search.joined([search.build(rows[half:]), search.build([]), search.build(rows[:half])])
    built = find(catalogue(*drawn.courses), filters, today=TODAY, limit=30)
    assert find(whole, filters, today=TODAY, limit=30) == built
    only = find(whole, filters, today=TODAY, owners=["a"], limit=30)
    assert list(only.hits) == [hit for hit in built.hits if hit.course < half]

"""Which wishes of a message are taken back: `not online`, `abends geht nicht`; the words are in `nlu.data_words`."""

from collections.abc import Collection, Iterable, Iterator

from nlu.data_words import Hit, Reading

# How many tokens a "not" reaches within its clause, and "is impossible" back.
_REACH, _BACK = 3, 5


def wished(reading: Reading, kinds: Iterable[str], *, among: Collection[str]) -> Iterator[Hit]:
    """The hits of `kinds` that nobody denies; a hit of `among` in between takes the "not" upon itself."""
    return (hit for kind in kinds for hit in reading.of(kind) if not _denied(reading, hit, among))


def _denied(reading: Reading, hit: Hit, among: Collection[str]) -> bool:
    """Whether a "not" before the hit, or one behind it that has nothing else to deny, is in its clause."""
    for at in range(hit.last + 1, hit.last + 1 + _BACK):
        if _same(reading, reading.starting("not_so", at), hit):
            return True
        no = _not(reading, reading.starting("not", at), hit, ()) if at <= hit.last + _REACH else None
        if no and no.value != "ahead" and not _anything(reading, no, among):
            return True
        if any(reading.starting(kind, at) for kind in among):
            break
    return _denied_before(reading, hit, among)


def _denied_before(reading: Reading, hit: Hit, among: Collection[str]) -> bool:
    for at in range(hit.first - 1, hit.first - 1 - _REACH, -1):
        if _not(reading, reading.ending("not", at) or reading.ending("not_so", at), hit, among):
            return True
        listed = reading.starting("or", at + 1)
        if not listed and any(reading.ending(kind, at) for kind in among):
            return False
    return False


def _not(reading: Reading, no: Hit | None, hit: Hit, among: Collection[str]) -> Hit | None:
    """The "not", if it is in the clause of the hit; one that looks back ("is impossible") only if nothing is there."""
    if no is None or not _same(reading, no, hit):
        return None
    back = range(no.first - 1, no.first - 1 - _BACK, -1)
    taken = reading.starting("not_so", no.first) and _wish_at(reading, no, among, back)
    return None if taken else no


def _anything(reading: Reading, no: Hit, among: Collection[str]) -> bool:
    """Whether a "not" has something to deny behind it."""
    return _wish_at(reading, no, among, range(no.last + 1, no.last + 1 + _REACH))


def _wish_at(reading: Reading, no: Hit, among: Collection[str], places: Iterable[int]) -> bool:
    found = (reading.starting(kind, at) or reading.ending(kind, at) for at in places for kind in among if kind != "seek")
    return any(_same(reading, other, no) for other in found)


def _same(reading: Reading, one: Hit | None, other: Hit) -> bool:
    return one is not None and reading.clauses[one.first] == reading.clauses[other.first]

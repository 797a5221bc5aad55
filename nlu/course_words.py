"""What somebody wishes for in a German course, in every language; the words are in `nlu.data_words`, places are found by `knowledge.geo`.

A wish is a phrase that says it all, or several words together ("for" and "nurses"). What is denied is no wish, and what may mean something
else is left out: it is asked then.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from nlu import course_levels, course_times
from nlu.data_words import Hit, Reading, read
from nlu.denials import wished
from nlu.language import evident
from nlu.text import LONGEST, skeleton

_POSTCODE = re.compile(r"(?<![\d+])(?<!\d[ /.,-])(0000\d|0[1-9]\d{3}|[1-9]\d{4})(?![\d .,/-]*\d)")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_FLAGS = ("literacy", "childcare", "women", "online", "presence", "work", "young", "parents")
# Of several names of one course, the one that says most about it.
_KINDS = ("second_script", "mia", "orientation", "state", "support", "cafe", "intensive", "integration", "vhs")
_WISHES = (*_FLAGS, "kind", "part", "weekday", "abbr", "days", "beginner", "female", "job")
_SPLIT = (*_WISHES, "seek")
_LONGEST_WAY = 300
_YOUNGEST, _YOUNG_UNTIL, _YOUNG_LIMIT = 15, 27, 30
# So many tokens before an age stands whose it is.
_NAMED_BEFORE = 4


def find(text: str, *, language: str | None = None, today: date) -> dict[str, str]:
    """Wishes by name, only those that are there; any text is accepted and never raises.

    `level` (A1 … C2: what is to be learned now), `kind` (see `_KINDS`), `postcode`, `radius` (kilometres), `weekdays` ("0,2"), `part`
    (morning, afternoon, evening), `month` ("2027-01": no sooner), and "yes" for `literacy`, `childcare`, `women` (only), `online`,
    `presence`, `work`, `young`, `parents`. `language` is what the message is probably in.

    >>> find("Ich habe B1 und suche einen Abendkurs ab Januar, mit Kinderbetreuung", today=date(2026, 11, 21))
    {'level': 'B2', 'childcare': 'yes', 'part': 'evening', 'month': '2027-01'}
    """
    plain, halves = course_levels.written(text[:LONGEST])
    reading = read(plain, language=evident(text[:LONGEST], language), about="course")
    found = {
        "level": course_levels.find(reading, halves),
        **_flags(reading),
        "kind": _kind(reading),
        "postcode": postcode(skeleton(text[:LONGEST].translate(_DIGITS))),
        "radius": _radius(reading),
        "weekdays": course_times.weekdays(reading),
        "part": course_times.part(reading),
        "month": course_times.month(reading, plain, today=today),
    }
    return {name: value for name, value in found.items() if value}


def postcode(plain: str) -> str:
    """The postcode in a text whose digits are Western; "" if there is none."""
    hit = _POSTCODE.search(plain)
    return hit[1] if hit else ""


def _wished(reading: Reading, *kinds: str) -> Iterator[Hit]:
    return wished(reading, kinds, among=_SPLIT)


def _flags(reading: Reading) -> dict[str, str]:
    found = {name: "yes" if _says(reading, name) else "" for name in _FLAGS}
    if any(_optional(reading, hit, kind) for kind in ("online", "presence") for hit in reading.of(kind)) or (
        found["online"] and found["presence"]
    ):
        found["online"] = found["presence"] = ""
    elif not found["online"] and reading.of("online"):
        found["presence"] = "yes"
    return found


def _optional(reading: Reading, hit: Hit, kind: str) -> bool:
    """Whether a way of learning is only one of several: "or online", "online is fine too"."""
    if reading.beside(hit, ["optional"], within=3):
        return True
    before = reading.starting("or", hit.first - 1) and not reading.ending(kind, hit.first - 2)
    return bool(before or (reading.starting("or", hit.last + 1) and not reading.starting(kind, hit.last + 2)))


def _says(reading: Reading, name: str) -> bool:
    if name == "literacy":
        return any(not _about_a_thing(reading, hit) for hit in reading.of(name)) or any(_unread(reading, hit) for hit in reading.of("read"))
    composed = _COMPOSED.get(name)
    return any(_wished(reading, name)) or bool(composed and composed(reading))


def _about_a_thing(reading: Reading, hit: Hit) -> bool:
    """Whether somebody cannot read a letter: it stands behind or, in some languages, before."""
    return _follows(reading, hit, "thing", within=3) or _before(reading, hit, "thing", within=2)


def _unread(reading: Reading, hit: Hit) -> bool:
    """Reading or writing that somebody cannot do at all, not just with one letter or in German.

    An "and" between them ("ne zna da čita") joins them, a comma does not.
    """
    unable = any(not _pauses(reading, no, hit) for no in reading.near(hit, ["not", "not_so", "unknown"], within=4))
    return unable and not reading.beside(hit, ["thing", "german"], within=4)


def _pauses(reading: Reading, one: Hit, other: Hit) -> bool:
    """Whether a comma or the end of a sentence is between two hits."""
    first, last = sorted((one.first, other.first))
    return any(token.kind in {"pause", "stop"} for token in reading.tokens[first:last])


def _minded(reading: Reading) -> bool:
    """A child who comes along or is looked after, or for whom there is no nursery place."""
    for care in reading.of("care"):
        children = reading.near(care, ["child", "childcare"], within=12)
        near = any(child != care and reading.sentences[child.first] == reading.sentences[care.first] for child in children)
        cared = reading.beside(care, ["sitter"], within=4) and not reading.beside(care, ["not", "not_so"], within=3)
        if near and not cared:
            return True
    if any(reading.beside(kita, ["not", "not_so", "full"], within=4) for kita in reading.of("kita")):
        return True
    if any(_indispensable(reading, hit) for hit in reading.of("childcare")):
        return True
    # "We have no childcare": nobody says so who needs none.
    refusals = (no for hit in reading.of("childcare") for no in reading.near(hit, ["not"], within=1) if no.first < hit.first)
    return any(_before(reading, no, "have", within=2) for no in refusals)


def _indispensable(reading: Reading, hit: Hit) -> bool:
    """Denied twice, as in "without childcare it is impossible"."""
    without = reading.ending("not", hit.first - 1) or reading.ending("not", hit.first - 2)
    return bool(without and without.value == "ahead") and any(
        not _pauses(reading, hit, no) for no in reading.near(hit, ["not_so", "not"], within=5) if no.first > hit.last
    )


def _women_only(reading: Reading) -> bool:
    women = [hit for hit in _wished(reading, "female") if _adjoins(reading, hit, ("aim", "only", "course"))]
    return bool(women) or any(
        _before(reading, hit, "not", within=2) or reading.starting("not_so", hit.last + 1) for hit in reading.of("male")
    )


def _at_home(reading: Reading) -> bool:
    return any(reading.beside(home, ["learn"], within=4) for home in _wished(reading, "home"))


def _for_work(reading: Reading) -> bool:
    """A course for a job; "I work as a driver" says nothing about the course."""
    jobs = [hit for hit in _wished(reading, "job") if not _before(reading, hit, "busy", within=3)]
    return any(_before(reading, hit, "aim", within=2) or reading.starting("aimed", hit.last + 1) or _of_level(reading, hit) for hit in jobs)


def _of_level(reading: Reading, hit: Hit) -> bool:
    """Whether a job stands behind a level and nothing more: "B2 nursing"."""
    return hit.first > 0 and reading.tokens[hit.first - 1].kind == "level" and _closes(reading, hit.last + 1)


def _young(reading: Reading) -> bool:
    if reading.of("child") and not any(reading.of(kind) for kind in ("course", "german", "kind", "beginner")):
        return False
    return any(_youth_at(reading, at) for at, token in enumerate(reading.tokens) if token.kind == "number")


def _youth_at(reading: Reading, at: int) -> bool:
    """Whether the number is the age of somebody young, or the limit of a course for the young."""
    figure = reading.tokens[at].raw
    years = int(figure) if len(figure) <= 2 else 0  # noqa: PLR2004 - figures of an age
    old = reading.starting("old", at + 1) or (reading.starting("years", at + 1) and reading.starting("old", at + 2))
    if reading.ending("under", at - 1) and _YOUNGEST < years <= _YOUNG_LIMIT and not reading.of("child"):
        here = Hit("number", figure, at, at)
        counted = old or reading.starting("years", at + 1)
        return bool(counted) or (_closes(reading, at + 1) and not reading.beside(here, ["busy", "oclock", "within"], within=4))
    if not _YOUNGEST <= years < _YOUNG_UNTIL:
        return False
    counted = reading.starting("years", at + 1)
    # "My daughter is 19 years": then the course is for her.
    grown = counted and any(reading.ending("child", before) for before in range(at - _NAMED_BEFORE, at))
    return bool(old or grown) or bool(reading.ending("age", at - 1) and _closes(reading, counted.last + 1 if counted else at + 1))


def _closes(reading: Reading, at: int) -> bool:
    """Whether a thought ends before this token."""
    return at >= len(reading.tokens) or reading.tokens[at].kind in {"stop", "pause"} or bool(reading.starting("and", at))


_COMPOSED: dict[str, Callable[[Reading], bool]] = {
    "childcare": _minded,
    "women": _women_only,
    "online": _at_home,
    "work": _for_work,
    "young": _young,
}


def _kind(reading: Reading) -> str:
    """What the course is called; not one that somebody has finished already."""
    wanted = {hit.value for hit in _wished(reading, "kind") if not _attended(reading, hit)}
    return next((kind for kind in _KINDS if kind in wanted), "")


def _attended(reading: Reading, hit: Hit) -> bool:
    """Whether somebody has finished this course, or means an office of that name."""
    if _before(reading, hit, "after", within=2) or _adjoins(reading, hit, ("adviser",)):
        return True
    return reading.beside(hit, ["done"], within=4) and not _before(reading, hit, "aim", within=2)


def _radius(reading: Reading) -> str:
    """Kilometres that somebody would go; not those that somebody lives from a town."""
    for hit in reading.of("km"):
        token = reading.tokens[hit.first - 1] if hit.first else None
        if not token or token.kind != "number" or len(token.raw) > 3 or not 0 < int(token.raw) <= _LONGEST_WAY:  # noqa: PLR2004
            continue
        number = Hit("number", token.raw, hit.first - 1, hit.first - 1)
        if _adjoins(reading, number, ("within",), within=2) or not _from_home(reading, number):
            return str(int(token.raw))
    return ""


def _from_home(reading: Reading, number: Hit) -> bool:
    """Whether this is how far somebody lives from a town; "not far" is none."""
    away = reading.beside(number, ["away"], within=6) and not reading.beside(number, ["not", "not_so"], within=6)
    return away or reading.beside(number, ["live"], within=6)


def _adjoins(reading: Reading, hit: Hit, kinds: Iterable[str], *, within: int = 1) -> bool:
    return any(_before(reading, hit, kind, within=within) or _follows(reading, hit, kind, within=within) for kind in kinds)


def _before(reading: Reading, hit: Hit, kind: str, *, within: int) -> bool:
    return any(reading.ending(kind, at) for at in range(hit.first - within, hit.first))


def _follows(reading: Reading, hit: Hit, kind: str, *, within: int) -> bool:
    return any(reading.starting(kind, at) for at in range(hit.last + 1, hit.last + 1 + within))

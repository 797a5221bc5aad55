"""Small things a message may name: a need, how somebody wants to talk, wishes for a course. Moments are in `nlu.dates`.

What is wished for in a course is decided by `nlu.course_words`; places are found by `knowledge`.
"""

import re
from datetime import date

from nlu import course_words, dates
from nlu.data_words import Hit, Reading, read
from nlu.text import LONGEST, skeleton
from nlu.topic_words import about
from store.types import today_here

# Stems in any orthography; they are matched as `text.skeleton` writes them; a language is here only where the words are sure.
_NEEDS = {
    "childcare": r"kinderbetreuung|betreuung|childcare|child care|babysit|garde d'enfants|cocuk bakimi|догляд за д|присмотр за"
    r"|guarderia|ingrijirea copii|رعاية (?:ال)?أطفال|حضانة|نگهداری (?:از )?(?:کودک|اطفال|طفل)",
    "women": r"\b(?:frauen|women|ladies|femmes|kadinlar|mujeres|kobiet|jinan|femei)\b|жінок|женщин|للنساء|نساء|زنان|خانم\s?ها",
    "evening": r"\b(?:abend\w*|evening|soir|aksam\w*|wieczor\w*|seara|mbremje)\b|вечер|вечір|مسائي|مساء|شبانه|از طرف شب",
    "online": r"\bonline\b|онлайн|آنلاین|اونلاين|أونلاين|اون لاين|uzaktan",
}
_PATTERNS = {name: re.compile(skeleton(pattern)) for name, pattern in _NEEDS.items()}
_POLICE = re.compile(skeleton(r"poli[cst]|poliz|полиц|поліц|полици|شرطة|بوليس|پولیس|پلیس|پۆلیس|booli[sc]|ፖሊስ|cảnh sát|công an"))
# How many small words may stand between "I speak" and a language.
_REACH = 5
_SMALL = ("filler", "tongue", "manner", "word", "and")


def find(text: str, *, language: str | None = None, today: date | None = None) -> dict[str, str]:
    """Entities by name, only those that are there; any text is accepted and never raises.

    `need` (several joined by commas); `weekday` ("0" Monday … "6"), `not_weekday` (one that does not suit), `part` (morning, afternoon,
    evening: for an appointment), `day` (ISO), `week` ("1": next week), `time` (HH:MM), `deadline` (permit_end, course_end, letter_end or
    date: that is what `day` means then),
    `speaks` (a code of the registry), `woman` ("yes"), `mode` (phone, video, in_person, home), `about` (the subject, see
    `nlu.topic_words.about`), `appointment` ("book": one is to be made, "elsewhere" at an office or a doctor's, "yes": one is named
    that nobody has yet), `police` ("no": they are not wanted), and every wish for a course under its name in `nlu.course_words.find`,
    but that for a part of the day as `course_part`.

    `language` is what the message is probably in, for words that mean different things; "tomorrow" is the day after `today` (now in UTC).

    >>> find("B1 Abendkurs in 76829 mit Kinderbetreuung")
    {'level': 'B1', 'childcare': 'yes', 'postcode': '76829', 'course_part': 'evening', 'need': 'childcare,evening', 'about': 'language'}
    >>> find("Termin am Donnerstagnachmittag, ich spreche Dari")
    {'weekdays': '3', 'course_part': 'afternoon', 'weekday': '3', 'part': 'afternoon', 'speaks': 'prs', 'appointment': 'yes'}
    """
    text, today = text[:LONGEST], today or today_here()
    reading = read(text, language=language)
    wishes = course_words.find(text, language=language, today=today)
    found = {
        **{"course_part" if name == "part" else name: value for name, value in wishes.items()},
        "need": _needs(skeleton(text)),
        **dates.find(reading, today=today),
        "speaks": _speaks(reading),
        "woman": "yes" if _wanted(reading, "woman") else "",
        "mode": _mode(reading),
        "about": about(text) or "",
        "appointment": _appointment(reading),
        "police": "no" if reading.of("not") and _POLICE.search(skeleton(text)) else "",
    }
    return {name: value for name, value in found.items() if value}


def _needs(plain: str) -> str:
    return ",".join(name for name, pattern in _PATTERNS.items() if pattern.search(plain))


def _wanted(reading: Reading, kind: str) -> list[Hit]:
    return [hit for hit in reading.of(kind) if not reading.beside(hit, ["not"], within=4)]


def _mode(reading: Reading) -> str:
    modes = {hit.value for hit in _wanted(reading, "mode")}
    return modes.pop() if len(modes) == 1 else ""


def _appointment(reading: Reading) -> str:
    named = {hit.value for hit in reading.of("appointment")}
    if "book" in named:
        return "elsewhere" if reading.of("elsewhere") else "book"
    return "yes" if named and not reading.of("elsewhere") and not reading.of("has") else ""


def _speaks(reading: Reading) -> str:
    """The first language somebody speaks or wants to speak; German only if no other is named, and after a verb."""
    spoken = [hit.value for hit in reading.of("tongue") if _is_spoken(reading, hit)]
    return next((code for code in spoken if code != "de"), "de" if spoken else "")


def _is_spoken(reading: Reading, tongue: Hit) -> bool:
    if reading.beside(tongue, ["not", "little"], within=5) or reading.beside(tongue, ["learn"], within=12):
        return False
    if _joined(reading, tongue, ["speak"]):
        return True
    if tongue.value == "de":
        return False
    before, after = reading.ending("manner", tongue.first - 1), reading.starting("after_manner", tongue.last + 1)
    # Arabic, Amharic and Tigrinya write the preposition into the word; Turkish and Albanian have an adverb for it.
    return bool(before or after) or _inside(reading, tongue) or _joined(reading, tongue, ["word", "interpret"])


def _inside(reading: Reading, tongue: Hit) -> bool:
    return reading.tokens[tongue.first].plain.startswith(("بال", "በ", "ብ"))


def _joined(reading: Reading, tongue: Hit, kinds: list[str]) -> bool:
    """Whether one of `kinds` stands by the language, with nothing but small words and other languages between."""
    others = reading.near(tongue, kinds, within=_REACH + 1)
    return any(_only_small_words(reading, min(tongue, hit, key=_start), max(tongue, hit, key=_start)) for hit in others)


def _start(hit: Hit) -> int:
    return hit.first


def _only_small_words(reading: Reading, left: Hit, right: Hit) -> bool:
    if reading.sentences[left.first] != reading.sentences[right.first]:
        return False
    at = left.last + 1
    while at < right.first:
        small = next((hit for kind in _SMALL if (hit := reading.starting(kind, at))), None)
        if not small and reading.tokens[at].raw not in {",", ":"}:
            return False
        at = small.last + 1 if small else at + 1
    return True

"""Checks of one text in one language: length, plain form, numbers, addresses, office words. `article.yml` is checked in `check_article`."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from knowledge import glossary, readability
from knowledge.findings import Finding, finding, line_of
from knowledge.model import Translation
from knowledge.stamp import CONTROLS, fingerprint

TITLE_CHARACTERS = 110
ANSWER_CHARACTERS, DETAILS_CHARACTERS = 600, 2000
ANSWER_LINES, ANSWER_SENTENCES, ANSWER_SENTENCES_SIMPLE = 4, 4, 8  # plain German has shorter and therefore more sentences
QUESTIONS = 12  # at least, in every language
# Every article must be written in these in full; in the others a municipality's own may have the short answer alone.
FULL_LANGUAGES = frozenset({"de", "de-simple", "en", "ar", "fa", "prs", "ps", "uk", "ru", "tr", "kmr", "fr"})

_MARKUP = {
    "heading": re.compile(r"^\s*#{1,6}\s", re.MULTILINE),
    "HTML": re.compile(r"</?[a-zA-Z!][^>]*>"),
    "link": re.compile(r"\]\("),
    "bold": re.compile(r"\*\*|__|`"),
    "list mark": re.compile(r"^\s*(?:[*•+]|\d+[.)])\s", re.MULTILINE),
}
_PHONE = re.compile(r"(?<![\w.,])(?:\+|\(0)?\d(?:[\d()]|[ /\u00a0-](?=[\d(]))*\d(?![\w])")
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
_YEARS = re.compile(r"(?:19|20)\d\d\D.*")
_PHONE_DIGITS, _EMERGENCY_DIGITS = 6, 3  # so many digits make a telephone number; 110 and 112 are short
HOST = r"(?:https?://)?((?:[a-z0-9äöü-]+\.)+(?:de|org|com|net|info|eu|app|gov|ua|at|ch|io))\b"
_HOST = re.compile(HOST, re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?؟۔።]+(?=[\"“”»)]*(?:\s|$))")
_ABBREVIATION = re.compile(r"(?:\b[^\W\d]|\b\d\d?|\b(?:Abs|Nr|bzw|usw|ca|Tel|St|etc|вул|тел|ст|напр))\.$")


@dataclass(frozen=True, kw_only=True)
class TextFile:
    """One language file: its path relative to the root, its text as it stands, and what was read from it."""

    file: Path
    text: str
    translation: Translation

    def report(self, code: str, *, at: str = "", **data: object) -> Finding:
        """A finding in the line in which `at` stands."""
        return finding(self.file, code=code, line=line_of(self.text, at), **data)


def digits(text: str) -> str:
    """`text` with all decimal digits, also Arabic and Persian, as 0-9 and without direction controls."""
    return _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.digit(digit[0])), CONTROLS.sub("", text))


def numbers(text: str) -> Counter[str]:
    """How often each group of digits occurs."""
    return Counter(re.findall(r"\d+", digits(text)))


def phones(text: str) -> dict[str, str]:
    """Telephone numbers as written, by their digits with the country code as 0; years and amounts are none."""
    found = (match[0] for match in _PHONE.finditer(digits(text)) if not _YEARS.match(match[0]))
    by_digits = {re.sub(r"\D", "", number.replace("+49", "0")): number for number in found}
    return {key: number for key, number in by_digits.items() if len(key) >= _PHONE_DIGITS}


def addresses(text: str) -> set[str]:
    """Host names of the web addresses in a text, without `www.`, in lower case."""
    return {host.lower().removeprefix("www.") for host in _HOST.findall(CONTROLS.sub("", text))}


def check_text(page: TextFile, *, german: Translation, phones_known: Collection[str], hosts_known: Collection[str]) -> Iterator[Finding]:
    """Everything that is wrong with one language file by itself and against the German text."""
    if page.translation.readable:
        yield from _form(page)
        yield from _known_only(page, phones_known, hosts_known)
        if page.translation.language != "de":
            yield from _against(page, german)
    elif page.translation.language in FULL_LANGUAGES:
        yield page.report("missing-field", name="the answer")
    yield from _questions(page)


def _form(page: TextFile) -> Iterator[Finding]:
    text = page.translation
    if not text.title:
        yield page.report("missing-field", name="title")
    if text.language != "de" and not (text.translated_by or text.reviewed_by):
        yield page.report("missing-field", name="translated_by")
    if len(text.title) > TITLE_CHARACTERS:
        yield page.report("title-too-long", at=text.title, count=len(text.title), most=TITLE_CHARACTERS)
    if len(text.answer) > ANSWER_CHARACTERS:
        yield page.report("answer-too-long", at=text.answer, count=len(text.answer), most=ANSWER_CHARACTERS)
    yield from _pieces(page)
    if len(text.details) > DETAILS_CHARACTERS:
        yield page.report("details-too-long", at=text.details, count=len(text.details), most=DETAILS_CHARACTERS)
    for part in (text.title, text.answer, text.details):
        for name, pattern in _MARKUP.items():
            if match := pattern.search(part):
                yield page.report("markup", at=match[0].strip(), name=name)


def _pieces(page: TextFile) -> Iterator[Finding]:
    answer = page.translation.answer
    most = ANSWER_SENTENCES_SIMPLE if page.translation.language == "de-simple" else ANSWER_SENTENCES
    for kind, count, limit in (("lines", len(answer.split("\n")), ANSWER_LINES), ("sentences", _sentences(answer), most)):
        if count > limit:
            yield page.report("answer-too-many-sentences", at=answer, count=count, kind=kind, most=limit)


def _sentences(answer: str) -> int:
    ends = [(line[: end.end()], end.end() == len(line)) for line in answer.splitlines() for end in _SENTENCE_END.finditer(line)]
    return sum(last or not _ABBREVIATION.search(text) for text, last in ends)


def _known_only(page: TextFile, phones_known: Collection[str], hosts_known: Collection[str]) -> Iterator[Finding]:
    text = f"{page.translation.title}\n{page.translation.answer}\n{page.translation.details}"
    for number, written in phones(text).items():
        if number not in phones_known:
            yield page.report("unknown-phone", at=written, name=written)
    for host in sorted(addresses(text) - set(hosts_known)):
        yield page.report("unknown-address", at=host, name=host)


def _against(page: TextFile, german: Translation) -> Iterator[Finding]:
    text = page.translation
    if german.details and not text.details and text.language in FULL_LANGUAGES:
        yield page.report("missing-field", name="the details")
    for part in ("answer", "details") if text.details else ("answer",):
        ours, theirs = numbers(getattr(text, part)), numbers(getattr(german, part))
        if ours != theirs:
            yield page.report("numbers-differ", at=getattr(text, part), part=part, difference=difference(ours, theirs))
    if text.source is None:
        yield page.report("not-stamped", at="---")
    elif text.source != fingerprint(german):
        yield page.report("stale", at="source:")
    if text.language == "de-simple":
        yield from _plainness(page)
    else:
        yield from _office_words(page, german)


def difference(ours: Counter[str], theirs: Counter[str]) -> str:
    """Which numbers a translation lacks and has too many."""
    missing, extra = (" ".join(sorted(part.elements())) for part in (theirs - ours, ours - theirs))
    return "; ".join(f"{name} {values}" for name, values in (("missing", missing), ("too many", extra)) if values)


def _plainness(page: TextFile) -> Iterator[Finding]:
    level = readability.vienna(f"{page.translation.answer}\n{page.translation.details}")
    if level > readability.PLAIN:
        yield page.report("too-hard", at=page.translation.answer, level=f"{level:.1f}", most=f"{readability.PLAIN:.0f}")


def _office_words(page: TextFile, german: Translation) -> Iterator[Finding]:
    text = page.translation
    ours = f"{text.answer}\n{text.details}"
    theirs = f"{german.answer}\n{german.details}" if text.details else german.answer
    for term in glossary.terms():
        if term.several:
            continue
        if term.stands_alone_in(theirs) and not term.stands_in(ours):
            yield page.report("office-word", name=term.word)
        # Where the German text itself explains the word, so does the translation.
        for said in () if f"({term.word})" in theirs else term.strange(ours, language=text.language):
            yield page.report("glossary", at=said[-len(term.word) - 2 :], said=said, name=term.renderings[text.language])


def _questions(page: TextFile) -> Iterator[Finding]:
    questions = page.translation.questions
    if len(questions) < QUESTIONS:
        yield page.report("too-few-questions", at="## questions", count=len(questions), least=QUESTIONS)
    for key, count in Counter(map(question_key, questions)).items():
        if count > 1:
            twice = next(question for question in questions if question_key(question) == key)
            yield page.report("duplicate-question", at=twice, name=twice)


def question_key(question: str) -> str:
    """What makes two questions the same: letters and digits, whatever their case, spaces and punctuation."""
    return re.sub(r"[\W_]+", " ", question.casefold()).strip()

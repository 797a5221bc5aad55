"""Checks of one `article.yml`: fields, references, dates, what the facts allow. Texts are checked in `check_text`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from knowledge.check_text import addresses
from knowledge.findings import Finding, finding, line_of
from knowledge.vocabulary import ACTION, AUDIENCES, OFFICE_KINDS

REVIEW_DAYS = 90  # after checked_on, for an article with a fact that changes often
_FIELDS = ("checked_on", "review_by", "facts", "sources", "offices", "contacts", "related", "actions", "audience")
_LISTS = ("facts", "offices", "contacts", "related", "actions", "audience")
_FILLED = ("facts", "sources", "related", "audience")
_DAY = '"YYYY", "YYYY-MM" or "YYYY-MM-DD" in quotes, or null'
_SOURCE_FIELDS = {"name", "url", "date"}


@dataclass(frozen=True, kw_only=True)
class Known:
    """What articles may refer to: rows by id, topic ids, and the digits of numbers and host names that facts and contacts show."""

    facts: Mapping[str, Mapping[str, Any]]
    contacts: Mapping[str, Mapping[str, Any]]
    topics: Collection[str]
    phones: frozenset[str]
    hosts: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class ArticleFile:
    """One `article.yml`: its path relative to the root, its text, and its fields."""

    file: Path
    text: str
    fields: Mapping[str, Any]

    def report(self, code: str, *, at: str, **data: object) -> Finding:
        """A finding in the line in which `at` stands."""
        return finding(self.file, code=code, line=line_of(self.text, at), **data)

    def each(self, name: str) -> list[Any]:
        """The entries of a list field; none if it is missing or no list."""
        value = self.fields.get(name)
        return value if isinstance(value, list) else []

    def names(self, name: str) -> list[str]:
        """The words in a list field; other entries are reported as `bad-value`."""
        return [entry for entry in self.each(name) if isinstance(entry, str)]


def check_article(article: ArticleFile, *, known: Known, today: date) -> Iterator[Finding]:
    """Everything that is wrong with one `article.yml` by itself."""
    yield from _fields(article)
    yield from _facts(article, known)
    yield from _sources(article)
    yield from _references(article, known)
    yield from _actions(article, known)
    yield from _dates(article, known, today)


def _fields(article: ArticleFile) -> Iterator[Finding]:
    for name in article.fields:
        if name not in _FIELDS:
            yield article.report("unknown-field", at=f"{name}:", name=name)
    for name in _FIELDS:
        if name not in article.fields or (name in _FILLED and not article.fields[name]):
            yield article.report("missing-field", at=f"{name}:", name=name)
        elif name in _LISTS and (not isinstance(article.fields[name], list) or len(article.names(name)) < len(article.each(name))):
            yield article.report("bad-value", at=f"{name}:", name=name, value=article.fields[name], wanted="a list of words")
        elif name == "sources" and not isinstance(article.fields[name], list):
            yield article.report("bad-value", at=f"{name}:", name=name, value=article.fields[name], wanted="a list")


def _facts(article: ArticleFile, known: Known) -> Iterator[Finding]:
    for name in article.names("facts"):
        if name not in known.facts:
            yield article.report("unknown-fact", at=name, name=name)
        elif known.facts[name]["confidence"] == "C":
            yield article.report("weak-fact", at=name, name=name)


def _sources(article: ArticleFile) -> Iterator[Finding]:
    for source in article.each("sources"):
        if not isinstance(source, dict) or not source.get("name"):
            yield article.report("missing-field", at="sources:", name="name of a source")
            continue
        name, url, day = source["name"], source.get("url"), source.get("date")
        for unknown in source.keys() - _SOURCE_FIELDS:
            yield article.report("unknown-field", at=name, name=unknown)
        if url is not None and not str(url).startswith("https://"):
            yield article.report("insecure-address", at=str(url), name=url)
        if day is not None and not _is_day(day):
            yield article.report("bad-value", at=name, name="date of a source", value=day, wanted=_DAY)


def _is_day(value: object) -> bool:
    """Whether `value` is a date as sources give it: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`."""
    if not isinstance(value, str) or len(value) not in {4, 7, 10}:
        return False
    try:
        date.fromisoformat(value + "-01-01"[len(value) - 4 :])
    except ValueError:
        return False
    return True


def _references(article: ArticleFile, known: Known) -> Iterator[Finding]:
    allowed: tuple[tuple[str, str, Collection[str]], ...] = (
        ("related", "unknown-related", known.topics),
        ("contacts", "unknown-contact", known.contacts),
        ("offices", "unknown-office", OFFICE_KINDS),
        ("audience", "unknown-audience", AUDIENCES),
    )
    for field, code, names in allowed:
        for name in article.names(field):
            if name not in names:
                yield article.report(code, at=name, name=name)
    own = article.file.parent.relative_to(article.file.parents[2]).as_posix()
    if own in article.names("related"):
        yield article.report("bad-value", at=own, name="related", value=own, wanted="other topics, not the article itself")


def _actions(article: ArticleFile, known: Known) -> Iterator[Finding]:
    for name in article.names("actions"):
        match = ACTION.fullmatch(name)
        if match is None or (match["call"] and not known.contacts.get(match["call"], {}).get("phone")):
            yield article.report("unknown-action", at=name, name=name)
        elif match["open"] and not addresses(match["open"]) <= known.hosts | _source_hosts(article):
            yield article.report("unknown-address", at=match["open"], name=match["open"])


def _source_hosts(article: ArticleFile) -> set[str]:
    return {host for source in article.each("sources") for host in addresses(str(source))}


def _dates(article: ArticleFile, known: Known, today: date) -> Iterator[Finding]:
    days = {name: article.fields.get(name) for name in ("checked_on", "review_by")}
    for name, day in days.items():
        if day is not None and type(day) is not date:
            yield article.report("bad-value", at=f"{name}:", name=name, value=day, wanted="a date as 2026-11-21, without quotes")
    checked, review = days.values()
    if type(checked) is not date or type(review) is not date:
        return
    if checked > today:
        yield article.report("bad-value", at="checked_on:", name="checked_on", value=checked, wanted="a day that is not in the future")
    if review < today:
        yield article.report("review-overdue", at="review_by:", date=review)
    latest = checked + timedelta(days=REVIEW_DAYS)
    often = next((name for name in article.names("facts") if known.facts.get(name, {}).get("changes_often")), None)
    if often and review > latest:
        yield article.report("review-too-late", at="review_by:", date=review, fact=often, latest=latest)

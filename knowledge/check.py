"""Checks the whole content: reads the files, lets `check_article` and `check_text` look at each, compares articles with each other.

Unlike `loader` it does not stop at the first mistake. What it can find, with severity and remedy, is in `findings`.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.check_admission import check_admission
from knowledge.check_article import ArticleFile, Known, check_article
from knowledge.check_overlays import check_overlays
from knowledge.check_text import TextFile, addresses, check_text, phones, question_key
from knowledge.findings import Finding, finding, line_of
from knowledge.loader import read_translation, read_yaml
from knowledge.stamp import CONTROLS
from knowledge.vocabulary import load_topics, read_rows
from locales.registry import LANGUAGES
from store.errors import ContentError


def check(root: Path, *, today: date) -> list[Finding]:
    """All findings below `root`, by file and line; `today` decides about review dates. Raises nothing for wrong content."""
    try:
        known = known_of(root)
    except ContentError as error:
        return [_unreadable(Path(str(error.data["file"])).relative_to(root), error)]
    return sorted(_all(root, known, today), key=lambda found: (found.file, found.line, found.code))


def as_json(found: Finding) -> dict[str, Any]:
    """A finding as plain data, by the names of its fields."""
    return {name: value for name, value in asdict(found).items() if name != "data"}


def _all(root: Path, known: Known, today: date) -> Iterator[Finding]:
    yield from _contacts(root, known)
    yield from _strays(root)
    yield from _controls(root)
    yield from check_overlays(root, known=known)
    yield from check_admission(root, known=known, today=today)
    pages: list[TextFile] = []
    for folder in sorted((root / "content").glob("*/*/")):
        yield from _article(root, folder, known, today)
        read = list(_read(root, folder))
        yield from (found for found in read if isinstance(found, Finding))
        texts = [page for page in read if isinstance(page, TextFile)]
        yield from _texts(texts, known)
        pages += texts
    yield from _shared_questions(pages)


def known_of(root: Path) -> Known:
    """What articles may refer to, read from facts, contacts and topics; raises ContentError."""
    contacts = read_rows(root / "contacts.yml", needed=("name", "fact"))
    sheets = [read_rows(file, needed=("fact", "source", "confidence", "changes_often")) for file in sorted((root / "facts").glob("*.yml"))]
    facts = {name: row for sheet in sheets for name, row in sheet.items()}
    rows = [*facts.values(), *contacts.values()]
    texts = [str(value) for row in rows for value in row.values()]
    numbers = {number for row in contacts.values() for number in map(_digits, row.get("phone", ()))}
    return Known(
        facts=facts,
        contacts=contacts,
        topics=load_topics(root),
        phones=frozenset(numbers | {number for text in texts for number in phones(text)}),
        hosts=frozenset(host for text in texts for host in addresses(text)),
    )


def _digits(number: str) -> str:
    return "".join(filter(str.isdigit, number.replace("+49", "0")))


def _contacts(root: Path, known: Known) -> Iterator[Finding]:
    file, text = Path("contacts.yml"), (root / "contacts.yml").read_text(encoding="utf-8")
    for name, row in known.contacts.items():
        line, fact = line_of(text, f"{name}:"), row.get("fact")
        if not isinstance(fact, str) or fact not in known.facts:
            yield finding(file, code="unknown-fact", line=line, name=fact)
            continue
        if known.facts[fact]["confidence"] == "C":
            yield finding(file, code="weak-fact", line=line, name=fact)
        shown = _digits(str(known.facts[fact]["fact"]))
        for number in row.get("phone", ()):
            if _digits(number) not in shown:
                yield finding(file, code="contact-number", line=line, name=number, fact=fact)


def _strays(root: Path) -> Iterator[Finding]:
    content = root / "content"
    for path in sorted(content.rglob("*")):
        depth = len(path.relative_to(content).parts)
        part = path.name == "article.yml" or (path.suffix == ".md" and path.stem in LANGUAGES)
        if path.is_dir() == (depth > 2) or not (path.is_dir() or part):  # noqa: PLR2004 - group/slug
            yield finding(path.relative_to(root), code="stray-file", name=path.name)


def _controls(root: Path) -> Iterator[Finding]:
    files = (file for kind in ("*.md", "*.yml") for part in ("content", "overlays") for file in (root / part).rglob(kind))
    for file in [*files, root / "contacts.yml", root / "topics.yml"]:
        text = _text(file)
        if match := CONTROLS.search(text):
            name = unicodedata.name(match[0])
            yield finding(file.relative_to(root), code="bidi-control", line=line_of(text, match[0]), name=name)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def _article(root: Path, folder: Path, known: Known, today: date) -> Iterator[Finding]:
    name, file = folder.relative_to(root / "content").as_posix(), folder / "article.yml"
    place = file.relative_to(root)
    if name not in known.topics:
        yield finding(place.parent, code="unknown-topic", name=name)
    for needed in (file, folder / "de.md"):
        if not needed.exists():
            yield finding(needed.relative_to(root), code="missing-file", name=needed.name)
    if not file.exists():
        return
    try:
        fields: Any = read_yaml(file)
    except ContentError as error:
        yield _unreadable(place, error)
        return
    mapping = {str(name): value for name, value in fields.items()} if isinstance(fields, dict) else {}
    article = ArticleFile(file=place, text=_text(file), fields=mapping)
    yield from check_article(article, known=known, today=today)


def _unreadable(file: Path, error: Exception) -> Finding:
    """The finding for a file that cannot be read, in the line that the reader names if it names one."""
    data = error.data if isinstance(error, ContentError) else {}
    line = data.get("line", 1)
    return finding(file, code="unreadable", line=line if isinstance(line, int) else 1, problem=data.get("problem", error))


def _read(root: Path, folder: Path) -> Iterator[TextFile | Finding]:
    """The language files of one article; a finding for each that cannot be read."""
    for file in sorted(folder.glob("*.md")):
        place = file.relative_to(root)
        try:
            yield TextFile(file=place, text=_text(file), translation=read_translation(file))
        except (ContentError, UnicodeDecodeError, AttributeError) as error:  # the last two: bytes, or front matter that is no mapping
            yield _unreadable(place, error)


def _texts(pages: Sequence[TextFile], known: Known) -> Iterator[Finding]:
    german = next((page.translation for page in pages if page.translation.language == "de"), None)
    for page in pages:
        if page.translation.language in LANGUAGES and german:
            yield from check_text(page, german=german, phones_known=known.phones, hosts_known=known.hosts)


def _shared_questions(pages: Iterable[TextFile]) -> Iterator[Finding]:
    """The same question under two articles, in whatever language."""
    first: dict[str, TextFile] = {}
    for page in pages:
        for question in page.translation.questions:
            other = first.setdefault(question_key(question), page)
            if other.file.parent != page.file.parent:
                yield page.report("shared-question", at=question, name=question, other=other.file.as_posix())

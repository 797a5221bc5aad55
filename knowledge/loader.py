"""Reads the knowledge base from its files; raises ContentError naming file and remedy. What one person sees of it is in `view`."""

import re
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

from knowledge.model import Article, Contact, Knowledge, Office, Overlay, Source, Translation
from knowledge.places import load_places
from locales.registry import LANGUAGES
from store.errors import ContentError

ROOT = Path(__file__).parent
_ESCAPED = re.compile(r"^\\(?=\\*## )")
_load_yaml = partial(yaml.load, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def load(root: Path = ROOT) -> Knowledge:
    """All articles, contacts, overlays and places below `root`; raises ContentError."""
    content = root / "content"
    # In the order of the list of topics, which is that of the menu.
    order = [f"{group}/{slug}" for group, topics in read_yaml(root / "topics.yml").items() for slug in topics]
    articles = [_article(file.parent, content) for file in content.glob("*/*/article.yml")]
    articles.sort(key=lambda article: (order.index(article.id) if article.id in order else len(order), article.id))
    return Knowledge(
        articles={article.id: article for article in articles},
        contacts={name: _contact(name, row) for name, row in read_yaml(root / "contacts.yml").items()},
        overlays={overlay.municipality: overlay for overlay in _overlays(root / "overlays")},
        places=load_places(root / "places" / "rlp.yml"),
    )


@cache
def shipped() -> Knowledge:
    """What comes with Lotse, read once per process; raises ContentError."""
    return load()


def read_yaml(path: Path) -> Any:
    """The content of a YAML file; raises ContentError with the line of the mistake."""
    try:
        return _load_yaml(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        message = "{file}:{line}: not readable as YAML: {problem}"
        raise ContentError(message, file=path, line=mark.line + 1 if mark else 1, problem=error) from error


def _article(folder: Path, content: Path) -> Article:
    file = folder / "article.yml"
    raw = read_yaml(file)
    try:
        return Article(
            id=folder.relative_to(content).as_posix(),
            checked_on=raw["checked_on"],
            review_by=raw["review_by"],
            sources=tuple(Source(**source) for source in raw["sources"]),
            translations={translation.language: translation for translation in _translations(folder)},
            **{key: tuple(raw.get(key) or ()) for key in ("facts", "offices", "contacts", "related", "actions", "audience")},
        )
    except (KeyError, TypeError) as error:
        message = "{file}: field missing or not known: {problem}"
        raise ContentError(message, file=file, problem=error) from error


def _translations(folder: Path) -> Iterator[Translation]:
    for file in sorted(folder.glob("*.md")):
        if file.stem not in LANGUAGES:
            message = "{file}: no language is called so; see locales/registry.py"
            raise ContentError(message, file=file)
        yield read_translation(file)


def read_translation(file: Path, *, language: str | None = None) -> Translation:
    """One language file: front matter, answer, then the sections `## details` and `## questions`; raises ContentError.

    A file may consist of its questions alone. It is in the `language`, or in that which its name says. Where text begins
    with `## ` without being a heading, a backslash stands before it.
    """
    head, body = _split_front_matter(file)
    sections: dict[str, list[str]] = {"answer": []}
    current = "answer"
    for line in body.splitlines():
        if line.startswith("## "):
            current = line.removeprefix("## ").strip()
            sections[current] = []
        else:
            sections[current].append(_ESCAPED.sub("", line))
    questions = (line.removeprefix("- ").strip() for line in sections.pop("questions", []) if line.startswith("- "))
    try:
        return Translation(
            language=language or file.stem,
            questions=tuple(questions),
            **{"details": "", "title": "", **{name: "\n".join(lines).strip() for name, lines in sections.items()}, **head},
        )
    except TypeError as error:
        message = "{file}: section or field not known: {problem}"
        raise ContentError(message, file=file, problem=error) from error


def _split_front_matter(file: Path) -> tuple[dict[str, str], str]:
    text = _text(file)
    if not text.startswith("---\n"):
        return {}, text
    head, _, body = text.removeprefix("---\n").partition("\n---\n")
    try:
        raw = _load_yaml(head)
    except yaml.YAMLError as error:
        message = "{file}:{line}: front matter is not readable as YAML: {problem}"
        mark = getattr(error, "problem_mark", None)
        raise ContentError(message, file=file, line=mark.line + 2 if mark else 2, problem=error) from error
    if not isinstance(raw, dict):
        message = "{file}:2: front matter must be lines of `name: value`"
        raise ContentError(message, file=file)
    return {key: str(value) for key, value in raw.items() if value is not None}, body


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = "{file}: not readable as UTF-8 text: {problem}"
        raise ContentError(message, file=file, problem=error) from error


def _contact(name: str, row: dict[str, Any]) -> Contact:
    optional = {"url": row.get("url"), "hours": row.get("hours")}
    return Contact(id=name, name=row["name"], fact=row["fact"], phone=tuple(row.get("phone", ())), **optional)


def _overlays(root: Path) -> Iterator[Overlay]:
    for file in sorted(root.glob("*/overlay.yml")):
        raw = read_yaml(file)
        offices = {kind: Office(kind=kind, **row) for kind, row in (raw.get("offices") or {}).items()}
        yield Overlay(municipality=file.parent.name, offices=offices, additions=dict(_additions(file.parent / "additions")))


def _additions(root: Path) -> Iterator[tuple[tuple[str, str], str]]:
    for file in sorted(root.glob("*/*/*.md")):
        yield (file.parent.relative_to(root).as_posix(), file.stem), file.read_text(encoding="utf-8").strip()

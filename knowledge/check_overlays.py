"""Checks of what municipalities add: `overlays/<slug>/overlay.yml` and its additions to articles."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.check_article import Known
from knowledge.check_text import difference, numbers
from knowledge.findings import Finding, finding, line_of
from knowledge.loader import read_yaml
from knowledge.vocabulary import OFFICE_KINDS
from locales.registry import LANGUAGES
from store.errors import ContentError

_FIELDS = {"municipality", "offices", "advisers"}
_OFFICE_FIELDS = {"name", "address", "phone", "url", "hours", "checked_on"}


def check_overlays(root: Path, *, known: Known) -> Iterator[Finding]:
    """Everything that is wrong below `overlays/`."""
    for folder in sorted((root / "overlays").glob("*/")):
        yield from _overlay(root, folder / "overlay.yml")
        yield from _additions(root, folder / "additions", known)


def _overlay(root: Path, file: Path) -> Iterator[Finding]:
    place = file.relative_to(root)
    if not file.exists():
        yield finding(place, code="missing-file", name=file.name)
        return
    try:
        raw = read_yaml(file)
        offices = raw.get("offices") or {}
        slug = raw["municipality"]["slug"]
        wrong = [kind for kind, office in offices.items() if not isinstance(office, dict)]
    except (ContentError, AttributeError, KeyError, TypeError) as error:
        yield finding(place, code="unreadable", problem=f"no municipality with slug, no offices by kind ({error})")
        return
    text = file.read_text(encoding="utf-8")
    for name in [*(raw.keys() - _FIELDS), *wrong]:
        yield finding(place, code="unknown-field", line=line_of(text, f"{name}:"), name=name)
    if slug != file.parent.name:
        yield finding(place, code="bad-value", name="slug", value=slug, wanted=f"{file.parent.name}, the name of the folder")
    for kind in offices.keys() - set(wrong):
        yield from _office(place, kind, offices[kind], line=line_of(text, f"{kind}:"))


def _office(place: Path, kind: str, office: dict[str, Any], *, line: int) -> Iterator[Finding]:
    if kind not in OFFICE_KINDS:
        yield finding(place, code="unknown-office", line=line, name=kind)
    if not office.get("name"):
        yield finding(place, code="missing-field", line=line, name=f"name of {kind}")
    for name in office.keys() - _OFFICE_FIELDS:
        yield finding(place, code="unknown-field", line=line, name=name)
    url = office.get("url")
    if url and not url.startswith("https://"):
        yield finding(place, code="insecure-address", line=line, name=url)


def _additions(root: Path, folder: Path, known: Known) -> Iterator[Finding]:
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        place, topic = file.relative_to(root), file.parent.relative_to(folder).as_posix()
        if topic not in known.topics:
            yield finding(place, code="unknown-topic", name=topic)
        elif file.suffix != ".md" or file.stem not in LANGUAGES:
            yield finding(place, code="stray-file", name=file.name)
        else:
            yield from _same_numbers(place, file)


def _same_numbers(place: Path, file: Path) -> Iterator[Finding]:
    german = file.with_name("de.md")
    if not german.exists():
        yield finding(place.with_name("de.md"), code="missing-file", name="de.md")
        return
    ours, theirs = (numbers(path.read_text(encoding="utf-8")) for path in (file, german))
    if ours != theirs:
        yield finding(place, code="numbers-differ", part="addition", difference=difference(ours, theirs))

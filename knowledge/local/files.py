"""Local articles as a folder of the shape of `knowledge/content`, there and back without loss; the commands are in `bot.cli_articles`.

`<group>/<slug>/article.yml` and `<language>.md` are what is published, `article.draft.yml` and `<language>.draft.md` what is drafted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.check_article import Known
from knowledge.check_text import TextFile
from knowledge.findings import Finding, finding
from knowledge.loader import read_translation, read_yaml
from knowledge.local import checks, ledger, look, written
from knowledge.local.keep import require_id
from knowledge.local.ledger import Act, Body, Held, Locked, Step
from knowledge.local.record import META, Opened, Part
from knowledge.local.tidy import stamped, tidy, tidy_meta
from knowledge.model import Knowledge, Translation
from locales.registry import LANGUAGES
from store.errors import ContentError, LotseError

_META_FILE = "article"
_DRAFT = "draft"
# A file may be older than its review date: it is imported, and the list says so.
_LATER = {"review-overdue"}


@dataclass(frozen=True, kw_only=True)
class Read:
    """One file: which part it is of, drafted or published, its text, and what was read from it."""

    part: str
    draft: bool
    file: Path
    text: str
    body: Body


@dataclass(frozen=True, kw_only=True)
class Folder:
    """What stands in a folder: the files of each article, and what is wrong with them."""

    articles: Mapping[str, Sequence[Read]]
    findings: Sequence[Finding]

    @property
    def wrong(self) -> bool:
        """Whether something stops the import."""
        return any(found.severity == "error" for found in self.findings)


@dataclass(frozen=True, kw_only=True)
class Imported:
    """How many articles were changed by an import, and how many were as the files say."""

    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = field(default_factory=tuple)


async def export(session: AsyncSession, *, municipality: int, knowledge: Knowledge, drafts: bool) -> dict[Path, str]:
    """The text of each file, by its path below the folder; nothing of the common articles."""
    touched = await look.every(session, municipality=municipality, knowledge=knowledge)
    return {path: text for article in touched.values() for path, text in _files(article, drafts=drafts)}


def _files(article: Opened, *, drafts: bool) -> Iterator[tuple[Path, str]]:
    folder = Path(article.entry)
    if article.meta.published:
        yield folder / "article.yml", written.meta_file(article.meta.published)
    if drafts and article.meta.draft:
        yield folder / "article.draft.yml", written.meta_file(article.meta.draft)
    for code, part in article.texts.items():
        if part.published:
            yield folder / f"{code}.md", written.text_file(part.published)
        if drafts and part.draft:
            yield folder / f"{code}.draft.md", written.text_file(part.draft)


def read(root: Path, *, knowledge: Knowledge, known: Known, today: date) -> Folder:
    """Read and check all files below `root`; raises nothing for wrong content. A folder without articles has a finding that says so."""
    articles: dict[str, list[Read]] = {}
    findings: list[Finding] = []
    for file in sorted(path for path in root.rglob("*") if path.is_file()):
        found = _read(root, file, knowledge)
        if isinstance(found, Finding):
            findings.append(found)
        else:
            articles.setdefault(file.parent.relative_to(root).as_posix(), []).append(found)
    for entry, files in articles.items():
        findings += _checked(entry, files, knowledge=knowledge, known=known, today=today)
    if not articles and not findings:
        findings.append(finding(Path(), code="missing-file", name="<group>/<slug>/article.yml"))
    return Folder(articles=articles, findings=sorted(findings, key=lambda found: (found.file, found.line, found.code)))


def _read(root: Path, file: Path, knowledge: Knowledge) -> Read | Finding:
    place = file.relative_to(root)
    name, *more = file.name.split(".")
    draft, kind = more[:-1] == [_DRAFT], more[-1:]
    meta = name == _META_FILE and kind == ["yml"]
    if (more[:-1] and not draft) or not (meta or (name in LANGUAGES and kind == ["md"])):
        return finding(place, code="stray-file", name=file.name)
    try:
        require_id(knowledge, place.parent.as_posix())
        text = file.read_text(encoding="utf-8")
        body = tidy_meta(written.meta_of(read_yaml(file))) if meta else tidy(read_translation(file, language=name))
    except ContentError as error:
        line = error.data.get("line", 1)
        return finding(place, code="unreadable", line=line if isinstance(line, int) else 1, problem=error.data.get("problem", error))
    except (LotseError, ValueError, OSError) as error:
        return finding(place, code="unreadable", problem=error)
    return Read(part=META if meta else name, draft=draft, file=place, text=text, body=body)


def _checked(entry: str, files: Sequence[Read], *, knowledge: Knowledge, known: Known, today: date) -> Iterator[Finding]:
    """What is wrong with the published files of one article; drafts may be as they are."""
    article = _opened(entry, files, knowledge)
    german = article.texts["de"].published if "de" in article.texts else None
    german = german or (article.common.translations["de"] if article.common else None)
    public = [each for each in files if not each.draft]
    if public and article.common is None:
        for part, name in (("de", "de.md"), (META, "article.yml")):
            if part not in article.published:
                yield finding(Path(entry) / name, code="missing-file", name=name)
    for each in public:
        yield from _found(article, each, german, known=known, today=today)


def _found(article: Opened, each: Read, german: Translation | None, *, known: Known, today: date) -> Iterator[Finding]:
    if each.part == META:
        for found in checks.meta_findings(article, each.body, known=known, today=today, file=each.file, text=each.text):
            yield checks.warned(found) if found.code in _LATER else found
        return
    file = TextFile(file=each.file, text=each.text, translation=stamped(each.body, german=german))
    yield from checks.text_findings(article, file, german=german, known=known)


def _opened(entry: str, files: Sequence[Read], knowledge: Knowledge) -> Opened:
    held = {part: Held() for part in dict.fromkeys(each.part for each in files)}
    for each in files:
        now = held[each.part]
        held[each.part] = Held(draft=each.body, published=now.published) if each.draft else Held(draft=now.draft, published=each.body)
    return look.value_of(knowledge, entry, held, {})


async def write(  # noqa: PLR0913 - one keyword for each thing that is said
    session: AsyncSession, folder: Folder, *, municipality: int, knowledge: Knowledge, editor: int | None, now: datetime
) -> Imported:
    """Make the articles of a folder what its files say; other articles stay, and drafts without a file. Not for a `folder.wrong`."""
    changed: list[str] = []
    unchanged: list[str] = []
    for entry, files in folder.articles.items():
        locked = await ledger.lock(session, municipality=municipality, entry=entry)
        steps = list(_steps(locked, _opened(entry, files, knowledge)))
        if steps:
            await ledger.write(session, locked, Act(what="imported", editor=editor, now=now), steps)
        (changed if steps else unchanged).append(entry)
    return Imported(changed=tuple(changed), unchanged=tuple(unchanged))


def _steps(locked: Locked, article: Opened) -> Iterator[Step]:
    german = article.texts["de"].published if "de" in article.texts else None
    german = german or (article.common.translations["de"] if article.common else None)
    wanted: dict[str, Part[Any]] = {META: article.meta, **article.texts}
    for name in sorted({*wanted, *locked.parts}):
        part, before = wanted.get(name, Part()), locked.part(name)
        # Drafts alone say nothing about what is published.
        public = part.published if article.published else before.published
        public = stamped(public, german=german) if public and name != META else public
        draft = part.draft or before.draft
        if (draft, public) != (before.draft, before.published):
            yield Step(part=name, draft=draft, published=public, body=public or draft)

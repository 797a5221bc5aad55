"""The page of the checks: what is wrong with common content and with articles of the municipality. The checks are in `knowledge.check`.

Common content is checked in a process of its own, once for each state of the files and each day: it takes seconds of computing, so the
page shows the rest at once and asks again.
"""

import asyncio
import hashlib
import multiprocessing
from collections.abc import Mapping, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response

from desk import articles_words
from desk.access import Actor, Anyone
from desk.articles import HERE, may_edit, today_of
from desk.articles_findings import told
from desk.articles_form import title_of
from desk.pages import page
from desk.parts import Parts, PartsOf
from knowledge import check, loader
from knowledge.findings import Finding
from knowledge.local import checks, look
from knowledge.local.record import META, Remark
from locales.marks import mark
from locales.registry import LANGUAGES

router = APIRouter()
log = structlog.get_logger(__name__)

MOST_SHOWN = 400
SEVERITIES = {"error": mark("To be mended"), "warning": mark("To be looked at")}
WHERE = {"common": mark("Common articles"), "local": mark("Texts of the municipality")}
_SUFFIXES = {".md", ".yml"}
_CONTENT = 4  # content/<group>/<slug>/<file>


@dataclass(kw_only=True)
class Checked:
    """What was found in the common content, for a state of its files on a day; kept by the running desk."""

    key: str = ""
    found: Sequence[Finding] = ()
    running: asyncio.Task[None] | None = None

    async def of(self, root: Path, today: date) -> Sequence[Finding] | None:
        """All findings; None while they are looked for, beside."""
        key = await asyncio.to_thread(state_of, root, today)
        if key == self.key:
            return self.found
        if self.running is None or self.running.done():
            self.running = asyncio.create_task(self._look(root, today, key))
        return None

    async def _look(self, root: Path, today: date, key: str) -> None:
        try:
            self.found = await asyncio.to_thread(_apart, root, today)
        except (OSError, BrokenExecutor) as error:
            log.warning("desk: common articles not checked", reason=type(error).__name__)
            return  # whoever asks next begins anew
        self.key = key


def state_of(root: Path, today: date) -> str:
    """What changes with every change of a file, and every day."""
    files = sorted(path for path in root.rglob("*") if path.suffix in _SUFFIXES)
    known = [(path.as_posix(), (stat := path.stat()).st_mtime_ns, stat.st_size) for path in files]
    return hashlib.sha256(repr((today, known)).encode()).hexdigest()


def _apart(root: Path, today: date) -> Sequence[Finding]:
    """Check in another process, so that messages of people do not wait for it."""
    with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(partial(check.check, today=today), root).result()


@dataclass(frozen=True, kw_only=True)
class Line:
    """A finding in a row: where it is, what it says, where it is mended (empty: in the files alone)."""

    where: str
    entry: str
    place: str
    line: int
    severe: bool
    problem: str
    remedy: str
    url: str


@router.get("/knowledge/checks")
async def listed(request: Request, actor: Anyone, parts: PartsOf) -> Response:
    """All findings by article, or those that the filter shows."""
    asked = request.query_params
    wanted = {"severity": asked.get("severity", ""), "where": asked.get("where", ""), "q": asked.get("q", "").strip()[:80]}
    checked: Checked = request.app.state.checked
    common = await checked.of(loader.ROOT, today_of(actor))
    lines = [*await _local(actor, parts), *(_common(actor, parts, one) for one in common or ())]
    found = [line for line in lines if _fits(line, wanted)]
    return page(
        request,
        "articles_checks.html",
        actor,
        groups=_grouped(actor, parts, found[:MOST_SHOWN]),
        count=len(found),
        shown=min(len(found), MOST_SHOWN),
        severe=sum(line.severe for line in lines),
        every=len(lines),
        running=common is None,
        query=request.url.query,
        wanted=wanted,
        severities=[("", actor.t("All")), *((key, actor.t(words)) for key, words in SEVERITIES.items())],
        wheres=[("", actor.t("Everything")), *((key, actor.t(words)) for key, words in WHERE.items())],
        may_edit=may_edit(actor),
    )


def _fits(line: Line, wanted: Mapping[str, str]) -> bool:
    severity = "error" if line.severe else "warning"
    said = f"{line.entry} {line.place} {line.problem}".casefold()
    return (
        (wanted["severity"] not in SEVERITIES or severity == wanted["severity"])
        and (wanted["where"] not in WHERE or line.where == wanted["where"])
        and all(word in said for word in wanted["q"].casefold().split())
    )


def _common(actor: Actor, parts: Parts, found: Finding) -> Line:
    """A finding of the files; the municipality can mend it with a text of its own."""
    path, words = Path(found.file), told(actor, found)
    entry = "/".join(path.parts[1:3]) if path.parts[0] == "content" and len(path.parts) == _CONTENT else ""
    part = path.stem if path.stem in LANGUAGES else META
    url = f"{HERE}/{entry}?part={part}" if entry in parts.knowledge.articles else ""
    return Line(
        where="common",
        entry=entry,
        place=found.file,
        line=found.line,
        severe=words.severe,
        problem=words.problem,
        remedy=words.remedy,
        url=url,
    )


async def _local(actor: Actor, parts: Parts) -> list[Line]:
    """What is wrong with what the municipality wrote: its drafts, and what is public."""
    lines: list[Line] = []
    async with parts.database.read() as session:
        rows = await look.overview(session, municipality=actor.municipality, knowledge=parts.knowledge)
        for row in rows:
            if row.changed_at is not None:
                opened = await look.opened(session, municipality=actor.municipality, knowledge=parts.knowledge, entry=row.entry)
                lines += [_own(actor, row.entry, remark) for remark in _remarks(actor, opened)]
    return lines


def _remarks(actor: Actor, opened: Any) -> list[Remark]:
    known = checks.known()
    texts = (part.draft or part.published for part in opened.texts.values())
    found = [remark for text in texts if text for remark in checks.check_text_of(opened, text, known=known)]
    about = opened.meta.draft or opened.meta.published
    if about or opened.common is None:
        found += checks.check_meta_of(opened, opened.about, known=known, today=today_of(actor))
    return found


def _own(actor: Actor, entry: str, remark: Remark) -> Line:
    words = told(actor, remark)
    names = [articles_words.part_name(actor, remark.part), *([articles_words.field_name(actor, remark.field)] if remark.field else [])]
    return Line(
        where="local",
        entry=entry,
        place=" · ".join(names),
        line=0,
        severe=words.severe,
        problem=words.problem,
        remedy=words.remedy,
        url=f"{HERE}/{entry}?part={remark.part}",
    )


def _grouped(actor: Actor, parts: Parts, lines: Sequence[Line]) -> list[tuple[str, str, list[Line]]]:
    """Findings by article (those of other files by file): key, title, lines; what must be mended first."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.entry or line.place, []).append(line)
    known = parts.knowledge.articles
    titled = [(key, title_of(known[key], actor.interface) if key in known else key, found) for key, found in groups.items()]
    return sorted(titled, key=lambda one: not any(line.severe for line in one[2]))

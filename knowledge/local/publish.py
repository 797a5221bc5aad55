"""Makes drafts public and takes them back; what is public is read by `shelf`. Drafts themselves are in `keep`."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import findings
from knowledge.check_article import Known
from knowledge.local import checks, join, ledger, look
from knowledge.local.ledger import Act, Body, Locked, Step, revisions
from knowledge.local.record import META, Opened, Published, Remark, Saved
from knowledge.local.tidy import stamped
from knowledge.model import Knowledge, Translation


async def publish(  # noqa: PLR0913 - a form has many parts
    session: AsyncSession,
    *,
    municipality: int,
    knowledge: Knowledge,
    known: Known,
    entry: str,
    parts: Collection[str] | None,
    editor: int | None,
    now: datetime,
    today: date,
) -> Published:
    """Publish the drafts of these parts (languages, `meta`), None: of all. With errors among the remarks nothing is published.

    `known` comes from `checks.known()`; an own article is published with its German text and its meta part or not at all.
    """
    locked = await ledger.lock(session, municipality=municipality, entry=entry)
    article = look.value_of(knowledge, entry, locked.parts, {})
    chosen = [part for part in article.drafted if parts is None or part in parts]
    remarks = judged(article, chosen, known=known, today=today)
    if not chosen or checks.stops(remarks):
        return Published(number=0, parts=(), remarks=tuple(remarks))
    german = _after(article, chosen).get("de")
    steps = [_published(locked, part, german) for part in chosen]
    number = await ledger.write(session, locked, Act(what="published", editor=editor, now=now), steps)
    return Published(number=number, parts=tuple(chosen), remarks=tuple(remarks))


def judged(article: Opened, chosen: Collection[str], *, known: Known, today: date) -> list[Remark]:
    """What is wrong with the drafts of these parts, if they alone were published; errors first."""
    after = _after(article, chosen)
    german = after.get("de") or (article.common.translations["de"] if article.common else None)
    found = [*_incomplete(article, chosen), *_left_behind(article, after)]
    for part in chosen:
        if part == META:
            found += checks.check_meta_of(article, article.about, known=known, today=today)
        elif text := article.texts[part].draft:
            found += checks.text_remarks(article, text, german=german, known=known)
    return sorted(found, key=lambda remark: remark.severity != "error")


def _after(article: Opened, chosen: Collection[str]) -> Mapping[str, Translation]:
    """The municipality's texts, if the drafts of these parts were published."""
    found = {code: part.draft if code in chosen else part.published for code, part in article.texts.items()}
    return {code: text for code, text in found.items() if text}


def _incomplete(article: Opened, chosen: Collection[str]) -> list[Remark]:
    """What an own article cannot be without."""
    if article.common is not None:
        return []
    missing = [part for part in ("de", META) if part not in chosen and part not in article.published]
    names = {"de": "the German text", META: "sources and dates"}
    return [_remark(part, code="missing-field", name=names[part]) for part in missing]


def _left_behind(article: Opened, after: Mapping[str, Translation]) -> list[Remark]:
    """Common translations that give numbers which the local German text has no more: people get another language until they are mended."""
    german = after.get("de")
    if german is None or german == article.texts["de"].published:
        return []
    return [
        replace(_remark(code, code="numbers-differ", part="text", difference=", ".join(numbers)), severity="warning")
        for code, numbers in join.withheld(article, german, after).items()
    ]


def _remark(of: str, /, *, code: str, **data: object) -> Remark:
    severity, message, remedy = findings.RULES[code]
    return Remark(part=of, field="", code=code, severity=severity, message=message.format(**data), remedy=remedy.format(**data), data=data)


def _published(locked: Locked, part: str, german: Translation | None) -> Step:
    body: Body = locked.part(part).draft
    if part != META:
        body = stamped(body, german=german)
    return Step(part=part, draft=None, published=body, body=body)


async def withdraw(  # noqa: PLR0913 - one keyword for each thing that is said
    session: AsyncSession, *, municipality: int, entry: str, parts: Collection[str] | None, editor: int | None, now: datetime
) -> Saved | None:
    """Back to the common article: of these parts, or altogether. What was public becomes the draft where there is none.

    None if nothing was public. Taking away the German text or the meta part of an own article takes all of it.
    """
    locked = await ledger.lock(session, municipality=municipality, entry=entry)
    public = [name for name, part in locked.parts.items() if part.published is not None]
    whole = parts is None or (entry.startswith("local/") and bool({"de", META} & set(parts)))
    chosen = [name for name in public if whole or name in (parts or ())]
    if not chosen:
        return None
    held = {name: locked.part(name) for name in chosen}
    steps = [Step(part=name, draft=part.draft or part.published, published=None, body=None) for name, part in held.items()]
    number = await ledger.write(session, locked, Act(what="withdrawn", editor=editor, now=now), steps)
    return Saved(number=number, revision=held[chosen[0]].revision + 1)


async def restore(  # noqa: PLR0913 - one keyword for each thing that is said
    session: AsyncSession, *, municipality: int, entry: str, number: int, part: str, editor: int | None, now: datetime
) -> Saved | None:
    """Make the text of a line of the history the draft of its part; None if there is no such line, or no text in it."""
    locked = await ledger.lock(session, municipality=municipality, entry=entry)
    mine = (revisions.c.article_id == locked.id, revisions.c.number == number, revisions.c.part == part)
    body = ledger.body_of(part, await session.scalar(select(revisions.c.body).where(*mine)))
    if body is None:
        return None
    held = locked.part(part)
    draft = None if body == held.published else body
    act = Act(what="restored", editor=editor, now=now)
    done = await ledger.write(session, locked, act, [Step(part=part, draft=draft, published=held.published, body=body)])
    return Saved(number=done, revision=held.revision + 1)


async def undo(  # noqa: PLR0913 - one keyword for each thing that is said
    session: AsyncSession, *, municipality: int, entry: str, number: int, editor: int | None, now: datetime
) -> Saved | None:
    """Make all parts what they were before an act, draft and public; None if there is no such act or something came after it."""
    locked = await ledger.lock(session, municipality=municipality, entry=entry)
    lines = (await session.execute(select(revisions).where(revisions.c.article_id == locked.id, revisions.c.number == number))).all()
    if not lines or any(locked.part(line.part).revision != line.revision for line in lines):
        return None
    steps = [_back(line.part, line.draft_before, line.published_before) for line in lines]
    done = await ledger.write(session, locked, Act(what="undone", editor=editor, now=now), steps)
    return Saved(number=done, revision=lines[0].revision + 1)


def _back(part: str, draft: Mapping[str, object] | None, published: Mapping[str, object] | None) -> Step:
    before, public = ledger.body_of(part, draft), ledger.body_of(part, published)
    return Step(part=part, draft=before, published=public, body=before or public)

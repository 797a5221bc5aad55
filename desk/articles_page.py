"""What the page of one article shows: form, remarks of the checks, preview. Its routes are in `articles_edit`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from desk import articles_diff, articles_form, articles_preview, articles_rows, articles_words
from desk.access import Actor
from desk.articles import HERE, knowledge_of, may_edit, today_of
from desk.articles_findings import Told, worst_first
from desk.articles_form import MACHINE, MOST_QUESTIONS, MOST_TEXT, MOST_TITLE, Typed
from desk.articles_preview import Seen
from desk.languages import language_name, language_names
from desk.pages import page
from desk.parts import Parts
from knowledge.check_text import ANSWER_CHARACTERS, DETAILS_CHARACTERS
from knowledge.local import checks, join, look
from knowledge.local.record import META, Conflict, Opened, Remark, Row
from knowledge.model import Translation
from knowledge.stamp import fingerprint
from locales.registry import DEFAULT, LANGUAGES


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a page is to show: the article, what stands in the form of a part, the language of the preview, what was pressed there."""

    article: Opened
    typed: Typed
    seen_in: str
    step: str = "ask"
    conflict: Conflict[Any] | None = None
    problem: str = ""
    remarks: Sequence[Remark] | None = None

    @property
    def url(self) -> str:
        """The address of the article."""
        return f"{HERE}/{self.article.entry}"


def german_of(article: Opened) -> Translation | None:
    """The German text as it is drafted, which translations are compared with; None for an own article that has none."""
    return article.text(DEFAULT)


def remarks_of(actor: Actor, asked: Asked) -> list[Remark]:
    """What the checks say about what stands in the form."""
    typed = asked.typed
    if typed.meta is not None:
        return checks.check_meta_of(asked.article, typed.meta, known=checks.known(), today=today_of(actor))
    assert typed.text is not None  # noqa: S101 - a part is one of the two
    begun = typed.text.readable or typed.text.title or typed.text.questions
    return checks.check_text_of(asked.article, typed.text, known=checks.known()) if begun else []


def by_field(actor: Actor, remarks: Sequence[Remark]) -> Mapping[str, Sequence[Told]]:
    """Remarks in words, by the field that they belong to; "": the part as a whole."""
    names = dict.fromkeys(remark.field for remark in remarks)
    return {name: worst_first(actor, [remark for remark in remarks if remark.field == name]) for name in names}


async def preview(session: AsyncSession, actor: Actor, parts: Parts, asked: Asked) -> list[Seen]:
    """What a person reads, with what stands in the form."""
    drafted = join.drafted(asked.article, today=today_of(actor), text=asked.typed.text, meta=asked.typed.meta)
    if not any(one.readable for one in drafted.translations.values()):
        return []
    known = await knowledge_of(session, actor, parts)
    see = partial(articles_preview.seen, parts=parts, actor=actor, knowledge=known, article=drafted)
    return await see(session, language=asked.seen_in, step=asked.step)


async def looked(request: Request, actor: Actor, parts: Parts, asked: Asked) -> Response:
    """The preview and the remarks alone, while somebody types."""
    async with parts.database.read() as session:
        seen = await preview(session, actor, parts, asked)
    told = by_field(actor, remarks_of(actor, asked))
    return page(request, "article_look.html", actor, seen=seen, told=told, fields=fields_of(asked.typed.part), **_step(asked))


def fields_of(part: str) -> tuple[str, ...]:
    """The fields of a part's form that remarks may belong to."""
    text = ("", "title", "answer", "details", "questions", "source")
    return ("", "checked_on", "review_by", "sources", "offices", "contacts", "related", "actions", "audience") if part == META else text


def _step(asked: Asked) -> dict[str, Any]:
    return {"url": asked.url, "part": asked.typed.part, "seen_in": asked.seen_in, "step": asked.step, "editing": True}


async def shown(request: Request, actor: Actor, parts: Parts, asked: Asked, *, status: int = 200) -> Response:
    """The whole page of the article."""
    async with parts.database.read() as session:
        seen = await preview(session, actor, parts, asked)
        rows = await look.overview(session, municipality=actor.municipality, knowledge=parts.knowledge)
    row = next((one for one in rows if one.entry == asked.article.entry), None)
    remarks = asked.remarks if asked.remarks is not None else remarks_of(actor, asked)
    context = _step(asked) | _head(actor, asked, row) | _form(actor, parts, asked) | {"editing": may_edit(actor)}
    return page(
        request,
        "article.html",
        actor,
        status=status,
        seen=seen,
        told=by_field(actor, remarks),
        fields=fields_of(asked.typed.part),
        severe=sum(remark.severity == "error" for remark in remarks),
        problem=asked.problem,
        conflict=_conflict(actor, asked),
        held=asked.typed != articles_form.kept(asked.article, asked.typed.part),
        may_edit=may_edit(actor),
        **context,
    )


def _head(actor: Actor, asked: Asked, row: Row | None) -> dict[str, Any]:
    article = asked.article
    german = german_of(article)
    return {
        "entry": article.entry,
        "title": (german.title if german and german.title else row.title if row else "") or article.entry,
        "own": article.common is None,
        "part_tabs": _tabs(actor, asked, row),
        "drafted": article.drafted,
        "published": article.published,
        "live": row is not None and row.live,
        "withheld": _withheld(actor, article),
        "group": articles_rows.group_name(actor, article.entry.partition("/")[0]),
        "languages": language_names(actor),
        "seen_name": language_name(actor, asked.seen_in),
    }


def _withheld(actor: Actor, article: Opened) -> list[str]:
    """Languages in which people read another one, because the common translation has numbers that the own German text has no more."""
    drafted = {code: text for code, part in article.texts.items() if (text := part.draft or part.published)}
    held = join.withheld(article, drafted.get(DEFAULT), drafted)
    return [language_name(actor, code) for code in LANGUAGES if code in held]


def _tabs(actor: Actor, asked: Asked, row: Row | None) -> list[dict[str, Any]]:
    """One for each language with its state, and one for what is the same in all."""
    cells = row.cells if row else {}
    drafted = asked.article.drafted
    tabs = [
        {
            "part": code,
            "name": language_name(actor, code),
            "look": articles_rows.look_of(cells[code]) if code in cells else "missing",
            "words": actor.t(articles_rows.LOOKS[articles_rows.look_of(cells[code])]) if code in cells else "",
            "draft": code in drafted,
            "local": code in cells and cells[code].local,
        }
        for code in LANGUAGES
    ]
    meta = {"part": META, "name": articles_words.part_name(actor, META), "look": "", "words": "", "draft": META in drafted, "local": False}
    return [meta, *tabs]


def _form(actor: Actor, parts: Parts, asked: Asked) -> dict[str, Any]:
    """What stands in the fields, and what is known of the part."""
    article, typed = asked.article, asked.typed
    kept = article.meta if typed.part == META else article.texts.get(typed.part)
    known: dict[str, Any] = {
        "part_name": articles_words.part_name(actor, typed.part),
        "revision": asked.conflict.revision if asked.conflict else article.revision(typed.part),
        "is_draft": bool(kept and kept.draft),
        "is_public": bool(kept and kept.published),
        "changed_at": kept.at if kept else None,
        "changed_by": kept.by if kept else "",
        "most": {"title": MOST_TITLE, "text": MOST_TEXT, "questions": MOST_QUESTIONS},
        "limits": {"answer": ANSWER_CHARACTERS, "details": DETAILS_CHARACTERS},
    }
    if typed.meta is not None:
        return known | {"meta": articles_form.meta_fields(actor, parts.knowledge, article, typed.meta), "text": None}
    return known | {"meta": None, "text": typed.text, "spoken": LANGUAGES[typed.part]} | _translation(article, typed)


def _translation(article: Opened, typed: Typed) -> dict[str, Any]:
    """What a translation is beside: the German text, whether it was compared with it, who made it."""
    german = german_of(article) if typed.part != DEFAULT else None
    text = typed.text
    begun = text is not None and text.readable
    return {
        "german": german,
        "compared": german is not None and text is not None and (not begun or text.source == fingerprint(german)),
        "machine": text is not None and text.translated_by == MACHINE,
        "reviewed": bool(text and text.reviewed_by),
        "reviewer": (text.reviewed_by or "") if text else "",
    }


def _conflict(actor: Actor, asked: Asked) -> dict[str, Any] | None:
    """Both texts, and where they differ, if somebody else was faster."""
    found = asked.conflict
    if found is None:
        return None
    return {"by": found.by, "at": found.at, "fields": articles_diff.compared(actor, found.theirs, found.mine), "number": found.number}

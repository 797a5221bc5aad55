"""Makes of what was typed or read what files can hold and give back: no controls, one kind of line ends, nothing around it."""

from dataclasses import replace
from typing import Any

from knowledge.local.record import Meta
from knowledge.model import Source, Translation
from knowledge.stamp import fingerprint
from locales.bidi import clean
from locales.registry import LANGUAGES
from store.errors import LotseError


def stamped(text: Translation, *, german: Translation | None) -> Translation:
    """The text with the mark of the German one that it translates, unless it has one; German and questions alone have none."""
    if text.language == "de" or not text.readable:
        return replace(text, source=None)
    return text if text.source or german is None else replace(text, source=fingerprint(german))


def tidy(text: Translation) -> Translation:
    """The text without controls, with one kind of line ends, nothing around it. Raises LotseError for an unknown language."""
    if text.language not in LANGUAGES:
        message = "{language} is no language of Lotse"
        raise LotseError(message, language=text.language)
    questions = dict.fromkeys(_line(question).removeprefix("- ").strip() for question in text.questions)
    return replace(
        text,
        title=_line(text.title),
        answer=_lines(text.answer),
        details=_lines(text.details),
        questions=tuple(question for question in questions if question),
        translated_by=_line(text.translated_by or "") or None,
        reviewed_by=_line(text.reviewed_by or "") or None,
        source=_line(text.source or "") or None,
    )


def tidy_meta(meta: Meta) -> Meta:
    """The same for sources and the rest."""
    sources = None if meta.sources is None else tuple(map(_source, meta.sources))
    lists: dict[str, Any] = {
        name: tuple(filter(None, map(_line, getattr(meta, name))))
        for name in ("facts", "offices", "contacts", "related", "actions", "audience")
        if getattr(meta, name) is not None
    }
    return replace(meta, sources=sources, **lists)


def _source(source: Source) -> Source:
    return Source(name=_line(source.name), url=_line(source.url or "") or None, date=_line(source.date or "") or None)


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _lines(text: str) -> str:
    return "\n".join(clean(line).rstrip() for line in text.splitlines()).strip()

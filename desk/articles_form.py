"""The form of one part of an article: what stands in it, and what was typed. Sending it is in `articles_edit`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from starlette.datastructures import FormData

from desk.access import Actor
from desk.articles_words import AUDIENCE_WORDS
from dialogs.article import OFFICES
from knowledge.check_text import question_key
from knowledge.local.record import META, Meta, Opened
from knowledge.model import Article, Knowledge, Source, Translation
from knowledge.stamp import fingerprint
from knowledge.vocabulary import AUDIENCES
from locales.bidi import clean
from locales.registry import DEFAULT, LANGUAGES
from locales.texts import translate

MOST_TITLE, MOST_TEXT, MOST_QUESTIONS, MOST_LINE = 160, 8000, 40_000, 300
MOST_SOURCES, MOST_RELATED = 12, 12
REVIEW_AFTER = timedelta(days=180)
MACHINE = "machine"
_BLANK_ROWS = 2
_MARKS = re.compile(r"^\s*[-•*]\s+")
BOOK, FIND, OPEN = "book:service=advice", "find_course", "open:"


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stands in the form of a part: a text, or the meta part (the other is None)."""

    part: str
    text: Translation | None = None
    meta: Meta | None = None


def part_of(asked: str) -> str:
    """The part that an address names: a language, or `meta`; German for anything else."""
    return asked if asked in LANGUAGES or asked == META else DEFAULT


def empty(language: str) -> Translation:
    """A text that nobody has begun."""
    return Translation(language=language, title="", answer="", details="", questions=())


def kept(article: Opened, part: str) -> Typed:
    """What is kept of a part: the draft, else what is published, else what is common."""
    if part == META:
        return Typed(part=part, meta=article.about)
    return Typed(part=part, text=article.text(part) or empty(part))


def read(actor: Actor, form: FormData, article: Opened, part: str, *, german: Translation | None) -> Typed:
    """What was typed; `german` is the German text as drafted, which a translation is compared with."""
    if part == META:
        return Typed(part=part, meta=_meta(form, article))
    return Typed(part=part, text=_text(actor, form, article.text(part) or empty(part), german))


def _text(actor: Actor, form: FormData, before: Translation, german: Translation | None) -> Translation:
    typed = replace(
        before,
        title=_line(form, "title", MOST_TITLE),
        answer=_paragraphs(form, "answer"),
        details=_paragraphs(form, "details"),
        questions=questions_of(str(form.get("questions", ""))),
    )
    if before.language == DEFAULT:
        return typed
    if not typed.readable:
        return replace(typed, title=typed.title, translated_by=None, reviewed_by=None, source=None)
    by = MACHINE if form.get("machine") else before.translated_by if before.translated_by not in {None, MACHINE} else actor.name
    compared = bool(form.get("compared")) and german is not None
    return replace(
        typed,
        translated_by=by,
        reviewed_by=(before.reviewed_by or actor.name) if form.get("reviewed") else None,
        source=fingerprint(german) if compared and german else before.source,
    )


def questions_of(typed: str) -> tuple[str, ...]:
    """Example questions, one of each line; signs of a list in front of them go."""
    lines = (clean(_MARKS.sub("", line))[:MOST_LINE] for line in typed[:MOST_QUESTIONS].splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def with_questions(text: Translation, asked: Sequence[str]) -> Translation:
    """The text with more example questions; one that differs by case and signs alone is there already."""
    known = {question_key(one) for one in text.questions}
    fresh = {key: one for one in reversed(asked) if (key := question_key(one)) and key not in known}  # of equal ones the first
    return replace(text, questions=(*text.questions, *reversed(fresh.values())))


def _line(form: FormData, name: str, most: int) -> str:
    value = form.get(name, "")
    return " ".join(clean(value).split())[:most] if isinstance(value, str) else ""


def _paragraphs(form: FormData, name: str) -> str:
    """A text of several lines: no spaces at their ends, at most one empty line between them."""
    value = form.get(name, "")
    lines = clean(value.replace("\r\n", "\n")).split("\n") if isinstance(value, str) else []
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines))[:MOST_TEXT]


def _meta(form: FormData, article: Opened) -> Meta:
    """The meta part; what is as in the common article stays its own."""
    about, common = article.about, article.common
    typed = {
        "checked_on": _day(form, "checked_on"),
        "review_by": _day(form, "review_by"),
        "sources": _sources(form),
        "offices": _ticked(form, "offices"),
        "contacts": _ticked(form, "contacts"),
        "related": _ticked(form, "related"),
        "audience": _ticked(form, "audience"),
        "actions": _actions(form, effective(article, about, "actions")),
    }
    changed = {name: value for name, value in typed.items() if common is None or value != getattr(common, name)}
    return Meta(facts=about.facts, **changed)  # type: ignore[arg-type]  # each field has a value of its kind


def effective(article: Opened, meta: Meta, name: str) -> Any:
    """What a field of the meta part is: its own value, else that of the common article, else nothing."""
    own = getattr(meta, name)
    if own is not None:
        return own
    if article.common is not None:
        return getattr(article.common, name)
    return None if name in {"checked_on", "review_by"} else ()


def _day(form: FormData, name: str) -> date | None:
    try:
        return date.fromisoformat(_line(form, name, 10))
    except ValueError:
        return None


def _sources(form: FormData) -> tuple[Source, ...]:
    rows = [tuple(_line(form, f"source-{part}-{number}", MOST_LINE) for part in ("name", "url", "date")) for number in range(MOST_SOURCES)]
    return tuple(Source(name=name, url=url or None, date=day or None) for name, url, day in rows if name or url or day)


def _ticked(form: FormData, name: str) -> tuple[str, ...]:
    values = (str(value)[:96] for value in form.getlist(name))
    return tuple(dict.fromkeys(value for value in values if value))[:100]


def _actions(form: FormData, before: Sequence[str]) -> tuple[str, ...]:
    """The buttons under the answer; those that this form does not know stay."""
    ticked = {BOOK: bool(form.get("book")), FIND: bool(form.get("find_course"))}
    stay = [one for one in before if one.startswith("call:") or (one.partition(":")[0] in ticked and form.get(one.partition(":")[0]))]
    new = [action for action, wanted in ticked.items() if wanted and not any(one.startswith(action.partition(":")[0]) for one in stay)]
    address = _line(form, "open", MOST_LINE)
    return (*stay, *new, *((OPEN + address,) if address else ()))


def meta_fields(actor: Actor, knowledge: Knowledge, article: Opened, meta: Meta) -> dict[str, Any]:
    """What stands in the form of the meta part."""
    sources = list(effective(article, meta, "sources"))
    actions = effective(article, meta, "actions")
    opens = next((one.removeprefix(OPEN) for one in actions if one.startswith(OPEN)), "")
    return {
        "checked_on": _iso(effective(article, meta, "checked_on")),
        "review_by": _iso(effective(article, meta, "review_by")),
        "sources": [*sources, *[Source(name="")] * _BLANK_ROWS][:MOST_SOURCES],
        "offices": _choices(((kind, translate(actor.interface, words)) for kind, words in OFFICES.items()), article, meta, "offices"),
        "contacts": _choices(((key, one.name) for key, one in knowledge.contacts.items()), article, meta, "contacts"),
        "related": _related(actor, knowledge, article, meta),
        "audience": _choices(((key, actor.t(AUDIENCE_WORDS[key])) for key in sorted(AUDIENCES)), article, meta, "audience"),
        "book": any(one.startswith("book") for one in actions),
        "find": any(one.startswith("find_course") for one in actions),
        "open": opens,
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _choices(options: Any, article: Opened, meta: Meta, name: str) -> list[tuple[str, str, bool]]:
    chosen = effective(article, meta, name)
    return [(key, words, key in chosen) for key, words in sorted(options, key=lambda one: one[1].casefold())]


def _related(actor: Actor, knowledge: Knowledge, article: Opened, meta: Meta) -> list[tuple[str, str, bool]]:
    """All other articles, those that are chosen first, in their order."""
    chosen = list(effective(article, meta, "related"))
    titles = {key: title_of(one, actor.interface) for key, one in knowledge.articles.items() if key != article.entry}
    first = [(key, titles[key], True) for key in chosen if key in titles]
    return first + sorted(((key, title, False) for key, title in titles.items() if key not in chosen), key=lambda one: one[1].casefold())


def title_of(article: Article, language: str) -> str:
    """The title of an article, in this language, else German, else whatever there is."""
    found = article.translations.get(language) or article.translations.get(DEFAULT)
    return found.title if found and found.title else next((one.title for one in article.translations.values() if one.title), article.id)

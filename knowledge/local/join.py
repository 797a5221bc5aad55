"""Joins local parts with the common article: what people of the municipality read. Pure; reading rows is in `look`."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

from knowledge.check_text import numbers
from knowledge.local.record import Meta, Opened
from knowledge.model import Article, Knowledge, Translation


def live(article: Opened) -> Article | None:
    """The article as people get it now; None if they cannot (an own one that is not published)."""
    texts = {code: part.published for code, part in article.texts.items() if part.published}
    meta = article.meta.published or Meta()
    if article.common is None and ("de" not in texts or meta.checked_on is None or meta.review_by is None):
        return None
    return _joined(article, texts, meta)


def drafted(article: Opened, *, today: date, text: Translation | None = None, meta: Meta | None = None) -> Article:
    """The article as it would be with all drafts, and with a text or meta part that was just typed: for the preview.

    What an own article lacks is filled in so that there is something to look at: `today` for dates, an empty German text.
    """
    texts = {code: found for code, part in article.texts.items() if (found := part.draft or part.published)}
    if text is not None:
        texts[text.language] = text
    about = meta or article.about
    if article.common is None:
        about = replace(about, checked_on=about.checked_on or today, review_by=about.review_by or today)
        texts.setdefault("de", Translation(language="de", title="", answer="", details="", questions=()))
    return _joined(article, texts, about)


def withheld(article: Opened, german: Translation | None, texts: Mapping[str, Translation]) -> dict[str, list[str]]:
    """The languages whose common text gives numbers that the local German one has no more, with these numbers.

    True before helpful: people get another language instead.
    """
    if article.common is None or german is None:
        return {}
    common = {code: text for code, text in article.common.translations.items() if code not in texts and text.readable and code != "de"}
    return {code: old for code, text in common.items() if (old := _outdated(text, german))}


def _outdated(text: Translation, german: Translation) -> list[str]:
    pairs = [(text.answer, german.answer), (text.details, german.details)]
    return [number for ours, theirs in pairs for number in (numbers(ours) - numbers(theirs)).elements()]


def _joined(article: Opened, texts: Mapping[str, Translation], meta: Meta) -> Article:
    said: dict[str, Any] = {field.name: value for field in fields(Meta) if (value := getattr(meta, field.name)) is not None}
    if article.common is None:
        return Article(**{"id": article.entry, "facts": (), "sources": (), **said, "translations": dict(texts)})
    shown = {**article.common.translations, **texts}
    for code in withheld(article, texts.get("de"), texts):
        shown[code] = replace(shown[code], title="", answer="", details="")
    return replace(article.common, **said, translations=shown)


def with_articles(knowledge: Knowledge, articles: Mapping[str, Article]) -> Knowledge:
    """The knowledge with these articles instead of, or after, the common ones."""
    return replace(knowledge, articles={**knowledge.articles, **articles}) if articles else knowledge

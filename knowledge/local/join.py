"""Joins local parts with the common article: what people of the municipality read. Pure; reading rows is in `look`."""

from collections.abc import Mapping

from knowledge.local.record import Meta, Opened
from knowledge.model import Article, Knowledge, Translation


def live(article: Opened) -> Article | None:
    """The article as people get it now; None if they cannot (an own one that is not published)."""
    raise NotImplementedError


def drafted(article: Opened, *, text: Translation | None = None, meta: Meta | None = None) -> Article:
    """The article as it would be with all drafts, and with a text or meta part that was just typed: for the preview."""
    raise NotImplementedError


def with_articles(knowledge: Knowledge, articles: Mapping[str, Article]) -> Knowledge:
    """The knowledge with these articles instead of, or after, the common ones."""
    raise NotImplementedError

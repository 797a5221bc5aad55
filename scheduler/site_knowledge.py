"""The section `knowledge` of a site file: where a municipality's pages are fetched, and what is not shown about a topic.

It is applied where articles and pages are known (`bot.site_pages`); here only the form is checked.
"""

import re
from functools import partial

from yaml.nodes import Node

from locales.registry import LANGUAGES, match
from scheduler.site_nodes import Block, Convert, Page, Wrong, by_key, nearest
from scheduler.site_schema import KnowledgeEntry, SourceEntry, SwitchEntry
from scheduler.site_values import flag, scalar, words

ADDRESS = words(200, shape=re.compile(r"https?://[^\s/@?#]+(/[^\s?#]*)?"), example="https://cms.integreat-app.de")
REGION = words(64, shape=re.compile(r"[A-Za-z0-9]+([-_][A-Za-z0-9]+)*"), example="musterstadt")


def language(_page: Page, node: Node) -> str:
    """A language as the publisher writes it, which is one that Lotse speaks."""
    text = scalar(node)
    if text not in LANGUAGES and match(text) is None:
        raise Wrong(node, f"{text!r} is not a language of Lotse", nearest(text, LANGUAGES))
    return text


def section(topic: Convert[str]) -> Convert[KnowledgeEntry]:
    """The whole section; `topic` is what a topic looks like."""

    def read(page: Page, node: Node) -> KnowledgeEntry:
        with Block(page, node, "the knowledge") as block:
            sources = block.each("integreat", _source)
            topics = block.take("topics", by_key(topic, lambda name: partial(_switch, name), "the topics"), {})
            return KnowledgeEntry(integreat=tuple(sources), topics=topics)

    return read


def _source(page: Page, node: Node) -> SourceEntry:
    with Block(page, node, "a source of pages") as block:
        return SourceEntry(
            url=block.take("url", ADDRESS, "", needed=True),
            region=block.take("region", REGION, "", needed=True),
            languages=tuple(block.each("languages", language, needed=True)),
            line=block.line,
        )


def _switch(_topic: str, page: Page, node: Node) -> SwitchEntry:
    with Block(page, node, "a topic") as block:
        return SwitchEntry(
            articles=block.take("articles", flag, default=True), pages=block.take("pages", flag, default=True), line=block.line
        )

"""Checks of what editors write, by the rules for files; the rules are in `check_text` and `check_article`."""

from datetime import date

from knowledge.check_article import Known
from knowledge.local.record import Meta, Opened, Remark
from knowledge.model import Translation


def known() -> Known:
    """What articles may refer to, as shipped; read once per process."""
    raise NotImplementedError


def check_text_of(article: Opened, text: Translation, *, known: Known) -> list[Remark]:
    """What is wrong with a text (saved or just typed) of this article, errors first; compared with the German text as drafted."""
    raise NotImplementedError


def check_meta_of(article: Opened, meta: Meta, *, known: Known, today: date) -> list[Remark]:
    """What is wrong with the meta part of this article; an own article needs a source and a date of review."""
    raise NotImplementedError

"""Checks of what editors write, by the rules for files; the rules themselves are in `check_text` and `check_article`.

Two things differ from the common content, which rests on fact sheets: what only those could tell is a warning, and an own article has a
source and a date of review instead.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.check import known_of
from knowledge.check_article import ArticleFile, Known, check_article
from knowledge.check_text import TextFile, addresses, check_text
from knowledge.findings import Finding, finding, line_of
from knowledge.loader import ROOT
from knowledge.local import written
from knowledge.local.record import GROUP, META, Meta, Opened, Remark
from knowledge.local.tidy import stamped, tidy, tidy_meta
from knowledge.model import Translation

# Numbers and addresses of local offices are in no fact sheet; few questions and a short text are better than none.
_LENIENT = {"unknown-phone", "unknown-address", "too-few-questions"}
_NO_DETAILS, _NO_ANSWER = ("missing-field", "the details"), ("missing-field", "the answer")
# An own article rests on its sources, and stands alone where its author says so.
_NOT_OF_OWN = {("missing-field", name) for name in ("facts", "offices", "contacts", "related", "actions", "audience")}
_FIELD_OF = {
    "unknown-fact": "facts",
    "weak-fact": "facts",
    "unknown-related": "related",
    "unknown-contact": "contacts",
    "unknown-office": "offices",
    "unknown-audience": "audience",
    "unknown-action": "actions",
    "unknown-address": "actions",
    "insecure-address": "sources",
    "review-overdue": "review_by",
    "review-too-late": "review_by",
}
_TEXT_FIELD_OF = {
    "title-too-long": "title",
    "answer-too-long": "answer",
    "answer-too-many-sentences": "answer",
    "details-too-long": "details",
    "too-few-questions": "questions",
    "duplicate-question": "questions",
    "not-stamped": "",
    "stale": "",
}
_SECTIONS = {"---": "answer", "## details": "details", "## questions": "questions"}


@cache
def known() -> Known:
    """What articles may refer to, as shipped; read once per process."""
    return known_of(ROOT)


def check_text_of(article: Opened, text: Translation, *, known: Known) -> list[Remark]:
    """What is wrong with a text (saved or just typed) of this article, errors first; compared with the German text as drafted."""
    return text_remarks(article, text, german=article.text("de"), known=known)


def text_remarks(article: Opened, text: Translation, *, german: Translation | None, known: Known) -> list[Remark]:
    """The same, compared with this German text."""
    tidied = stamped(tidy(text), german=german)
    file = TextFile(file=_folder(article) / f"{text.language}.md", text=written.text_file(tidied), translation=tidied)
    found = text_findings(article, file, german=german, known=known)
    return _remarks(text.language, ((_text_field(file.text, each), each) for each in found))


def check_meta_of(article: Opened, meta: Meta, *, known: Known, today: date) -> list[Remark]:
    """What is wrong with the meta part of this article; an own article needs a source and a date of review."""
    tidied = tidy_meta(meta)
    file, text = _folder(article) / "article.yml", written.meta_file(tidied)
    found = meta_findings(article, tidied, known=known, today=today, file=file, text=text)
    return _remarks(META, ((_meta_field(each), each) for each in found))


def stops(found: Collection[Remark]) -> bool:
    """Whether what was found stops publication."""
    return any(remark.severity == "error" for remark in found)


def text_findings(article: Opened, file: TextFile, *, german: Translation | None, known: Known) -> Iterator[Finding]:
    """What is wrong with one language file of a local article, compared with this German text."""
    text = file.translation
    hosts = known.hosts | _hosts(article)
    base = german if german and text.language != "de" else text
    for found in check_text(file, german=base, phones_known=known.phones, hosts_known=hosts):
        rule = (found.code, found.data.get("name"))
        lenient = found.code in _LENIENT or rule == _NO_DETAILS
        # Questions alone may stand in any language, where they hide no text.
        if rule != _NO_ANSWER or text.language == "de":
            yield warned(found) if lenient else found
    common = article.common.translations.get(text.language) if article.common else None
    if text.language != "de" and not text.readable and common and common.readable:
        yield file.report("missing-field", name=_NO_ANSWER[1])


def warned(found: Finding) -> Finding:
    """The finding, which stops nothing here."""
    return replace(found, severity="warning")


def _hosts(article: Opened) -> set[str]:
    sources = article.about.sources or (article.common.sources if article.common else ())
    return {host for source in sources for host in addresses(source.url or "")}


def meta_findings(  # noqa: PLR0913 - a file and what it is compared with
    article: Opened, meta: Meta, *, known: Known, today: date, file: Path, text: str
) -> Iterator[Finding]:
    """What is wrong with the meta part of a local article; of a common one only what differs is looked at."""
    said = _fields(meta)
    fields = {**(_fields(article.common) if article.common else {}), **said}
    # The article's own id is read from where the file should stand.
    page = ArticleFile(file=_folder(article) / "article.yml", text=text, fields=fields)
    for found in check_article(page, known=known, today=today):
        if _counts(article, found, said):
            yield replace(found, file=file.as_posix())
    for source in meta.sources or ():
        # A source is to be found again: by its address, or by its date.
        if not source.url and not source.date:
            yield finding(file, code="missing-field", line=line_of(text, source.name), name="address or date of a source")


def _counts(article: Opened, found: Finding, said: Collection[str]) -> bool:
    """Whether a finding is about what the municipality says. Other own articles may be related: a link is shown where it leads."""
    name = found.data.get("name")
    if found.code == "unknown-related" and str(name).startswith(f"{GROUP}/"):
        return False
    return _meta_field(found) in said or (article.common is None and (found.code, name) not in _NOT_OF_OWN)


def _fields(about: Any) -> dict[str, Any]:
    """The fields of an `article.yml` with what is said about an article."""
    said = {name: value for name, value in asdict(about).items() if value is not None and name in Meta.__dataclass_fields__}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}


def _folder(article: Opened) -> Path:
    return Path("content") / article.entry


def _remarks(part: str, found: Iterable[tuple[str, Finding]]) -> list[Remark]:
    made = [
        Remark(part=part, field=field, code=each.code, severity=each.severity, message=each.message, remedy=each.remedy, data=each.data)
        for field, each in found
    ]
    return sorted(made, key=lambda remark: remark.severity != "error")


def _meta_field(found: Finding) -> str:
    """The field of the meta part that a finding is about."""
    name = str(found.data.get("name", ""))
    return _FIELD_OF.get(found.code) or ("sources" if name.endswith(" source") else name)


def _text_field(text: str, found: Finding) -> str:
    """The field of a text that a finding is about: its rule says so, or the line in which it was found."""
    if found.code in _TEXT_FIELD_OF:
        return _TEXT_FIELD_OF[found.code]
    if found.code in {"missing-field", "numbers-differ"}:
        return str(found.data.get("part") or found.data["name"]).removeprefix("the ")
    above = text.splitlines()[: found.line]
    if above and above[0] == "---" and "---" not in above[1:]:
        return "title"
    return next((_SECTIONS[line] for line in reversed(above) if line in _SECTIONS), "answer")

"""The values of local articles; which rows they are kept in is in `store.articles`, changing them in `keep` and `publish`."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from knowledge.findings import Severity
from knowledge.model import Article, Source, Translation

GROUP = "local"
META = "meta"  # the part of an article that is no language
What = Literal["saved", "set_aside", "published", "withdrawn", "discarded", "restored", "undone", "imported"]


@dataclass(frozen=True, kw_only=True)
class Meta:
    """What an editor says about an article besides its texts; None: as in the common article, in an own one nothing."""

    checked_on: date | None = None
    review_by: date | None = None
    facts: tuple[str, ...] | None = None
    sources: tuple[Source, ...] | None = None
    offices: tuple[str, ...] | None = None
    contacts: tuple[str, ...] | None = None
    related: tuple[str, ...] | None = None
    actions: tuple[str, ...] | None = None
    audience: tuple[str, ...] | None = None


Body = TypeVar("Body", Translation, Meta)


@dataclass(frozen=True, kw_only=True)
class Part(Generic[Body]):
    """A text in one language, or the meta part: what is published, what is drafted (None: nothing), by whom and when it was changed last.

    `revision` goes up with every change, 0: never touched; whoever saves says which one their form was made from. `by` is a name, or "" for
    the command line.
    """

    draft: Body | None = None
    published: Body | None = None
    revision: int = 0
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """One article with all that is known of it; `common` is None for an own article, `texts` has the languages that were ever touched."""

    entry: str
    common: Article | None
    meta: Part[Meta] = field(default_factory=Part)
    texts: Mapping[str, Part[Translation]] = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        """Whether there is anything under this id."""
        return self.common is not None or bool(self.texts)

    @property
    def drafted(self) -> list[str]:
        """The parts that have a draft: languages, and `meta`."""
        return [*(code for code, part in self.texts.items() if part.draft), *((META,) if self.meta.draft else ())]

    @property
    def published(self) -> list[str]:
        """The parts that are published."""
        return [*(code for code, part in self.texts.items() if part.published), *((META,) if self.meta.published else ())]

    def revision(self, part: str) -> int:
        """The revision of a part that a form is made from."""
        found = self.meta if part == META else self.texts.get(part)
        return found.revision if found else 0

    def text(self, language: str) -> Translation | None:
        """What a form shows: the draft, else what is published, else the common text, else None."""
        part = self.texts.get(language, Part[Translation]())
        common = self.common.translations.get(language) if self.common else None
        return part.draft or part.published or common

    @property
    def about(self) -> Meta:
        """What the form of the meta part shows: the draft, else what is published, else nothing of its own."""
        return self.meta.draft or self.meta.published or Meta()


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A change was made; `number` is that of the act in the history (for `undo`), `revision` that of the part from now on."""

    number: int
    revision: int


@dataclass(frozen=True, kw_only=True)
class Conflict(Generic[Body]):
    """Somebody else was faster: nothing of theirs was changed, and `mine` is kept in the history (`set_aside`, act `number`).

    `revision` is what a form that knows `theirs` is made from.
    """

    mine: Body
    theirs: Body | None
    revision: int
    number: int
    by: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Remark:
    """What a check says about a part: `field` is title, answer, details, questions, or a field of `Meta`, "" for the part as a whole.

    `code` is one of `findings.RULES`, `data` what its sentences are filled with; `message` and `remedy` are the English ones, filled.
    """

    part: str
    field: str
    code: str
    severity: Severity
    message: str
    remedy: str
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Published:
    """What was published by act `number`; 0 and no `parts`: nothing, because of errors among the `remarks` or for want of drafts."""

    number: int
    parts: tuple[str, ...]
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One line of the history: what was done to which part, its text afterwards and before (None: there was none)."""

    number: int
    part: str
    what: What
    by: str
    at: datetime
    after: Translation | Meta | None
    before: Translation | Meta | None


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One language of an article in the list, as people of the municipality get it, and whether a draft waits.

    `state`: full, short (no details), questions (nothing to read), missing. `local`: the text is the municipality's own.
    """

    state: Literal["full", "short", "questions", "missing"]
    stale: bool = False
    machine: bool = False
    local: bool = False
    draft: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """One article in the list. `live`: people can read it (an own article is not before it is published). `review_by` None: not known."""

    entry: str
    group: str
    title: str
    own: bool
    live: bool
    review_by: date | None
    cells: Mapping[str, Cell]
    changed_at: datetime | None = None
    changed_by: str = ""

"""The values of the knowledge base, as read from files; `loader` reads them, `view` picks what one person sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Source:
    """Who says it: a name, perhaps an address, and the date of the source (`YYYY`, `YYYY-MM`, `YYYY-MM-DD` or None: undated)."""

    name: str
    url: str | None = None
    date: str | None = None


@dataclass(frozen=True, kw_only=True)
class Translation:
    """One article in one language; a file with example questions alone has no `title` and `answer`, and the language falls back."""

    language: str
    title: str
    answer: str
    details: str
    questions: tuple[str, ...]
    translated_by: str | None = None
    reviewed_by: str | None = None
    source: str | None = None

    @property
    def readable(self) -> bool:
        """Whether there is a text to show, not only example questions."""
        return bool(self.answer)


@dataclass(frozen=True, kw_only=True)
class Article:
    """One topic, `id` as in the list of topics (`group/slug`), with everything that is the same in all languages."""

    id: str
    checked_on: date
    review_by: date
    facts: tuple[str, ...]
    sources: tuple[Source, ...]
    offices: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    translations: Mapping[str, Translation] = field(default_factory=dict)

    @property
    def group(self) -> str:
        """The first part of the id: the topic group of the menu."""
        return self.id.split("/")[0]


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A helpline or organisation: `phone` is dialled digits with spaces, `languages` in which it answers (codes), `fact` its source row."""

    id: str
    name: str
    fact: str
    phone: tuple[str, ...] = ()
    url: str | None = None
    hours: str | None = None


@dataclass(frozen=True, kw_only=True)
class Office:
    """A local office of one municipality, from its overlay."""

    kind: str
    name: str
    address: str | None = None
    phone: str | None = None
    url: str | None = None
    hours: str | None = None
    checked_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """What one municipality adds: its offices by kind, and per article and language a paragraph shown after the answer."""

    municipality: str
    offices: Mapping[str, Office] = field(default_factory=dict)
    additions: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A district or city: `names` in several scripts and spellings, `postcodes` that lie in it (an area may share one).

    `villages` are small or ambiguous names: they count only where they are the whole message.
    """

    slug: str
    name: str
    kind: str
    names: tuple[str, ...] = ()
    villages: tuple[str, ...] = ()
    postcodes: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """All that Lotse knows, read once at start: articles by id, contacts by id, overlays and places by slug."""

    articles: Mapping[str, Article]
    contacts: Mapping[str, Contact]
    overlays: Mapping[str, Overlay] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An article as one person sees it: in `language`, which differs from `wanted` if it had to fall back."""

    id: str
    wanted: str
    language: str
    title: str
    answer: str
    details: str
    local: str
    offices: tuple[Office, ...]
    missing_offices: tuple[str, ...]
    contacts: tuple[Contact, ...]
    machine: bool
    article: Article

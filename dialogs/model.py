"""What goes into a dialog and what comes out: `Inbound`, `Turn`, `Reply`, `Choice`, `Move`. The engine that joins them is `engine`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.courses.shelf import Shelf
from knowledge.model import Knowledge
from locales.texts import translate
from nlu.model import Match

Kind = Literal["text", "choice", "voice", "photo", "file", "sticker", "location", "contact", "edited", "group", "blocked", "other"]


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """What arrived, in no channel's words. `address` is the channel's own id of the person, `external_id` that of the message.

    `choice` is the id of the pressed button (never its label), `screen` the message whose button it was.
    `press` is the channel's id of the press, if the channel wants it acknowledged.
    """

    channel: str
    address: str
    external_id: str
    sent_at: datetime
    kind: Kind = "text"
    text: str = ""
    choice: str | None = None
    screen: str | None = None
    press: str | None = None
    language_hint: str | None = None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A button: `id` is what a press sends back (at most 64 bytes), or `url` opens a page instead."""

    label: str
    id: str = ""
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One message of Lotse: title, paragraphs, a small note (source, date), and rows of buttons.

    `screen` marks a menu: it replaces the menu whose button was pressed. Everything else is a new message and stays in the history.
    """

    text: str
    language: str
    title: str = ""
    note: str = ""
    rows: tuple[tuple[Choice, ...], ...] = ()
    screen: bool = False
    urgent: bool = False
    document: str | None = None
    document_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What a channel can do and whether it may carry personal matters (`trusted`)."""

    name: str
    trusted: bool
    keeps_history: bool = False


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where the conversation stands before the turn. `votes`: what was said lately of answers, the row of the verdict by entry."""

    person: int
    language: str | None = None
    municipality: str | None = None
    dialog: str | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    held_by_case: int | None = None
    votes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Town:
    """The municipality of the person, as far as a dialog needs it."""

    id: int
    slug: str
    name: str
    staffed: bool
    demo: bool


@dataclass(frozen=True, kw_only=True)
class Turn:
    """All that one step of a dialog may look at; `session` is for services alone and belongs to the turn's one transaction.

    `knowledge` is what the person's municipality shows; `hidden` are the articles that it does not.
    """

    inbound: Inbound
    standing: Standing
    knowledge: Knowledge
    towns: Mapping[str, Town]
    traits: Traits
    session: AsyncSession
    services: Any = None
    courses: Shelf = field(default_factory=Shelf)
    match: Match | None = None
    hidden: frozenset[str] = frozenset()

    @property
    def language(self) -> str:
        """The language to answer in: recognised in this message, chosen before, hinted by the messenger, or German."""
        if self.match and (self.match.switched or not self.standing.language):
            return self.match.language
        return self.standing.language or self.inbound.language_hint or "de"

    @property
    def town(self) -> Town | None:
        """The person's municipality, if it was chosen."""
        return self.towns.get(self.standing.municipality or "")

    def t(self, message: str, /, **values: object) -> str:
        """`message` in the language of the turn; its `{placeholders}` filled."""
        return translate(self.language, message, **values)


@dataclass(frozen=True, kw_only=True)
class Move:
    """What a dialog decided: replies in order, and where the conversation stands now.

    `dialog` None ends the active dialog. `language` and `municipality` change the person's choice if they are set.
    `erase` deletes everything about the person after this turn. `votes` None: as before.
    """

    replies: tuple[Reply, ...] = ()
    dialog: str | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    language: str | None = None
    municipality: str | None = None
    erase: bool = False
    votes: Mapping[str, int] | None = None

"""The JSON shapes of the chat interface, as OpenAPI shows them. Their values come from `bot.channels.web`."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.channels.web import History, Line
from bot.web.limits import MOST_CHARACTERS
from dialogs.model import Choice
from locales.registry import DEFAULT, LANGUAGES

_DOCUMENT = "/api/chat/messages/{id}/document"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewSession(_Strict):
    """How a conversation begins; both parts may be left out."""

    language: str | None = Field(default=None, max_length=16, description="A code of Lotse, for example `ar` or `prs`.")
    town: str | None = Field(default=None, max_length=64, description="The slug of a municipality.")


class NewMessage(_Strict):
    """Something that the person writes or presses: exactly one of `text` and `choice`."""

    text: str | None = Field(default=None, description="Free text.", json_schema_extra={"maxLength": MOST_CHARACTERS})
    choice: str | None = Field(default=None, description="The `id` of a button.")
    screen: str | None = Field(default=None, max_length=40, description="The id of the message that has the button, if it is a `screen`.")
    key: str | None = Field(default=None, max_length=100, description="Made by the client; a repetition with the same key is taken once.")


class Button(BaseModel):
    """A choice (`id`) or a link (`url`)."""

    label: str
    id: str | None = None
    url: str | None = None


class Document(BaseModel):
    """A file that belongs to a message."""

    name: str
    url: str


class ChatMessage(BaseModel):
    """One line of the conversation. A `screen` is a menu: it goes when the next one takes its place.

    A `human` wrote it, not the program. One that was edited or deleted comes again with a new version: the number before the hyphen of
    its `id` stays. A deleted one has no text.
    """

    id: str
    version: int
    at: datetime
    incoming: bool
    human: bool = False
    edited: bool = False
    deleted: bool = False
    text: str
    language: str
    direction: Literal["ltr", "rtl"]
    title: str = ""
    note: str = ""
    screen: bool = False
    urgent: bool = False
    rows: list[list[Button]] = []
    document: Document | None = None


class Messages(BaseModel):
    """Lines after a cursor. Menus whose id is not in `screens` were replaced; `more` says that another page waits."""

    language: str | None
    cursor: int
    more: bool
    screens: list[str]
    messages: list[ChatMessage]


class Session(Messages):
    """A conversation that has just begun; `token` is its only key, good for 30 days after the last message."""

    token: str


class Problem(BaseModel):
    """What went wrong: a code for machines and a sentence for people."""

    code: str
    message: str


class ErrorBody(BaseModel):
    """The shape of every error."""

    error: Problem


def messages_of(history: History) -> Messages:
    """The JSON shape of a part of a history."""
    return Messages(
        language=history.language,
        cursor=history.cursor,
        more=history.later,
        screens=list(history.screens),
        messages=[_message(line) for line in history.lines],
    )


def _message(line: Line) -> ChatMessage:
    reply = line.reply
    return ChatMessage(
        id=line.name,
        version=line.version,
        at=line.at,
        incoming=line.incoming,
        human=line.human,
        edited=line.edited,
        deleted=line.deleted,
        text=reply.text,
        language=reply.language,
        direction=LANGUAGES.get(reply.language, LANGUAGES[DEFAULT]).direction,
        title=reply.title,
        note=reply.note,
        screen=reply.screen,
        urgent=reply.urgent,
        rows=[[_button(choice) for choice in row] for row in reply.rows],
        document=Document(name=reply.document_name, url=_DOCUMENT.format(id=line.name)) if reply.document else None,
    )


def _button(choice: Choice) -> Button:
    return Button(label=choice.label, id=choice.id or None, url=choice.url)

"""What the server knows: chats, messages, callback queries, files, the call log; it checks who may reach whom."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .errors import ApiError
from .markup import to_html
from .rules import OLD_QUERY
from .signals import Signal

if TYPE_CHECKING:
    from .markup import Formatted

Json = dict[str, Any]

MEGABYTE: Final = 1024 * 1024
DOWNLOAD_LIMIT: Final = 20 * MEGABYTE
UPLOAD_LIMIT: Final = 50 * MEGABYTE
PHOTO_LIMIT: Final = 10 * MEGABYTE
DELETABLE: Final = 48 * 3600


@dataclass(slots=True)
class Upload:
    """A file as it came in a multipart body."""

    name: str
    content: bytes
    content_type: str = "application/octet-stream"


@dataclass(slots=True)
class File:
    """A stored file, found by `file_id`."""

    file_id: str
    name: str
    content: bytes
    content_type: str

    def json(self) -> Json:
        """Return the Bot API's `File` without a path."""
        return {"file_id": self.file_id, "file_unique_id": f"u{self.file_id}", "file_size": len(self.content)}


@dataclass(slots=True)
class Message:
    """A message as it stands now; `json()` is what the API shows of it."""

    chat: Chat
    message_id: int
    sender: Json
    date: int
    content: Json
    markup: Json | None = None
    edits: int = 0
    past_keyboards: list[Json] = field(default_factory=list)

    def json(self) -> Json:
        """Return the Bot API's `Message`; only inline keyboards are part of it."""
        shown: Json = {
            "message_id": self.message_id,
            "from": self.sender,
            "chat": self.chat.json(),
            "date": self.date,
            **self.content,
        }
        if self.edits:
            shown["edit_date"] = self.date
        if self.markup is not None and "inline_keyboard" in self.markup:
            shown["reply_markup"] = self.markup
        return shown

    @property
    def html(self) -> str:
        """The text or caption in Telegram HTML."""
        if "caption" in self.content:
            return to_html(self.content["caption"], self.content.get("caption_entities", []))
        return to_html(self.content.get("text", ""), self.content.get("entities", []))


@dataclass(slots=True)
class Chat:
    """A private chat or a group.

    Args:
        chat_id: Positive for a person, negative for a group.
        about: The other fields of the Bot API's `Chat`.
        messages: By id, as they stand now.
        refusal: Why the bot may not write; None when it may.
        actions: Chat actions in order, e.g. `typing`.
        keyboard: The reply keyboard shown.
        news: Ids of the bot's messages in order of sending and editing, so that people can wait for news.
        changed: Notified after every change.

    """

    chat_id: int
    about: Json
    messages: dict[int, Message] = field(default_factory=dict)
    refusal: ApiError | None = None
    actions: list[str] = field(default_factory=list)
    keyboard: Json | None = None
    news: list[int] = field(default_factory=list)
    changed: Signal = field(default_factory=Signal)

    @property
    def private(self) -> bool:
        """Whether this is the chat of one person."""
        return self.chat_id > 0

    def json(self) -> Json:
        """Return the Bot API's `Chat`."""
        return {"id": self.chat_id, **self.about}


@dataclass(slots=True)
class Query:
    """A press of an inline button that waits for its answer, or has it."""

    query_id: str
    user_id: int
    asked: float
    chat: Chat | None = None
    answer: Json | None = None


@dataclass(slots=True)
class Call:
    """One call in the log.

    Args:
        method: As documented, e.g. `sendMessage`.
        chat_id: The chat it went to, if any.
        params: The parameters as sent; uploads as `name (bytes)`.
        at: `time.monotonic()` in seconds, when it was processed.
        message_id: The message sent or edited, if any.
        lost: Whether the answer was withheld from the caller.
        error: Description of the refusal; empty for an accepted call.

    """

    method: str
    chat_id: int | None
    params: Json
    at: float
    message_id: int | None = None
    lost: bool = False
    error: str = ""


class World:
    """The state behind one bot token."""

    def __init__(self, me: Json, *, query_lifetime: float) -> None:
        """Take the bot's own user and how many seconds a callback query can be answered."""
        self.me = me
        self.query_lifetime = query_lifetime
        self.chats: dict[int, Chat] = {}
        self.users: dict[int, Json] = {}
        self.queries: dict[str, Query] = {}
        self.files: dict[str, File] = {}
        self.calls: list[Call] = []
        self.refused: list[Call] = []
        self.counts: Counter[str] = Counter()
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.called = Signal()
        self._message_ids = itertools.count(1)
        self._query_ids = itertools.count(4_000_000_001)
        self._file_ids = itertools.count(1)

    def chat(self, chat_id: int, **about: Any) -> Chat:
        """Return a chat, opened if it is new; `about` holds the other fields of `Chat`."""
        chat = self.chats.get(chat_id)
        if chat is None:
            chat = self.chats[chat_id] = Chat(chat_id, {"type": "private" if chat_id > 0 else "group", **about})
        return chat

    def reachable(self, chat_id: str | int | None) -> Chat:
        """Return the chat the bot may write to.

        Raises:
            ApiError: 400 unknown, 403 blocked, left or never started.

        """
        text = str(chat_id if chat_id is not None else "").strip()
        if not text:
            message = "chat_id is empty"
            raise ApiError(400, message)
        chat = self.chats.get(int(text)) if text.lstrip("-").isdecimal() else None
        if chat is None:
            message = "chat not found"
            raise ApiError(400, message)
        if chat.refusal is not None:
            raise ApiError(chat.refusal.code, chat.refusal.description.partition(": ")[2])
        return chat

    def post(self, chat: Chat, sender: Json, content: Json, markup: Json | None = None) -> Message:
        """Put a message into a chat and wake those who wait for one."""
        message = Message(chat, next(self._message_ids), sender, int(time.time()), content, markup)
        chat.messages[message.message_id] = message
        if sender is self.me:
            chat.news.append(message.message_id)
            self._set_keyboard(chat, markup or {})
        chat.changed.notify()
        return message

    @staticmethod
    def _set_keyboard(chat: Chat, markup: Json) -> None:
        if "keyboard" in markup:
            chat.keyboard = markup
        elif markup.get("remove_keyboard"):
            chat.keyboard = None

    def change(self, message: Message, content: Json, markup: Json | None) -> None:
        """Replace content and buttons of a message; the old buttons are kept for late presses."""
        if message.markup is not None:
            message.past_keyboards.append(message.markup)
        message.content, message.markup = content, markup
        message.edits += 1
        if message.sender is self.me:
            message.chat.news.append(message.message_id)
        message.chat.changed.notify()

    def delete(self, message: Message) -> None:
        """Remove a message."""
        del message.chat.messages[message.message_id]
        message.chat.changed.notify()

    def ask(self, user_id: int, query_id: str = "", chat: Chat | None = None) -> Query:
        """Open a callback query, with the given id or the next one; `chat` hears of its answer."""
        query = Query(query_id or str(next(self._query_ids)), user_id, time.monotonic(), chat)
        self.queries[query.query_id] = query
        return query

    def answer(self, query_id: str, answer: Json) -> None:
        """Answer a callback query.

        Raises:
            ApiError: 400 when it is unknown, answered already or too old.

        """
        query = self.queries.get(query_id)
        if query is None or query.answer is not None or time.monotonic() - query.asked > self.query_lifetime:
            raise ApiError(400, OLD_QUERY)
        query.answer = answer
        if query.chat is not None:
            query.chat.changed.notify()

    def store(self, upload: Upload) -> File:
        """Keep a file and give it an id."""
        file = File(f"file{next(self._file_ids):08d}", upload.name, upload.content, upload.content_type)
        self.files[file.file_id] = file
        return file

    def log(self, call: Call) -> None:
        """Record a call, accepted or refused."""
        (self.refused if call.error else self.calls).append(call)
        if not call.error:
            self.counts[call.method] += 1
        self.called.notify()


def text_content(text: Formatted, *, caption: bool = False) -> Json:
    """Return the fields of `Message` that hold a text or a caption."""
    name, entities = ("caption", "caption_entities") if caption else ("text", "entities")
    if caption and not text.text:
        return {}
    found = text.entities()
    return {name: text.text, **({entities: found} if found else {})}

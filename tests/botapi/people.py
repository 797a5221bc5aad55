"""People in front of the bot: they see a transcript, write, press the buttons they see, and wait for news."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, Final

from .errors import ApiError
from .markup import Formatted, tidy
from .methods import media
from .rules import START_PAYLOAD
from .view import Line, buttons, find_button, line_of
from .world import Upload, text_content

if TYPE_CHECKING:
    from collections.abc import Callable

    from .server import BotApi
    from .world import Chat, Message

Json = dict[str, Any]

COMMAND: Final = re.compile(r"(?:(?<=\s)|^)/[A-Za-z0-9_]{1,32}(?:@\w+)?")


class Person:
    """Somebody with a Telegram account who talks to the bot; actions take effect at once."""

    def __init__(self, server: BotApi, user_id: int, language_code: str | None = None, name: str = "Person") -> None:
        """Describe the person; the chat opens with the first message. Without `language_code` the field is absent."""
        self.server = server
        self.user_id = user_id
        self.user: Json = {"id": user_id, "is_bot": False, "first_name": name}
        if language_code:
            self.user["language_code"] = language_code
        self._seen: dict[int, int] = {}
        server.people[user_id] = self

    @property
    def transcript(self) -> list[Line]:
        """The private chat, oldest first, deleted messages left out."""
        return self.transcript_of(self.user_id)

    def transcript_of(self, chat_id: int) -> list[Line]:
        """Return the messages of a chat, oldest first."""
        chat = self.server.world.chats.get(chat_id)
        return [self._line(message) for message in chat.messages.values()] if chat else []

    @property
    def replies(self) -> list[Line]:
        """The bot's messages in the private chat."""
        return [line for line in self.transcript if line.who == "bot"]

    @property
    def last(self) -> Line:
        """The bot's latest message in the private chat."""
        return self.replies[-1]

    @property
    def keyboard(self) -> list[list[str]]:
        """The labels of the reply keyboard now shown."""
        chat = self.server.world.chats.get(self.user_id)
        rows = chat.keyboard["keyboard"] if chat and chat.keyboard else []
        return [[key if isinstance(key, str) else key["text"] for key in row] for row in rows]

    @property
    def alerts(self) -> list[Json]:
        """The answers to this person's presses so far: `text`, `show_alert`, `url`."""
        queries = self.server.world.queries.values()
        return [query.answer for query in queries if query.user_id == self.user_id and query.answer is not None]

    def _line(self, message: Message) -> Line:
        return line_of(self.server.world, message, self.user_id)

    def send(self, text: str, *, chat: int | None = None, reply_to: int | None = None) -> int:
        """Write a text and return its message id; in a group only what privacy mode shows reaches the bot."""
        cleaned = tidy(Formatted(text)).text
        commands = [(found.start(), found.end(), {"type": "bot_command"}) for found in COMMAND.finditer(cleaned)]
        return self._say(text_content(Formatted(cleaned, commands)), chat, reply_to)

    def start(self, payload: str = "") -> int:
        """Press Start, perhaps on a deep link.

        Raises:
            ValueError: The payload is not 1 to 64 of `[A-Za-z0-9_-]`.

        """
        if payload and not START_PAYLOAD.fullmatch(payload):
            message = f"impossible start payload: {payload!r}"
            raise ValueError(message)
        return self.send(f"/start {payload}".strip())

    def send_voice(self, content: bytes = b"OggS", *, chat: int | None = None) -> int:
        """Send a voice message and return its id."""
        return self._send_file("voice", Upload("voice.oga", content, "audio/ogg"), "", chat)

    def send_photo(self, content: bytes = b"\xff\xd8\xff", caption: str = "", *, chat: int | None = None) -> int:
        """Send a photo and return the message id."""
        return self._send_file("photo", Upload("photo.jpg", content, "image/jpeg"), caption, chat)

    def send_document(self, content: bytes = b"%PDF-", name: str = "letter.pdf", caption: str = "", *, chat: int | None = None) -> int:
        """Send a file and return the message id."""
        return self._send_file("document", Upload(name, content, "application/pdf"), caption, chat)

    def send_sticker(self, *, chat: int | None = None) -> int:
        """Send a sticker and return the message id."""
        return self._send_file("sticker", Upload("sticker.webp", b"RIFF", "image/webp"), "", chat)

    def send_location(self, latitude: float = 49.75, longitude: float = 6.64, *, chat: int | None = None) -> int:
        """Send a place in degrees and return the message id."""
        return self._say({"location": {"latitude": latitude, "longitude": longitude}}, chat)

    def send_contact(self, phone_number: str = "+491700000000", *, own: bool = True, chat: int | None = None) -> int:
        """Send a telephone number, one's own or another's, and return the message id."""
        contact = {"phone_number": phone_number, "first_name": self.user["first_name"]}
        return self._say({"contact": {**contact, **({"user_id": self.user_id} if own else {})}}, chat)

    def _send_file(self, kind: str, upload: Upload, caption: str, chat: int | None) -> int:
        file = self.server.world.store(upload)
        return self._say({**media(kind, file), **text_content(Formatted(caption), caption=True)}, chat)

    def edit(self, text: str, message_id: int | None = None) -> int:
        """Edit one's message, by default the latest text, and return its id."""
        mine = [line.message_id for line in self.transcript if line.who == "me" and line.kind == "text"]
        message = self._chat().messages[message_id or mine[-1]]
        self._mark(message.chat)
        self.server.world.change(message, text_content(tidy(Formatted(text))), None)
        self.server.updates.publish({"edited_message": message.json()})
        return message.message_id

    def press(self, button: str, *, message_id: int | None = None, chat: int | None = None, late: bool = False) -> str:
        """Press a button by its label (or its data) on the latest message that shows it.

        Args:
            button: What the person sees; a key of the reply keyboard counts too and sends its label.
            message_id: Only look at this message.
            chat: Only for groups.
            late: Also find buttons that an edit has removed in the meantime.

        Returns:
            The callback query's id, the address of a link, or empty for a key of the reply keyboard.

        Raises:
            LookupError: Nobody sees such a button; the message lists those seen.

        """
        place = self._chat(chat)
        messages = [place.messages[message_id]] if message_id else [*place.messages.values()][::-1]
        for message in messages:
            for shown in [message.markup, *(reversed(message.past_keyboards) if late else ())]:
                found = find_button(buttons(shown), button)
                if found is not None:
                    return found.url or self._query(place, message, found.data)
        if any(button in row for row in self.keyboard):
            self.send(button, chat=chat)
            return ""
        seen = [label for message in messages for row in buttons(message.markup) for label in row]
        text = f"no button {button!r}; seen: {[key.label for key in seen]}"
        raise LookupError(text)

    def _query(self, chat: Chat, message: Message, data: str) -> str:
        self._mark(chat)
        query = self.server.world.ask(self.user_id, chat=chat)
        body = {
            "id": query.query_id,
            "from": self.user,
            "message": message.json(),
            "chat_instance": str(chat.chat_id * 7919),
            "data": data,
        }
        self.server.updates.publish({"callback_query": body})
        return query.query_id

    def block(self) -> None:
        """Block the bot: it is told so, and every call to this chat gets 403."""
        self._membership(self._chat(), "member", "kicked")
        self._chat().refusal = ApiError(403, "bot was blocked by the user")

    def unblock(self) -> None:
        """Take the block back."""
        self._chat().refusal = None
        self._membership(self._chat(), "kicked", "member")

    def join_group(self, group_id: int = -1001, title: str = "Group") -> int:
        """Enter a group; the first one to do so brings the bot along. Returns the group's id."""
        world = self.server.world
        known = group_id in world.chats
        chat = world.chat(group_id, title=title)
        if not known:
            self._membership(chat, "left", "member")
        self._say({"new_chat_members": [self.user if known else world.me]}, group_id)
        return group_id

    def remove_bot(self, group_id: int = -1001) -> None:
        """Throw the bot out of a group."""
        chat = self._chat(group_id)
        self._membership(chat, "member", "kicked")
        chat.refusal = ApiError(403, "bot was kicked from the group chat")

    def _membership(self, chat: Chat, before: str, after: str) -> None:
        def member(status: str) -> Json:
            until = {"until_date": 0} if status == "kicked" else {}
            return {"user": self.server.world.me, "status": status, **until}

        body = {"chat": chat.json(), "from": self.user, "date": int(time.time())}
        body |= {"old_chat_member": member(before), "new_chat_member": member(after)}
        self.server.updates.publish({"my_chat_member": body})

    async def wait_for(
        self,
        what: int | str | Callable[[Person], object] = 1,
        timeout: float = 5,  # noqa: ASYNC109
        *,
        chat: int | None = None,
    ) -> list[Line]:
        """Wait for news from the bot since this person's latest action in the chat.

        Args:
            what: A number of messages sent or edited, a piece of text in the news, or a predicate of the person.
            timeout: Seconds.
            chat: A group's id; the private chat by default.

        Returns:
            The messages sent or edited by the bot since the action, as they stand.

        Raises:
            TimeoutError: It did not happen; the message holds the transcript.

        """
        place = self._chat(chat)

        def fulfilled() -> bool:
            if callable(what):
                return bool(what(self))
            if isinstance(what, int):
                return len(place.news) - self._seen.get(place.chat_id, 0) >= what
            return any(what in line.text for line in self.news(chat))

        try:
            await place.changed.wait_for(fulfilled, timeout)
        except TimeoutError as error:
            message = f"{self.user['first_name']} waited {timeout} s for {what!r}; sees {self.transcript_of(place.chat_id)}"
            raise TimeoutError(message) from error
        return self.news(chat)

    def news(self, chat: int | None = None) -> list[Line]:
        """Return what the bot sent or edited since this person's latest action, each message once."""
        place = self._chat(chat)
        numbers = dict.fromkeys(place.news[self._seen.get(place.chat_id, 0) :])
        return [self._line(place.messages[number]) for number in numbers if number in place.messages]

    def _chat(self, chat_id: int | None = None) -> Chat:
        if chat_id is not None:
            return self.server.world.chats[chat_id]
        return self.server.world.chat(self.user_id, first_name=self.user["first_name"])

    def _mark(self, chat: Chat) -> None:
        self._seen[chat.chat_id] = len(chat.news)

    def _say(self, content: Json, chat_id: int | None, reply_to: int | None = None) -> int:
        chat = self._chat(chat_id)
        self._mark(chat)
        if reply_to:
            content = {**content, "reply_to_message": chat.messages[reply_to].json()}
        message = self.server.world.post(chat, self.user, content)
        if chat.refusal is None and (chat.private or self._visible(content)):
            self.server.updates.publish({"message": message.json()})
        return message.message_id

    def _visible(self, content: Json) -> bool:
        text = content.get("text") or content.get("caption") or ""
        me = self.server.world.me
        to_bot = content.get("reply_to_message", {}).get("from", {}).get("id") == me["id"]
        return text.startswith("/") or f"@{me['username']}" in text or to_bot or "new_chat_members" in content

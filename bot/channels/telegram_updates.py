"""Turns Telegram's updates into `Inbound`, from the JSON as it came. What is sent is in `telegram`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channels.telegram_text import choice_of
from dialogs.model import Inbound, Kind
from store.types import utcnow

# What reading an update raises when it is not built as the Bot API says.
NONSENSE = (KeyError, TypeError, AttributeError, ValueError, OverflowError, OSError)

_GONE = {"kicked", "left"}
_KINDS: Mapping[str, Kind] = {
    "text": "text",
    "voice": "voice",
    "audio": "voice",
    "video_note": "voice",
    "photo": "photo",
    "sticker": "sticker",
    "animation": "sticker",
    "dice": "sticker",
    "document": "file",
    "video": "file",
    "location": "location",
    "venue": "location",
    "contact": "contact",
}


def inbound_of(update: Mapping[str, Any]) -> Inbound | None:
    """The update in no channel's words, or None for what Lotse does not react to; raises one of `NONSENSE`."""
    external = str(int(update["update_id"]))
    if message := update.get("message"):
        return _message(message, external, edited=False)
    if message := update.get("edited_message"):
        return _message(message, external, edited=True)
    if press := update.get("callback_query"):
        return _press(press, external)
    if change := update.get("my_chat_member"):
        return _membership(change, external)
    return None


def _message(message: Mapping[str, Any], external: str, *, edited: bool) -> Inbound | None:
    if message["chat"]["type"] != "private":
        return None  # in a group Lotse speaks once, when it is added, and leaves
    sender = message.get("from", {})
    if sender.get("is_bot"):
        return None
    kind: Kind = "edited" if edited else _kind(message)
    return Inbound(
        channel="telegram",
        address=str(int(message["chat"]["id"])),
        external_id=external,
        sent_at=_moment(message["date"]),
        kind=kind,
        text=str(message["text"]) if kind == "text" else "",
        language_hint=sender.get("language_code"),
    )


def _kind(message: Mapping[str, Any]) -> Kind:
    return next((kind for part, kind in _KINDS.items() if message.get(part)), "other")


def _press(press: Mapping[str, Any], external: str) -> Inbound:
    choice, on_screen = choice_of(press.get("data", ""))
    message = press.get("message")
    return Inbound(
        channel="telegram",
        address=str(int(message["chat"]["id"] if message else press["from"]["id"])),
        external_id=external,
        sent_at=_moment(message["date"]) if message and message["date"] else utcnow(),  # 0: the message is too old for Telegram
        kind="choice",
        choice=choice,
        screen=str(int(message["message_id"])) if message and on_screen else None,
        press=str(press["id"]),
        language_hint=press["from"].get("language_code"),
    )


def _membership(change: Mapping[str, Any], external: str) -> Inbound | None:
    gone = change["new_chat_member"]["status"] in _GONE
    private = change["chat"]["type"] == "private"
    if private != gone:
        return None  # unblocking needs no words; leaving a group neither
    return Inbound(
        channel="telegram",
        address=str(int(change["chat"]["id"])),
        external_id=external,
        sent_at=_moment(change["date"]),
        kind="blocked" if private else "group",
        language_hint=change["from"].get("language_code"),
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

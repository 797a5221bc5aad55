"""Turns Telegram's updates into `Inbound`. What is sent is in `telegram`."""

from datetime import UTC, datetime

from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, Update

from bot.channels.telegram_text import choice_of
from dialogs.model import Inbound, Kind
from store.types import utcnow

_GONE = {"kicked", "left"}


def inbound_of(update: Update) -> Inbound | None:
    """The update in no channel's words, or None for what Lotse does not react to."""
    external = str(update.update_id)
    if update.message:
        return _message(update.message, external, edited=False)
    if update.edited_message:
        return _message(update.edited_message, external, edited=True)
    if update.callback_query:
        return _press(update.callback_query, external)
    if update.my_chat_member:
        return _membership(update.my_chat_member, external)
    return None


def _message(message: Message, external: str, *, edited: bool) -> Inbound | None:
    if message.chat.type != "private":
        return None  # in a group Lotse speaks once, when it is added, and leaves
    if message.from_user and message.from_user.is_bot:
        return None
    kind = "edited" if edited else _kind(message)
    return Inbound(
        channel="telegram",
        address=str(message.chat.id),
        external_id=external,
        sent_at=message.date if message.date.tzinfo else message.date.replace(tzinfo=UTC),
        kind=kind,
        text=message.text or "" if kind == "text" else "",
        language_hint=message.from_user.language_code if message.from_user else None,
    )


def _kind(message: Message) -> Kind:
    kinds: tuple[tuple[object, Kind], ...] = (
        (message.text, "text"),
        (message.voice or message.audio or message.video_note, "voice"),
        (message.photo, "photo"),
        (message.sticker or message.animation or message.dice, "sticker"),
        (message.document or message.video, "file"),
        (message.location or message.venue, "location"),
        (message.contact, "contact"),
    )
    return next((kind for content, kind in kinds if content), "other")


def _press(press: CallbackQuery, external: str) -> Inbound:
    choice, on_screen = choice_of(press.data or "")
    message = press.message
    sent_at = message.date if isinstance(message, Message) else utcnow()
    return Inbound(
        channel="telegram",
        address=str(message.chat.id if message else press.from_user.id),
        external_id=external,
        sent_at=sent_at if isinstance(sent_at, datetime) else utcnow(),
        kind="choice",
        choice=choice,
        screen=str(message.message_id) if message and on_screen else None,
        press=press.id,
        language_hint=press.from_user.language_code,
    )


def _membership(change: ChatMemberUpdated, external: str) -> Inbound | None:
    gone = change.new_chat_member.status in _GONE
    private = change.chat.type == "private"
    if private != gone:
        return None  # unblocking needs no words; leaving a group neither
    return Inbound(
        channel="telegram",
        address=str(change.chat.id),
        external_id=external,
        sent_at=change.date,
        kind="blocked" if private else "group",
        language_hint=change.from_user.language_code,
    )

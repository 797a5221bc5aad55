"""Telegram through aiogram: updates become `Inbound` and are stored before they are confirmed; `Outgoing` is sent.

Rules of the Bot API that matter here: an offset confirms everything below it; a press must be answered; 429 names its waiting time;
403 means blocked; editing without buttons removes them; texts end at 4,096 characters. Sending has no idempotency key, so a lost
answer is tried again later: a duplicate is better than silence.
"""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from http import HTTPStatus
from itertools import zip_longest
from typing import Any

import structlog

from bot.channels.base import DeliveryError, RetryLaterError, UnreachableError
from bot.channels.lean_aiogram import (
    AiohttpSession,
    Bot,
    BufferedInputFile,
    DefaultBotProperties,
    GetUpdates,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Response,
    TelegramAPIError,
    TelegramAPIServer,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMethod,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
    TokenValidationError,
)
from bot.channels.rates import Limiter
from bot.channels.telegram_text import as_html, data_of, messages_of, pieces, profile, receipt_of
from bot.channels.telegram_updates import NONSENSE, inbound_of
from bot.codec import Outgoing
from dialogs.model import Choice, Inbound, Reply
from store.errors import ConfigurationError

POLL_SECONDS = 25
BATCH = 100
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
FIRST_RETRY, LONGEST_RETRY = 1.0, 60.0
SEND_SECONDS = 20

log = structlog.get_logger(__name__)
Accept = Callable[[Sequence[Inbound]], Awaitable[object]]


class _Failed(TelegramMethod[Any]):
    """A call that was refused: Telegram's answer says why, and aiogram makes the right exception of it."""

    __returning__ = bool
    __api_method__ = "failed"


class _Session(AiohttpSession):
    """Leaves answers as the JSON they are: making aiogram's types of them costs milliseconds, and Lotse reads few fields."""

    def check_response(self, bot: Bot, method: TelegramMethod[Any], status_code: int, content: str) -> Response[Any]:  # noqa: ARG002 - aiogram's
        """The answer with its result as plain data; raises what aiogram raises if the call was refused."""
        if status_code == HTTPStatus.OK:
            try:
                return Response.model_construct(ok=True, result=json.loads(content)["result"])
            except (ValueError, KeyError, TypeError):
                pass  # not what Telegram answers: aiogram finds the words
        return super().check_response(bot, _Failed(), status_code, content)


class Telegram:
    """The Telegram bot of one installation."""

    def __init__(self, *, token: str, api_url: str, secret: str, accept: Accept, rate: int) -> None:
        session = _Session(api=TelegramAPIServer.from_base(api_url), timeout=SEND_SECONDS)
        options = DefaultBotProperties(parse_mode="HTML", link_preview_is_disabled=True)
        try:
            self._bot = Bot(token, session=session, default=options)
        except TokenValidationError as error:
            raise ConfigurationError(_UNKNOWN_TOKEN) from error
        self._secret = secret
        self._accept = accept
        self._limiter = Limiter(total=rate, each=1.0, burst=5 if rate <= _PLAIN_RATE else rate)

    async def close(self) -> None:
        """Close the connections."""
        await self._bot.session.close()

    async def deliver(self, address: str, outgoing: Outgoing) -> str | None:
        """Answer the press, then edit, delete or send; raises RetryLaterError, UnreachableError or DeliveryError."""
        steps: list[Coroutine[Any, Any, str | None]] = []
        if _shows(outgoing) or outgoing.leave:
            steps.append(self._show(address, outgoing))
        if outgoing.press:
            steps.append(self._acknowledge(outgoing.press))
        try:
            # At the same time. If only the acknowledgement fails it is given up: trying again would send the message twice.
            first, *_ = await asyncio.gather(*steps, return_exceptions=True)
            if isinstance(first, BaseException):
                raise first
        except TelegramRetryAfter as error:
            raise RetryLaterError(error.retry_after, global_=True) from error
        except TelegramForbiddenError as error:
            raise UnreachableError from error
        except TelegramBadRequest as error:
            raise (UnreachableError() if "chat not found" in error.message else DeliveryError(_reason(error))) from error
        except (TelegramNetworkError, TelegramAPIError, TimeoutError) as error:
            raise RetryLaterError(0) from error
        return first

    async def _show(self, address: str, outgoing: Outgoing) -> str | None:
        receipt = None
        if _shows(outgoing):
            await self._limiter.wait(address)
            receipt = receipt_of(await self._put(int(address), outgoing))
        if outgoing.leave:
            await self._bot.leave_chat(int(address))
        return receipt

    async def _acknowledge(self, press: str) -> None:
        """Stop the little clock on the button; a press that is too old needs no answer any more."""
        try:
            await self._bot.answer_callback_query(press)
        except TelegramBadRequest:
            log.debug("press too old to acknowledge")

    async def _put(self, chat: int, outgoing: Outgoing) -> list[int]:
        """Show the reply; returns the ids of its messages."""
        reply = outgoing.reply
        if reply.document:
            file = BufferedInputFile(reply.document.encode(), filename=reply.document_name)
            return [_id(await self._bot.send_document(chat, file, caption=as_html(reply), reply_markup=_keyboard(reply)))]
        if outgoing.revises:
            return await self._revise(chat, messages_of(outgoing.edit or ""), reply)
        if outgoing.edit and await self._edit(chat, int(outgoing.edit), as_html(reply), _keyboard(reply)):
            return [int(outgoing.edit)]
        return [await self._send(chat, *piece) for piece in _pieces(reply)]

    async def _revise(self, chat: int, old: Sequence[int], reply: Reply) -> list[int]:
        """Put the reply in the place of what was sent, message by message; what is left over is deleted, what is missing is sent."""
        new = _pieces(reply) if reply.text else []
        for message in old[len(new) :]:
            await self._delete(chat, message)
        shown = []
        for message, piece in zip_longest(old[: len(new)], new):
            edited = message is not None and await self._edit(chat, message, *piece)
            shown.append(message if edited else await self._send(chat, *piece))
        return shown

    async def _edit(self, chat: int, message: int, html: str, keyboard: InlineKeyboardMarkup | None) -> bool:
        """Put a text in the place of another; False if that message cannot be edited any more."""
        try:
            await self._bot.edit_message_text(html, chat_id=chat, message_id=message, reply_markup=keyboard)
        except TelegramBadRequest as error:
            return "message is not modified" in error.message
        return True

    async def _delete(self, chat: int, message: int) -> None:
        try:
            await self._bot.delete_message(chat, message)
        except TelegramBadRequest as error:
            if "not found" not in error.message:  # the person was faster
                raise

    async def _send(self, chat: int, html: str, keyboard: InlineKeyboardMarkup | None) -> int:
        return _id(await self._bot.send_message(chat, html, reply_markup=keyboard))

    async def poll(self) -> None:
        """Fetch updates until cancelled: stored first, confirmed by the next offset; waits and tells when something is wrong."""
        offset, pause = None, FIRST_RETRY
        await self._stop_webhook()
        while True:
            try:
                asked = GetUpdates(offset=offset, limit=BATCH, timeout=POLL_SECONDS, allowed_updates=list(ALLOWED))
                updates: Any = await self._bot(asked, request_timeout=POLL_SECONDS + 10)
                if updates:
                    await self._accept(list(inbounds_of(sorted(updates, key=lambda update: int(update["update_id"])))))
                    offset = max(update["update_id"] for update in updates) + 1
                pause = FIRST_RETRY
            except TelegramUnauthorizedError as error:
                raise ConfigurationError(_UNKNOWN_TOKEN) from error
            except Exception as error:  # noqa: BLE001 - polling must survive everything; what was not confirmed comes again
                log.warning(_why(error), reason=type(error).__name__, again_in=pause)
                await asyncio.sleep(getattr(error, "retry_after", pause))
                pause = min(LONGEST_RETRY, pause * 2)

    async def _stop_webhook(self) -> None:
        try:
            await self._bot.delete_webhook(drop_pending_updates=False)
        except (TelegramAPIError, TimeoutError) as error:
            log.warning("webhook not removed", reason=type(error).__name__)

    async def start_webhook(self, url: str) -> None:
        """Ask Telegram to send updates to `url`; tries until it works."""
        pause = FIRST_RETRY
        while True:
            try:
                await self._bot.set_webhook(url, secret_token=self._secret or None, allowed_updates=list(ALLOWED))
            except TelegramUnauthorizedError as error:
                raise ConfigurationError(_UNKNOWN_TOKEN) from error
            except (TelegramAPIError, TimeoutError) as error:
                log.warning("webhook not set, trying again", reason=type(error).__name__, again_in=pause)
                await asyncio.sleep(pause)
                pause = min(LONGEST_RETRY, pause * 2)
            else:
                return

    async def webhook(self, headers: Mapping[str, str], body: bytes) -> int:
        """One pushed update: HTTP 200 when it is stored, 403 for a wrong secret, 400 for nonsense, 503 when it could not be stored."""
        given = headers.get("x-telegram-bot-api-secret-token", "")
        if not self._secret or not hmac.compare_digest(given.encode(), self._secret.encode()):
            return 403
        try:
            inbound = inbound_of(json.loads(body))
        except (ValueError, *NONSENSE):
            return 400
        try:
            await self._accept([inbound] if inbound else [])
        except Exception as error:  # noqa: BLE001 - whatever it is, Telegram must send the update again
            log.warning("update not stored", reason=type(error).__name__)
            return 503
        return 200

    async def introduce(self) -> None:
        """Set commands and descriptions in all languages Telegram takes. Failing here never stops the bot."""
        try:
            for language, part in profile().items():
                code = language or None
                await self._bot.set_my_commands(part["commands"], language_code=code)
                await self._bot.set_my_description(part["description"], language_code=code)
                await self._bot.set_my_short_description(part["short"], language_code=code)
        except (TelegramAPIError, TimeoutError) as error:
            log.warning("commands and descriptions not set", reason=type(error).__name__)


_PLAIN_RATE = 30
_UNKNOWN_TOKEN = "Telegram does not know this bot token: check LOTSE_TELEGRAM_TOKEN"  # noqa: S105 - a sentence


def inbounds_of(updates: Iterable[Mapping[str, Any]]) -> Iterable[Inbound]:
    """The updates that mean something to Lotse; the others are confirmed and forgotten."""
    for update in updates:
        try:
            inbound = inbound_of(update)
        except NONSENSE as error:
            log.warning("update not understood", reason=type(error).__name__)
            continue
        if inbound:
            yield inbound


def _shows(outgoing: Outgoing) -> bool:
    return bool(outgoing.reply.text or outgoing.reply.document or outgoing.revises)


def _id(sent: Any) -> int:
    """The id of a message as Telegram answers it (plain data, see `_Session`)."""
    return int(sent["message_id"])


def _pieces(reply: Reply) -> list[tuple[str, InlineKeyboardMarkup | None]]:
    """The texts of the messages that a reply needs; the last one has the buttons."""
    *first, last = pieces(as_html(reply))
    return [*((piece, None) for piece in first), (last, _keyboard(reply))]


def _keyboard(reply: Reply) -> InlineKeyboardMarkup | None:
    rows = [[_button(choice, screen=reply.screen) for choice in row] for row in reply.rows]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def _button(choice: Choice, *, screen: bool) -> InlineKeyboardButton:
    if choice.url:
        return InlineKeyboardButton(text=choice.label, url=choice.url)
    return InlineKeyboardButton(text=choice.label, callback_data=data_of(choice.id, screen=screen))


def _reason(error: TelegramBadRequest) -> str:
    return error.message[:80]


def _why(error: Exception) -> str:
    if isinstance(error, TelegramConflictError):
        return "another process polls this bot: stop one of them (one bot token, one polling process)"
    return "Telegram or the database does not answer, trying again"

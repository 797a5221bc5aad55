"""What Lotse takes of aiogram, imported here alone. Its import builds all of its 444 types, 1.7 s (measured): here a dozen is built.

What Telegram answers is read as plain JSON (`telegram`), so no type of an answer is needed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, Optional, Union

from pydantic import BaseModel


@contextmanager
def _unbuilt() -> Iterator[None]:
    """Leave out the building that aiogram asks for at the end of its import; pydantic itself does not insist on it."""
    build = BaseModel.__dict__["model_rebuild"]
    BaseModel.model_rebuild = classmethod(lambda _cls, **_options: None)  # type: ignore[method-assign,assignment]  # for one import
    try:
        yield
    finally:
        BaseModel.model_rebuild = build  # type: ignore[method-assign]  # as it was


with _unbuilt():
    from aiogram import Bot, methods, types
    from aiogram.client.default import Default, DefaultBotProperties
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.exceptions import (
        TelegramAPIError,
        TelegramBadRequest,
        TelegramConflictError,
        TelegramForbiddenError,
        TelegramNetworkError,
        TelegramRetryAfter,
        TelegramUnauthorizedError,
    )
    from aiogram.methods import GetUpdates, Response, TelegramMethod
    from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup
    from aiogram.utils.token import TokenValidationError

__all__ = [
    "AiohttpSession",
    "Bot",
    "BufferedInputFile",
    "DefaultBotProperties",
    "GetUpdates",
    "InlineKeyboardButton",
    "InlineKeyboardMarkup",
    "Response",
    "TelegramAPIError",
    "TelegramAPIServer",
    "TelegramBadRequest",
    "TelegramConflictError",
    "TelegramForbiddenError",
    "TelegramMethod",
    "TelegramNetworkError",
    "TelegramRetryAfter",
    "TelegramUnauthorizedError",
    "TokenValidationError",
]

_NAMES: dict[str, Any] = {**vars(types), "Default": Default, "List": list, "Literal": Literal, "Optional": Optional, "Union": Union}
# The calls that `telegram` makes of `Bot`, and what it gives them. Who needs another one adds it: pydantic says so in a clear error.
_USED: tuple[type[BaseModel], ...] = (
    types.BotCommand,
    types.InlineKeyboardButton,
    types.InlineKeyboardMarkup,
    methods.AnswerCallbackQuery,
    methods.DeleteMessage,
    methods.DeleteWebhook,
    methods.EditMessageText,
    methods.GetUpdates,
    methods.LeaveChat,
    methods.SendDocument,
    methods.SendMessage,
    methods.SetMyCommands,
    methods.SetMyDescription,
    methods.SetMyShortDescription,
    methods.SetWebhook,
)
for _type in _USED:
    _type.model_rebuild(_types_namespace=_NAMES)

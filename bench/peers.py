"""`python -m bench.peers aiogram|ptb URL TOKEN`: bare bots as their libraries' first pages write them, polling, to measure Lotse against.

They send what Lotse sends for the same update (the press answered, then the menu edited, or a message sent), keep nothing,
and lose what is in their handlers when they are killed.
"""

import sys
from typing import Any

GROUPS = ("arrival", "residence", "language", "education", "work", "health")
TITLE = "<b>Deutsch lernen</b>\n\nWählen Sie ein Thema, oder schreiben Sie Ihre Frage."
ANSWER = "<b>Integrationskurs</b>\n\n" + "Im Integrationskurs lernen Sie Deutsch und wie man in Deutschland lebt. " * 5


def rows() -> list[list[tuple[str, str]]]:
    """Label and callback data of a menu as large as Lotse's."""
    topics = [[(f"Ein Thema dieser Gruppe ({group})", f"smenu:{group}")] for group in GROUPS]
    return [*topics, [("Zurück", "smenu"), ("Menü", "smenu"), ("Mensch", "mhuman")]]


def run_aiogram(url: str, token: str) -> None:
    """aiogram as it comes: a router, handlers as tasks, uvloop where it is installed."""
    from aiogram import Bot, Dispatcher
    from aiogram.client.default import DefaultBotProperties
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

    dispatcher = Dispatcher()

    def menu() -> InlineKeyboardMarkup:
        keys = [[InlineKeyboardButton(text=text, callback_data=data) for text, data in row] for row in rows()]
        return InlineKeyboardMarkup(inline_keyboard=keys)

    @dispatcher.callback_query()
    async def pressed(query: CallbackQuery) -> None:
        await query.answer()
        if isinstance(query.message, Message):
            await query.message.edit_text(f"{TITLE} {query.id}", reply_markup=menu())

    @dispatcher.message()
    async def written(message: Message) -> None:
        await message.answer(ANSWER, reply_markup=menu())

    session = AiohttpSession(api=TelegramAPIServer.from_base(url))
    dispatcher.run_polling(Bot(token, session=session, default=DefaultBotProperties(parse_mode="HTML")))


def run_ptb(url: str, token: str) -> None:
    """python-telegram-bot as it comes: one update after the other."""
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
    from telegram.constants import ParseMode
    from telegram.ext import Application, CallbackQueryHandler, Defaults, MessageHandler, filters

    def menu() -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup([[InlineKeyboardButton(text, callback_data=data) for text, data in row] for row in rows()])

    async def pressed(update: Update, _context: Any) -> None:
        query = update.callback_query
        if query:
            await query.answer()
            await query.edit_message_text(f"{TITLE} {query.id}", reply_markup=menu())

    async def written(update: Update, _context: Any) -> None:
        if update.effective_message:
            await update.effective_message.reply_text(ANSWER, reply_markup=menu())

    builder = Application.builder().token(token).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    application = builder.defaults(Defaults(parse_mode=ParseMode.HTML)).build()
    application.add_handler(CallbackQueryHandler(pressed))
    application.add_handler(MessageHandler(filters.ALL, written))
    application.run_polling()


if __name__ == "__main__":
    {"aiogram": run_aiogram, "ptb": run_ptb}[sys.argv[1]](*sys.argv[2:4])

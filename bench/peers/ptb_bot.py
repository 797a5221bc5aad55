"""python-telegram-bot as it comes: one update after the other."""

import sys
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, Defaults, MessageHandler, filters

from bench.peers import Menu, read_menu


def keyboard(menu: Menu) -> InlineKeyboardMarkup:
    """The buttons, made anew for each message as a bot with changing menus does."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in menu.rows])


def application(url: str, token: str, menu: Menu) -> Any:
    """The application with its two handlers."""

    async def pressed(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        if query:
            await query.answer()
            # An edit must change something.
            await query.edit_message_text(f"{menu.text} {query.id}", reply_markup=keyboard(menu))

    async def written(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.effective_message:
            await update.effective_message.reply_text(menu.text, reply_markup=keyboard(menu))

    builder = Application.builder().token(token).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    built = builder.defaults(Defaults(parse_mode=ParseMode.HTML)).build()
    built.add_handler(CallbackQueryHandler(pressed))
    built.add_handler(MessageHandler(filters.ALL, written))
    return built


if __name__ == "__main__":
    address, secret, file = sys.argv[1:]
    application(address, secret, read_menu(file)).run_polling()

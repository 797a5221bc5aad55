"""aiogram as it comes: handlers as tasks, uvloop where it is installed."""

import sys

from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bench.peers import Menu, read_menu


def keyboard(menu: Menu) -> InlineKeyboardMarkup:
    """The buttons, made anew for each message as a bot with changing menus does."""
    rows = [[InlineKeyboardButton(text=label, callback_data=data) for label, data in row] for row in menu.rows]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def dispatcher(menu: Menu) -> Dispatcher:
    """The two handlers."""
    handlers = Dispatcher()

    @handlers.callback_query()
    async def pressed(query: CallbackQuery) -> None:
        await query.answer()
        if isinstance(query.message, Message):
            # An edit must change something.
            await query.message.edit_text(f"{menu.text} {query.id}", reply_markup=keyboard(menu))

    @handlers.message()
    async def written(message: Message) -> None:
        await message.answer(menu.text, reply_markup=keyboard(menu))

    return handlers


def main(url: str, token: str, file: str) -> None:
    """Poll until SIGTERM."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(url))
    bot = Bot(token, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    dispatcher(read_menu(file)).run_polling(bot)


if __name__ == "__main__":
    main(*sys.argv[1:])

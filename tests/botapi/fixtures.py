"""A pytest plugin with the server and two clients: `pytest_plugins = ["tests.botapi.fixtures"]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest
import telegram

from .server import BotApi

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Bot


@pytest.fixture(name="api")
async def running_server() -> AsyncIterator[BotApi]:
    """Return a running server that retries webhooks without pause."""
    async with BotApi(time_factor=0) as server:
        yield server


@pytest.fixture(name="http")
async def plain_client() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a plain HTTP client."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture(name="bot")
async def independent_reader(api: BotApi) -> AsyncIterator[Bot]:
    """Return python-telegram-bot as an independent reader."""
    async with telegram.Bot(api.token, base_url=api.base_url, base_file_url=api.base_file_url) as reader:
        yield reader

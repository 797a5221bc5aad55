"""The whole app behind a local Bot API server."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest

from bot import app as composition
from bot.app import App
from nlu.brain import Brain
from tests.botapi import BotApi
from tests.conftest import MakeSettings


class Serve(Protocol):
    """Starts the app with Telegram on; `changes` are settings."""

    def __call__(self, **changes: object) -> AbstractAsyncContextManager[App]:
        """Start the app; it stops at the end of the block."""
        ...


@pytest.fixture
def serve(api: BotApi, make_settings: MakeSettings, brain: Brain) -> Serve:
    """The app as a demonstration, polling the local Bot API server."""

    @asynccontextmanager
    async def start(**changes: object) -> AsyncIterator[App]:
        settings = make_settings(telegram_token=api.token, telegram_api_url=api.url, **changes)
        built = await composition.build(settings, demo=True, brain=brain)
        async with composition.running(built):
            yield built

    return start

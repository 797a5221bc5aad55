"""The desk on the test's own database, with courses."""

from collections.abc import AsyncIterator

import pytest

from knowledge.model import Knowledge
from store.crypto import Keyring
from store.database import Database
from tests.desk.courses.shop import Shop


@pytest.fixture
async def shop(base: Database, keyring: Keyring, knowledge: Knowledge) -> AsyncIterator[Shop]:
    opened = Shop(base=base, keyring=keyring, knowledge=knowledge)
    await opened.open()
    yield opened
    await opened.close()

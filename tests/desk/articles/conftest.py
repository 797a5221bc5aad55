"""The desk on the test's own database, with articles."""

from collections.abc import AsyncIterator

import pytest

from knowledge.model import Knowledge
from store.crypto import Keyring
from store.database import Database
from tests.desk.articles.room import Asked, Newsroom


@pytest.fixture
async def newsroom(base: Database, keyring: Keyring, knowledge: Knowledge) -> AsyncIterator[Newsroom]:
    opened = Newsroom(base=base, keyring=keyring, knowledge=knowledge, trying=Asked())
    await opened.open()
    yield opened
    await opened.close()

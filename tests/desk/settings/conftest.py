"""The desk on the test's own database."""

from collections.abc import AsyncIterator

import pytest

from knowledge.model import Knowledge
from store.crypto import Keyring
from store.database import Database
from tests.desk.settings.console import Console


@pytest.fixture
async def console(base: Database, keyring: Keyring, knowledge: Knowledge) -> AsyncIterator[Console]:
    opened = await Console(base=base, keyring=keyring, knowledge=knowledge).open()
    yield opened
    await opened.close()

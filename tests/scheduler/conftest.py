"""A small town, and the jobs of a process without channels."""

import pytest

from bot.inbox import Desk
from bot.jobs import Jobs
from knowledge.model import Knowledge
from store.crypto import Keyring
from store.database import Database
from tests.reminding import jobs_of
from tests.scheduling import Ids, town


@pytest.fixture
async def ids(base: Database) -> Ids:
    async with base.write() as session:
        return await town(session)


@pytest.fixture
def desk(keyring: Keyring) -> Desk:
    return Desk(owner="test", keyring=keyring, index_key=b"i" * 32)


@pytest.fixture
def jobs(base: Database, desk: Desk, knowledge: Knowledge) -> Jobs:
    return jobs_of(base, desk, knowledge)

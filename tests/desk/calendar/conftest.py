"""The desk of a small town without a browser: a full week, and colleagues who are signed in."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from knowledge.model import Knowledge
from store.database import Database
from tests.desk.week import Browser, Week, create, make_week, signed_in


@pytest.fixture
async def week(base: Database) -> Week:
    return await make_week(base)


@pytest.fixture
def http(base: Database, knowledge: Knowledge) -> FastAPI:
    return create(base, knowledge)


@pytest.fixture
async def own(http: FastAPI, week: Week) -> AsyncIterator[Browser]:
    """The adviser whose calendar is full."""
    async with signed_in(http, week.base, week.users["own"]) as browser:
        yield browser


@pytest.fixture
async def colleague(http: FastAPI, week: Week) -> AsyncIterator[Browser]:
    """A colleague."""
    async with signed_in(http, week.base, week.users["other"]) as browser:
        yield browser


@pytest.fixture
async def lead(http: FastAPI, week: Week) -> AsyncIterator[Browser]:
    async with signed_in(http, week.base, week.users["lead"]) as browser:
        yield browser

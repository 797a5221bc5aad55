"""A brain with the shipped weights: nothing is learned here, so the tests are quick and hold what is delivered."""

from collections.abc import AsyncIterator

import pytest

from nlu import artifacts, weights
from nlu.artifacts import Learned
from nlu.brain import Brain
from tests.worker import SharedEmbedder, Worker


@pytest.fixture(scope="session")
def shipped() -> Learned:
    learned = artifacts.load(weights.SHIPPED / artifacts.FILE)
    assert learned is not None, "nlu/model is missing: run `python -m scripts.train`"
    return learned


@pytest.fixture
async def brain(shipped: Learned, worker: Worker) -> AsyncIterator[Brain]:
    thinking = Brain(shipped, embedder=SharedEmbedder(worker), note=None)
    yield thinking
    await thinking.close()


@pytest.fixture
async def lexical_brain(shipped: Learned) -> AsyncIterator[Brain]:
    thinking = Brain(shipped, embedder=None, note="the operator chose n-grams alone")
    yield thinking
    await thinking.close()

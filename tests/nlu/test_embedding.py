"""The engine's traps (see `nlu.embedding`): each once crashed it, hung it or lied silently."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from nlu.embedding import DIMENSIONS, Cache, Embedder, Vectors, embed_all
from store.errors import UnavailableError

TRAPS = {
    "fifty ligatures that overflow the heap": "\ufdfa" * 50,
    "a ligature in a sentence": "قال النبي \ufdfa كيف أسجل ابني",
    "NUL in the middle": "Kita\x00Platz",
    "lone surrogates": "Termin \ud800 morgen \udfff",
    "far too long": "Wohnung " * 1000,
    "one long word": "a" * 9000,
    "a pile of combining marks": "a" + "\u0301" * 5000,
    "controls of direction": "\u202eabc\u2066def",
    "nothing": "",
    "emoji alone": "😀🏽👨‍👩‍👧",
    "characters outside Unicode's letters": "\ufffe\uffff\U0010ffff",
}


@pytest.fixture
async def embedder() -> AsyncIterator[Embedder]:
    running = Embedder()
    yield running
    await running.close()


@pytest.mark.parametrize("text", TRAPS.values(), ids=TRAPS.keys())
async def test_traps_give_a_vector(embedder: Embedder, text: str) -> None:
    vectors = await embedder.embed([text, "Wo ist die Schule?"])
    assert vectors.shape == (2, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)


async def test_nul_does_not_cut_the_message(embedder: Embedder) -> None:
    whole, broken = await embedder.embed(["Wo ist die Schule?", "Wo ist\x00 die Schule?"])
    assert float(whole @ broken) > 0.999


async def test_after_a_kill_the_next_call_is_answered(embedder: Embedder) -> None:
    before = await embedder.embed(["Hallo"])
    assert embedder._process is not None
    os.kill(embedder._process.pid, signal.SIGKILL)
    await embedder._process.wait()
    assert np.array_equal(await embedder.embed(["Hallo"]), before)


async def test_after_a_kill_in_the_middle_a_new_process_is_asked(embedder: Embedder) -> None:
    (before,) = await embedder.embed(["Hallo"])
    waiting = await killed_in_the_middle(embedder)
    assert np.allclose(await waiting, before)


async def test_what_kills_two_processes_is_told_to_the_caller(embedder: Embedder) -> None:
    known = {child.pid for child in psutil.Process().children()}
    await embedder.embed(["Hallo"])
    assert embedder._process is not None
    known.add(embedder._process.pid)
    waiting = await killed_in_the_middle(embedder)
    while not (started := {child.pid for child in psutil.Process().children()} - known):
        await asyncio.wait([waiting], timeout=0.01)
    os.kill(started.pop(), signal.SIGKILL)
    with pytest.raises(UnavailableError):
        await waiting
    assert (await embedder.embed(["Hallo"])).shape == (1, DIMENSIONS)


async def killed_in_the_middle(embedder: Embedder) -> asyncio.Task[Vectors]:
    """A question whose process is killed before it answers."""
    await embedder.embed(["Hallo"])
    assert embedder._process is not None
    os.kill(embedder._process.pid, signal.SIGSTOP)
    waiting = asyncio.create_task(embedder.embed(["Hallo"]))
    await asyncio.wait([waiting], timeout=0.1)
    os.kill(embedder._process.pid, signal.SIGKILL)
    return waiting


async def test_a_caller_that_gives_up_leaves_no_half_answer(embedder: Embedder) -> None:
    first, second = await embedder.embed(["Schule", "Wohnung"])
    hurried = asyncio.create_task(embedder.embed(["Schule"]))
    await asyncio.wait([hurried], timeout=0.001)
    hurried.cancel()
    assert np.allclose(await embedder.embed(["Wohnung"]), second, atol=1e-5)
    assert float(first @ second) < 0.999


async def test_many_at_once_get_their_own_vectors(embedder: Embedder) -> None:
    texts = [f"Frage Nummer {number}" for number in range(20)]
    together = await embedder.embed(texts)
    alone = await asyncio.gather(*(embedder.embed([text]) for text in texts))
    assert np.allclose(np.concatenate(alone), together, atol=1e-5)


async def test_a_message_is_read_by_both_encoders(embedder: Embedder) -> None:
    (both,) = await embedder.embed(["Wo finde ich einen Arzt?"], kind="message")
    (plain,) = await embedder.embed(["Wo finde ich einen Arzt?"])
    assert both.shape == (2 * DIMENSIONS,)
    assert np.array_equal(both[:DIMENSIONS], plain)
    assert np.isclose(np.linalg.norm(both[DIMENSIONS:]), 1.0, atol=1e-3)
    assert float(both[DIMENSIONS:] @ plain) < 0.9


SAME_TOPIC = {
    "education/kita": ("Wie bekomme ich einen Kitaplatz?", "çocuğum için kreş arıyorum", "أريد روضة لطفلي"),
    "living/find-a-flat": ("Wo finde ich eine Wohnung?", "ev arıyorum", "أبحث عن شقة"),
    "health/emergency": ("Wann rufe ich den Krankenwagen?", "ambulans nasıl çağırılır", "كيف أتصل بالإسعاف"),
}


async def test_the_tuned_encoder_tells_topics_apart(embedder: Embedder) -> None:
    """Questions on one topic lie nearer to each other than to others, more so than by the encoder as it comes."""
    texts = [text for each in SAME_TOPIC.values() for text in each]
    topics = np.repeat(np.arange(len(SAME_TOPIC)), 3)
    same = topics[:, None] == topics[None]
    other = ~same
    np.fill_diagonal(same, val=False)
    found = []
    for vectors in np.split(await embedder.embed(texts, kind="message"), 2, axis=1):
        centred = vectors - vectors.mean(axis=0)
        centred /= np.linalg.norm(centred, axis=1, keepdims=True)
        alike = centred @ centred.T
        found.append(float(alike[same].mean() - alike[other].mean()))
    plain, tuned = found
    assert tuned > plain + 0.3, found


@pytest.mark.parametrize("content", [b"", b"other layers" * 1000])
async def test_layers_for_another_engine_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Vectors of the wrong weights would be nonsense: n-grams understand more than that."""
    (tmp_path / "encoder.bin").write_bytes(content)
    monkeypatch.setattr("nlu.embedding.ENCODER", tmp_path / "encoder.bin")
    embedder = Embedder()
    await embedder.warm()
    assert "the embedding engine stopped" in str(embedder.note)
    with pytest.raises(UnavailableError, match="stopped"):
        await embedder.embed(["Hallo"])


async def test_without_the_tuned_layers_the_engine_cannot_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlu.embedding.ENCODER", tmp_path / "encoder.bin")
    with pytest.raises(UnavailableError, match="tuned layers"):
        await Embedder().embed(["Hallo"])


async def test_an_engine_that_cannot_run_says_why() -> None:
    embedder = Embedder()
    embedder.note = "the package onnxruntime is not installed"
    with pytest.raises(UnavailableError, match="onnxruntime"):
        await embedder.embed(["Hallo"])


async def test_cache_returns_what_was_computed_and_survives_damage(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    fresh = await embed_all(["Schule", "Wohnung", "Schule"], cache=tmp_path, progress=lambda done, of: told.append((done, of)))
    cached = await embed_all(["Wohnung"], cache=tmp_path)
    assert told[-1] == (3, 3)
    assert np.allclose(cached[0], fresh[1], atol=1e-3)
    file = Cache(tmp_path).file
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert Cache(tmp_path).get("Schule") is None
    again = await embed_all(["Schule"], cache=tmp_path)
    assert np.allclose(again[0], fresh[0], atol=1e-3)

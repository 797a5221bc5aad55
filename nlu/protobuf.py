"""Just enough of protocol buffers to write a model for ONNX Runtime: nothing is read, and the `onnx` package is not needed to serve.

https://protobuf.dev/programming-guides/encoding
"""

import struct

_NUMBER, _BYTES, _FLOAT = 0, 2, 5


def number(field: int, value: int) -> bytes:
    """A whole number from 0 on."""
    return _varint(field << 3 | _NUMBER) + _varint(value)


def real(field: int, value: float) -> bytes:
    """A number in single precision."""
    return _varint(field << 3 | _FLOAT) + struct.pack("<f", value)


def text(field: int, value: str) -> bytes:
    """A string."""
    return message(field, value.encode())


def message(field: int, *parts: bytes) -> bytes:
    """A message of these fields, or bytes."""
    size = sum(map(len, parts))
    return b"".join((_varint(field << 3 | _BYTES), _varint(size), *parts))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)

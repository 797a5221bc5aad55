"""Reads a text aloud: a program of its own that `listening` runs. Text on standard input, the voice as argument; sound on standard output.

The sound is 16-bit mono at the rate that the first line names. Without a voice it lists the engine and the voices it has. espeak-ng is
a library in C (GPL-3) and runs here, apart from everything that Lotse knows.
"""

import ctypes
import sys
from collections.abc import Iterator

import espeakng_loader  # type: ignore[import-untyped]  # it has no types

_SYNCHRONOUS = 2
_UTF8 = 1
_RATE, _WORDS_PER_MINUTE = 1, 150
_CHARACTERS = 1


class _Voice(ctypes.Structure):
    """The beginning of `espeak_VOICE`."""

    _fields_ = (("name", ctypes.c_char_p), ("languages", ctypes.c_char_p))


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def main() -> int:
    """Speak, or list the voices."""
    engine = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = engine.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    if rate <= 0:
        return 1
    out = sys.stdout.buffer
    if len(sys.argv) == 1:
        engine.espeak_Info.restype = ctypes.c_char_p
        out.write(b"\n".join([engine.espeak_Info(None), *sorted(set(_voices(engine)))]))
        return 0
    if engine.espeak_SetVoiceByName(sys.argv[1].encode()) != 0:
        return 1
    engine.espeak_SetParameter(_RATE, _WORDS_PER_MINUTE, 0)
    text = sys.stdin.buffer.read()
    out.write(b"%d\n" % rate)

    def heard(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
        if samples and count:
            out.write(ctypes.string_at(samples, 2 * count))
        return 0

    callback = _CALLBACK(heard)  # must not be thrown away while the engine works
    engine.espeak_SetSynthCallback(callback)
    failed: int = engine.espeak_Synth(text, len(text) + 1, 0, _CHARACTERS, 0, _UTF8, None, None)
    return failed


def _voices(engine: ctypes.CDLL) -> Iterator[bytes]:
    """The names of the languages that the engine speaks; the first byte is a priority."""
    engine.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
    found = engine.espeak_ListVoices(None)
    position = 0
    while found[position]:
        yield found[position].contents.languages[1:]
        position += 1


if __name__ == "__main__":
    sys.exit(main())

"""Recognises voice notes by their content and blanks what they say about themselves. Pictures and documents are drawn anew in `cleaning`.

Browsers record Ogg (Firefox), WebM (Chromium) and MP4 (Safari). Of these, MP4 from other sources may carry a place or a name.
"""

import re
from collections.abc import Iterator

_EBML = b"\x1a\x45\xdf\xa3"
_PICTURES = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_DESCRIBING = (b"udta", b"meta", b"uuid")
_NESTING = (b"moov", b"trak", b"mdia", b"moof", b"traf")
# The names of tracks with moving pictures: in MP4, in WebM, in Ogg.
_FILM = re.compile(rb"hdlr[\s\S]{8}vide|V_(?:VP[89]|AV1|MPEG)|\x80theora")
_HEAD = 8
_BRAND = slice(8, 12)


def media_type(data: bytes) -> str | None:
    """`audio/ogg`, `audio/webm` or `audio/mp4`; None for what is no voice note, a film for example."""
    if _FILM.search(data):
        return None
    if data.startswith(b"OggS"):
        return "audio/ogg"
    if data.startswith(_EBML) and b"webm" in data[:64]:
        return "audio/webm"
    if data[4:8] == b"ftyp" and data[_BRAND] not in _PICTURES:
        return "audio/mp4"
    return None


def without_metadata(data: bytes) -> bytes:
    """An MP4 whose describing boxes are empty space; the places of everything else stay. Other kinds are returned as they are."""
    if media_type(data) != "audio/mp4":
        return data
    cleaned = bytearray(data)
    for start, end in list(_describing(data, 0, len(data))):
        cleaned[start + 4 : start + _HEAD] = b"free"
        cleaned[start + _HEAD : end] = bytes(end - start - _HEAD)
    return bytes(cleaned)


def _describing(data: bytes, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Where the boxes lie that describe the recording, from first byte to past the last."""
    while start + _HEAD <= stop:
        size, kind = int.from_bytes(data[start : start + 4]), data[start + 4 : start + _HEAD]
        end = stop if size == 0 else start + size
        if size == 1 or end > stop or end < start + _HEAD:
            return  # a box of more than 4 GB, or nonsense
        if kind in _DESCRIBING:
            yield start, end
        elif kind in _NESTING:
            yield from _describing(data, start + _HEAD, end)
        start = end

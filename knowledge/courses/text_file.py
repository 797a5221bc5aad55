"""Which letters a file is written in, and whether it is a text at all."""

import codecs
from collections.abc import Iterator

_CHUNK = 1 << 20
# A file of nothing but marks of an encoding, spaces and separators is empty.
_NOTHING = b"\xef\xbb\xbf\xfe\xff\0 \t\r\n;,"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What "ü" becomes when a UTF-8 file is read as Windows-1252 and written as UTF-8 again begins with one of these.
_TWICE = (b"\xc3\x83\xc2", b"\xc3\x83\xc5")


class UnreadableError(Exception):
    """The file is no text: `code` of the problem and its data."""

    def __init__(self, *, code: str, **data: int) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


def encoding_of(content: bytes) -> str:
    """The encoding in which all of the content can be read; raises UnreadableError.

    What Excel writes: UTF-8 with or without a mark, UTF-16 with a mark ("Unicode text"), else Windows-1252.
    """
    if not content.strip(_NOTHING):
        raise UnreadableError(code="empty")
    if content.startswith((_ZIP, _OLE)):
        raise UnreadableError(code="workbook")
    marked = next((name for mark, name in _BOMS if content.startswith(mark)), "")
    if marked != "utf-16" and (b"\0" in content[:_CHUNK] or content.startswith(b"%PDF")):
        raise UnreadableError(code="binary")
    tried = [marked] if marked else ["utf-8", "cp1252"]
    wrong = [_first_wrong(content, name) for name in tried]
    if None in wrong:
        return tried[wrong.index(None)]
    raise UnreadableError(code="encoding", at=wrong[-1] or 0)


def looks_mangled(content: bytes) -> bool:
    """Whether letters of the file were once read in the wrong encoding and written again."""
    return any(each in content for each in _TWICE)


def _first_wrong(content: bytes, encoding: str) -> int | None:
    """The place of the first byte that cannot be read; None if all can."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start, last in _chunks(len(content)):
        try:
            decoder.decode(content[start : start + _CHUNK], final=last)
        except UnicodeDecodeError as error:
            return start + error.start
    return None


def _chunks(length: int) -> Iterator[tuple[int, bool]]:
    for start in range(0, length, _CHUNK):
        yield start, start + _CHUNK >= length

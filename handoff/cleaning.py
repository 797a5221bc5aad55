"""Draws pictures and PDF pages anew, so that nothing but what can be seen is left. A program of its own: `files` runs it, strictly limited.

Hostile files are decoded here by libraries in C. So this runs in a process that has no keys, no database, little memory and little time.
It reads a file on standard input, its format (as Pillow calls it, or `PDF`) as argument, and writes a JPEG or a PDF, or ends with one
of `CODES`.
"""

import io
import sys
from typing import Any

from PIL import Image, ImageOps

MOST_PIXELS = 50_000_000
MOST_JPEG_PIXELS = 120_000_000  # the largest cameras of phones have 108 million; a large JPEG is decoded small from the start
LONG_SIDE = 3000  # of a letter on A4 about 250 dots per inch
MOST_PAGES = 20
_QUALITY = 82
_POINTS_PER_INCH = 72
_DOTS_PER_INCH = 150
_WIDEST_PAGE = 2400
MEMORY_BYTES = 1_000_000_000
SECONDS = 20
CODES = {"broken": 3, "pixels": 4, "locked": 5, "pages": 6}
_PASSWORD = 4


class _RefusedError(Exception):
    """Why nothing is written: a name in `CODES`."""


def main() -> int:
    """Clean one file; the exit code says how it went."""
    _limit()
    try:
        data = sys.stdin.buffer.read()
        cleaned = _document(data) if sys.argv[1] == "PDF" else _image(data, sys.argv[1])
    except _RefusedError as refused:
        return CODES[str(refused)]
    except Exception:  # noqa: BLE001 - whatever a decoder raises about a hostile file
        return CODES["broken"]
    sys.stdout.buffer.write(cleaned)
    return 0


def _limit() -> None:
    """Little memory and time, and no files: what a decoder does wrong ends here."""
    try:
        import resource  # noqa: PLC0415 - Windows has none
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _image(data: bytes, kind: str) -> bytes:
    if kind == "HEIF":
        import pi_heif  # type: ignore[import-untyped]  # noqa: PLC0415 - without types; only these pictures need it

        pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # checked here, before anything is decoded
    with Image.open(io.BytesIO(data), formats=(kind,)) as picture:
        if picture.width * picture.height > (MOST_JPEG_PIXELS if kind == "JPEG" else MOST_PIXELS):
            raise _RefusedError("pixels")  # noqa: EM101 - a name, not a sentence
        picture.draft("RGB", (LONG_SIDE, LONG_SIDE))
        picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return _jpeg(_on_white(ImageOps.exif_transpose(picture)))


def _on_white(picture: Image.Image) -> Image.Image:
    """The pixels alone, without transparency, palette and profile."""
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    paper = Image.new("RGB", layered.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper


def _jpeg(picture: Image.Image) -> bytes:
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())  # a new picture knows nothing of the old one's metadata
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _document(data: bytes) -> bytes:
    import pypdfium2 as pdfium  # type: ignore[import-untyped]  # noqa: PLC0415 - without types; only documents need it

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise _RefusedError("locked" if getattr(error, "err_code", 0) == _PASSWORD else "broken") from error
    if len(document) > MOST_PAGES:
        raise _RefusedError("pages")  # noqa: EM101 - a name, not a sentence
    document.init_forms()  # what somebody filled in is drawn too
    pages = [_page(page) for page in document]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=_DOTS_PER_INCH, quality=_QUALITY, producer="Lotse")
    return out.getvalue()


def _page(page: Any) -> Image.Image:
    width, height = page.get_size()
    scale = min(_DOTS_PER_INCH / _POINTS_PER_INCH, _WIDEST_PAGE / max(width, height, 1))
    drawn: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    return drawn


if __name__ == "__main__":
    sys.exit(main())

"""Photos, documents and voice notes for tests, made on the spot: with metadata, hostile, or not what their name says."""

import base64
import io
import struct

from PIL import Image, ImageDraw

SECRET = b"SECRET-PLACE-49.75N"
PAGE = (600, 800)

# Made once by libheif: a red picture of 64 x 48 with an Exif block that names a camera (SECRETCAMERA).
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAAB4gAB"
    "AAAAAAAAABoAAgAAAAAB/AABAAAAAAAAADIAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA"
    "/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCB"
    "BZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAA"
    "AAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAAVG1kYXQAAAAWKAGvGYDvSaW/"
    "/9/jH/X2r/imtaY+bgAAAAZFeGlmAABNTQAqAAAACAABAQ8AAgAAAA0AAAAaAAAAAFNFQ1JFVENBTUVSQQAA"
)
OGG = b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead" + bytes(200)
WEBM = b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + bytes(200)


def photo(kind: str = "JPEG", *, orientation: int = 1, size: tuple[int, int] = PAGE) -> bytes:
    """A letter with a black corner at the top left, and everything that a camera writes beside the picture."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="black")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, SECRET.decode()
    exif.get_ifd(0x8825)[0x001D] = SECRET.decode()
    out = io.BytesIO()
    more = {"comment": SECRET, "xmp": SECRET} if kind == "JPEG" else {}
    picture.save(out, kind, exif=exif.tobytes(), **more)
    return out.getvalue()


def noise() -> bytes:
    """A photo of which no two parts look the same, with the place where it was taken."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = SECRET.decode()
    Image.effect_noise((400, 300), 90).convert("RGB").save(out, "JPEG", exif=exif.tobytes())
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of 110 KB that would need 2.7 GB."""
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    return out.getvalue()


def document(*, pages: int = 1, extra: bytes = b"", catalog: bytes = b"", annotations: bytes = b"", encrypt: bytes = b"") -> bytes:
    """A PDF of empty pages of 200 x 200 points; its author is the secret."""
    kids = b" ".join(b"%d 0 R" % (10 + number) for number in range(pages))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        2: b"<< /Type /Pages /Count %d /Kids [" % pages + kids + b"] >>",
        3: b"<< /Author (" + SECRET + b") >>",
    }
    for number in range(pages):
        objects[10 + number] = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] " + annotations + b" >>"
    body = b"%PDF-1.7\n" + b"".join(b"%d 0 obj\n" % number + text + b"\nendobj\n" for number, text in objects.items()) + extra
    return body + b"trailer << /Root 1 0 R /Info 3 0 R " + encrypt + b" >>\n%%EOF\n"


def scripted() -> bytes:
    """A PDF that runs a script when it is opened."""
    return document(catalog=b"/OpenAction << /S /JavaScript /JS (app.alert('" + SECRET + b"')) >>")


def locked() -> bytes:
    """A PDF with a password that nobody knows."""
    letters = b"<" + b"41" * 32 + b">"
    return document(encrypt=b"/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /O " + letters + b" /U " + letters + b" /P -4 >>")


def filled_in() -> bytes:
    """A form whose one field, in the lower left quarter of the page, is filled with black."""
    look = b"0 0 100 100 re f"
    extra = (
        b"20 0 obj\n<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /Rect [0 0 100 100] /F 4 /AP << /N 21 0 R >> >>\nendobj\n"
        b"21 0 obj\n<< /Type /XObject /Subtype /Form /BBox [0 0 100 100] /Length %d >>\nstream\n"
        % len(look)
        + look
        + b"\nendstream\nendobj\n"
    )
    return document(extra=extra, annotations=b"/Annots [20 0 R]", catalog=b"/AcroForm << /Fields [20 0 R] >>")


def voice_from_elsewhere() -> bytes:
    """An MP4 as a phone's recorder writes it: with the place in it."""
    place = _box(b"udta", _box(b"\xa9xyz", SECRET))
    track = _box(b"trak", _box(b"tkhd", bytes(84)) + _box(b"udta", SECRET))
    return (
        _box(b"ftyp", b"M4A \x00\x00\x00\x00isom") + _box(b"moov", _box(b"mvhd", bytes(100)) + track + place) + _box(b"mdat", b"sound" * 40)
    )


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content

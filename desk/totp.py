"""One-time codes of an authenticator app (RFC 6238: SHA-1, six digits, 30 seconds), the second factor. Who must show one: `sign_in`."""

import base64
import hmac
import secrets
import time
from urllib.parse import quote, urlencode

import segno

DIGITS = 6
PERIOD = 30
_SECRET_BYTES = 20
_DRIFT = 1  # codes of the step before and after count too: clocks differ, and people type slowly


def new_secret() -> str:
    """A fresh secret in base32, as apps take it (32 characters)."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def code(secret: str, step: int) -> str:
    """The code of a step (number of 30 seconds since 1970)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def current_step() -> int:
    """The step of this moment."""
    return int(time.time()) // PERIOD


def matching_step(secret: str, given: str, *, after: int) -> int | None:
    """The step whose code was given, if it is near this moment and newer than the last one used (`after`); else None."""
    typed = "".join(given.split()).encode()
    steps = range(current_step() - _DRIFT, current_step() + _DRIFT + 1)
    fitting = [step for step in steps if hmac.compare_digest(code(secret, step).encode(), typed)]
    return next((step for step in fitting if step > after), None)


def address(secret: str, *, account: str) -> str:
    """What the QR code says to the app."""
    query = urlencode({"secret": secret, "issuer": "Lotse", "digits": DIGITS, "period": PERIOD})
    return f"otpauth://totp/{quote('Lotse:' + account, safe='')}?{query}"


def picture(secret: str, *, account: str) -> str:
    """The QR code as SVG for a page, without styles and without a size of its own."""
    drawn = segno.make(address(secret, account=account), error="m", micro=False)
    return str(drawn.svg_inline(omitsize=True, border=2, dark="#000", light="#fff", svgclass=None, lineclass=None))


def grouped(secret: str) -> str:
    """The secret in groups of four, to be typed."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))

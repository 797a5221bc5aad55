"""The link with which a provider confirms its courses: a signed name with an end, stored nowhere. Its page is in `courses_confirming`."""

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from datetime import date, timedelta

from store.crypto import blind_index

LIFE = timedelta(days=40)
MOST_TOKEN = 1200
_SIGNATURE = 16


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Whose courses a link opens, and its last day."""

    owner: str
    provider: str
    until: date


def make(index_key: bytes, *, owner: str, provider: str, today: date) -> str:
    """The secret part of the address; it counts until the end of `LIFE`."""
    body = json.dumps([owner, provider, (today + LIFE).isoformat()], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(_signed(index_key, body) + body.encode()).decode().rstrip("=")


def read(index_key: bytes, token: str) -> Opened | None:
    """What a link opens; None if we did not make it. Whether it is too old is the caller's question."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True) if len(token) <= MOST_TOKEN else b""
        body = raw[_SIGNATURE:].decode()
    except (binascii.Error, ValueError):
        return None
    if not hmac.compare_digest(_signed(index_key, body), raw[:_SIGNATURE]):
        return None
    owner, provider, until = json.loads(body)
    return Opened(owner=owner, provider=provider, until=date.fromisoformat(until))


def _signed(index_key: bytes, body: str) -> bytes:
    return blind_index(index_key, "course provider", body)

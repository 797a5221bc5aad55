"""Encryption of personal text (AES-256-GCM, several keys) and the blind index that finds an address without storing it readably."""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.errors import ConfigurationError, SealError

KEY_BYTES = 32
_NONCE_BYTES = 12
_ID_BYTES = 4


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"lotse key id" + key).digest()[:_ID_BYTES]


class Keyring:
    """The keys of one installation: the first encrypts, all decrypt.

    A sealed value is `key id (4) + nonce (12) + ciphertext and tag`. `purpose` is bound to it: a value that was moved to another
    column does not open.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            message = "every secret key must be base64 of 32 bytes"
            raise ConfigurationError(message)
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self._current = _key_id(keys[0])

    def seal(self, text: str, *, purpose: str) -> bytes:
        """Encrypt `text` (any length) for `purpose`."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, text.encode(), purpose.encode())
        return self._current + nonce + sealed

    def open(self, sealed: bytes, *, purpose: str) -> str:
        """Decrypt what `seal` made; raises SealError if no key fits or the value was changed."""
        key_id, nonce, body = sealed[:_ID_BYTES], sealed[_ID_BYTES : _ID_BYTES + _NONCE_BYTES], sealed[_ID_BYTES + _NONCE_BYTES :]
        try:
            return self._ciphers[key_id].decrypt(nonce, body, purpose.encode()).decode()
        except (KeyError, InvalidTag) as error:
            message = "a stored text cannot be opened with the secret keys at hand"
            raise SealError(message) from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether the value is encrypted with the newest key (else `lotse db rotate` will do it again)."""
        return sealed[:_ID_BYTES] == self._current


def blind_index(key: bytes, *parts: str) -> bytes:
    """A keyed hash (16 bytes): equal inputs give equal values, but without the key nobody can try out addresses."""
    return hmac.digest(key, "\x1f".join(parts).encode(), "sha256")[:16]


def parse_keys(value: str) -> list[bytes]:
    """Keys from `LOTSE_SECRET_KEYS` (base64, comma-separated, newest first); raises ConfigurationError."""
    try:
        return [base64.b64decode(part.strip(), validate=True) for part in value.split(",") if part.strip()]
    except binascii.Error as error:
        message = "LOTSE_SECRET_KEYS must be base64 of 32 bytes each, separated by commas"
        raise ConfigurationError(message) from error


def load_or_create_key(path: Path) -> bytes:
    """The key in `path` (base64); made there, readable by the owner alone, if there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)).decode() + "\n")
    return parse_keys(path.read_text())[0]

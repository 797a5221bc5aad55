"""Passwords: what a good one is, hashing (argon2id, in a thread) and checking in the same time for everybody. No web, no database."""

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST = 12
MOST = 200
# Enough to slow a thief down (19 MiB, two passes: OWASP's minimum), little enough for two small cores.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# A hash that no password is known to fit, with the same parameters: checking it takes as long as checking a real one.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$q9xZoWJHbCn0ZKdV3Zg3y5K0cOaGvUNyAMIfUyG4p7Q"
_COMMON = (
    "passwor", "kennwort", "passwort", "qwert", "asdf", "123456", "iloveyou", "willkommen", "welcome", "hallo", "sommer", "winter",
    "schatz", "berlin", "admin", "letmein", "geheim", "lotse", "abc123", "fussball", "sonnenschein", "integration",
)  # fmt: skip
_LEAST_REST = 6
_LEAST_DIFFERENT = 5


def weakness(password: str, *, email: str = "") -> str | None:
    """Why a password will not do: `short`, `long` or `common`; None if it is good enough.

    Common are those that a guesser tries first: few different characters, the name of the account, or a much-used word with little else.
    """
    text = _normal(password)
    if len(text) < LEAST:
        return "short"
    if len(text) > MOST:
        return "long"
    folded = text.casefold()
    local = email.casefold().partition("@")[0]
    rest = folded
    for word in (local, *_COMMON):
        rest = rest.replace(word, "") if word else rest
    few = len(set(folded)) < _LEAST_DIFFERENT
    return "common" if few or (rest != folded and len(set(rest)) < _LEAST_REST) else None


async def hash_password(password: str) -> str:
    """The hash to store."""
    return await asyncio.to_thread(_HASHER.hash, _normal(password))


async def fits(password: str, stored: str | None) -> bool:
    """Whether a password is the stored one; it takes the same time for an account that does not exist (`stored` is None)."""
    return await asyncio.to_thread(_fits, _normal(password), stored)


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with older parameters and is to be made anew at the next sign-in."""
    return _HASHER.check_needs_rehash(stored)


def _fits(password: str, stored: str | None) -> bool:
    try:
        _HASHER.verify(stored or NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def _normal(password: str) -> str:
    """The same password typed on different keyboards is the same text."""
    return unicodedata.normalize("NFKC", password)

"""The hand-over card: what an adviser reads first, filled by the program at hand-off, sealed in the case. Its layout is in `desk`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from store.crypto import Keyring

PURPOSE = "case"


@dataclass(frozen=True, kw_only=True)
class Card:
    """What was known when the program handed over.

    `question` in the person's own words (empty in danger: nothing of such a message is kept) and its language; `filled`: what a dialog
    asked and what was answered; `articles`: ids of what was shown; `danger`: the kind of hit of the safety screen;
    `wishes`: woman, interpreter.
    """

    question: str = ""
    question_language: str = ""
    filled: Mapping[str, str] = field(default_factory=dict)
    articles: Sequence[str] = ()
    danger: str | None = None
    wishes: Sequence[str] = ()


def seal(keyring: Keyring, card: Card) -> bytes:
    """Encrypt a card for `Case.sealed_card`."""
    return keyring.seal(json.dumps(asdict(card), ensure_ascii=False), purpose=PURPOSE)


def open_(keyring: Keyring, sealed: bytes | None) -> Card:
    """The card of a case (an empty one where there is none); raises SealError."""
    return Card(**json.loads(keyring.open(sealed, purpose=PURPOSE))) if sealed else Card()


def joined(older: Card, newer: Card) -> Card:
    """Both cards of one case: the newer question, all that was filled in and shown; a danger stays on the card."""
    asked = newer if newer.question else older
    return replace(
        asked,
        filled={**older.filled, **newer.filled},
        articles=_all(older.articles, newer.articles),
        danger=newer.danger or older.danger,
        wishes=_all(older.wishes, newer.wishes),
    )


def _all(older: Sequence[str], newer: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*older, *newer]))

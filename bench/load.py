"""Load for benchmarks and soak runs: presses of many people as raw updates, and reading back what each of them was told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.botapi import BotApi

FIRST_PERSON = 50_000
GONE: Mapping[str, Any] = {"message_id": 1, "text": "…"}


def press(person: int, data: str, *, number: int, screen: Mapping[str, Any] = GONE) -> dict[str, Any]:
    """A raw update: `person` presses a button with this callback data on `screen`, by default a message that is long gone."""
    chat = {"id": person, "type": "private", "first_name": "P"}
    bot = {"id": 42, "is_bot": True, "first_name": "Lotse"}
    return {
        "callback_query": {
            "id": f"{person}{number:09d}",
            "from": {"id": person, "is_bot": False, "first_name": "P", "language_code": "de"},
            "message": {"date": 1, "chat": chat, "from": bot, **screen},
            "chat_instance": str(person),
            "data": data,
        }
    }


def text(person: int, words: str, *, number: int) -> dict[str, Any]:
    """A raw update: `person` writes `words`."""
    chat = {"id": person, "type": "private", "first_name": "P"}
    sender = {"id": person, "is_bot": False, "first_name": "P", "language_code": "de"}
    return {"message": {"message_id": 1000 + number, "date": 1, "chat": chat, "from": sender, "text": words}}


@dataclass
class Verdict:
    """What people were told, compared with what they had to be told."""

    missing: int = 0
    disordered: int = 0
    duplicates: int = 0
    details: list[str] = field(default_factory=list)


def heard(api: BotApi) -> dict[int, list[str]]:
    """Every text that reached each person, in order of arrival, duplicates included."""
    told: dict[int, list[str]] = defaultdict(list)
    for call in api.sent():
        told[int(call.params["chat_id"])].append(str(call.params.get("text", "")))
    return told


def compare(expected: Sequence[str], actual: Sequence[str]) -> Verdict:
    """Walk along: each message is the next one, or a repetition from an earlier point on (what a crash makes Lotse send again)."""
    verdict, position, again = Verdict(), 0, None
    for words in actual:
        if again is not None and again < position and words == expected[again]:
            verdict.duplicates, again = verdict.duplicates + 1, again + 1
            continue
        again = None
        if position < len(expected) and words == expected[position]:
            position += 1
            continue
        earlier = [index for index in range(position) if expected[index] == words]
        if earlier:
            verdict.duplicates, again = verdict.duplicates + 1, earlier[-1] + 1
        else:
            verdict.disordered += 1
            verdict.details.append(f"expected {expected[position][:30] if position < len(expected) else 'nothing'!r}, got {words[:30]!r}")
    verdict.missing = len(expected) - position
    return verdict

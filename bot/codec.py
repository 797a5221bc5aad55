"""Turns what is stored sealed into values and back: `Inbound`, `Outgoing`, history payloads. The only place that knows their JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from dialogs.model import Choice, Inbound, Reply
from store.crypto import Keyring

INBOX, OUTBOX, MESSAGE, STATE, ADDRESS = "inbox", "outbox", "message", "state", "address"
# Beside the state of whatever dialog is active.
VOTES = "votes"


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One delivery: a reply, the screen it replaces, the press it acknowledges, and whether to leave the group afterwards.

    With `revises` it takes the place of what was sent for the same line of the history; a reply without text removes that.
    """

    reply: Reply
    edit: str | None = None
    press: str | None = None
    leave: bool = False
    revises: bool = False


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _slim(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if item not in (None, "", False, ())}


def seal_inbound(keyring: Keyring, inbound: Inbound) -> bytes:
    """What was accepted, for the inbox."""
    raw = _slim(asdict(inbound)) | {"sent_at": inbound.sent_at.isoformat()}
    return keyring.seal(_dump(raw), purpose=INBOX)


def open_inbound(keyring: Keyring, sealed: bytes) -> Inbound:
    """The accepted message again."""
    raw = json.loads(keyring.open(sealed, purpose=INBOX))
    return Inbound(**raw | {"sent_at": datetime.fromisoformat(raw["sent_at"])})


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """A reply as plain data (also what the web chat's API gives out)."""
    rows = [[_slim({"label": choice.label, "id": choice.id, "url": choice.url}) for choice in row] for row in reply.rows]
    return _slim({name: getattr(reply, name) for name in _REPLY_FIELDS}) | {"rows": rows}


_REPLY_FIELDS = ("text", "language", "title", "note", "screen", "urgent", "document", "document_name")


def reply_from_json(raw: dict[str, Any]) -> Reply:
    """The reply again; missing parts are empty."""
    rows = tuple(tuple(Choice(**choice) for choice in row) for row in raw.get("rows", ()))
    return Reply(**({"text": ""} | {name: raw[name] for name in _REPLY_FIELDS if name in raw}), rows=rows)


def seal_outgoing(keyring: Keyring, outgoing: Outgoing) -> bytes:
    """A delivery, for the outbox."""
    extra = _slim({"edit": outgoing.edit, "press": outgoing.press, "leave": outgoing.leave, "revises": outgoing.revises})
    return keyring.seal(_dump({"reply": reply_to_json(outgoing.reply)} | extra), purpose=OUTBOX)


def open_outgoing(keyring: Keyring, sealed: bytes) -> Outgoing:
    """The delivery again."""
    raw = json.loads(keyring.open(sealed, purpose=OUTBOX))
    return Outgoing(reply=reply_from_json(raw.pop("reply")), **raw)


def seal_message(keyring: Keyring, payload: dict[str, Any]) -> bytes:
    """One line of the history."""
    return keyring.seal(_dump(payload), purpose=MESSAGE)


def open_message(keyring: Keyring, sealed: bytes) -> dict[str, Any]:
    """One line of the history again."""
    found: dict[str, Any] = json.loads(keyring.open(sealed, purpose=MESSAGE))
    return found


def seal_state(keyring: Keyring, state: Mapping[str, Any], votes: Mapping[str, int]) -> bytes | None:
    """A dialog's state, and what was said lately of answers; if both are empty, nothing is stored."""
    whole = dict(state) | ({VOTES: dict(votes)} if votes else {})
    return keyring.seal(_dump(whole), purpose=STATE) if whole else None


def open_state(keyring: Keyring, sealed: bytes | None) -> tuple[dict[str, Any], dict[str, int]]:
    """A dialog's state and the votes again."""
    found: dict[str, Any] = json.loads(keyring.open(sealed, purpose=STATE)) if sealed else {}
    votes: dict[str, int] = found.pop(VOTES, {})
    return found, votes

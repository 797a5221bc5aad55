"""What can go wrong with calls, switched on and off by a test; faults of updates are in `queues` and `webhooks`."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from .errors import ApiError
from .rules import CONFLICT_POLL

Kind = Literal["429", "500", "403", "409", "reset", "lost", "delay"]
KINDS: Final = get_args(Kind)
NO_LINGER: Final = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class Fault:
    """One rule for failing.

    Args:
        kind: `429`, `500`, `403` (blocked), `409` (another poller): the call is refused with this error.
            `reset`: the connection is reset before processing. `lost`: the call is processed, then the
            connection is reset before the reply. `delay`: the call waits before it is processed.
        times: How many calls it hits; None for all until `Faults.clear()`.
        method: The method it hits, in any case; None for every method but `getUpdates`.
        chat_id: The chat it hits; None for every chat.
        seconds: `retry_after` for 429, length of the delay.
        skip: How many matching calls pass before the first hit.
        hits: How many calls it has hit so far.

    """

    kind: Kind
    times: int | None = 1
    method: str | None = None
    chat_id: int | None = None
    seconds: float = 1
    skip: int = 0
    hits: int = 0

    def matches(self, method: str, chat_id: int | None) -> bool:
        """Whether the rule speaks about this call (`method` in lower case)."""
        if self.times is not None and self.hits >= self.times:
            return False
        if self.chat_id is not None and self.chat_id != chat_id:
            return False
        return method == self.method.lower() if self.method else method != "getupdates"


class Faults:
    """The rules in force, oldest first."""

    def __init__(self) -> None:
        """Start without faults."""
        self.rules: list[Fault] = []

    def add(self, kind: Kind, times: int | None = 1, **options: Any) -> Fault:
        """Add a rule; see `Fault` for the options.

        Raises:
            ValueError: Unknown kind.

        """
        if kind not in KINDS:
            message = f"unknown fault {kind!r}, known: {', '.join(KINDS)}"
            raise ValueError(message)
        if kind == "409":
            options.setdefault("method", "getUpdates")
        rule = Fault(kind, times, **options)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Remove all rules."""
        self.rules.clear()

    def take(self, method: str, chat_id: int | None) -> list[Fault]:
        """Return what happens to this call, each rule counted as hit; at most one that is not a delay."""
        if not self.rules:
            return []
        hit: list[Fault] = []
        for rule in self.rules:
            if not rule.matches(method, chat_id):
                continue
            if rule.skip:
                rule.skip -= 1
                continue
            rule.hits += 1
            hit.append(rule)
            if rule.kind != "delay":
                break
        return hit


async def apply(fault: Fault, transport: asyncio.BaseTransport | None) -> bool:
    """Let one fault happen before a call is processed.

    Returns:
        Whether the answer is to be lost.

    Raises:
        ApiError: The fault refuses the call, or has reset its connection.

    """
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
        return False
    if fault.kind == "lost":
        return True
    if fault.kind == "reset":
        reset(transport)
    raise _refusal(fault)


def _refusal(fault: Fault) -> ApiError:
    if fault.kind == "429":
        seconds = max(1, round(fault.seconds))
        return ApiError(429, f"retry after {seconds}", retry_after=seconds)
    if fault.kind == "403":
        return ApiError(403, "bot was blocked by the user")
    return ApiError(409, CONFLICT_POLL) if fault.kind == "409" else ApiError(500)


def reset(transport: asyncio.BaseTransport | None) -> None:
    """Close a connection with a reset instead of a proper end."""
    if not isinstance(transport, asyncio.Transport):
        return
    connection: socket.socket | None = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()

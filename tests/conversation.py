"""Talks of tests: a person who types and presses what they see, over the app's own pipeline; and transcripts that an adviser can read."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.app import App
from bot.apply import Applied
from dialogs.model import Choice, Inbound, Reply
from store.types import utcnow


@dataclass
class Talker:
    """One person on a channel that keeps its history; `said` is what Lotse said last."""

    app: App
    channel: str = "web"
    address: str = field(default_factory=lambda: secrets.token_urlsafe(8))
    hint: str | None = None
    said: list[Reply] = field(default_factory=list)
    everything: list[Reply] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        """Listen to what Lotse says."""
        self.app.pipeline.watchers.append(self._hear)

    def _hear(self, applied: Applied) -> None:
        if applied.mail.inbound.address == self.address and applied.mail.inbound.channel == self.channel:
            self.said += applied.move.replies
            self.everything += applied.move.replies

    async def send(self, **parts: Any) -> list[Reply]:
        """Send anything that an `Inbound` can carry; returns what Lotse says to it."""
        self.count += 1
        self.said = []
        fixed = {"channel": self.channel, "address": self.address, "sent_at": utcnow(), "language_hint": self.hint}
        fields = {"external_id": f"{self.address}-{self.count}", **fixed, **parts}
        await self.app.pipeline.receive([Inbound(**fields)])
        return self.said

    async def write(self, text: str) -> list[Reply]:
        """Type a text."""
        return await self.send(text=text)

    async def press(self, label: str) -> list[Reply]:
        """Press a button by what is on it (or by its id, for a forged one)."""
        seen = [choice for reply in self.everything for row in reply.rows for choice in row]
        found = next((choice for choice in reversed(seen) if plain(choice.label) == label), Choice(label=label, id=label))
        return await self.send(kind="choice", choice=found.id)

    async def press_first(self, prefix: str) -> list[Reply]:
        """Press the first button of what was said last whose id is `prefix` or begins with it; from a menu, as a channel does."""
        seen = [(reply, choice) for reply in self.said for row in reply.rows for choice in row if choice.id.startswith(prefix)]
        assert seen, f"no button {prefix!r} among {[choice.id for reply in self.said for row in reply.rows for choice in row]}"
        reply, choice = seen[0]
        return await self.send(kind="choice", choice=choice.id, screen="1" if reply.screen else None)

    @property
    def words(self) -> str:
        """All that Lotse said to the last message, as one text without direction marks."""
        return "\n".join(plain(part) for reply in self.said for part in (reply.title, reply.text, reply.note) if part)

    @property
    def labels(self) -> list[str]:
        """The buttons of the last reply."""
        return [plain(choice.label) for row in self.said[-1].rows for choice in row] if self.said else []


def plain(text: str) -> str:
    """`text` without direction isolates."""
    return text.replace("\u2067", "").replace("\u2068", "").replace("\u2069", "")


def transcripts(folder: Path) -> list[Any]:
    """The transcripts of a folder: a list of steps each, `person` or `press` and what `lotse` must say."""
    return [yaml.safe_load(file.read_text(encoding="utf-8")) | {"file": file.name} for file in sorted(folder.glob("*.yml"))]

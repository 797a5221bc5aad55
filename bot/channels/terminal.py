"""`lotse chat`: talking to Lotse in the terminal, for development; buttons are numbers. Uses the same pipeline as every channel."""

import secrets
from collections.abc import Callable, Sequence

from bot.app import App
from bot.apply import Applied
from dialogs.model import Choice, Inbound, Reply
from store.types import utcnow

CHANNEL = "terminal"


class Talk:
    """One talk: what is typed goes in, replies are shown by `show`."""

    def __init__(self, app: App, *, show: Callable[[str], None], language: str | None = None) -> None:
        self._app = app
        self._show = show
        self._language = language
        self._address = secrets.token_urlsafe(12)
        self._buttons: list[Choice] = []
        self._count = 0
        app.pipeline.watchers.append(self._hear)

    async def say(self, typed: str) -> None:
        """Send a text, or press the button whose number was typed."""
        number = int(typed) if typed.isascii() and typed.isdigit() else 0
        pressed = self._buttons[number - 1] if 0 < number <= len(self._buttons) else None
        if pressed and pressed.url:
            self._show(pressed.url)
            return
        await self._send(kind="choice", choice=pressed.id) if pressed else await self._send(text=typed)

    async def start(self) -> None:
        """Open the talk, in the language that was named, if any."""
        await self._send(kind="choice", choice=f"language:{self._language}" if self._language else "start")

    async def _send(self, **parts: str) -> None:
        self._count += 1
        fields = {"channel": CHANNEL, "address": self._address, "external_id": f"{self._address}-{self._count}", "sent_at": utcnow()}
        await self._app.pipeline.receive([Inbound(**fields, **parts)])  # type: ignore[arg-type]  # the parts are those of Inbound

    def _hear(self, applied: Applied) -> None:
        if applied.mail.inbound.address == self._address:
            self._present(applied.move.replies)

    def _present(self, replies: Sequence[Reply]) -> None:
        self._buttons = []
        for reply in replies:
            self._show("\n".join(part for part in ("", reply.title, reply.text, reply.note, reply.document) if part is not None))
            for choice in (choice for row in reply.rows for choice in row):
                self._buttons.append(choice)
                self._show(f"  [{len(self._buttons)}] {choice.label}")

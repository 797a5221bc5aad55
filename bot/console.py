"""What the commands of `lotse` share: settings and logs, running a coroutine, printing. The commands are in `cli` and `cli_users`."""

import asyncio
import io
import sys
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TextIO, TypeVar

from rich.console import Console
from rich.table import Table

from bot import logs
from bot.settings import Settings, read_settings

T = TypeVar("T")
WIDE = 170

out, errors = Console(soft_wrap=True, highlight=False), Console(stderr=True, soft_wrap=True, highlight=False)


def buffered(stream: TextIO) -> TextIO:
    """The same stream, writing until all is written.

    With PYTHONUNBUFFERED, as containers set it, a write that the system ends early (a pipe is full, the process is
    halted and goes on) loses the rest; a buffer writes on. Lines still appear at once.
    """
    raw = getattr(stream, "buffer", None)
    if not isinstance(raw, io.RawIOBase):
        return stream
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=stream.encoding, errors=stream.errors, line_buffering=True)


def configured() -> Settings:
    """The settings of this installation; from now on logs are written as they say."""
    settings = read_settings()
    logs.configure(settings.log_format, secrets=settings.secrets)
    return settings


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do asynchronous work to its end."""
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop  # noqa: PLC0415 - does not exist on Windows

    return uvloop.run(work)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table without lines."""
    shown = Table(box=None, pad_edge=False)
    for title in header:
        shown.add_column(title, no_wrap=True)
    for row in rows:
        shown.add_row(*row)
    Console(width=WIDE, highlight=False).print(shown, "")

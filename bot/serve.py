"""`lotse serve`: web pages, pipeline, delivery and channels in one process, until it is asked to stop."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn

from bot import app as composition
from bot.http import create_http
from bot.progress import Milestones
from bot.settings import Settings
from desk.demo import ACCOUNTS, PASSWORD
from knowledge.atlas import atlas
from store.errors import ConfigurationError
from store.tls import authorities

STOP_SECONDS = 10
# How long a thread that computes may keep the interpreter while the event loop wants it (5 ms by default, for each step of an answer).
SWITCH_SECONDS = 0.0005


class Server(uvicorn.Server):
    """Ends the live streams of the web pages first: they would hold up a graceful stop."""

    def __init__(self, config: uvicorn.Config, *, before_shutdown: Callable[[], None]) -> None:
        super().__init__(config)
        self._before_shutdown = before_shutdown

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM without raising them again afterwards: what is in hand is still to be finished then."""
        loop, wanted = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)
        for number in wanted:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield
        for number in wanted:
            loop.remove_signal_handler(number)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving; what is being answered is finished."""
        self._before_shutdown()
        await super().shutdown(sockets)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; raises ConfigurationError when the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        message = "cannot listen on {host}:{port} ({problem}). Is another Lotse running? Choose another port with --port."
        raise ConfigurationError(message, host=host, port=port, problem=error.strerror) from error
    listener.listen()
    return listener


async def serve(settings: Settings, *, listener: socket.socket, demo: bool, say: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; what is in hand is finished then."""
    sys.setswitchinterval(SWITCH_SECONDS)
    app = await composition.build(settings, demo=demo, lively=demo, progress=Milestones(say))
    # What the first message would wait for: the worker, the tables of words, the map.
    reading = asyncio.create_task(_keep(app.brain.warm(), asyncio.to_thread(atlas, demo=demo), asyncio.to_thread(authorities)))
    http = create_http(app)
    config = uvicorn.Config(
        http, log_config=None, access_log=False, timeout_graceful_shutdown=STOP_SECONDS, server_header=False, proxy_headers=True
    )
    server = Server(config, before_shutdown=http.state.site.web.close)
    for line in _greeting(app, listener):
        say(line)
    async with composition.running(app):
        await server.serve(sockets=[listener])
    await reading


async def _keep(*reading: Awaitable[object]) -> None:
    """Let the collector begin when all is read: that stays as long as the process, and walking through it takes a tenth of a second."""
    try:
        await asyncio.gather(*reading)
    finally:
        gc.freeze()
        gc.enable()


def _greeting(app: composition.App, listener: socket.socket) -> list[str]:
    host, port = listener.getsockname()[:2]
    lines = [f"Lotse is ready: open http://{host}:{port}/ in a browser. Stop with Ctrl+C."]
    if app.demo:
        lines.append("Demonstration: the town “Musterkreis Lotsenau (Demo)”, its offices and people are invented.")
        roles = ", ".join(f"{account.role} {account.email}" for account in ACCOUNTS.values())
        lines.append(f"Advisers' desk: http://{host}:{port}/desk/ with one button each, or the password {PASSWORD} ({roles}).")
    lines.append("Telegram is " + ("on." if "telegram" in app.channels else "off (set LOTSE_TELEGRAM_TOKEN to switch it on)."))
    if app.brain.note:
        lines.append(f"Understanding: {app.brain.engine} engine. {app.brain.note}")
    return lines

"""Runs the real application on a free port in a thread of its own; tests talk to it over HTTP and look into its SQLite file."""

import asyncio
import base64
import socket
import sqlite3
import threading
from collections.abc import Coroutine, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fastapi import FastAPI
from pydantic import SecretStr

from bot.app import App, build, running
from bot.http import create_http
from bot.settings import Settings
from tests.botapi import BotApi

T = TypeVar("T")
_START_SECONDS = 600  # learning, when nothing is kept from an earlier run


@dataclass(kw_only=True)
class Running:
    """A server at work: its address, its app, its database file, and the messenger that it polls, if it does."""

    url: str
    database: Path
    app: App
    desk: FastAPI
    loop: asyncio.AbstractEventLoop
    api: BotApi | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Let the server's own loop do something (with its database, say), and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        with closing(sqlite3.connect(self.database)) as connection:
            number: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - names of our own tables
            return number


@dataclass(kw_only=True)
class _Start:
    lively: bool = False
    ready: threading.Event = field(default_factory=threading.Event)
    stop: asyncio.Event | None = None
    server: Running | None = None
    error: BaseException | None = None


@contextmanager
def serving(folder: Path, learned: Path, *, tls: bool = False, messenger: bool = False, lively: bool = False) -> Iterator[Running]:
    """The whole of Lotse (a demonstration) on a free port until the block ends; `learned` keeps weights between runs.

    `messenger`: with a local Bot API server that it polls. `lively`: with the inbox of a demonstration, as `lotse serve --demo` has it.
    """
    start = _Start(lively=lively)
    thread = threading.Thread(target=_thread, args=(folder, learned, start), kwargs={"tls": tls, "messenger": messenger}, daemon=True)
    thread.start()
    assert start.ready.wait(_START_SECONDS)
    if start.error:
        raise start.error
    assert start.server
    assert start.stop
    try:
        yield start.server
    finally:
        start.server.loop.call_soon_threadsafe(start.stop.set)
        thread.join(30)


def _thread(folder: Path, learned: Path, start: _Start, *, tls: bool, messenger: bool) -> None:
    try:
        asyncio.run(_with_messenger(folder, learned, start, tls=tls) if messenger else _serve(folder, learned, start, tls=tls))
    except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
        start.error = error
    finally:
        start.ready.set()


async def _with_messenger(folder: Path, learned: Path, start: _Start, *, tls: bool) -> None:
    async with BotApi(time_factor=0) as api:
        await _serve(folder, learned, start, tls=tls, api=api)


async def _serve(folder: Path, learned: Path, start: _Start, *, tls: bool, api: BotApi | None = None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
        app = await build(_settings(folder, learned, url, api), demo=True, lively=start.lively)
        async with running(app):
            http = create_http(app)
            config = uvicorn.Config(http, log_level="warning", lifespan="off")
            if tls:
                config.ssl_certfile, config.ssl_keyfile = certificate(folder), folder / "key.pem"
            server = uvicorn.Server(config)
            start.stop = asyncio.Event()
            loop = asyncio.get_running_loop()
            start.server = Running(url=url, database=folder / "lotse.db", app=app, desk=http.state.desk, loop=loop, api=api)
            work = asyncio.create_task(server.serve(sockets=[listener]))
            while not server.started:
                await asyncio.sleep(0.01)
            start.ready.set()
            await start.stop.wait()
            http.state.site.web.close()
            server.should_exit = True
            await work


def _settings(folder: Path, learned: Path, base_url: str, api: BotApi | None) -> Settings:
    messenger = {"telegram_token": SecretStr(api.token), "telegram_api_url": api.url, "telegram_rate": 1000} if api else {}
    return Settings(
        _env_file=None,
        database_url=f"sqlite+aiosqlite:///{folder}/lotse.db",
        secret_keys=SecretStr(base64.b64encode(bytes(32)).decode()),
        base_url=base_url,
        data_dir=learned,
        **messenger,  # type: ignore[arg-type]  # names and kinds are those of the settings
    )


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody vouches for, beside its `key.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
    signed = built.sign(key, hashes.SHA256())
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "certificate.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return folder / "certificate.pem"

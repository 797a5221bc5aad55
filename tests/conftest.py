"""Fixtures that every folder shares: real databases, one trained brain, and a whole app on each."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import certifi
import pytest
from playwright.sync_api import expect

from bot import app as composition
from bot.app import App
from bot.settings import Settings, read_settings
from knowledge import loader
from knowledge.model import Knowledge
from nlu import weights
from nlu.brain import Brain
from nlu.embedding import Embedder
from nlu.weights import Found
from store import database, migrate
from store.crypto import Keyring
from store.database import Database
from tests.postgres import Postgres
from tests.worker import SharedEmbedder, Worker

pytest_plugins = ["tests.botapi.fixtures", "tests.served"]
DATABASES = [pytest.param("sqlite", id="sqlite"), pytest.param("postgresql", id="postgresql", marks=pytest.mark.service)]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "service: needs a database server or the Bot API server")
    config.addinivalue_line("markers", "browser: needs Chromium")
    if not hasattr(config, "workerinput"):  # workers have the environment of who started them
        _trust_little(config)
    expect.set_options(timeout=15_000)  # several browsers share the processor


def _trust_little(config: pytest.Config) -> None:
    """One certificate authority for this process and those that it starts: reading all of them for each client takes minutes."""
    folder = tempfile.mkdtemp(prefix="lotse-authority-")
    first, end, _ = Path(certifi.where()).read_text(encoding="utf-8").partition("-----END CERTIFICATE-----")
    file = Path(folder) / "one.pem"
    file.write_text(f"{first}{end}\n", encoding="utf-8")
    os.environ["SSL_CERT_FILE"] = str(file)
    config.add_cleanup(lambda: shutil.rmtree(folder))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium the tests in a browser are left out, and the summary says so."""
    # Playwright's own event loop stays in this thread once Chromium runs: tests with loops of their own come before.
    items.sort(key=lambda item: "chromium" in getattr(item, "fixturenames", ()))
    missing = pytest.mark.skip(reason="Chromium is not installed")
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
            if not shutil.which("chromium"):
                item.add_marker(missing)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the run, apart from pytest's folder: a second run closes that to all but root, and PostgreSQL is another user."""
    folder = tempfile.mkdtemp(prefix="lotse-postgres-")
    server = Postgres(Path(folder) / "data")
    yield server
    server.stop()
    # Half a million files: nobody has to wait until they are gone.
    os.posix_spawnp("rm", ["rm", "-rf", folder], os.environ, setsid=True)


async def upgraded(url: str) -> None:
    opened = database.connect(url)
    await migrate.upgrade(opened)
    await opened.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the newest schema and no rows, to be copied: running all migrations for each test would take a third of the suite."""
    file = tmp_path_factory.mktemp("template") / "lotse.db"
    asyncio.run(upgraded(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The same in PostgreSQL; the name of the database."""
    url = postgres.fresh()
    asyncio.run(upgraded(url))
    return postgres.name(url)


@pytest.fixture(scope="session")
def sqlite_demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, trained: Found, cache: Path) -> Path:
    """A file with the rows of a demonstration, for tests of the whole app: importing them for each would take a tenth of the suite."""
    file = tmp_path_factory.mktemp("demo") / "lotse.db"
    shutil.copy(sqlite_template, file)
    asyncio.run(demonstrated(f"sqlite+aiosqlite:///{file}", trained, cache))
    return file


@pytest.fixture(scope="session")
def postgres_demo(postgres: Postgres, postgres_template: str, trained: Found, cache: Path) -> str:
    """The same in PostgreSQL; the name of the database."""
    url = postgres.fresh(postgres_template)
    asyncio.run(demonstrated(url, trained, cache))
    return postgres.name(url)


async def demonstrated(url: str, trained: Found, cache: Path) -> None:
    settings = read_settings(database_url=url, data_dir=cache)
    built = await composition.build(settings, demo=True, brain=Brain(trained.learned, embedder=None, note=None))
    await built.close()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with the newest schema, once of each kind; without rows, or for the whole app those of a demonstration."""
    rows = "demo" if {"app", "serve"} & set(request.fixturenames) else "template"
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue(f"sqlite_{rows}"), tmp_path / "lotse.db")
        yield f"sqlite+aiosqlite:///{tmp_path}/lotse.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.fresh(request.getfixturevalue(f"postgres_{rows}"))
    yield url
    server.drop(url)


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/empty.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.fresh()
    yield url
    server.drop(url)


@pytest.fixture
async def base(database_url: str) -> AsyncIterator[Database]:
    """An upgraded database."""
    opened = database.connect(database_url)
    await migrate.upgrade(opened)
    yield opened
    await opened.close()


@pytest.fixture
def keyring() -> Keyring:
    return Keyring([b"k" * 32])


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return loader.load()


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that keeps learned weights for the whole run."""
    return tmp_path_factory.mktemp("data")


MakeSettings = Callable[..., Settings]


@pytest.fixture
def make_settings(database_url: str, cache: Path) -> MakeSettings:
    """Settings for the test's database; keyword arguments change single ones."""

    def make(**changes: object) -> Settings:
        return read_settings(**{"database_url": database_url, "data_dir": cache, "telegram_rate": 1000, **changes})

    return make


@pytest.fixture(scope="session")
def trained(knowledge: Knowledge, cache: Path) -> Found:
    """The weights, read once: reading and comparing them for each test would take a quarter of the suite."""
    embedder = Embedder()
    return asyncio.run(
        weights.find(composition.examples(knowledge), cache / "nlu", shipped=weights.SHIPPED, embedder=embedder, progress=None)
    )


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    """The process that computes sentence vectors, for the whole run."""
    started = Worker()
    yield started
    started.stop()


@pytest.fixture
def brain(trained: Found, worker: Worker) -> Brain:
    """Understanding, with the worker process of the run."""
    embedder = SharedEmbedder(worker)
    return Brain(trained.learned, embedder=None if embedder.note else embedder, note=trained.note or embedder.note)


@pytest.fixture
async def app(make_settings: MakeSettings, brain: Brain) -> AsyncIterator[App]:
    """The whole app, as a demonstration, at work, without channels that push."""
    built = await composition.build(make_settings(), demo=True, brain=brain)
    async with composition.running(built):
        yield built

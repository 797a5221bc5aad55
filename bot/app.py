"""The composition root: builds every part from one `Settings` and is the only place that knows them all.

The way of a message through the parts is drawn in `pipeline`; which channels exist is listed in `channels.TRAITS`.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import codec, inbox, retention, towns
from bot import outside as outside_world
from bot.apply import World
from bot.channels import TRAITS
from bot.channels.base import Channel
from bot.delivery import Delivery
from bot.excerpts import Excerpts
from bot.finding import Finder
from bot.inbox import Desk
from bot.jobs import Jobs
from bot.local_questions import LocalQuestions
from bot.page_keeper import PageKeeper
from bot.page_shelf import PageShelf
from bot.pipeline import Pipeline
from bot.progress import Milestones
from bot.settings import Settings
from bot.speaking import Speaker
from desk import demo as demo_colleagues
from desk import demo_inbox, demo_wishes
from dialogs.model import Reply, Town
from knowledge import loader
from knowledge.courses import demo as demo_courses
from knowledge.courses.shelf import Shelf
from knowledge.model import Knowledge
from nlu import brain as nlu
from nlu.brain import Brain, Engine
from nlu.model import Example
from scheduler import displaced, reminders, runner, waiting
from scheduler.site import ensure_demo
from store import database, migrate
from store.crypto import KEY_BYTES, Keyring
from store.database import Database
from store.errors import UnavailableError
from store.statements import insert_new
from store.tables import Vault
from store.types import today_here, utcnow

DRAIN_SECONDS = 10
INDEX_KEY = "index key"
_READING = "reading pages of municipalities: {done} of {total}"

log = structlog.get_logger(__name__)
Progress = Callable[[int, int], None]


@dataclass(kw_only=True)
class App:
    """All parts of one process."""

    settings: Settings
    database: Database
    desk: Desk
    world: World
    brain: Brain
    finder: Finder
    own: LocalQuestions
    pages: PageShelf
    keeper: PageKeeper
    delivery: Delivery
    pipeline: Pipeline
    speaker: Speaker
    jobs: Jobs
    channels: dict[str, Channel]
    demo: bool = False

    async def close(self) -> None:
        """Close connections and worker processes."""
        telegram: Any = self.channels.get("telegram")
        if telegram:
            await telegram.close()
        await self.own.close()
        await self.pages.close()
        await self.brain.close()
        await self.database.close()


async def build(  # noqa: PLR0913 - one keyword for each choice
    settings: Settings,
    *,
    demo: bool = False,
    lively: bool = False,
    engine: Engine = "auto",
    brain: Brain | None = None,
    progress: Progress | None = None,
) -> App:
    """Build all parts; raises ConfigurationError, ContentError or UnavailableError (the database does not answer).

    `lively`: a demonstration that starts for the first time has an inbox full of invented people. `brain`: one that is at hand already.
    """
    base = database.connect(settings.database_url)
    keyring, first = settings.keyring, False
    knowledge = loader.shipped()
    try:
        await migrate.upgrade(base)
        desk = Desk(owner=_owner(), keyring=keyring, index_key=await index_key(base, keyring), base_url=settings.base_url)
        async with base.write() as session:
            await towns.seed(session, knowledge, demo=demo)
            if base.is_sqlite:
                await inbox.free_all(session)
            known = await towns.read(session, demo=demo)
            if demo:
                first = await _invent(session, desk, known[towns.DEMO], lively=lively)
    except (SQLAlchemyError, OSError) as error:
        await base.close()
        message = "the database of LOTSE_DATABASE_URL does not answer: {problem}"
        raise UnavailableError(message, problem=type(error).__name__) from error
    brain = brain or await nlu.build(examples(knowledge), settings.data_dir / "nlu", engine=engine, progress=progress)
    if first:
        asked = await demo_wishes.understood(brain)
        async with base.write() as session:
            await demo_wishes.fill(session, keyring, asked, municipality=known[towns.DEMO].id, now=utcnow())
    return _join(settings, base, desk, knowledge, known, brain, demo=demo)


async def _invent(session: AsyncSession, desk: Desk, town: Town, *, lively: bool) -> bool:
    """What a demonstration has: an office, advisers, courses, and an inbox if it is lively and starts for the first time: then True."""
    await ensure_demo(session, desk.keyring, municipality=town.id)
    await demo_courses.ensure_demo(session, today=today_here())
    first = await demo_colleagues.ensure_demo(session, municipality=town.id)
    if first and lively:
        await demo_inbox.fill(session, _ways(desk), town=town, now=utcnow())
    return first and lively


def _ways(desk: Desk) -> demo_inbox.Ways:
    """How invented conversations are stored: as real ones."""

    def seal_line(payload: Mapping[str, Any] | Reply) -> bytes:
        return codec.seal_message(desk.keyring, codec.reply_to_json(payload) if isinstance(payload, Reply) else dict(payload))

    def seal_address(external: str) -> bytes:
        return desk.keyring.seal(external, purpose=codec.ADDRESS)

    return demo_inbox.Ways(keyring=desk.keyring, seal_line=seal_line, seal_address=seal_address, blind=desk.blind)


def _join(  # noqa: PLR0913, PLR0917 - joins all parts
    settings: Settings, base: Database, desk: Desk, knowledge: Knowledge, known: Mapping[str, Town], brain: Brain, *, demo: bool
) -> App:
    channels: dict[str, Channel] = {}
    delivery = Delivery(database=base, desk=desk, channels=channels)
    world = World(knowledge=knowledge, towns=known, traits=TRAITS, courses=Shelf(demo=demo))
    cache = None if brain.engine == "lexical" else settings.data_dir / "nlu"
    own = LocalQuestions(shelf=world.local, common=knowledge, cache=cache and cache / "own")
    pages = PageShelf(cache=cache, progress=Milestones(log.info, _READING))
    finder = Finder(brain=brain, own=own, shelf=pages, database=base, towns=known, switches=world.switches)
    keeper = PageKeeper(database=base, shelf=pages, switches=world.switches)
    excerpts = Excerpts(brain=brain, world=world, database=base, keyring=desk.keyring, folder=settings.data_dir / "nlu" / "sentences")
    pipeline = Pipeline(database=base, desk=desk, world=world, finder=finder, excerpts=excerpts, delivery=delivery)
    speaker = Speaker(desk=desk, traits=TRAITS, delivery=delivery)
    jobs = Jobs(database=base, desk=desk, world=world, delivery=delivery, speaker=speaker)
    jobs.work += [waiting.expire, displaced.note_silence, reminders.plan_enrolments]
    parts = {"settings": settings, "database": base, "desk": desk, "world": world, "brain": brain, "finder": finder}
    parts |= {"own": own, "pages": pages, "keeper": keeper}
    app = App(**parts, delivery=delivery, pipeline=pipeline, speaker=speaker, jobs=jobs, channels=channels, demo=demo)  # type: ignore[arg-type]  # the parts are those of App
    if settings.telegram_token.get_secret_value():
        channels["telegram"] = _telegram(app)
    return app


def _telegram(app: App) -> Channel:
    # aiogram takes seconds to import: only who uses Telegram waits for it.
    from bot.channels.telegram import Telegram  # noqa: PLC0415

    settings = app.settings
    return Telegram(
        token=settings.telegram_token.get_secret_value(),
        api_url=settings.telegram_api_url,
        secret=settings.telegram_webhook_secret.get_secret_value(),
        accept=app.pipeline.accept,
        rate=settings.telegram_rate,
    )


def examples(knowledge: Knowledge) -> list[Example]:
    """The example questions of all articles, as understanding learns from them."""
    return [
        Example(text=question, language=translation.language, label=article.id)
        for article in knowledge.articles.values()
        for translation in article.translations.values()
        for question in translation.questions
    ]


@asynccontextmanager
async def running(app: App, *, channels: bool = True) -> AsyncIterator[App]:
    """The app at work: pipeline, delivery, retention and channels; at the end what is in hand is finished, then everything is closed."""
    try:
        async with asyncio.TaskGroup() as group:
            inner = [group.create_task(work) for work in (app.pipeline.run(), app.delivery.run(), retention.run(app.database))]
            outside = outside_world.run(app.settings, app.database, app.desk, demo=app.demo)
            beside = (runner.run(app.jobs.tick), outside, app.keeper.run(), *(_channel_work(app) if channels else ()))
            outer = [group.create_task(work) for work in beside]
            try:
                yield app
            finally:
                _cancel(outer)
                await app.pipeline.drain(DRAIN_SECONDS)
                await app.delivery.drain(DRAIN_SECONDS)
                _cancel(inner)
    finally:
        await app.close()


def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


def _channel_work(app: App) -> list[Coroutine[Any, Any, None]]:
    telegram: Any = app.channels.get("telegram")
    if telegram is None:
        return []
    if app.settings.telegram_mode == "polling":
        return [telegram.introduce(), telegram.poll()]
    return [telegram.introduce(), telegram.start_webhook(f"{app.settings.base_url}/telegram/all")]


def _owner() -> str:
    """A name for this process in leases: host, process, and chance (process numbers come again)."""
    return f"{socket.gethostname()[:12]}-{os.getpid()}-{secrets.token_hex(3)}"[:32]


async def index_key(base: Database, keyring: Keyring) -> bytes:
    """The key of the blind index: made once, kept sealed in the database, so that it survives a change of secret keys."""
    fresh = {"name": INDEX_KEY, "sealed_value": keyring.seal(secrets.token_hex(KEY_BYTES), purpose="vault")}
    async with base.write() as session:
        await insert_new(session, Vault, [fresh])
        row = await session.get_one(Vault, INDEX_KEY)
        return bytes.fromhex(keyring.open(row.sealed_value, purpose="vault"))

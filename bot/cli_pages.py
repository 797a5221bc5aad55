"""The command `lotse knowledge sync`: fetch the pages that municipalities keep elsewhere. `bot.page_sync` does the work."""

import time
from typing import Annotated, Any

import typer

from bot.console import configured, errors, out, run, table
from bot.settings import Settings
from store.errors import ConfigurationError

Integreat = Annotated[str, typer.Option("--integreat", help="The address of an Integreat server, e.g. https://cms.integreat-app.de")]
Regions = Annotated[str, typer.Option("--region", help="Regions as the server calls them, separated by commas.")]
Languages = Annotated[str, typer.Option("--languages", help="Languages as the server calls them, separated by commas, e.g. de,ar,uk.")]


def sync(*, integreat: Integreat = "", region: Regions = "", languages: Languages = "") -> None:
    """Fetch new, changed and deleted pages of the sources that are known, or of these, which are known from then on."""
    given = bool(integreat), bool(region), bool(languages)
    if any(given) and not all(given):
        message = "--integreat, --region and --languages belong together"
        raise ConfigurationError(message)
    began = time.monotonic()
    done = run(_sync(configured(), integreat, _parts(region), _parts(languages)))
    _show(done)
    took = time.monotonic() - began
    wrong = sum(bool(each.problem) for each in done)
    out.print(f"{len(done) - wrong} of {len(done)} feeds are up to date, after {took:.1f} s.")
    raise typer.Exit(code=1 if wrong else 0)


def _parts(listed: str) -> list[str]:
    return [part.strip() for part in listed.split(",") if part.strip()]


async def _sync(settings: Settings, base: str, regions: list[str], languages: list[str]) -> list[Any]:
    from bot import page_sync  # noqa: PLC0415 - loads what only this command needs
    from store import database, migrate  # noqa: PLC0415

    feeds = page_sync.feeds_of(base, regions=regions, languages=languages) if base else []
    opened = database.connect(settings.database_url)
    try:
        await migrate.upgrade(opened)
        feeds = feeds or await page_sync.known(opened)
        if not feeds:
            message = "no source is known; name one with --integreat, --region and --languages"
            raise ConfigurationError(message)
        done = []
        async for each in page_sync.sync(opened, feeds):
            done.append(each)
            errors.print(f"{len(done)} of {len(feeds)}: {each.feed.address}", markup=False)
        return done
    finally:
        await opened.close()


def _show(done: list[Any]) -> None:
    shown = [each for each in done if each.problem or any(vars(each.change).values())]
    counts = [
        (
            each.feed.municipality,
            each.feed.language,
            each.feed.kind,
            *(str(number) for number in vars(each.change).values()),
            str(each.strange),
        )
        for each in shown
        if not each.problem
    ]
    table(("municipality", "language", "", "new", "changed", "gone", "unchanged", "no page"), counts)
    for each in shown:
        if each.problem:
            errors.print(f"{each.feed.address}: {each.problem}; its old pages stay", markup=False)

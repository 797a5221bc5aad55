"""The command line `lotse`: each command builds what it needs and calls one verb. Texts for newcomers live in `dialogs`."""

import asyncio
import gc
import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import cli_articles, cli_check, cli_courses, cli_evaluate, cli_pages, cli_users
from bot.console import buffered, configured, errors, out, run, table
from bot.settings import Settings
from store.errors import LotseError

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Lotse: a multilingual guide for newcomers in Germany.")
knowledge_app = typer.Typer(no_args_is_help=True, help="Articles: check, count, evaluate.")
db_app = typer.Typer(no_args_is_help=True, help="The database: upgrade, back up, restore, change keys.")
site_app = typer.Typer(no_args_is_help=True, help="Offices, services, advisers and their hours: read in, write out.")
app.add_typer(knowledge_app, name="knowledge")
app.add_typer(db_app, name="db")
app.add_typer(site_app, name="site")
app.add_typer(cli_users.app, name="user")
app.add_typer(cli_courses.app, name="courses")
knowledge_app.command("check")(cli_check.check)
knowledge_app.command("sync")(cli_pages.sync)
knowledge_app.command("evaluate")(cli_evaluate.evaluate)
knowledge_app.command("export")(cli_articles.export)
knowledge_app.command("import")(cli_articles.import_)


def main() -> None:
    """Run the command line; errors of the operator end with one clear sentence and exit code 2."""
    sys.stdout, sys.stderr = buffered(sys.stdout), buffered(sys.stderr)
    try:
        app()
    except* LotseError as group:
        for error in _leaves(group):
            errors.print(f"Lotse: {error}", markup=False)
        sys.exit(2)


def _leaves(group: BaseExceptionGroup[Any]) -> list[BaseException]:
    return [leaf for error in group.exceptions for leaf in (_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])]


@app.command()
def serve(
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Add a fictional district, plainly marked.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8080,
) -> None:
    """Run everything in one process: web chat, Telegram (if a token is set), delivery."""
    gc.disable()  # a start leaves hardly any waste, and the collector would look through all of it again and again
    with ThreadPoolExecutor(1) as beside:
        beside.submit(_read_ahead)
        from bot import serve as server  # noqa: PLC0415 - the web framework is loaded only for this command

    settings = configured()
    listener = server.bind(host, port)
    run(server.serve(settings, listener=listener, demo=demo, say=lambda line: errors.print(line, markup=False)))


def _read_ahead() -> None:
    """Content and weights are read on another core, while the web framework is imported; who needs them finds them read."""
    from knowledge import loader  # noqa: PLC0415 - not needed by other commands
    from nlu import weights  # noqa: PLC0415

    weights.read_shipped(weights.SHIPPED)
    loader.shipped()


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="The question. Leave it out with --batch.")] = "",
    *,
    language: Annotated[str | None, typer.Option(help="The person's language, e.g. ar.")] = None,
    municipality: Annotated[str | None, typer.Option(help="The slug of a town or district.")] = None,
    batch: Annotated[str | None, typer.Option(help="A JSONL file of questions, or - for standard input.")] = None,
    as_json: Json = False,
) -> None:
    """Say what Lotse would make of a question; nothing is stored.

    With --municipality its own articles and imported pages count too; pages are named page:<name>.
    """
    settings = configured()
    if batch is not None:
        run(_ask_batch(settings, batch))
    elif text.strip():
        run(_ask_one(settings, {"text": text, "language": language, "municipality": municipality}, as_json=as_json))
    else:
        raise typer.BadParameter("write a question, or name a file with --batch")  # noqa: EM101, TRY003


async def _ask_one(settings: Settings, row: dict[str, Any], *, as_json: bool) -> None:
    from bot import ask as asking  # noqa: PLC0415 - loads the engines

    asker = await asking.open_asker(settings)
    match = await asker.understand(row["text"], language=row["language"], municipality=row["municipality"])
    if row["municipality"] and not asker.knows(row["municipality"]):
        errors.print(f"Lotse does not know the municipality {row['municipality']!r}; answering without local offices.", markup=False)
    if as_json:
        print(json.dumps({"id": None, **asking.as_json(match)}, ensure_ascii=False))  # noqa: T201
    else:
        shown = await asker.shown(match, row["municipality"])
        out.print(f"{match.decision} · {match.entry or match.intent or '–'} · {match.language} · {match.ms:.0f} ms", markup=False)
        if shown:
            out.print(f"\n{shown['title']}\n{shown['answer']}", markup=False)
        for candidate in match.candidates:
            out.print(f"  {candidate.score:.2f}  {candidate.entry}", markup=False)
    if asker.note:
        errors.print(asker.note, markup=False)
    await asker.close()


async def _ask_batch(settings: Settings, source: str) -> None:
    from bot import ask as asking  # noqa: PLC0415 - loads the engines

    lines = sys.stdin.read().splitlines() if source == "-" else _read(Path(source)).splitlines()
    asker = await asking.open_asker(settings)
    async for line in asking.ask_batch(asker, lines):
        print(line)  # noqa: T201
    if asker.note:
        errors.print(asker.note, markup=False)
    await asker.close()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = "cannot read {path}: {problem}"
        raise LotseError(message, path=path, problem=error) from error


@app.command()
def chat(*, language: Annotated[str | None, typer.Option(help="Start in this language, e.g. ar.")] = None) -> None:
    """Talk to Lotse in the terminal; type a text or the number of a button, and Ctrl+D to end. Nothing of it is kept."""
    run(_chat(configured(), language))


async def _chat(settings: Settings, language: str | None) -> None:
    from bot import app as composition  # noqa: PLC0415 - builds everything

    with tempfile.TemporaryDirectory() as folder:
        apart = settings.model_copy(update={"database_url": f"sqlite+aiosqlite:///{folder}/chat.db"})
        built = await composition.build(apart, demo=True)
        await _talk(built, language)


async def _talk(built: Any, language: str | None) -> None:
    from bot import app as composition  # noqa: PLC0415 - builds everything
    from bot.ask import known_language  # noqa: PLC0415
    from bot.channels.terminal import Talk  # noqa: PLC0415

    async with composition.running(built, channels=False):
        talk = Talk(built, show=lambda line: out.print(line, markup=False), language=known_language(language))
        await talk.start()
        while typed := await asyncio.to_thread(_prompt):
            await talk.say(typed)


def _prompt() -> str:
    try:
        return input("> ").strip() or " "
    except (EOFError, KeyboardInterrupt):
        return ""


@knowledge_app.command("stats")
def knowledge_stats(
    *, as_json: Json = False, svg: Annotated[Path | None, typer.Option(help="Write a picture of the table to this file.")] = None
) -> None:
    """Show which article exists in which language, which pages were imported, and how understanding works here."""
    from bot import stored  # noqa: PLC0415 - loads what only this command needs
    from knowledge import loader, stats, stats_picture, vocabulary  # noqa: PLC0415
    from nlu.embedding import load_error  # noqa: PLC0415

    coverage = stats.coverage(loader.load(), topics=vocabulary.load_topics(loader.ROOT))
    pages = run(stored.counts(configured()))
    if svg is not None:
        svg.write_text(stats_picture.picture(coverage), encoding="utf-8")
    if as_json:
        print(json.dumps(stats.as_json(coverage) | {"pages": pages}, ensure_ascii=False, indent=1))  # noqa: T201
        return
    table(stats.language_header(), stats.language_rows(coverage))
    table(stats.header(coverage), stats.rows(coverage))
    out.print(stats.legend(), markup=False)
    if pages:
        out.print("\nImported pages", markup=False)
        shown = [(town, code, str(row["pages"]), row["synced_at"] or "never") for town, rows in pages.items() for code, row in rows.items()]
        table(("municipality", "language", "pages", "looked at"), shown)
    reason = load_error()
    out.print(f"Understanding: n-grams alone, because {reason}" if reason else "Understanding: sentence vectors and n-grams", markup=False)


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the newest schema (also done at every start)."""
    from bot import maintenance  # noqa: PLC0415

    changed = run(maintenance.upgrade(configured()))
    out.print("The database is up to date now." if changed else "The database was up to date.")


@db_app.command("backup")
def db_backup(file: Path) -> None:
    """Write everything to one file. Personal texts in it stay encrypted; keep the secret keys elsewhere."""
    from bot import maintenance  # noqa: PLC0415

    out.print(f"{run(maintenance.backup(configured(), file))} rows written to {file}", markup=False)


@db_app.command("restore")
def db_restore(file: Path) -> None:
    """Fill an empty database from a backup file."""
    from bot import maintenance  # noqa: PLC0415

    out.print(f"{run(maintenance.restore(configured(), file))} rows restored from {file}", markup=False)


@db_app.command("rotate")
def db_rotate() -> None:
    """Encrypt everything again with the newest of LOTSE_SECRET_KEYS; afterwards the older keys can go."""
    from bot import maintenance  # noqa: PLC0415

    out.print(f"{run(maintenance.rotate(configured()))} values encrypted again.")


@site_app.command("import")
def site_import(
    file: Path, *, municipality: Annotated[str | None, typer.Option(help="Another town or district than the file names (slug).")] = None
) -> None:
    """Make offices, services, advisers and hours those of a file; a file with mistakes changes nothing, and all of them are listed."""
    from bot import maintenance  # noqa: PLC0415
    from scheduler import site_reader  # noqa: PLC0415

    report = run(maintenance.import_site(configured(), site_reader.read(_read(file)), municipality=municipality))
    counts = report.kinds.items()
    rows = [(kind, str(each.new), str(each.changed), str(each.gone), str(each.unchanged)) for kind, each in counts]
    table(("", "new", "changed", "gone", "unchanged"), rows)
    if report.displaced:
        out.print(f"{len(report.displaced)} appointments lie in an absence: their people are asked for a new time.")
    if report.pages_gone:
        out.print(f"{report.pages_gone} pages went with sources that the file does not name any more.")
    if "sources" in report.kinds and report.kinds["sources"].new:
        out.print("Pages of new sources are fetched by the running server within minutes, or now by: lotse knowledge sync")
    out.print("The site is as the file says." if report.changes else "The site was as the file says; nothing changed.")


@site_app.command("export")
def site_export(
    *,
    municipality: Annotated[str | None, typer.Option(help="The slug of the town or district, if several have a site.")] = None,
    secrets: Annotated[bool, typer.Option("--secrets", help="Show the addresses of advisers' own calendars too.")] = False,
) -> None:
    """Print the site as a file that can be read in again."""
    from bot import maintenance  # noqa: PLC0415

    print(run(maintenance.export_site(configured(), municipality=municipality, secrets=secrets)), end="")  # noqa: T201


@site_app.command("feed")
def site_feed(
    adviser: Annotated[str, typer.Argument(help="The adviser as the site file calls them (slug).")],
    *,
    municipality: Annotated[str | None, typer.Option(help="The slug of the town or district, if several have such an adviser.")] = None,
    renew: Annotated[bool, typer.Option("--renew", help="Make a new address; the old one ends at once.")] = False,
) -> None:
    """Print the private address of an adviser's calendar, to be sent to them alone."""
    from bot import feeds  # noqa: PLC0415

    print(run(feeds.address(configured(), slug=adviser, municipality=municipality, renew=renew)))  # noqa: T201

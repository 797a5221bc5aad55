"""The commands `lotse knowledge export` and `import`: what a municipality wrote itself, as files. `bot.article_files` does the work."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.console import configured, errors, out, run

Folder = Annotated[Path, typer.Argument(help="The folder; in it <group>/<slug>/article.yml and <language>.md, as in knowledge/content.")]
Town = Annotated[str, typer.Option(help="The slug of the town or district whose articles these are.")]


def export(
    folder: Folder,
    *,
    municipality: Town,
    drafts: Annotated[bool, typer.Option("--drafts", help="Write drafts too, as article.draft.yml and <language>.draft.md.")] = False,
) -> None:
    """Write what a municipality published itself: local versions of common articles, and articles that only it has."""
    from bot import article_files  # noqa: PLC0415 - loads what only this command needs

    count = run(article_files.export(configured(), folder, municipality=municipality, drafts=drafts))
    out.print(f"{count} files written to {folder}" if count else "Nothing is published there; no file was written.", markup=False)


def import_(folder: Folder, *, municipality: Town) -> None:
    """Make articles of a municipality what files say, and publish them; with mistakes nothing is changed, and all are listed."""
    from bot import article_files  # noqa: PLC0415 - loads what only this command needs

    today = date.today()  # noqa: DTZ011 - review dates are days of the operator
    found, done = run(article_files.import_(configured(), folder, municipality=municipality, today=today))
    for each in found:
        out.print(f"{each.file}:{each.line}: {each.severity}: {each.message} → {each.remedy}", markup=False)
    if done is None:
        errors.print("Nothing was changed.")
        raise typer.Exit(code=1)
    out.print(f"{len(done.changed)} articles are as the files say now, {len(done.unchanged)} were so before.")

"""The commands `lotse courses …`: check and import a file, write it out, take a change back, find. `bot.course_files` does the work."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from bot.console import configured, errors, out, run, table
from bot.progress import Milestones

app = typer.Typer(no_args_is_help=True, help="Language courses: check and import files, export, undo, find.")
Source = Annotated[str, typer.Argument(help="A CSV or JSON file, or the https:// address of a provider's page.")]
Municipality = Annotated[
    str | None, typer.Option(help="The slug of the town or district; by default the only one with a site, else the whole installation.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

LONG_FILE = 256 * 1024  # bytes, and courses below, from which progress is told
LONG_LIST = 1000
MOST_SHOWN = 10


class Form(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    JSON = "json"


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the day of the operator, who looks at the file now


def _load(source: str) -> Any:
    from bot import course_files  # noqa: PLC0415 - loads what only these commands need
    from knowledge.courses import jsonld  # noqa: PLC0415

    if jsonld.is_address(source):
        return run(course_files.fetch(source, today=_today()))
    path = Path(source)
    long = path.is_file() and path.stat().st_size > LONG_FILE
    return course_files.load(source, today=_today(), progress=_told("reading: {done} of {total}") if long else None)


def _told(words: str) -> Milestones:
    return Milestones(lambda line: errors.print(line, markup=False), words)


@app.command("check")
def check(source: Source, *, as_json: Json = False) -> None:
    """List everything that is wrong with a file, with row, column, value and what would be right; fails if there are errors."""
    sheet = _load(source)
    if as_json:
        print(json.dumps(_sheet_json(sheet), ensure_ascii=False, indent=1))  # noqa: T201
    else:
        _show_problems(sheet)
        out.print(f"{len(sheet.courses)} of {sheet.rows} courses are in order.")
    raise typer.Exit(code=1 if sheet.errors else 0)


def _sheet_json(sheet: Any) -> dict[str, Any]:
    from knowledge.courses.problems import sentence  # noqa: PLC0415

    problems = [
        {
            "row": problem.row,
            "column": problem.column,
            "value": problem.value,
            "code": problem.code,
            "severity": problem.severity,
            "sentence": {"en": sentence(problem, "en"), "de": sentence(problem, "de")},
        }
        for problem in sheet.problems
    ]
    return {"rows": sheet.rows, "courses": len(sheet.courses), "errors": sheet.errors, "problems": problems}


def _show_problems(sheet: Any) -> None:
    from knowledge.courses.problems import line  # noqa: PLC0415

    for problem in sheet.problems:
        out.print(f"{problem.severity}: {line(problem)}", markup=False)
    if sheet.problems:
        counts = Counter(problem.severity for problem in sheet.problems)
        errors.print(", ".join(f"{number} {severity}s" for severity, number in sorted(counts.items())))


@app.command("import")
def import_(
    source: Source,
    *,
    municipality: Municipality = None,
    feed: Annotated[str | None, typer.Option(help="The name of the source; courses that it no longer has are gone.")] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Make the courses of a source those of a file: first shows what is new, changed and gone. A file with errors changes nothing.

    In a terminal it asks before it changes anything; elsewhere only --yes lets most courses vanish.
    """
    from bot import course_files  # noqa: PLC0415 - loads what only these commands need
    from knowledge.courses import catalogue, jsonld  # noqa: PLC0415

    settings, sheet = configured(), _load(source)
    owner = run(course_files.owner(settings, municipality)) if not sheet.errors else ""
    own_feed = (feed or (jsonld.feed_of(source) if jsonld.is_address(source) else "file"))[:64]
    change = course_files.Change(
        owner=owner, feed=own_feed, courses=tuple(sheet.courses), today=_today(), file_name=source.rpartition("/")[2] or source
    )
    sheet, shown = run(course_files.previewed(settings, sheet, change))
    if not as_json:
        _show_problems(sheet)
    if shown is None:
        _end(as_json, {**_sheet_json(sheet), "applied": False}, "Nothing was changed: mend the errors first.", code=1)
    counts = {"new": len(shown.new), "changed": len(shown.changed), "gone": len(shown.gone), "unchanged": shown.unchanged}
    found = {**_sheet_json(sheet), **counts, "owner": owner, "feed": own_feed}
    if not as_json:
        _show_preview(shown, counts)
    if not (shown.new or shown.changed or shown.gone):
        _end(as_json, {**found, "applied": False}, "The catalogue was as the file says; nothing changed.")
    if not yes and not _agreed(most_gone=catalogue.most_gone(shown), as_json=as_json):
        words = (
            "Nothing was changed: most courses would vanish. If that is meant, add --yes."
            if catalogue.most_gone(shown)
            else "Nothing changed."
        )
        _end(as_json, {**found, "applied": False}, words, code=1)
    long = len(sheet.courses) > LONG_LIST
    done = run(
        course_files.apply(settings, change, revision=shown.revision, progress=_told("writing: {done} of {total}") if long else None)
    )
    words = f"Imported as change {done.import_id} of {owner or 'the whole installation'}. “lotse courses undo” takes it back."
    _end(as_json, {**found, "applied": True, "import": done.import_id}, words)


def _end(as_json: bool, found: dict[str, Any], words: str, *, code: int = 0) -> NoReturn:  # noqa: FBT001 - which of the two is said
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))  # noqa: T201
    else:
        out.print(words, markup=False)
    raise typer.Exit(code=code)


def _agreed(*, most_gone: bool, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        return not most_gone
    question = "Most courses would vanish. Is that meant?" if most_gone else "Import this?"
    return typer.confirm(question, default=not most_gone)


def _show_preview(shown: Any, counts: dict[str, int]) -> None:
    from knowledge.courses.record import as_text  # noqa: PLC0415

    table(list(counts), [[str(number) for number in counts.values()]])
    _some("+", [f"{course.id}  {course.title}" for course in shown.new])
    changed = []
    for each in shown.changed:
        pairs = [f"{name} {as_text(name, before) or '–'} → {as_text(name, after) or '–'}" for name, before, after in each.fields]
        changed.append(f"{each.id}  {each.title}: {', '.join(pairs)}")
    _some("~", changed)
    _some("-", [f"{course.id}  {course.title}" for course in shown.gone])


def _some(sign: str, lines: Sequence[str]) -> None:
    for line in lines[:MOST_SHOWN]:
        out.print(f"{sign} {line}", markup=False)
    if len(lines) > MOST_SHOWN:
        out.print(f"{sign} … and {len(lines) - MOST_SHOWN} more")


@app.command("export")
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; by default it is printed.")] = None,
    *,
    municipality: Municipality = None,
    form: Annotated[Form, typer.Option("--format", help="csv for Excel, json for programs.")] = Form.CSV,
) -> None:
    """Write out all courses as a file that can be imported again and says exactly the same."""
    from bot import course_files  # noqa: PLC0415 - loads what only these commands need

    settings = configured()
    owner = run(course_files.owner(settings, municipality))
    if file is None:
        run(course_files.export(settings, owner=owner, form=form.value, to=sys.stdout.buffer))
        return
    with file.open("wb") as to:
        count = run(course_files.export(settings, owner=owner, form=form.value, to=to))
    errors.print(f"{count} bytes written to {file}", markup=False)


@app.command("undo")
def undo(*, municipality: Municipality = None, yes: Yes = False) -> None:
    """Take the newest change of the catalogue back, so that it is exactly as before; again for the one before it."""
    from bot import course_files  # noqa: PLC0415 - loads what only these commands need

    settings = configured()
    owner = run(course_files.owner(settings, municipality))
    newest = run(course_files.newest(settings, owner=owner))
    if newest is None:
        out.print("There is no change that can be taken back.")
        raise typer.Exit(code=1)
    words = f"{newest.kind} {newest.file_name}".strip()
    out.print(f"Change {newest.id} ({words}): {newest.new} new, {newest.changed} changed, {newest.gone} gone.", markup=False)
    if not yes and sys.stdin.isatty() and not typer.confirm("Take it back?", default=True):
        raise typer.Exit(code=1)
    run(course_files.undo(settings, owner=owner, number=newest.id, today=_today()))
    out.print("Taken back.")


@app.command("history")
def history(
    *,
    municipality: Municipality = None,
    limit: Annotated[int, typer.Option(help="How many changes.", min=1, max=1000)] = 20,
    as_json: Json = False,
) -> None:
    """Show what was done to the catalogue, the newest first."""
    from bot import course_files  # noqa: PLC0415 - loads what only these commands need

    settings = configured()
    entries = run(course_files.history(settings, owner=run(course_files.owner(settings, municipality)), limit=limit))
    columns = ("id", "at", "kind", "feed", "actor", "file_name", "new", "changed", "gone", "unchanged", "undone")
    cells = [{name: getattr(entry, name) for name in columns} | {"at": f"{entry.at:%Y-%m-%d %H:%M} UTC"} for entry in entries]
    if as_json:
        print(json.dumps(cells, ensure_ascii=False, indent=1))  # noqa: T201
    else:
        table(columns, [["yes" if value is True else "" if value is False else str(value) for value in row.values()] for row in cells])


@app.command("find")
def find(
    text: Annotated[str, typer.Argument(help="What somebody writes, in any of the languages.")],
    *,
    language: Annotated[str | None, typer.Option(help="The person's language, e.g. ar.")] = None,
    municipality: Municipality = None,
    as_json: Json = False,
) -> None:
    """Say which courses Lotse would show first, and what it read as wishes."""
    from bot import course_files, course_finding  # noqa: PLC0415 - loads the words for wishes
    from knowledge.courses.record import to_json  # noqa: PLC0415

    settings = configured()
    owner = run(course_files.owner(settings, municipality))
    found = run(course_finding.find(settings, text, language=language, owner=owner, today=_today()))
    if as_json:
        courses = [{"km": km, **to_json(course)} for course, km in found.courses]
        print(json.dumps({"filters": found.wishes, "total": found.total, "courses": courses}, ensure_ascii=False))  # noqa: T201
        return
    out.print("Wishes: " + (", ".join(f"{name} {value}" for name, value in found.wishes.items()) or "none"), markup=False)
    for course, km in found.courses:
        away = f" · {km:.0f} km" if km is not None else ""
        start = f" · {course.start_date:%d.%m.%Y}" if course.start_date else ""
        out.print(f"  {course.id}  {course.title} · {course.provider_name} · {course.town}{start}{away}", markup=False)
    out.print(f"{found.total} courses fit.")

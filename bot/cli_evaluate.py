"""The command `lotse knowledge evaluate`: how well is understood and found, on the own examples or on a file of questions."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.console import configured, errors, out, run, table
from bot.settings import Settings
from store.errors import ConfigurationError, LotseError

Engine = Annotated[str, typer.Option(help="embedding or lexical.")]
Questions = Annotated[
    Path | None, typer.Option(help="A JSONL file: id, language, municipality, text, gold (pages or articles), answerable.")
]
Picture = Annotated[Path | None, typer.Option(help="Write an HTML page with pictures to this file (with --questions).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines (with --questions).")]

_PROCESSES = 2


def evaluate(*, engine: Engine = "embedding", questions: Questions = None, report: Picture = None, as_json: Json = False) -> None:
    """Cross-validate on all example messages (an example never finds itself), or ask a file of questions; with progress."""
    settings = configured()
    if engine not in {"embedding", "lexical"}:
        message = "there is no engine {engine!r}; choose embedding or lexical"
        raise ConfigurationError(message, engine=engine)
    if questions is None:
        from bot import ask as asking  # noqa: PLC0415 - loads the engines

        asking.evaluate(engine=engine, show=print)
        return
    figures = run(_asked(settings, questions, engine))
    if report is not None:
        from bot import page_report  # noqa: PLC0415 - only where it is asked for

        report.write_text(page_report.page(figures, name=questions.name), encoding="utf-8")
        _say(f"The report is in {report}.")
    if as_json:
        print(json.dumps(figures, ensure_ascii=False, indent=1))  # noqa: T201
    else:
        _show(figures)


def _say(line: str) -> None:
    errors.print(line, markup=False)


async def _asked(settings: Settings, file: Path, engine: str) -> dict[str, Any]:
    from bot import page_figures, page_questions  # noqa: PLC0415 - loads the engines
    from bot.app import examples  # noqa: PLC0415
    from bot.course_files import opened  # noqa: PLC0415
    from bot.page_shelf import PageShelf  # noqa: PLC0415
    from bot.progress import Milestones  # noqa: PLC0415
    from knowledge import loader  # noqa: PLC0415
    from nlu import brain as nlu  # noqa: PLC0415

    asked = page_questions.read(_read(file).splitlines())
    cache = settings.data_dir / "nlu"
    words = engine == "lexical"
    told = Milestones(_say, "reading pages: {done} of {total}")
    shelf = PageShelf(cache=None if words else cache, progress=told, processes=_PROCESSES)
    brain = await nlu.build(examples(loader.shipped()), cache, engine="lexical" if words else "auto", progress=Milestones(_say))
    step = Milestones(_say, "asking: {done} of {total}")
    outcomes = []
    try:
        async with opened(settings) as base, base.read() as session:
            async for outcome in page_questions.ask(session, shelf, brain, asked):
                outcomes.append(outcome)
                step(len(outcomes), len(asked))
    finally:
        await shelf.close()
        await brain.close()
    if shelf.note and not words:
        _say(shelf.note)
    return page_figures.figures(outcomes)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = "cannot read {path}: {problem}"
        raise LotseError(message, path=file, problem=error) from error


def _show(figures: Mapping[str, Any]) -> None:
    header = ("", "questions", "@1", "@3", "MRR", "answered", "right", "offered", "right", "answers where there is none")
    rows = {**figures["languages"], **figures["municipalities"], "all": figures["all"]}
    table(header, [_line(name, row) for name, row in rows.items()])
    table(("probability", "questions", "said", "right"), [_bin(each) for each in figures["calibration"]["bins"]])
    pairs = [(pair["municipality"], pair["gold"], pair["found"], str(pair["count"])) for pair in figures["confusions"]]
    table(("municipality", "right", "found first", "times"), pairs)
    times = figures["latency"]
    out.print(f"A question takes {times['p50']} ms (median), {times['p95']} ms (95 of 100).", markup=False)


def _line(name: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    answer, offer = row["decisions"]["answer"], row["decisions"]["offer"]
    shares = (row["recall_1"], row["recall_3"], row["mrr"], answer["share"], answer["right"], offer["share"], offer["right"])
    return (name, str(row["questions"]), *(f"{share:.3f}" for share in shares), f"{row['unanswerable']['answer']['share']:.3f}")


def _bin(each: Mapping[str, Any]) -> tuple[str, ...]:
    return f"from {each['from']:.1f}", str(each["count"]), f"{each['said']:.3f}", f"{each['right']:.3f}"

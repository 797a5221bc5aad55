"""The command `lotse knowledge check`: what is wrong with the content, and on request with the addresses that it shows."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer

from bot.console import errors, out, run
from knowledge.findings import Finding

Links = Annotated[bool, typer.Option("--links", help="Ask also whether all web addresses still lead somewhere (needs the network).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def check(*, links: Links = False, as_json: Json = False) -> None:
    """Check all articles: facts, numbers, translations, references, on request links. Fails when something is wrong."""
    from knowledge import check as content  # noqa: PLC0415 - reading it takes a moment
    from knowledge import loader  # noqa: PLC0415

    findings = content.check(loader.ROOT, today=date.today())  # noqa: DTZ011 - review dates are days of the operator
    if links:
        findings = sorted([*findings, *_asked()], key=lambda found: (found.file, found.line, found.code))
    if as_json:
        print(json.dumps([content.as_json(finding) for finding in findings], ensure_ascii=False, indent=1))  # noqa: T201
    for finding in [] if as_json else findings:
        out.print(f"{finding.file}:{finding.line}: {finding.severity}: {finding.message} → {finding.remedy}", markup=False)
    errors.print(_counted(findings))
    raise typer.Exit(code=1 if any(finding.severity == "error" for finding in findings) else 0)


def _asked() -> Sequence[Finding]:
    from bot import link_check  # noqa: PLC0415 - loads what only this option needs
    from bot.progress import Milestones  # noqa: PLC0415
    from knowledge import links, loader  # noqa: PLC0415

    told = Milestones(lambda line: errors.print(line, markup=False), "asking web addresses: {done} of {total}")
    asked = run(link_check.ask(links.links(loader.ROOT), progress=told))
    errors.print(f"{asked.answered} of {asked.addresses} addresses gave an answer.")
    if asked.addresses and not asked.answered:
        errors.print("Is this machine connected to the internet? Addresses are asked directly, not through a proxy.")
    return asked.findings


def _counted(findings: Sequence[Finding]) -> str:
    counts = {kind: sum(finding.severity == kind for finding in findings) for kind in ("error", "warning", "note")}
    return f"{counts['error']} errors, {counts['warning']} warnings" + (f", {counts['note']} notes" if counts["note"] else "")

"""Keeps the gettext catalogues in step with the code: `python -m scripts.catalogues` adds new sentences and drops gone ones.

`--fill FOLDER` takes translations from `FOLDER/<language>.json` (message id to text); they are marked as machine translations.
What the desk says to advisers has a catalogue of its own, in German alone: `--desk FILE …` takes its translations from such files.
"""

import argparse
import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
METHODS = [
    ("bot/web/templates/**.html", "jinja2"),
    ("bot/**.py", "python"),
    ("dialogs/**.py", "python"),
    ("handoff/**.py", "python"),
    ("locales/**.py", "python"),
]
DESK_METHODS = [("desk/templates/**.html", "jinja2"), ("desk/**.py", "python")]
KEYWORDS = {"t": None, "mark": None, "translate": (2,)}
DESK_KEYWORDS = {"t": None, "mark": None, "translate_desk": (2,)}
DESK = ROOT / "locales" / "desk" / "de.po"
MACHINE = "machine translation, not yet checked by a speaker"


def extract() -> Catalog:
    """All sentences for newcomers in the code, with the places where they are said."""
    return _extract(METHODS, KEYWORDS)


def extract_desk() -> Catalog:
    """All sentences of the advisers' desk."""
    return _extract(DESK_METHODS, DESK_KEYWORDS)


def _extract(methods: list[tuple[str, str]], keywords: Mapping[str, Any]) -> Catalog:
    found = Catalog(project="lotse", charset="utf-8")
    for file, line, message, comments, _ in extract_from_dir(ROOT, methods, keywords=keywords, comment_tags=("Translators:",)):
        found.add(message, locations=[(file, line)], auto_comments=comments)
    return found


def refresh(path: Path, template: Catalog, filled: dict[str, str], *, header: str) -> list[str]:
    """Bring one catalogue up to date; `filled` goes before what it had. Returns the sentences without translation."""
    old = read_po(BytesIO(path.read_bytes())) if path.exists() else Catalog()
    known = {str(message.id): str(message.string) for message in old if message.id and message.string} | filled
    fresh = Catalog(project="lotse", charset="utf-8", header_comment=header)
    for message in template:
        if message.id:
            fresh.add(message.id, known.get(str(message.id), ""), locations=[(file, 0) for file, _ in message.locations])
    path.parent.mkdir(parents=True, exist_ok=True)
    out = BytesIO()
    write_po(out, fresh, width=0, sort_output=True, omit_header=False, ignore_obsolete=True)
    lines = [line for line in out.getvalue().decode().splitlines() if "-Date:" not in line and "Generated-By" not in line]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [str(message.id) for message in template if message.id and not known.get(str(message.id))]


def main() -> None:
    """Refresh every catalogue but English, whose sentences are the message ids."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fill", type=Path)
    parser.add_argument("--desk", type=Path, nargs="+", help="refresh the desk alone, with these translations")
    arguments = parser.parse_args()
    if arguments.desk is None:
        refresh_languages(arguments.fill)
    refresh_desk(arguments.desk or [])


def refresh_languages(fill: Path | None) -> None:
    """Refresh the catalogues of what Lotse says to newcomers."""
    template = extract()
    from locales.registry import LANGUAGES  # noqa: PLC0415 - run from the root of the project

    for language in LANGUAGES:
        path = ROOT / "locales" / language / "LC_MESSAGES" / "lotse.po"
        filled = _read(fill / f"{language}.json") if fill and (fill / f"{language}.json").exists() else {}
        if language != "en" and (missing := refresh(path, template, filled, header=f"# {language}: {MACHINE}")):
            print(f"{language}: {len(missing)} of {len(template)} sentences without translation")


def refresh_desk(files: list[Path]) -> None:
    """Refresh the German catalogue of the desk."""
    filled: dict[str, str] = {}
    for file in files:
        filled |= _read(file)
    for sentence in refresh(DESK, extract_desk(), filled, header="# The desk of advisers in German"):
        print(f"desk: without German: {sentence}")


def _read(file: Path) -> dict[str, str]:
    read: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return read


if __name__ == "__main__":
    main()

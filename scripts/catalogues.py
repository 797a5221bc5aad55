"""Keeps the gettext catalogues in step with the code: `python scripts/catalogues.py` adds new sentences and drops gone ones.

`--fill FOLDER` takes translations from `FOLDER/<language>.json` (message id to text); they are marked as machine translations.
"""

import argparse
import json
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
METHODS = [("bot/web/templates/**.html", "jinja2"), ("bot/**.py", "python"), ("dialogs/**.py", "python")]
KEYWORDS = {"t": None, "mark": None, "translate": (2,)}
MACHINE = "machine translation, not yet checked by a speaker"


def extract() -> Catalog:
    """All sentences of the code, with the places where they are said."""
    found = Catalog(project="lotse", charset="utf-8")
    for file, line, message, comments, _ in extract_from_dir(ROOT, METHODS, keywords=KEYWORDS, comment_tags=("Translators:",)):
        found.add(message, locations=[(file, line)], auto_comments=comments)
    return found


def refresh(language: str, template: Catalog, fill: Path | None) -> int:
    """Bring one language's catalogue up to date; returns the number of sentences without translation."""
    path = ROOT / "locales" / language / "LC_MESSAGES" / "lotse.po"
    old = read_po(BytesIO(path.read_bytes())) if path.exists() else Catalog()
    known = {str(message.id): str(message.string) for message in old if message.id and message.string}
    if fill and (fill / f"{language}.json").exists():
        known |= json.loads((fill / f"{language}.json").read_text(encoding="utf-8"))
    fresh = Catalog(project="lotse", charset="utf-8", header_comment=f"# {language}: {MACHINE}")
    for message in template:
        if message.id:
            fresh.add(message.id, known.get(str(message.id), ""), locations=[(file, 0) for file, _ in message.locations])
    path.parent.mkdir(parents=True, exist_ok=True)
    out = BytesIO()
    write_po(out, fresh, width=0, sort_output=True, omit_header=False, ignore_obsolete=True)
    lines = [line for line in out.getvalue().decode().splitlines() if "-Date:" not in line and "Generated-By" not in line]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sum(not known.get(str(message.id)) for message in template if message.id)


def main() -> None:
    """Refresh every catalogue but English, whose sentences are the message ids."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fill", type=Path)
    arguments = parser.parse_args()
    template = extract()
    from locales.registry import LANGUAGES  # noqa: PLC0415 - run from the root of the project

    for language in LANGUAGES:
        if language != "en" and (missing := refresh(language, template, arguments.fill)):
            print(f"{language}: {missing} of {len(template)} sentences without translation")


if __name__ == "__main__":
    main()

"""Writes into each translation which German text it is of, and takes direction controls out of content; the check is in `check`.

`python -m knowledge.stamp` stamps what is not stamped yet, `--again FILE …` what was translated or compared anew.
"""

import hashlib
import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from knowledge.loader import ROOT, read_translation
from knowledge.model import Translation

CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # embeddings, overrides, isolates
_LENGTH = 12  # hexadecimal digits
_SOURCE = re.compile(r"^source:.*\n", re.MULTILINE)


def fingerprint(german: Translation) -> str:
    """Twelve hexadecimal digits that change with title, answer or details of the German text."""
    text = f"{german.title}\n{german.answer}\n{german.details}"
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def stale(translation: Translation, *, german: Translation) -> bool:
    """Whether the translation is of an older German text, or of an unknown one."""
    return translation.language != german.language and translation.readable and translation.source != fingerprint(german)


def stamp(root: Path = ROOT, *, again: Collection[Path] = ()) -> list[Path]:
    """Stamp all translations without a stamp and those in `again`; the files that were changed, some twice. Raises ContentError."""
    return [file for german in sorted((root / "content").glob("*/*/de.md")) for file in _stamp_article(german, again)]


def _stamp_article(german_file: Path, again: Collection[Path]) -> Iterator[Path]:
    yield from [file for file in sorted(german_file.parent.glob("*.md")) if _without_controls(file)]
    mark = fingerprint(read_translation(german_file))
    for file in sorted(german_file.parent.glob("*.md")):
        if file != german_file and _stamp_file(file, mark, anew=file in again):
            yield file


def _without_controls(file: Path) -> bool:
    text = file.read_text(encoding="utf-8")
    clean = CONTROLS.sub("", text)
    if clean != text:
        file.write_text(clean, encoding="utf-8")
    return clean != text


def _stamp_file(file: Path, mark: str, *, anew: bool) -> bool:
    translation = read_translation(file)
    if not translation.readable or translation.source == mark or (translation.source and not anew):
        return False
    text = file.read_text(encoding="utf-8")
    head, separator, body = text.removeprefix("---\n").partition("\n---\n")
    head = _SOURCE.sub("", head + "\n")
    file.write_text(f'---\n{head}source: "{mark}"{separator}{body}', encoding="utf-8")
    return True


if __name__ == "__main__":
    _, *arguments = sys.argv
    for path in stamp(again=[Path(name).resolve() for name in arguments if name != "--again"]):
        sys.stdout.write(f"{path}\n")

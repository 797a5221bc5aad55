"""What weekdays, months and languages are called, as Babel knows it; inflected and colloquial forms are in the tables beside.

`scripts/names.py` writes the file.
"""

from pathlib import Path

from store.errors import ContentError

FILE = Path(__file__).with_suffix(".tsv")


def names() -> list[tuple[str, str, str, str]]:
    """Rows of language, kind, value and phrase. Raises ContentError if they cannot be read."""
    try:
        lines = FILE.read_text(encoding="utf-8").splitlines()
        return [(code, kind, value, phrase) for code, kind, value, phrase in (line.split("\t") for line in lines)]
    except (OSError, ValueError) as error:
        message = "{file}: {reason}"
        raise ContentError(message, file=str(FILE), line=0, reason=repr(error)) from error

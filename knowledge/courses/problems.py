"""What is wrong with a file of courses: where, what, and what would be right, in the editors' two languages; the words are `problem_words`.

Problems are found by `fields`, `csv_file`, `json_file` and `catalogue`.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from knowledge.courses.problem_words import SENTENCES, Words

Language = Literal["de", "en"]
# A course with an error is not read, and a file with errors changes nothing; a warning was mended; a hint is of the whole file.
Severity = Literal["error", "warning", "hint"]
LONGEST_SHOWN = 60
_QUOTES: Mapping[str, tuple[str, str]] = {"en": ("“", "”"), "de": ("„", "“")}
_PLACES: Mapping[str, Words] = {
    "file": {"en": "The file", "de": "Die Datei"},
    "column": {"en": "Column {column}", "de": "Spalte {column}"},
    "row": {"en": "Row {row}", "de": "Zeile {row}"},
    "row column": {"en": "Row {row}, column {column}", "de": "Zeile {row}, Spalte {column}"},
    "entry": {"en": "Course no. {row}", "de": "Kurs Nr. {row}"},
    "entry column": {"en": "Course no. {row}, {column}", "de": "Kurs Nr. {row}, {column}"},
}
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong or was mended: `row` as Excel counts (the heading is row 1); 0: the file as a whole.

    In JSON and on web pages the `unit` is an entry: the first course is 1. `column` is the heading as the file has it, `value` what stands
    there, shortened and harmless; `data` fills in the sentence.
    """

    row: int
    column: str = ""
    value: str = ""
    code: str
    severity: Severity = "error"
    data: Mapping[str, str | int] = field(default_factory=dict)
    unit: Literal["row", "entry"] = "row"


def shown(value: str) -> str:
    """A value as it may be shown: at most 60 characters, on one line, without characters that cannot be seen or turn the text around."""
    visible = "".join("·" if unicodedata.category(letter) in _HIDDEN else letter for letter in value[: 2 * LONGEST_SHOWN])
    line = " ".join(visible.split())
    return line if len(line) <= LONGEST_SHOWN and len(value) <= 2 * LONGEST_SHOWN else line[: LONGEST_SHOWN - 1] + "…"


def sentence(problem: Problem, language: Language = "en") -> str:
    """What is wrong and what would be right, without the place."""
    return SENTENCES[problem.code][language].format_map(problem.data)


def line(problem: Problem, language: Language = "en") -> str:
    """The whole line for a list: row, column, value, sentence."""
    form = f"{problem.unit if problem.row else ''} {'column' if problem.column else ''}".strip() or "file"
    opening, closing = _QUOTES[language]
    value = f", {opening}{problem.value}{closing}" if problem.value else ""
    return f"{_PLACES[form][language].format(row=problem.row, column=problem.column)}{value}: {sentence(problem, language)}"

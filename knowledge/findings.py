"""What the content check can find: one rule for each kind, with its severity and its remedy; looking for them is in `check`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]  # a note says what could not be checked


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing to mend: `file` relative to the root that was checked, `line` from 1; `data` fills the rule's sentences."""

    file: str
    line: int
    code: str
    severity: Severity
    message: str
    remedy: str
    data: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


# By code: severity, message, remedy.
RULES: dict[str, tuple[Severity, str, str]] = {
    "unreadable": ("error", "{problem}", "Mend the file as the message says."),
    "stray-file": (
        "error",
        "no part of an article: {name}",
        "Content is <group>/<slug>/article.yml and <language>.md; remove or rename the file.",
    ),
    "missing-file": ("error", "{name} is missing", "Write it, or remove the folder."),
    "bidi-control": ("error", "direction control {name} in the file", "Run `python -m knowledge.stamp`; the renderer isolates by itself."),
    "missing-field": ("error", "{name} is missing or empty", "Fill it in."),
    "unknown-field": ("error", "{name} is no field here", "Remove it or correct its spelling."),
    "bad-value": ("error", "{name} is {value}", "Write {wanted}."),
    "unknown-topic": ("error", "{name} is not in topics.yml", "Use an id of topics.yml; ids never change."),
    "unknown-fact": ("error", "fact {name} is in no fact sheet", "Correct the id, or add the fact with its source to facts/."),
    "weak-fact": (
        "error",
        "fact {name} has confidence C: nobody has seen a source",
        "Send the reader to the office that knows, or find a source.",
    ),
    "unknown-related": ("error", "related topic {name} does not exist", "Use an id of topics.yml."),
    "unknown-contact": ("error", "contact {name} is not in contacts.yml", "Correct the id, or add the contact with its fact."),
    "unknown-office": ("error", "office kind {name} does not exist", "Use a kind of knowledge/vocabulary.py."),
    "unknown-audience": ("error", "audience {name} does not exist", "Use one of knowledge/vocabulary.py."),
    "unknown-action": (
        "error",
        "action {name} is not known",
        "Use find_course[:type=…], book:service=advice, call:<contact with a phone> or open:https://…",
    ),
    "insecure-address": ("error", "{name} is no https address", "Give the https address, or none."),
    "review-overdue": (
        "error",
        "review was due on {date}",
        "Compare the article with its sources, then set checked_on and review_by anew.",
    ),
    "review-too-late": (
        "error",
        "review_by {date} is too late: {fact} changes often",
        "Set review_by to {latest} at the latest (checked_on + 90 days).",
    ),
    "contact-number": ("error", "number {name} is not in fact {fact}", "Correct the number or name the fact that shows it."),
    "numbers-differ": ("error", "numbers of {part} differ from German: {difference}", "Give exactly the numbers of the German text."),
    "unknown-phone": (
        "error",
        "telephone number {name} is neither in contacts.yml nor in a fact sheet",
        "Correct it, or add contact and fact.",
    ),
    "unknown-address": ("error", "address {name} is neither in contacts.yml nor in a fact sheet", "Correct it, or add contact and fact."),
    "not-stamped": ("error", "translation not stamped", "Run `python -m knowledge.stamp` after comparing it with the German text."),
    "stale": ("warning", "translation is of an older German text", "Translate anew, then run `python -m knowledge.stamp --again FILE`."),
    "title-too-long": ("error", "title has {count} characters", "At most {most}: it is a button too."),
    "answer-too-long": ("error", "answer has {count} characters", "At most {most}; move the rest to the details."),
    "answer-too-many-sentences": ("error", "answer has {count} {kind}", "At most {most}; one idea each."),
    "details-too-long": ("error", "details have {count} characters", "At most {most}."),
    "markup": ("error", "{name} in the text", "Only plain paragraphs and lines that start with '- '."),
    "too-few-questions": ("error", "{count} example questions", "At least {least}, as people really write."),
    "duplicate-question": ("error", "question twice: {name}", "Remove one."),
    "shared-question": ("error", "question also under {other}: {name}", "Leave it where it belongs, or make both unmistakable."),
    "rule-gap": (
        "error",
        "{name}: no rule from {first} until {last}",
        "Let the next one begin on the day after the last one ends; the newest has `valid_until: null`.",
    ),
    "rule-overlap": ("error", "{name}: two rules on {day}", "Let the first one end on the day before the next one begins."),
    "too-hard": (
        "error",
        "plain German is of level {level} (Wiener Sachtextformel 1)",
        "At most {most}: shorter sentences, shorter words.",
    ),
    "glossary": ("warning", "“{said}”: the glossary says {name}", "Use the word of locales/glossary.yml, or mend it there."),
    "dead-link": (
        "error",
        "{name} leads nowhere: {problem}",
        "Find where it is now, or another source; compare the article with it, then set checked_on anew.",
    ),
    "moved-link": ("warning", "{name} has moved for good", "If the page still says what the article says, write {new}."),
    "unreachable-host": (
        "note",
        "{name} could not be checked: {problem}",
        "Open it in a browser; some sites do not answer programs, or the network was down. Try again later.",
    ),
    "office-word": ("warning", "German word {name} is not in the translation", "Give the German word in brackets after its translation."),
}


def finding(file: Path, *, code: str, line: int = 1, **data: object) -> Finding:
    """A finding of the rule `code`, its texts filled with `data`."""
    severity, message, remedy = RULES[code]
    return Finding(
        file=file.as_posix(),
        line=line,
        code=code,
        severity=severity,
        message=message.format(**data),
        remedy=remedy.format(**data),
        data=data,
    )


def line_of(text: str, part: str) -> int:
    """The line, from 1, in which `part` stands first; 1 if it does not."""
    at = text.find(part)
    return text.count("\n", 0, at) + 1 if at >= 0 else 1

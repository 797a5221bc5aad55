"""What the checks of content say at the desk: sentences for editors by the code of a finding. The checks are in `knowledge.check`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from desk.access import Actor
from knowledge.findings import Finding
from knowledge.local.record import Remark
from locales.marks import mark


class Words(NamedTuple):
    """What is wrong, and what to do."""

    problem: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """A finding in the actor's language; `severe`: it must be mended before the article can be published."""

    severe: bool
    problem: str
    remedy: str


SENTENCES: Mapping[str, Words] = {
    "unreadable": Words(mark("This file cannot be read."), mark("Mend the file as the message says.")),
    "stray-file": Words(mark("{name} is no part of an article."), mark("Remove or rename the file.")),
    "missing-file": Words(mark("{name} is missing."), mark("Write it, or remove the folder.")),
    "bidi-control": Words(
        mark("There is an invisible control of direction in the text: {name}."), mark("Delete the line and type it anew.")
    ),
    "missing-field": Words(mark("Something is missing here: {name}."), mark("Fill it in.")),
    "unknown-field": Words(mark("{name} is not known here."), mark("Remove it, or correct its spelling.")),
    "bad-value": Words(mark("“{value}” cannot stand here: {name}."), mark("What can stand here: {wanted}.")),
    "unknown-topic": Words(mark("There is no topic {name}."), mark("Choose one of the list.")),
    "unknown-fact": Words(mark("The fact {name} stands in no fact sheet."), mark("Correct its number, or add the fact with its source.")),
    "weak-fact": Words(
        mark("Nobody has seen a source for the fact {name}."), mark("Send people to the office that knows, or find a source.")
    ),
    "unknown-related": Words(mark("There is no topic {name} to lead on to."), mark("Choose one of the list.")),
    "unknown-contact": Words(mark("There is no contact {name}."), mark("Choose one of the list.")),
    "unknown-office": Words(mark("There is no kind of office {name}."), mark("Choose one of the list.")),
    "unknown-audience": Words(mark("There is no group of people {name}."), mark("Choose one of the list.")),
    "unknown-action": Words(mark("The button {name} is not known."), mark("Choose one of the list, or give an https address.")),
    "insecure-address": Words(mark("{name} is no safe address."), mark("Give the address that begins with https://, or none.")),
    "review-overdue": Words(
        mark("This should have been looked at again by {date}."), mark("Compare it with its sources, then set both dates anew.")
    ),
    "review-too-late": Words(
        mark("{date} is too late: what it says changes often ({fact})."), mark("Look at it again on {latest} at the latest.")
    ),
    "contact-number": Words(
        mark("The number {name} does not stand in the fact {fact}."), mark("Correct the number, or name the fact that shows it.")
    ),
    "numbers-differ": Words(
        mark("The numbers are not those of the German text: {difference}."), mark("Give exactly the numbers of the German text.")
    ),
    "unknown-phone": Words(mark("The telephone number {name} is in no source."), mark("Correct it, or name a source that shows it.")),
    "unknown-address": Words(mark("The address {name} is in no source."), mark("Correct it, or add the source.")),
    "not-stamped": Words(
        mark("Nobody has said of which German text this is a translation."),
        mark("Compare both, then tick “Compared with the German text”."),
    ),
    "stale": Words(
        mark("The German text was changed after this translation."),
        mark("Compare both, mend it, then tick “Compared with the German text”."),
    ),
    "title-too-long": Words(mark("The title has {count} characters."), mark("At most {most}: it is a button too.")),
    "answer-too-long": Words(mark("The answer has {count} characters."), mark("At most {most}; move the rest to the details.")),
    "answer-too-many-sentences": Words(mark("The answer is in too many pieces: {count}."), mark("At most {most}; one idea each.")),
    "details-too-long": Words(mark("The details have {count} characters."), mark("At most {most}.")),
    "markup": Words(mark("There are signs for layout in the text."), mark("Only plain paragraphs, and lines that begin with “- ”.")),
    "too-few-questions": Words(mark("There are {count} example questions."), mark("At least {least}, as people really write.")),
    "duplicate-question": Words(mark("This question is there twice: {name}"), mark("Remove one.")),
    "shared-question": Words(
        mark("This question also stands in {other}: {name}"), mark("Leave it where it belongs, or make both unmistakable.")
    ),
    "rule-gap": Words(mark("No rule is true from {first} until {last}: {name}."), mark("Let one begin on the day after the other ends.")),
    "rule-overlap": Words(mark("Two rules are true on {day}: {name}."), mark("Let one end on the day before the other begins.")),
    "too-hard": Words(mark("Plain German of level {level} is too hard."), mark("At most level {most}: shorter sentences, shorter words.")),
    "glossary": Words(
        mark("“{said}”: the glossary of all languages says {name}."), mark("Use the same word everywhere, or mend the glossary.")
    ),
    "dead-link": Words(
        mark("{name} leads nowhere: {problem}"),
        mark("Find where it is now, or another source; compare the article with it, then set the day of the check anew."),
    ),
    "moved-link": Words(mark("{name} has moved for good."), mark("If the page still says what the article says, write {new}.")),
    "unreachable-host": Words(
        mark("{name} could not be checked: {problem}"),
        mark("Open it in a browser; some sites do not answer programs, or the network was down. Try again later."),
    ),
    "office-word": Words(
        mark("The German word {name} is not in the translation."), mark("Write it in brackets after its translation: it stands on doors.")
    ),
}

# What the checks call things, in words for editors.
VALUES: Mapping[str, str] = {
    "title": mark("the title"),
    "the answer": mark("the answer"),
    "the details": mark("the details"),
    "translated_by": mark("who translated it"),
    "name of a source": mark("the name of a source"),
    "date of a source": mark("the date of a source"),
    "sources": mark("a source"),
    "facts": mark("the facts"),
    "related": mark("related articles"),
    "audience": mark("for whom it is"),
    "checked_on": mark("the day of the last check"),
    "review_by": mark("the day of the next check"),
}


def told(actor: Actor, found: Finding | Remark) -> Told:
    """A finding in the actor's language; one without a sentence here keeps its English words."""
    severe, words = found.severity == "error", SENTENCES.get(found.code)
    if words is None:
        return Told(severe=severe, problem=found.message, remedy=found.remedy)
    data = {name: _numbers(actor, str(value)) if name == "difference" else _word(actor, value) for name, value in found.data.items()}
    return Told(severe=severe, problem=actor.t(words.problem, **data), remedy=actor.t(words.remedy, **data))


def _word(actor: Actor, value: object) -> object:
    """A value of a finding as the desk says it, where it is one of the words of the checks."""
    return actor.t(VALUES[value]) if isinstance(value, str) and value in VALUES else value


def _numbers(actor: Actor, difference: str) -> str:
    """Which numbers a translation lacks and has too many, as `check_text.difference` names them."""
    missing, _, extra = difference.partition("too many ")
    lacking = missing.removeprefix("missing ").rstrip("; ")
    if lacking and extra:
        return actor.t("{lacking} missing, {extra} too many", lacking=lacking, extra=extra)
    return actor.t("{extra} too many", extra=extra) if extra else actor.t("{lacking} missing", lacking=lacking)


def worst_first(actor: Actor, found: Iterable[Finding | Remark]) -> Sequence[Told]:
    """Findings in words; what stops a publication comes first."""
    return sorted((told(actor, one) for one in found), key=lambda one: not one.severe)

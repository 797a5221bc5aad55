"""What parts, fields and deeds of articles are called at the desk. What newcomers read is in `dialogs`."""

from collections.abc import Mapping

from desk.access import Actor
from desk.languages import language_name
from knowledge.local.record import META, What
from locales.marks import mark

AUDIENCE_WORDS: Mapping[str, str] = {
    "everyone": mark("everyone"),
    "asylum_seekers": mark("asylum seekers"),
    "recognised": mark("recognised refugees"),
    "tolerated": mark("people with a Duldung"),
    "ukraine": mark("people from Ukraine"),
    "women": mark("women"),
    "parents": mark("parents"),
    "youth": mark("young people"),
}
FIELDS: Mapping[str, str] = {
    "title": mark("Title"),
    "answer": mark("Short answer"),
    "details": mark("Details"),
    "questions": mark("Example questions"),
    "translated_by": mark("Translated by"),
    "reviewed_by": mark("Checked by"),
    "sources": mark("Sources"),
    "checked_on": mark("Compared with the sources on"),
    "review_by": mark("Look at it again by"),
    "offices": mark("Offices"),
    "contacts": mark("Helplines and organisations"),
    "related": mark("Related articles"),
    "actions": mark("Buttons"),
    "audience": mark("For whom"),
    "facts": mark("Facts"),
}
DEEDS: Mapping[What, str] = {
    "saved": mark("Draft saved"),
    "set_aside": mark("Kept beside: somebody else was faster"),
    "published": mark("Published"),
    "withdrawn": mark("Withdrawn"),
    "discarded": mark("Draft thrown away"),
    "restored": mark("Older text made the draft"),
    "undone": mark("Taken back"),
    "imported": mark("Imported from files"),
}


def part_name(actor: Actor, part: str) -> str:
    """What a part is called: its language, or what is the same in all languages."""
    return actor.t("Sources and dates") if part == META else language_name(actor, part)


def field_name(actor: Actor, name: str) -> str:
    """What a field is called."""
    return actor.t(FIELDS[name]) if name in FIELDS else name


def deed(actor: Actor, what: What) -> str:
    """What was done, in a line of the history."""
    return actor.t(DEEDS[what])

"""What a provider sees and says behind its link: its courses, which of them are still true, how many places are free.

The page is in `bot.web.course_confirm`; it speaks German or English, for it is for providers. The link is made in `courses_links`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.courses_links import Opened
from desk.courses_rows import course_of, rows
from knowledge.courses import catalogue, freshness
from knowledge.courses.record import Course
from locales.marks import mark

ACTOR = "provider"
MOST_PLACES = 9999
MOST_SHOWN = 300
_MOST_DIGITS = 4
WORDS: Mapping[str, str] = {
    "title": mark("Are these courses still right?"),
    "intro": mark("{provider}: newcomers find these courses with Lotse. Please tell us what is still right. You need no password."),
    "until": mark("This link works until {day}. Please do not pass it on."),
    "true": mark("Still right"),
    "gone": mark("No longer offered"),
    "later": mark("I do not know"),
    "free": mark("Free places (optional)"),
    "checked": mark("last confirmed on {day}"),
    "send": mark("Send"),
    "none": mark("There are no courses of yours here at the moment."),
    "thanks": mark("Thank you!"),
    "done": mark("{confirmed} confirmed, {gone} no longer offered. You can look again and correct it with the same link."),
    "again": mark("Back to your courses"),
    "wrong": mark("A number of free places is missing or too large. Nothing was saved. Please write a number or nothing."),
    "closed": mark("This link does not work any more. Please ask the municipality for a new one."),
    "wide": mark("Something about a course is wrong? Write to the municipality, then it will be corrected."),
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was said: keys of courses that are still true or go, and free places by key; `wrong`: a number is none."""

    true: Sequence[str] = ()
    gone: Sequence[str] = ()
    free: Mapping[str, int] = field(default_factory=dict)
    wrong: bool = False


async def offered(session: AsyncSession, opened: Opened, *, today: date) -> list[tuple[int, Course]]:
    """The courses behind a link that are not over, with their numbers, by title."""
    # The database looks for the name in the record's JSON, so that not every course of a large catalogue is read.
    named = rows.c.record.contains(f'"provider_name":{json.dumps(opened.provider, ensure_ascii=False)}', autoescape=True)
    query = select(rows).where(rows.c.owner == opened.owner, rows.c.gone.is_(False), named).order_by(rows.c.id)
    found = [(int(row.id), course_of(row)) for row in await session.execute(query)]
    mine = [(number, one) for number, one in found if one.provider_name == opened.provider and not freshness.has_ended(one, today)]
    return sorted(mine, key=lambda pair: (pair[1].title.casefold(), pair[0]))[:MOST_SHOWN]


def answer_of(form: Mapping[str, str], courses: Sequence[tuple[int, Course]]) -> Answer:
    """What the form says about these courses; courses of others cannot be named in it."""
    said = {course.id: form.get(f"say-{number}", "") for number, course in courses}
    typed = {course.id: form.get(f"free-{number}", "").strip() for number, course in courses if said[course.id] == "true"}
    numbers = {key: text for key, text in typed.items() if text}
    if any(not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS) for text in numbers.values()):
        return Answer(wrong=True)
    return Answer(
        true=[key for key, word in said.items() if word == "true"],
        gone=[key for key, word in said.items() if word == "gone"],
        free={key: int(text) for key, text in numbers.items()},
    )


async def say(session: AsyncSession, opened: Opened, answer: Answer, *, today: date) -> None:
    """Note what was said; both parts are changes of their own in the history of the municipality."""
    who: dict[str, Any] = {"owner": opened.owner, "actor": ACTOR, "today": today}
    if answer.true:
        await catalogue.confirm(session, ids=answer.true, free=answer.free, **who)
    if answer.gone:
        await catalogue.remove(session, ids=answer.gone, **who)

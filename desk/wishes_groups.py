"""Joins what was asked in vain (`knowledge.wishes`), its grouping (`nlu.groups`) and what was put aside. The pages are in `wishes`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handoff import retention
from knowledge import wish_marks, wishes
from knowledge.wish_marks import Mark
from knowledge.wishes import Group, Wish
from nlu import groups
from nlu.groups import Centre, Question
from store.crypto import Keyring


@dataclass(frozen=True, kw_only=True, eq=False)
class Heard:
    """A group, its middle, and the newest mark by which somebody put it aside."""

    group: Group
    centre: Centre
    mark: Mark | None = None

    @property
    def aside(self) -> bool:
        """Whether it is put aside and has not grown since."""
        return self.mark is not None and self.mark.holds(self.group.people)


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The groups that may be shown, the largest first, how many questions are in the others, and how many there are in all."""

    heard: Sequence[Heard]
    untold: int
    questions: int

    def of(self, key: int) -> Heard | None:
        """The group with this question, if it may be shown."""
        return next((one for one in self.heard if any(wish.id == key for wish in one.group.wishes)), None)


async def overview(session: AsyncSession, keyring: Keyring, *, municipality: int, now: datetime) -> Overview:
    """What was asked in vain in a municipality, by meaning; grouping runs beside the event loop."""
    asked = await wishes.read(session, keyring, municipality=municipality, since=now - retention.QUESTIONS)
    marks = await wish_marks.read(session, keyring, municipality=municipality)
    return await asyncio.to_thread(_joined, asked, marks)


def _joined(asked: Sequence[Wish], marks: Sequence[Mark]) -> Overview:
    rows = groups.described([Question(text=wish.text, language=wish.language, vector=wish.meaning.vector) for wish in asked])
    centres = _centres(marks)
    heard, found = [], []
    for members in groups.grouped(rows):
        group = Group(wishes=tuple(asked[at] for at in groups.typical(rows, members)))
        found.append(group)
        if group.shown:
            centre = groups.centre(rows, members)
            heard.append(Heard(group=group, centre=centre, mark=_mark(centre, centres)))
    ranked = sorted(heard, key=lambda one: (-one.group.people, -len(one.group.wishes), one.group.key))
    return Overview(heard=ranked, untold=wishes.untold(found), questions=len(asked))


def _centres(marks: Sequence[Mark]) -> list[tuple[Mark, Centre]]:
    """The marks that can be compared: one of another engine cannot."""
    found = []
    for mark in marks:
        try:
            found.append((mark, groups.unpacked(mark.centre)))
        except ValueError:
            continue
    return found


def _mark(centre: Centre, marks: Sequence[tuple[Mark, Centre]]) -> Mark | None:
    """The newest mark of the same meaning."""
    return next((mark for mark, middle in marks if groups.alike(centre, middle) >= 0), None)

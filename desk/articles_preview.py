"""An article as a person sees it: what the dialogs themselves say to somebody of this language and municipality. Nothing is stored.

`dialogs.engine` gets a turn as if the person had pressed the button of the article; only buttons of the article itself can be pressed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from desk.access import Actor
from desk.parts import Parts
from dialogs import engine
from dialogs.model import Choice, Inbound, Reply, Standing, Traits, Turn
from knowledge.model import Article, Knowledge
from knowledge.vocabulary import ACTION
from locales.registry import DEFAULT, LANGUAGES, Language
from store.types import utcnow

Step = Literal["ask", "details", "german"]
STEPS: Mapping[str, Step] = MappingProxyType({"ask": "ask", "details": "details", "german": "german"})
_WEB = Traits(name="web", trusted=True)
_ADDRESS = re.compile(r"https://[^\s\"'<>]+")


@dataclass(frozen=True, kw_only=True)
class Button:
    """A button under an answer: `step` is what the preview shows when pressed, `url` the page it opens; neither: it leads elsewhere."""

    label: str
    step: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One message on the person's screen, in `language`; `nav` is its last row."""

    language: Language
    title: str
    text: str
    note: str
    rows: Sequence[Sequence[Button]]
    nav: Sequence[Button]


async def seen(  # noqa: PLR0913 - one keyword for each part
    session: AsyncSession, *, parts: Parts, actor: Actor, knowledge: Knowledge, article: Article, language: str, step: str = "ask"
) -> list[Seen]:
    """What a person who chose `language` reads when they press the button of `article`, which stands in for the published one."""
    wanted = STEPS.get(step, "ask")
    # A button that is still being typed is none; the checks say so, and dialogs need not expect it.
    shown = replace(article, actions=tuple(one for one in article.actions if ACTION.fullmatch(one)))
    known = replace(knowledge, articles={**knowledge.articles, article.id: shown})
    turn = Turn(
        inbound=Inbound(channel=_WEB.name, address="", external_id="", sent_at=utcnow(), kind="choice", choice=f"{wanted}:{article.id}"),
        standing=Standing(person=0, language=language if language in LANGUAGES else DEFAULT, municipality=actor.town.slug),
        knowledge=known,
        towns={actor.town.slug: actor.town},
        traits=_WEB,
        session=session,
        courses=parts.courses,
    )
    move = await engine.step(turn)
    return [_seen(reply, article.id) for reply in move.replies]


def _seen(reply: Reply, entry: str) -> Seen:
    rows = [[_button(choice, entry) for choice in row] for row in reply.rows]
    return Seen(
        language=LANGUAGES[reply.language],
        title=reply.title,
        text=reply.text,
        note=reply.note,
        rows=rows[:-1],
        nav=rows[-1] if rows else (),
    )


def _button(choice: Choice, entry: str) -> Button:
    step, _, of = choice.id.partition(":")
    url = choice.url if choice.url and _ADDRESS.fullmatch(choice.url) else ""
    return Button(label=choice.label, step=step if of == entry and step in STEPS else "", url=url)

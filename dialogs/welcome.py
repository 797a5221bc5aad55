"""The first two screens: which language, and what Lotse is. Choosing a town is in `place`."""

from dataclasses import replace

from dialogs import menu
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import paragraphs, say
from locales.registry import LANGUAGES, match
from locales.texts import translate
from nlu import tongues

# The languages most asked for come first; a messenger's or browser's language only moves its own to the top.
ORDER = tuple(LANGUAGES)
GREETINGS = "👋 Willkommen · Welcome · أهلاً وسهلاً · خوش آمدید · Ласкаво просимо · Hoş geldiniz"


async def language(turn: Turn, chosen: str = "") -> Move:
    """The list of languages by their own names; a choice leads to the introduction."""
    if chosen in LANGUAGES:
        spoken = replace(turn, standing=replace(turn.standing, language=chosen), match=None)
        return introduce(spoken, changed=chosen) if turn.standing.language is None else await _changed(spoken, chosen)
    named = tongues.named(turn.inbound.text, turn.language) if turn.inbound.kind == "text" else None
    if named and turn.standing.language == named:
        return await _changed(turn, named)
    if named and turn.standing.language:
        return _offer(turn, named)
    first = match(turn.inbound.language_hint)
    codes = sorted(ORDER, key=lambda code: (code != first, ORDER.index(code)))
    buttons = [Choice(id=f"language:{code}", label=LANGUAGES[code].autonym) for code in codes]
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    reply = Reply(text=GREETINGS, rows=rows, screen=True, language=turn.language)
    return Move(replies=(reply,), dialog="language", state=turn.standing.state)


def _offer(turn: Turn, named: str) -> Move:
    """Ask in the language that was named: "do they speak English?" can be taken for such a wish, too."""
    name = LANGUAGES[named].autonym
    rows = ((Choice(id=f"language:{named}", label=name),), (Choice(id="language", label=turn.t("Change language")),))
    return Move(
        replies=(
            Reply(text=translate(named, "Shall I always write in this language: {language}?", language=name), language=named, rows=rows),
        )
    )


async def _changed(turn: Turn, chosen: str) -> Move:
    text = turn.t("I now write in this language: {language}.", language=LANGUAGES[chosen].autonym)
    return Move(replies=(Reply(text=text, language=chosen), *(await menu.show(turn)).replies), language=chosen)


async def intro(turn: Turn) -> Move:
    """The introduction again, from the menu's Back."""
    return introduce(turn)


def introduce(turn: Turn, *, changed: str | None = None) -> Move:
    """What Lotse is and is not; then the town, or the menu if the town is known."""
    text = paragraphs(
        turn.t("I am a program. I am not an authority and not the police."),
        turn.t("You need no name here. Ask me about living in Germany, German courses, papers, school, work and health."),
        turn.t("My answers are prepared texts with their source. They are no legal advice."),
    )
    choices = (
        Choice(id="menu" if turn.town else "place", label=turn.t("Start")),
        Choice(id="book", label=turn.t("Make an appointment")),
        Choice(id="language", label=turn.t("Change language")),
        Choice(id="privacy", label=turn.t("Privacy")),
        Choice(id="delete", label=turn.t("Delete my data")),
    )
    reply = say(turn, text, title=turn.t("Hello, I am Lotse."), choices=choices, back="language", screen=True)
    return Move(replies=(reply, *_demo_note(turn)), language=changed)


def _demo_note(turn: Turn) -> tuple[Reply, ...]:
    if not (turn.town and turn.town.demo):
        return ()
    return (menu.demo_reply(turn),)

"""Choosing the town: by name, postcode, list or link. Which places exist and how names are matched is in `knowledge.places`.

What wanted to know the town is kept in the state (`then`); the engine goes on with it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dialogs import article, menu, smalltalk
from dialogs.model import Choice, Move, Reply, Town, Turn
from dialogs.parts import page_of, say
from knowledge import places
from knowledge.folding import words

_POSTCODE = 5
_NAME = 2  # words of a name that is taken for an insult
_FEW = 3  # words of a wish for another town that names none
_SHORT = 4  # letters of words that say nothing of a name: "bei", "Demo"


async def ask(turn: Turn, slug: str = "", page: str = "0", *, then: Mapping[str, Any] | None = None) -> Move:
    """Ask for the town, or take the one that was chosen; `list` shows all, page by page. `then` is kept until there is a town."""
    state = then if then is not None else _then(turn)
    if slug == "list":
        return _listing(turn, page=int(page) if page.isascii() and page.isdigit() else 0)
    if slug == "none":
        return await menu.show(turn)
    if slug in turn.towns:
        return await _chosen(turn, turn.towns[slug])
    choices = [
        *(Choice(id=f"place:{town.slug}", label=town.name) for town in turn.towns.values() if town.demo),
        Choice(id="place:list", label=turn.t("Show all towns and districts")),
        *(() if state else (Choice(id="place:none", label=turn.t("Go on without a town")),)),
    ]
    text = turn.t("Where do you live? Write the name of your town or your postcode. Then I can show you the offices near you.")
    return Move(replies=(say(turn, text, choices=choices, back="intro", screen=True),), dialog="place", state=state)


async def change(turn: Turn) -> Move:
    """A wish for another town: take the one that is named, or ask."""
    found = named(turn, guess=not is_wish(turn))
    if len(found) == 1:
        return await _chosen(turn, found[0])
    return not_found(turn) if is_postcode(turn) and not found else await ask(turn)


def is_wish(turn: Turn) -> bool:
    """Whether a message says in words that another town is wanted: "Ort ändern" sounds like Andernach."""
    wish = turn.match is not None and turn.match.decision == "intent" and turn.match.intent == "change_place"
    return wish and 1 < len(turn.inbound.text.split()) <= _FEW


def is_postcode(turn: Turn) -> bool:
    """Whether the whole message is a German postcode."""
    typed = turn.inbound.text.strip()
    return len(typed) == _POSTCODE and typed.isascii() and typed.isdigit()


def named(turn: Turn, *, guess: bool = True) -> list[Town]:
    """The towns that a message names, also with slips if it may be a `guess`; the demonstration has one that no map knows."""
    typed = turn.inbound.text if turn.inbound.kind == "text" else ""
    said = _long_words(typed)
    invented = [town for town in turn.towns.values() if town.demo and said & _long_words(town.name)]
    return invented or [turn.towns[slug] for slug in places.find(turn.knowledge.places, typed, guess=guess) if slug in turn.towns]


def _long_words(text: str) -> set[str]:
    return {word.folded for word in words(text) if len(word.folded) > _SHORT}


async def hear(turn: Turn) -> Move | None:
    """A name or postcode that somebody typed while the town was asked for; None if it is neither."""
    found = named(turn, guess=not is_wish(turn))
    if not found:
        return None
    if len(found) == 1:
        return await _chosen(turn, found[0])
    choices = [Choice(id=f"place:{town.slug}", label=town.name) for town in found[:5]]
    choices.append(Choice(id="place:list", label=turn.t("Show all towns and districts")))
    return Move(replies=(say(turn, turn.t("Which one do you mean?"), choices=choices, back="place"),), dialog="place", state=_then(turn))


def unknown(turn: Turn) -> bool:
    """Whether what was typed while the town was asked for is a name that nobody knows: such a name looks a little like anything."""
    if turn.standing.dialog != "place" or turn.match is None or turn.match.decision == "crisis":
        return False
    name = turn.match.intent == "angry" and len(turn.inbound.text.split()) <= _NAME
    return name or smalltalk.looks_like_anything(turn)


def not_found(turn: Turn) -> Move:
    """Nobody knows this place: say what to try."""
    text = turn.t(
        "I do not know this place. I know the towns and districts of Rhineland-Palatinate. Try the postcode, or choose from the list."
    )
    choices = (
        Choice(id="place:list", label=turn.t("Show all towns and districts")),
        Choice(id="place:none", label=turn.t("Go on without a town")),
    )
    return Move(replies=(say(turn, text, choices=choices, back="intro"),), dialog="place", state=_then(turn))


def _listing(turn: Turn, *, page: int) -> Move:
    choices = [Choice(id=f"place:{town.slug}", label=town.name) for town in sorted(turn.towns.values(), key=lambda town: town.name)]
    shown = page_of(turn, choices, page=page, more="place:list")
    reply = say(turn, turn.t("Choose your town or district."), choices=shown, back="place", screen=True)
    return Move(replies=(reply,), dialog="place", state=_then(turn))


async def _chosen(turn: Turn, town: Town) -> Move:
    text = turn.t("Your town is now: {town}. To change it, write “change town”.", town=town.name)
    notes = (menu.demo_reply(turn),) if town.demo else ()
    if _then(turn):
        return Move(replies=(Reply(text=text, language=turn.language), *notes), municipality=town.slug)
    # Who names a town after an answer wants to know about it there.
    entry = await article.last_read(turn)
    here = replace(turn, standing=replace(turn.standing, municipality=town.slug))
    shown = await (article.answer(here, entry) if entry else menu.show(turn))
    return Move(replies=(Reply(text=text, language=turn.language), *notes, *shown.replies), municipality=town.slug)


def _then(turn: Turn) -> Mapping[str, Any]:
    """What waits for the town."""
    return turn.standing.state if turn.standing.dialog == "place" else {}

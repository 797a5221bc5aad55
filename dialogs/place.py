"""Choosing the town: by name, postcode, list or link. Which places exist and how names are matched is in `knowledge.places`.

What wanted to know the town is kept in the state (`then`); the engine goes on with it.
"""

from collections.abc import Mapping
from typing import Any

from dialogs import menu, smalltalk
from dialogs.model import Choice, Move, Reply, Town, Turn
from dialogs.parts import page_of, say
from knowledge import places


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


async def hear(turn: Turn) -> Move | None:
    """A name or postcode that somebody typed while the town was asked for; None if it is neither."""
    found = [turn.towns[slug] for slug in places.find(turn.knowledge.places, turn.inbound.text) if slug in turn.towns]
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
    return smalltalk.looks_like_anything(turn)


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
    topics = await menu.show(turn)
    return Move(replies=(Reply(text=text, language=turn.language), *notes, *topics.replies), municipality=town.slug)


def _then(turn: Turn) -> Mapping[str, Any]:
    """What waits for the town."""
    return turn.standing.state if turn.standing.dialog == "place" else {}

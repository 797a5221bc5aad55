"""Showing a page that a municipality keeps elsewhere: a passage, the rest in pieces, its address. Own articles are in `article`.

A button carries the page's code and passage, so it shows the page as it is today; a page that is gone is an old button.
"""

from dataclasses import replace

from dialogs import article, menu
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import just, paragraphs, say, with_choices
from knowledge.pages import view
from knowledge.pages.view import Seen
from locales.formats import long_date
from nlu.model import Candidate, Joint

_LONGEST_TITLE = 60
_MOST_DIGITS = 4


async def show(turn: Turn, code: str = "", passage: str = "0", spoken: str = "") -> Move:
    """A page (`page:<code>`), at a passage of it in the language `spoken`; what is gone shows the menu's sentence for stale buttons."""
    seen = await _seen(turn, code, passage, spoken)
    return just(_first(turn, seen)) if seen else await menu.stale(turn)


async def more(turn: Turn, code: str = "", passage: str = "0", spoken: str = "", piece: str = "0") -> Move:
    """The rest of a page, a piece at a time; Back leads one piece up."""
    seen = await _seen(turn, code, passage, spoken)
    pieces, at = view.rest(seen) if seen else [], _number(piece)
    if seen is None or at >= len(pieces):
        return await menu.stale(turn)
    following = [Choice(id=_more_id(seen, at + 1), label=turn.t("More"))] if at + 1 < len(pieces) else []
    back = _more_id(seen, at - 1) if at else page_id(seen.code, seen.number, seen.language)
    text = paragraphs(article.other_language(turn, seen.language), pieces[at])
    choices = [*following, *_address(seen)]
    return just(say(turn, text, title=seen.title, note=_note(turn, seen), choices=choices, back=back))


async def found(turn: Turn, joint: Joint) -> Move | None:
    """The page that answers a question, with the own article that fits too; None if it has gone just now."""
    spot = joint.chosen.page if joint.chosen else None
    if spot is None:
        return None
    seen = await _seen(turn, spot.code, str(spot.passage), spot.language)
    if seen is None:
        return None
    beside = article.links(turn, [joint.beside.entry]) if joint.beside else []
    return just(with_choices(_first(turn, seen), beside))


def beside(turn: Turn, move: Move, candidate: Candidate) -> Move:
    """An own answer with a button to a page that fits too."""
    first, *others = move.replies
    return replace(move, replies=(with_choices(first, [button(turn, candidate)]), *others))


def button(turn: Turn, candidate: Candidate) -> Choice:
    """The way to a page that was found: whose it is, and its title."""
    spot = candidate.page
    if spot is None:
        message = f"{candidate.entry} is no page"
        raise ValueError(message)
    title = spot.title if len(spot.title) <= _LONGEST_TITLE else f"{spot.title[: _LONGEST_TITLE - 1].rstrip()}…"
    label = turn.t("From {town}: {title}", town=turn.town.name if turn.town else "", title=title)
    return Choice(id=page_id(spot.code, spot.passage, spot.language), label=label)


def page_id(code: str, passage: int, language: str) -> str:
    """The id of a button to a page: at most 35 bytes."""
    return f"page:{code}:{passage}:{language}"


def _more_id(seen: Seen, piece: int) -> str:
    return f"pagemore:{seen.code}:{seen.number}:{seen.language}:{piece}"


async def _seen(turn: Turn, code: str, passage: str, spoken: str) -> Seen | None:
    """The page among those of the person's municipality; others' pages are none."""
    if turn.town is None:
        return None
    number = _number(passage)
    return await view.show(turn.session, municipality=turn.town.slug, code=code, language=turn.language, number=number, spoken=spoken)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0


def _first(turn: Turn, seen: Seen) -> Reply:
    """Title, the passage below its heading, whose page it is, and where it leads."""
    heading = seen.passage.heading if seen.passage.heading != seen.title else ""
    said = "\n".join(part for part in (heading, view.shortened(seen.passage.text)) if part)
    text = paragraphs(article.other_language(turn, seen.language), said or turn.t("This page has no text of its own."))
    longer = [Choice(id=_more_id(seen, 0), label=turn.t("More about this"))] if view.rest(seen) else []
    choices = [*longer, *_address(seen), article.ask_back(turn, f"page:{seen.code}")]
    return say(turn, text, title=seen.title, note=_note(turn, seen), choices=choices)


def _address(seen: Seen) -> list[Choice]:
    return [Choice(url=seen.url, label=article.site(seen.url))] if seen.url else []


def _note(turn: Turn, seen: Seen) -> str:
    town = turn.town.name if turn.town else ""
    if seen.changed_on is None:
        return turn.t("From the pages of {town} (Integreat). Lotse did not write or check this text.", town=town)
    date = long_date(turn.language, seen.changed_on)
    return turn.t("From the pages of {town} (Integreat), changed on {date}. Lotse did not write or check this text.", town=town, date=date)

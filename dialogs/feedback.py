"""“Did this help?”: one tap, counted without a name; a no leads on to other ways."""

from dialogs import menu
from dialogs.article import links
from dialogs.model import Choice, Move, Turn
from dialogs.parts import just, say
from knowledge import feedback
from knowledge.pages import view

PAGE = "page"
_LONGEST_ENTRY = 96


async def helped(turn: Turn, verdict: str = "", entry: str = "", code: str = "") -> Move:
    """Count a yes or a no about an article, or about an imported page (`helped:yes:page:<code>`); a forged or old button shows the menu."""
    if verdict not in {"yes", "no"}:
        return await menu.show(turn)
    if entry == PAGE:
        return await _page_helped(turn, verdict, code)
    article = turn.knowledge.articles.get(entry)
    if article is None or code:
        return await menu.show(turn)
    await _count(turn, verdict, entry)
    if verdict == "yes":
        return _glad(turn, back=f"menu:{article.group}")
    return _sorry(turn, links(turn, article.related)[:3], back=f"ask:{entry}")


async def _page_helped(turn: Turn, verdict: str, code: str) -> Move:
    town = turn.town.slug if turn.town else ""
    seen = await view.show(turn.session, municipality=town, code=code, language=turn.language)
    if seen is None:
        return await menu.show(turn)
    await _count(turn, verdict, f"page:{seen.name}"[:_LONGEST_ENTRY])
    return _glad(turn, back="menu") if verdict == "yes" else _sorry(turn, [], back=f"page:{code}")


async def _count(turn: Turn, verdict: str, entry: str) -> None:
    town = turn.town.id if turn.town else None
    await feedback.record(turn.session, entry=entry, language=turn.language, helped=verdict == "yes", municipality_id=town)


def _glad(turn: Turn, *, back: str) -> Move:
    return just(say(turn, turn.t("Thank you. I am glad."), back=back))


def _sorry(turn: Turn, choices: list[Choice], *, back: str) -> Move:
    text = turn.t("Thank you for telling me. Please write your question in other words, choose a topic, or talk to a person.")
    return just(say(turn, text, choices=choices, back=back))

"""“Did this help?”: one tap, counted without a name; a no leads on to other ways."""

from dialogs import menu
from dialogs.article import links
from dialogs.model import Move, Turn
from dialogs.parts import just, say
from knowledge import feedback


async def helped(turn: Turn, verdict: str = "", entry: str = "") -> Move:
    """Count a yes or a no about an answer; a forged or old button shows the menu."""
    article = turn.knowledge.articles.get(entry)
    if article is None or verdict not in {"yes", "no"}:
        return await menu.show(turn)
    town = turn.town.id if turn.town else None
    await feedback.record(turn.session, entry=entry, language=turn.language, helped=verdict == "yes", municipality_id=town)
    if verdict == "yes":
        return just(say(turn, turn.t("Thank you. I am glad."), back=f"menu:{article.group}"))
    text = turn.t("Thank you for telling me. Please write your question in other words, choose a topic, or talk to a person.")
    return just(say(turn, text, choices=links(turn, article.related)[:3], back=f"ask:{entry}"))

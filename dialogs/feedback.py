"""“Did this help?”: one tap, counted without a name, once per answer; it can be changed or taken back. A no leads on to other ways.

Which answers somebody voted on lately is remembered in the state of their conversation; the verdict itself names nobody.
"""

from collections.abc import Sequence
from dataclasses import replace

from dialogs import fallback, menu
from dialogs.article import ask_back, links
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import paragraphs, say
from knowledge import feedback
from knowledge.feedback import VERDICTS
from knowledge.model import Article

ASK, UNDO = "ask", "undo"
MOST_RELATED = 3


async def helped(turn: Turn, verdict: str = "", entry: str = "") -> Move:
    """Ask what they say of an answer, count it, change it or take it back; a forged or old button shows the menu."""
    article = turn.knowledge.articles.get(entry)
    if article is None or verdict not in {*VERDICTS, ASK, UNDO}:
        return await menu.show(turn)
    if verdict == ASK:
        return _staying(turn, _question(turn, entry))
    if verdict == UNDO:
        return await _take_back(turn, entry)
    votes = await _count(turn, entry, verdict)
    if verdict == "yes":
        thanks = turn.t("Thank you. I am glad.")
        return replace(_staying(turn, _said(turn, entry, thanks, back=f"menu:{article.group}")), votes=votes)
    return replace(_missed(turn, article, verdict), votes=votes)


def _question(turn: Turn, entry: str) -> Reply:
    choices = [
        Choice(id=f"helped:yes:{entry}", label=turn.t("This helped")),
        Choice(id=f"helped:no:{entry}", label=turn.t("This did not help")),
        Choice(id=f"helped:else:{entry}", label=turn.t("I need something else")),
    ]
    known = entry in turn.standing.votes
    again = [Choice(id=f"helped:{UNDO}:{entry}", label=turn.t("Take my reply back"))] if known else []
    text = paragraphs(
        turn.t("Did this answer help you? I count only how many people say so. Nobody sees that it was you."),
        turn.t("You have already told me. You can change it.") if known else "",
    )
    return say(turn, text, choices=[*choices, *again], back=f"ask:{entry}", screen=True)


async def _count(turn: Turn, entry: str, verdict: str) -> dict[str, int]:
    """Store the verdict, or change the one that the same person gave before; returns the votes to remember."""
    vote = turn.standing.votes.get(entry)
    if vote is None or not await feedback.change(turn.session, vote=vote, entry=entry, verdict=verdict):
        town = turn.town.id if turn.town else None
        vote = await feedback.record(turn.session, entry=entry, language=turn.language, verdict=verdict, municipality_id=town)
    return feedback.remembered(turn.standing.votes, entry=entry, vote=vote)


async def _take_back(turn: Turn, entry: str) -> Move:
    vote = turn.standing.votes.get(entry)
    if vote is not None:
        await feedback.take_back(turn.session, vote=vote, entry=entry)
    kept = {name: row for name, row in turn.standing.votes.items() if name != entry}
    done = say(turn, turn.t("I have taken your reply back."), choices=[ask_back(turn, entry)], back=f"ask:{entry}", screen=True)
    return replace(_staying(turn, done), votes=kept)


def _missed(turn: Turn, article: Article, verdict: str) -> Move:
    """The next words may say what was meant; if nothing fits them, editors see beside which answer."""
    related = links(turn, article.related)[:MOST_RELATED]
    if verdict == "else":
        text = paragraphs(
            turn.t("Thank you, I have noted it."),
            turn.t("Please write in your own words what you need. You can also choose a topic, or talk to a person."),
        )
    else:
        text = turn.t("Thank you for telling me. Please write your question in other words, choose a topic, or talk to a person.")
    reply = _said(
        turn, article.id, text, back=f"ask:{article.id}", choices=[*related, Choice(id="human", label=turn.t("Talk to a person"))]
    )
    return _staying(turn, reply) if fallback.is_busy(turn) else fallback.waiting_for_words(turn, reply, missed=article.id)


def _said(turn: Turn, entry: str, text: str, *, back: str, choices: Sequence[Choice] = ()) -> Reply:
    change = Choice(id=f"helped:{ASK}:{entry}", label=turn.t("Change my reply"))
    return say(turn, text, choices=[*choices, change], back=back, screen=True)


def _staying(turn: Turn, reply: Reply) -> Move:
    """Say it, and leave the active dialog where it is: who is booking goes on booking."""
    return Move(replies=(reply,), dialog=turn.standing.dialog, state=turn.standing.state)

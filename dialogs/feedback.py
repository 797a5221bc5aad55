"""“Did this help?”: one tap, counted without a name, once per answer; it can be changed or taken back. A no leads on to other ways.

Which answers somebody voted on lately is remembered in the state of their conversation; the verdict itself names nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dialogs import article, fallback, menu
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import paragraphs, say
from knowledge import feedback
from knowledge.feedback import VERDICTS
from knowledge.pages import view

ASK, UNDO = "ask", "undo"
PAGE = "page"
MOST_RELATED = 3
_LONGEST_ENTRY = 96


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What was answered: `entry` is counted, `token` is in ids of buttons, `back` shows it again, `home` is the screen above."""

    entry: str
    token: str
    back: str
    home: str
    related: tuple[str, ...] = ()


async def helped(turn: Turn, verdict: str = "", entry: str = "", code: str = "") -> Move:
    """Ask what they say of an article, or of an imported page (`helped:ask:page:<code>`), count it, change it or take it back.

    A forged or old button shows the menu.
    """
    answer = await _answer(turn, entry, code)
    if answer is None or verdict not in {*VERDICTS, ASK, UNDO}:
        return await menu.show(turn)
    if verdict == ASK:
        return _staying(turn, _question(turn, answer))
    if verdict == UNDO:
        return await _take_back(turn, answer)
    votes = await _count(turn, answer.entry, verdict)
    if verdict == "yes":
        thanks = turn.t("Thank you. I am glad.")
        return replace(_staying(turn, _said(turn, answer, thanks, back=answer.home)), votes=votes)
    return replace(_missed(turn, answer, verdict), votes=votes)


async def _answer(turn: Turn, entry: str, code: str) -> _Answer | None:
    if entry == PAGE:
        town = turn.town.slug if turn.town else ""
        seen = await view.show(turn.session, municipality=town, code=code, language=turn.language)
        name = f"page:{seen.name}"[:_LONGEST_ENTRY] if seen else ""
        return _Answer(entry=name, token=f"{PAGE}:{code}", back=f"{PAGE}:{code}", home="menu") if seen else None
    known = turn.knowledge.articles.get(entry)
    if known is None or code:
        return None
    return _Answer(entry=entry, token=entry, back=f"ask:{entry}", home=f"menu:{known.group}", related=tuple(known.related))


def _question(turn: Turn, answer: _Answer) -> Reply:
    choices = [
        Choice(id=f"helped:yes:{answer.token}", label=turn.t("This helped")),
        Choice(id=f"helped:no:{answer.token}", label=turn.t("This did not help")),
        Choice(id=f"helped:else:{answer.token}", label=turn.t("I need something else")),
    ]
    known = answer.entry in turn.standing.votes
    again = [Choice(id=f"helped:{UNDO}:{answer.token}", label=turn.t("Take my reply back"))] if known else []
    text = paragraphs(
        turn.t("Did this answer help you? I count only how many people say so. Nobody sees that it was you."),
        turn.t("You have already told me. You can change it.") if known else "",
    )
    return say(turn, text, choices=[*choices, *again], back=answer.back, screen=True)


async def _count(turn: Turn, entry: str, verdict: str) -> dict[str, int]:
    """Store the verdict, or change the one that the same person gave before; returns the votes to remember."""
    vote = turn.standing.votes.get(entry)
    if vote is None or not await feedback.change(turn.session, vote=vote, entry=entry, verdict=verdict):
        town = turn.town.id if turn.town else None
        vote = await feedback.record(turn.session, entry=entry, language=turn.language, verdict=verdict, municipality_id=town)
    return feedback.remembered(turn.standing.votes, entry=entry, vote=vote)


async def _take_back(turn: Turn, answer: _Answer) -> Move:
    vote = turn.standing.votes.get(answer.entry)
    if vote is not None:
        await feedback.take_back(turn.session, vote=vote, entry=answer.entry)
    kept = {name: row for name, row in turn.standing.votes.items() if name != answer.entry}
    again = article.ask_back(turn, answer.token)
    done = say(turn, turn.t("I have taken your reply back."), choices=[again], back=answer.back, screen=True)
    return replace(_staying(turn, done), votes=kept)


def _missed(turn: Turn, answer: _Answer, verdict: str) -> Move:
    """The next words may say what was meant; if nothing fits them, editors see beside which answer."""
    related = article.links(turn, answer.related)[:MOST_RELATED]
    if verdict == "else":
        text = paragraphs(
            turn.t("Thank you, I have noted it."),
            turn.t("Please write in your own words what you need. You can also choose a topic, or talk to a person."),
        )
    else:
        text = turn.t("Thank you for telling me. Please write your question in other words, choose a topic, or talk to a person.")
    person = Choice(id="human", label=turn.t("Talk to a person"))
    reply = _said(turn, answer, text, back=answer.back, choices=[*related, person])
    return _staying(turn, reply) if fallback.is_busy(turn) else fallback.waiting_for_words(turn, reply, missed=answer.entry)


def _said(turn: Turn, answer: _Answer, text: str, *, back: str, choices: Sequence[Choice] = ()) -> Reply:
    change = Choice(id=f"helped:{ASK}:{answer.token}", label=turn.t("Change my reply"))
    return say(turn, text, choices=[*choices, change], back=back, screen=True)


def _staying(turn: Turn, reply: Reply) -> Move:
    """Say it, and leave the active dialog where it is: who is booking goes on booking."""
    return Move(replies=(reply,), dialog=turn.standing.dialog, state=turn.standing.state)

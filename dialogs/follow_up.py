"""What follows an answer and means nothing without it: its details, or an explanation. What such messages are is in `nlu.follow_ups`.

An answer counts while it is among the last few lines. After an alarm its article comes, with its numbers: who asks
"and my children?" is not to be sent to another subject.
"""

from dataclasses import replace

from dialogs import article, crisis, fallback
from dialogs.model import Choice, Move, Turn
from dialogs.parts import just, paragraphs, say
from handoff import requests
from nlu import follow_ups

# The message itself, two turns with a question and two replies each, and one more.
_LINES = 6
_PLAIN = "de-simple"


async def about_last(turn: Turn) -> Move | None:
    """What there is to say on the answer that a message is about; None if it stands for itself, or nothing was read lately."""
    if turn.inbound.kind != "text" or fallback.is_busy(turn) or turn.standing.language is None:
        return None
    kind = follow_ups.kind(turn.inbound.text, {turn.language, turn.standing.language})
    if kind is None:
        return None
    read = await requests.recent(turn.session, turn.services.keyring, person=turn.standing.person, lines=_LINES)
    entry = next((entry for entry in read.articles if entry in turn.knowledge.articles), None)
    if entry is None:
        return None
    return await (_more(turn, entry) if kind == "more" else _plainer(turn, entry))


async def _more(turn: Turn, entry: str) -> Move:
    """The details, once; after an alarm first the short answer, where it stands whom to call. After that a person knows more."""
    known = turn.standing.state
    times = int(known.get("times", 0)) if known.get("told") == entry else 0
    urgent = entry in crisis.ENTRIES.values()
    if times > urgent:
        sorry = turn.t("I am sorry, I have no answer to that. A person can help you better.")
        return just(say(turn, sorry, choices=[_person(turn)], back=f"ask:{entry}"))
    move = await article.answer(turn, entry) if urgent and times == 0 else await article.details(turn, entry)
    if not urgent:
        lead = turn.t("I cannot answer each question by itself. This is what I know about it:")
        first = move.replies[0]
        move = replace(move, replies=(replace(first, text=paragraphs(lead, first.text)), *move.replies[1:]))
    return replace(move, dialog=fallback.DIALOG, state={"tries": 0, "told": entry, "times": times + 1})


async def _plainer(turn: Turn, entry: str) -> Move:
    """German in plain words; in other languages somebody who explains it, and the German text to show around."""
    if turn.language == "de":
        plain = await article.answer(replace(turn, standing=replace(turn.standing, language=_PLAIN), match=None), entry)
        return replace(plain, replies=tuple(replace(reply, language="de") for reply in plain.replies))
    sorry = turn.t("I am sorry that my text was hard to understand. A person can explain it to you.")
    german = Choice(id=f"german:{entry}", label=turn.t("Show the German text"))
    more = Choice(id=f"details:{entry}", label=turn.t("More about this"))
    return just(say(turn, sorry, choices=[_person(turn), more, german], back=f"ask:{entry}"))


def _person(turn: Turn) -> Choice:
    return Choice(id="human", label=turn.t("Talk to a person"))

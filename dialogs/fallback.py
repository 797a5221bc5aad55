"""When Lotse is not sure: offer three topics, ask once to say it differently, then bring in a person. Nothing is guessed.

What found no answer is kept sealed for editors (`knowledge.unanswered`), also a question to which none of the offered topics fitted.
"""

from collections.abc import Mapping
from typing import Any

from dialogs import article, human, imported, offices
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import paragraphs, say
from knowledge import unanswered
from knowledge.unanswered import Meaning
from nlu.classifier import ENTRIES
from nlu.model import Candidate

DIALOG = "unsure"
MOST_OFFERS = 3
_DANGER = frozenset(ENTRIES.values())
# From which probability on a follow-up is about a topic that was only offered.
_LIKELY = 0.2
# Of 86 offers that named suicide, violence or children in danger below a quarter (16,000 messages of tests) seven were right.
_DANGER_OFFERED, _ACCUSING, _ACCUSING_OFFERED = 0.1, "safety/", 0.25
_KEPT = frozenset({"missed", "calmed"})


async def offer(turn: Turn) -> Move:
    """Two or three topics or pages that may be meant, and “something else”."""
    found = (turn.match.joint or turn.match).candidates if turn.match else ()
    # A topic of danger looks like an accusation where it stands first, and where nothing speaks for it: likely ones stay in reach.
    fitting = [candidate for candidate in found[:MOST_OFFERS] if may_be_offered(candidate)]
    gently = sorted(fitting, key=lambda candidate: candidate.entry in _DANGER)
    choices = [choice for candidate in gently for choice in _links(turn, candidate)][:MOST_OFFERS]
    if not choices:
        return await rephrase(turn)
    choices.append(Choice(id="else", label=turn.t("Something else")))
    text = paragraphs(offices.named(turn), turn.t("I am not sure what you mean. Is it one of these?"))
    return Move(replies=(say(turn, text, choices=choices),), dialog=DIALOG, state=_state(turn, tries=_tries(turn)) | _offered(turn))


def may_be_offered(candidate: Candidate) -> bool:
    """Whether a button for it does not look like an accusation: danger is named where it is likely."""
    bar = _ACCUSING_OFFERED if candidate.entry.startswith(_ACCUSING) else _DANGER_OFFERED
    return candidate.entry not in _DANGER or candidate.score >= bar


def _links(turn: Turn, candidate: Candidate) -> list[Choice]:
    return [imported.button(turn, candidate)] if candidate.page else article.links(turn, [candidate.entry])


async def rephrase(turn: Turn) -> Move:
    """Ask once for other words; the second time a person is better."""
    if _tries(turn) >= 1:
        return await give_up(turn)
    await _note(turn, "rephrase")
    text = turn.t(
        "I did not understand that. Please say it in other words, for example: “German course for beginners” or “school for my child”."
    )
    if office := offices.named(turn):
        text = paragraphs(office, turn.t("Please write your question in a few words, or choose a topic in the menu."))
    return Move(replies=(say(turn, text),), dialog=DIALOG, state=_state(turn, tries=1))


async def something_else(turn: Turn) -> Move:
    """None of the offered topics: ask for other words, once."""
    await _note_offered(turn)
    if _tries(turn) >= 1:
        return await give_up(turn)
    text = turn.t("All right. Please write it in other words, as short as you can.")
    return Move(replies=(say(turn, text),), dialog=DIALOG, state=_state(turn, tries=1))


async def give_up(turn: Turn) -> Move:
    """Twice not understood: say so and hand over to a person, or name the people who can help."""
    await _note(turn, "human")
    sorry = turn.t("I am sorry, I have no answer to that. A person can help you better.")
    town = turn.town
    if town and town.staffed and turn.standing.held_by_case is None:
        opened, expected = await human.opened_for(turn, town, reason="unsure")
        told = paragraphs(sorry, turn.t("I have told the advisers of {town} that I cannot help you.", town=town.name))
        return Move(replies=(await human.waiting(turn, told, expected, way_out=opened.new),))
    choices = [Choice(id="human", label=turn.t("Talk to a person")), *article.links(turn, human.HELPERS)]
    return Move(replies=(say(turn, sorry, choices=choices),))


async def out_of_scope(turn: Turn) -> Move:
    """Not what Lotse is for: say so kindly, without judging. After an answer that did not help it may be what is missing."""
    if _own(turn).get("missed"):
        await _note(turn, "out_of_scope")
    text = turn.t("I have no answer to that. I know about living in Germany: German courses, papers, work, school, health, housing.")
    hint = turn.t("If you need advice about your own case, please talk to a person.")
    return Move(replies=(say(turn, f"{text}\n\n{hint}"),))


def waiting_for_words(turn: Turn, reply: Reply, *, missed: str) -> Move:
    """Say something that asks for other words after an answer that did not help."""
    return Move(replies=(reply,), dialog=DIALOG, state=_state(turn, tries=0) | {"missed": missed})


def likeliest(turn: Turn) -> str:
    """Of the topics that were offered just now the one that came first, if it was likely and not about danger; "" if none was."""
    offered = _own(turn).get("offered")
    near = unanswered.unpacked(offered["meaning"]).near if offered else {}
    likely = [entry for entry, score in near.items() if score >= _LIKELY and entry not in _DANGER]
    return max(likely, key=lambda entry: near[entry], default="")


def is_busy(turn: Turn) -> bool:
    """Whether another dialog is active, which must not be dropped."""
    return turn.standing.dialog not in {None, DIALOG}


def _own(turn: Turn) -> Mapping[str, Any]:
    return turn.standing.state if turn.standing.dialog == DIALOG else {}


def _tries(turn: Turn) -> int:
    return int(_own(turn).get("tries", 0))


def _state(turn: Turn, *, tries: int) -> dict[str, Any]:
    """How often it was tried, the answer that did not help before, and that there is no danger after all."""
    return {"tries": tries} | {name: value for name, value in _own(turn).items() if name in _KEPT}


def _offered(turn: Turn) -> dict[str, Any]:
    """The question to which topics are offered, until one is chosen."""
    if turn.inbound.kind != "text":
        return {}
    return {"offered": {"text": turn.inbound.text, "language": turn.language, "meaning": unanswered.packed(_meaning(turn))}}


def _meaning(turn: Turn) -> Meaning:
    match = turn.match
    return Meaning(vector=match.vector, near={one.entry: one.score for one in match.candidates}) if match else Meaning()


async def _note(turn: Turn, decision: str) -> None:
    if turn.inbound.kind == "text":
        await _keep(turn, decision, text=turn.inbound.text, language=turn.language, meaning=_meaning(turn))


async def _note_offered(turn: Turn) -> None:
    offered = _own(turn).get("offered")
    if offered:
        meaning = unanswered.unpacked(offered["meaning"])
        await _keep(turn, "offer", text=offered["text"], language=offered["language"], meaning=meaning)


async def _keep(turn: Turn, decision: str, *, text: str, language: str, meaning: Meaning) -> None:
    town = turn.town
    await unanswered.record(
        turn.session,
        turn.services.keyring,
        text=text,
        language=language,
        decision=decision,
        person=turn.standing.person,
        municipality_id=town.id if town else None,
        meaning=meaning,
        entry=_own(turn).get("missed"),
    )

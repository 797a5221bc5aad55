"""When Lotse is not sure: offer three topics, ask once to say it differently, then bring in a person. Nothing is guessed."""

from dialogs import article, human, imported
from dialogs.model import Choice, Move, Turn
from dialogs.parts import paragraphs, say
from knowledge import unanswered
from nlu.model import Candidate

MOST_OFFERS = 3


async def offer(turn: Turn) -> Move:
    """Two or three topics or pages that may be meant, and “something else”."""
    found = (turn.match.joint or turn.match).candidates if turn.match else ()
    choices = [choice for candidate in found for choice in _links(turn, candidate)][:MOST_OFFERS]
    if not choices:
        return await rephrase(turn)
    choices.append(Choice(id="else", label=turn.t("Something else")))
    text = turn.t("I am not sure what you mean. Is it one of these?")
    return Move(replies=(say(turn, text, choices=choices),), dialog="unsure", state={"tries": _tries(turn)})


def _links(turn: Turn, candidate: Candidate) -> list[Choice]:
    return [imported.button(turn, candidate)] if candidate.page else article.links(turn, [candidate.entry])


async def rephrase(turn: Turn) -> Move:
    """Ask once for other words; the second time a person is better."""
    await _note(turn, "rephrase")
    if _tries(turn) >= 1:
        return await give_up(turn)
    text = turn.t(
        "I did not understand that. Please say it in other words, for example: “German course for beginners” or “school for my child”."
    )
    return Move(replies=(say(turn, text),), dialog="unsure", state={"tries": 1})


async def something_else(turn: Turn) -> Move:
    """None of the offered topics: ask for other words, once."""
    if _tries(turn) >= 1:
        return await give_up(turn)
    text = turn.t("All right. Please write it in other words, as short as you can.")
    return Move(replies=(say(turn, text),), dialog="unsure", state={"tries": 1})


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
    """Not what Lotse is for: say so kindly, without judging."""
    text = turn.t("I have no answer to that. I know about living in Germany: German courses, papers, work, school, health, housing.")
    hint = turn.t("If you need advice about your own case, please talk to a person.")
    return Move(replies=(say(turn, f"{text}\n\n{hint}"),))


def _tries(turn: Turn) -> int:
    return int(turn.standing.state.get("tries", 0)) if turn.standing.dialog == "unsure" else 0


async def _note(turn: Turn, decision: str) -> None:
    if turn.inbound.kind != "text":
        return
    town = turn.town
    await unanswered.record(
        turn.session,
        turn.services.keyring,
        text=turn.inbound.text,
        language=turn.language,
        decision=decision,
        person=turn.standing.person,
        municipality_id=town.id if town else None,
    )

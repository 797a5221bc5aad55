"""Asking for a person: opens a case where advisers work with Lotse, and says honestly what happens next.

What is said later, when nobody has asked, lives in `handing`.
"""

import re

from dialogs import article, handing, private
from dialogs import card as cards
from dialogs.model import Choice, Move, Reply, Town, Turn
from dialogs.parts import just, paragraphs, say
from handoff import cases, promises, requests
from handoff.cases import Opened, Reason
from handoff.links import GOOD_FOR
from handoff.promises import Expected
from nlu.text import words
from store.types import utcnow

HELPERS = handing.HELPERS
# A telephone number in a message of a few words: "my number 0151 …, after five please".
_DIGIT = re.compile(r"\d")
_FEWEST_DIGITS, _FEW_WORDS = 7, 6
CANCEL = "cancel"


async def ask(turn: Turn, reason: str = "") -> Move:
    """Open a case (once), or name those who can help where no adviser works with Lotse. `cancel` takes the request back."""
    if reason == CANCEL:
        return await _cancel(turn)
    if turn.standing.held_by_case is not None:
        return just(await _held(turn, turn.standing.held_by_case))
    town = turn.town
    if town is None or not town.staffed:
        return just(_nobody_here(turn))
    opened, expected = await opened_for(turn, town, reason="asked")
    if not opened.new:
        return just(await _again(turn, town, expected))
    told = turn.t("I have told the advisers of {town} that you want to talk to a person.", town=town.name)
    return just(await waiting(turn, told, expected, title=turn.t("A person will read this")))


async def number(turn: Turn) -> Move | None:
    """A telephone number for whoever calls back: it stands with the request; None if it is none, or nobody was asked for."""
    text, town = turn.inbound.text, turn.town
    if town is None or len(_DIGIT.findall(text)) < _FEWEST_DIGITS or len(words(text)) > _FEW_WORDS:
        return None
    if not await requests.open_of(turn.session, municipality=town.id, person=turn.standing.person):
        return None
    told = turn.t("The advisers of {town} read this together with your request.", town=town.name)
    return Move(replies=(say(turn, told),), dialog=turn.standing.dialog, state=turn.standing.state)


async def opened_for(turn: Turn, town: Town, *, reason: Reason) -> tuple[Opened, Expected]:
    """The person's case, opened now or before, with what is known of them, and what they can be told."""
    card, now = await cards.of_turn(turn), utcnow()
    opened = await cases.open_case(
        turn.session,
        turn.services.keyring,
        municipality=town.id,
        person=turn.standing.person,
        language=turn.language,
        reason=reason,
        topic=cards.topic_of(turn, card),
        card=card,
        now=now,
    )
    return opened, await promises.make(turn.session, case=opened.case, now=now)


async def waiting(turn: Turn, told: str, expected: Expected, *, title: str = "", way_out: bool = True) -> Reply:
    """What is said to whoever waits: when somebody answers, what to do in danger, the private way, and the way out."""
    button = await private.button(turn)
    demo = turn.town is not None and turn.town.demo
    text = paragraphs(
        told,
        turn.t("It takes longer than I told you. I am sorry.") if expected.late else "",
        handing.expectation(turn.language, expected),
        turn.t("You can go on asking me in the meantime."),
        handing.emergency(turn.language, turn.knowledge),
        _private(turn) if button else "",
        turn.t("This is only a demonstration: nobody will answer.") if demo else "",
    )
    out = [handing.not_needed(turn.language)] if way_out else []
    choices = [*([button] if button else []), *out, *article.links(turn, HELPERS)]
    return say(turn, text, title=title, choices=choices)


def _private(turn: Turn) -> str:
    """Why the private chat is better, and that nobody has to go there."""
    minutes = int(GOOD_FOR.total_seconds()) // 60
    return paragraphs(
        turn.t("Your messages are safer in my private chat. The button opens it once, in the next {minutes} minutes.", minutes=minutes),
        turn.t("You can also stay here."),
    )


async def _again(turn: Turn, town: Town, expected: Expected) -> Reply:
    """The same request as before, and who has it."""
    row = await requests.open_of(turn.session, municipality=town.id, person=turn.standing.person)
    name = await requests.holder(turn.session, case=row.id) if row else ""
    if name:
        told = turn.t("You have already asked for a person. {name} has your request.", name=name)
    elif row and row.reason == "safety":  # opened by an alarm: the person has asked for nobody
        told = turn.t("I have told the advisers of {town} that it is urgent.", town=town.name)
    else:
        told = turn.t("You have already asked for a person. Your request is not lost.")
    return await waiting(turn, told, expected, way_out=row is not None and requests.may_withdraw(row))


async def _held(turn: Turn, case: int) -> Reply:
    """A human answers already: say who, and that this is the place to write."""
    button = await private.button(turn)
    name = await requests.holder(turn.session, case=case)
    text = paragraphs(
        turn.t("A person answers you here: {name}.", name=name) if name else turn.t("A person answers you here."),
        turn.t("Please write here."),
        _private(turn) if button else "",
    )
    return say(turn, text, choices=[button] if button else [])


async def _cancel(turn: Turn) -> Move:
    """Take the request back, as long as nobody has it."""
    town = turn.town
    gone = town is None or await requests.withdraw(turn.session, municipality=town.id, person=turn.standing.person, now=utcnow())
    if gone:
        text = paragraphs(
            turn.t("All right. Your request is taken back."),
            turn.t("You can talk to a person again at any time."),
        )
    else:
        text = turn.t("Only an adviser can finish your request now. Please write here that you need no help any more.")
    return just(say(turn, text))


def _nobody_here(turn: Turn) -> Reply:
    text = paragraphs(
        turn.t("In your town no adviser works with Lotse yet, or you have not told me your town."),
        turn.t("These people help you in person, free of charge:"),
    )
    choices = article.links(turn, HELPERS)
    if turn.town is None:
        choices.append(Choice(id="place", label=turn.t("Choose my town")))
    return say(turn, text, title=turn.t("Talk to a person"), choices=choices)

"""The fixed first words in danger: numbers before anything else, no questions, nothing of the message is kept.

The texts are reviewed sentences of the catalogues; numbers come from the contacts. What counts as danger is decided in `nlu.safety`.
"""

from typing import Any

from dialogs import fallback
from dialogs.article import answer, links
from dialogs.model import Choice, Move, Town, Turn
from dialogs.parts import paragraphs, say
from handoff import cases, ladder, requests
from handoff.card import Card
from store.types import utcnow

ENTRIES = {
    "crisis_suicide": "safety/suicidal-thoughts",
    "crisis_violence": "safety/violence-against-women",
    "crisis_medical": "health/emergency",
    "crisis_child": "safety/children-in-danger",
    "crisis_removal": "residence/fear-of-removal",
}

# Who is in no danger this minute is beaten all the same, and reads what helps later.
_NOT_NOW = frozenset({"crisis_violence", "crisis_child"})
# Whom it is about, even if nothing may happen this minute: somebody to talk to stays in reach.
_LATER = {"crisis_suicide": ("health/psychological-help",)}
_LIKELY = 0.02
# Who was beaten by a stranger, and whoever is a man, finds what to do here.
_BESIDE = {"crisis_violence": ("safety/police-and-rights",)}


async def respond(turn: Turn, kind: str) -> Move:
    """Say whom to call now; open an urgent case where advisers work with Lotse. The active dialog stays as it was.

    When advisers answer is not said here: numbers come first and alone. The ladder says it a moment later.
    """
    title, text = _WORDS[kind](turn)
    town = turn.town
    if town and town.staffed:
        await _hand_over(turn, town, kind)
    choices = [*links(turn, (ENTRIES[kind], *_BESIDE.get(kind, ()))), Choice(id="calm", label=turn.t("I am not in danger"))]
    reply = say(turn, text, title=title, choices=choices, urgent=True)
    dialog, state = turn.standing.dialog, turn.standing.state
    if not fallback.is_busy(turn):
        dialog, state = fallback.DIALOG, {"tries": 0, "meant": _meant(turn), "danger": kind}
    return Move(replies=(reply,), dialog=dialog, state=state)


def _meant(turn: Turn) -> list[str]:
    """What else the message is likely about: topics alone, nothing that was typed."""
    danger = set(ENTRIES.values())
    likely = turn.match.candidates if turn.match else ()
    return [one.entry for one in likely if one.entry not in danger and one.score >= _LIKELY]


def of_alarm(turn: Turn) -> dict[str, Any]:
    """What an alarm has left in the state of the conversation, for who says later that there is no danger."""
    return {name: value for name, value in turn.standing.state.items() if name in {"danger", "meant", "calmed"}}


async def calm(turn: Turn) -> Move:
    """No danger, or not now: what the message may have been about. Advisers read it in the case, which stays open."""
    if turn.town:
        await requests.say_calm(turn.session, municipality=turn.town.id, person=turn.standing.person, now=utcnow())
    kind = turn.standing.state.get("danger", "")
    if kind in _NOT_NOW:
        return await answer(turn, ENTRIES[kind])
    meant = [*_LATER.get(kind, ()), *turn.standing.state.get("meant", ())[: fallback.MOST_OFFERS - 1]]
    text = paragraphs(relief(turn), turn.t("Please write your question in a few words, or choose a topic in the menu."))
    reply = say(turn, text, choices=links(turn, meant))
    state = turn.standing.state if fallback.is_busy(turn) else {**turn.standing.state, "calmed": True}
    return Move(replies=(reply,), dialog=turn.standing.dialog, state=state)


def relief(turn: Turn) -> str:
    """What fits whoever was in no danger and whoever has got help: the number stays in reach."""
    return turn.t("Good that you tell me. If it gets worse, call {number} at once.", number=_number(turn, "ambulance"))


async def _hand_over(turn: Turn, town: Town, kind: str) -> None:
    """An urgent case that names the danger and holds nothing of the message."""
    now = utcnow()
    opened = await cases.open_case(
        turn.session,
        turn.services.keyring,
        municipality=town.id,
        person=turn.standing.person,
        language=turn.language,
        reason="safety",
        urgent=True,
        topic=ENTRIES[kind],
        card=Card(question_language=turn.language, danger=kind),
        now=now,
    )
    await ladder.start(turn.session, opened.case, now)


def _number(turn: Turn, contact: str, position: int = 0) -> str:
    return turn.knowledge.contacts[contact].phone[position]


def _suicide(turn: Turn) -> tuple[str, str]:
    return turn.t("You are not alone."), paragraphs(
        turn.t("If you have already swallowed something or hurt yourself, call {number} now.", number=_number(turn, "ambulance")),
        turn.t("If you could hurt yourself now, call {number}. It is free.", number=_number(turn, "ambulance")),
        turn.t(
            "You can talk to somebody day and night, free and without your name: {first} or {second} (mostly in German).",
            first=_number(turn, "telefonseelsorge"),
            second=_number(turn, "telefonseelsorge", 1),
        ),
        turn.t("Please do not stay alone now. Go to somebody you trust, or ask somebody to call for you."),
    )


def _violence(turn: Turn) -> tuple[str, str]:
    return turn.t("You have a right to be safe."), paragraphs(
        turn.t("If you are in danger now, call the police: {number}. It is free.", number=_number(turn, "police")),
        turn.t("If somebody is injured, call {number}.", number=_number(turn, "ambulance")),
        _helpline(turn),
        turn.t("If somebody else can see this phone, delete this chat."),
    )


def _helpline(turn: Turn) -> str:
    return turn.t(
        "The helpline for women is there day and night, free, without your name, in many languages: {number}.",
        number=_number(turn, "violence_helpline"),
    )


def without_police(turn: Turn) -> Move:
    """For whoever is beaten and does not want the police: the helpline alone, which nobody need give a name."""
    text = paragraphs(_helpline(turn), turn.t("If somebody else can see this phone, delete this chat."))
    reply = say(turn, text, choices=links(turn, (ENTRIES["crisis_violence"],)), urgent=True)
    return Move(replies=(reply,), dialog=turn.standing.dialog, state=turn.standing.state)


def _medical(turn: Turn) -> tuple[str, str]:
    return turn.t("Call {number} now.", number=_number(turn, "ambulance")), paragraphs(
        turn.t("The call to {number} is free. Say where you are and what happened.", number=_number(turn, "ambulance")),
        turn.t("If you cannot speak German, ask somebody near you to call."),
        turn.t(
            "If it is not life-threatening and the doctor is closed, call {number}.",
            number=_number(turn, "medical_oncall"),
        ),
    )


def _child(turn: Turn) -> tuple[str, str]:
    return turn.t("Children must be safe."), paragraphs(
        turn.t("If a child is in danger now, call the police: {number}. It is free.", number=_number(turn, "police")),
        turn.t("If a child is injured or very ill, call {number}.", number=_number(turn, "ambulance")),
        turn.t(
            "Children and young people can call {number} themselves, free and without a name, Monday to Saturday from 14 to 20 o'clock.",
            number=_number(turn, "childrens_line"),
        ),
        turn.t("The youth office (Jugendamt) of your town helps children and parents."),
    )


def _removal(turn: Turn) -> tuple[str, str]:
    return turn.t("Get help today."), paragraphs(
        turn.t("Call a lawyer or an advice centre today. Show them every letter. Do not wait."),
        turn.t("The refugee council (Flüchtlingsrat) of Rhineland-Palatinate knows who can help: {site}", site=_site(turn)),
        turn.t("If your life or your health is in danger, say so at once and call {number}.", number=_number(turn, "ambulance")),
    )


def _site(turn: Turn) -> str:
    return turn.knowledge.contacts["refugee_council_rlp"].url or ""


_WORDS = {
    "crisis_suicide": _suicide,
    "crisis_violence": _violence,
    "crisis_medical": _medical,
    "crisis_child": _child,
    "crisis_removal": _removal,
}

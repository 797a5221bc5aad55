"""What Lotse keeps; taking one's data along; deleting all of it."""

from dialogs import appointment_words as words
from dialogs.asked import DIALOG, asking
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import just, paragraphs, say
from handoff import personal_data
from locales.marks import mark
from scheduler import booking as bookings
from store.types import utcnow

_CONFIRMED = "delete:yes"
_TELEGRAM = mark("In Telegram, the company Telegram can also read along. For personal matters the web page of Lotse is safer.")


async def explain(turn: Turn) -> Move:
    """What is stored, for how long, who reads it."""
    text = paragraphs(
        turn.t("You need no name. I keep your language, your town and our messages, encrypted, for 30 days. Then they are deleted."),
        turn.t(
            "I also keep your appointments and the dates that I remind you of, until they are over and you have not written for 30 days."
        ),
        turn.t("I keep which courses you look for until you stop it, at most 180 days, and which courses you go to until they are over."),
        turn.t("When an adviser helps you, I keep that request with its files until it is closed, and at most 90 days longer."),
        turn.t("I tell nobody what you ask: not the immigration office, not the police."),
        turn.t("An adviser reads our messages only if you ask for a person, if I cannot help you, or if you are in danger."),
        turn.t("Questions that I cannot answer are read by editors, without your name."),
        "" if turn.traits.trusted else turn.t(_TELEGRAM),
        turn.t("Other people may use your phone too. You can delete everything here at any time."),
    )
    choices = (
        Choice(id="export", label=turn.t("See my data")),
        Choice(id="delete", label=turn.t("Delete my data")),
    )
    return just(say(turn, text, title=turn.t("Privacy"), choices=choices, screen=True, back="intro"))


async def export(turn: Turn) -> Move:
    """Everything that is stored about the person, as a file."""
    document = await personal_data.export(turn.session, turn.services.keyring, person=turn.standing.person)
    text = turn.t("This file has everything that I keep about you.")
    reply = Reply(text=text, language=turn.language, document=document, document_name="lotse.json")
    question = say(turn, turn.t("Do you want to delete it?"), choices=(Choice(id="delete", label=turn.t("Delete my data")),))
    return Move(replies=(reply, question))


async def delete(turn: Turn, confirmed: str = "") -> Move:
    """Ask first; delete when it was asked in this conversation and confirmed."""
    if confirmed == "yes" and turn.standing.dialog == DIALOG and turn.standing.state.get("yes") == _CONFIRMED:
        text = turn.t("Everything about you is deleted. If you write again, we start anew. I wish you all the best.")
        hint = turn.t("The messages that you see here are on your phone. You can delete this chat there.")
        return Move(replies=(Reply(text=paragraphs(text, hint), language=turn.language),), erase=True)
    text = turn.t(
        "Shall I delete everything about you? That is your language, your town, our messages and requests to advisers. It cannot be undone."
    )
    ahead = await bookings.of_person(turn.session, person=turn.standing.person, now=utcnow())
    if ahead:
        lines = [f"• {await words.when(turn, row)}" for row in ahead]
        text = paragraphs(text, "\n".join((turn.t("I also cancel what you have booked:"), *lines)))
    choices = (Choice(id=_CONFIRMED, label=turn.t("Yes, delete everything")), Choice(id="menu", label=turn.t("No, keep it")))
    move = Move(replies=(say(turn, text, choices=choices, back="privacy", screen=True),))
    return asking(move, yes=_CONFIRMED, no="menu")

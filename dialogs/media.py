"""What Lotse says to a voice note, a photo, a file, a sticker, a location, an edited message, or in a group."""

from dialogs.model import Choice, Kind, Move, Reply, Turn
from dialogs.parts import just, say


async def receive(turn: Turn) -> Move:
    """Say what happened to what was sent, and what works instead. Nothing is silently dropped."""
    if turn.inbound.kind == "group":
        return Move(replies=(Reply(text=_group(turn), language=turn.language),))
    choices = (Choice(id="place", label=turn.t("Choose my town")),) if turn.inbound.kind == "location" else ()
    return just(say(turn, _sentence(turn, turn.inbound.kind), choices=choices))


def _group(turn: Turn) -> str:
    return turn.t("I do not talk in groups, because everybody could read your questions. Please write to me alone. I am leaving this group.")


def _sentence(turn: Turn, kind: Kind) -> str:
    if kind == "voice":
        return turn.t("I got your voice message, but I cannot listen to it yet. Please write your question, press a button, or talk to a person.")
    if kind in {"photo", "file"}:
        return turn.t("I cannot read pictures and files, and I did not keep it. Please send no documents here. Write your question, or talk to a person.")
    if kind == "location":
        return turn.t("I did not keep your location. Please choose your town instead.")
    if kind == "contact":
        return turn.t("I did not keep this contact. I need no telephone numbers.")
    if kind == "edited":
        return turn.t("I saw that you changed an earlier message. Please send your question as a new message.")
    return turn.t("I can read text only. Please write your question or press a button.")

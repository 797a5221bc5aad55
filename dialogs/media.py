"""What Lotse says to a voice note, a photo, a file, a sticker, a location, an edited message, or in a group.

In the web chat photos, files and voice notes go to the adviser by another way (`bot.web.uploads`); in a messenger they are not kept.
"""

from dialogs import private
from dialogs.model import Choice, Kind, Move, Reply, Turn
from dialogs.parts import just, paragraphs, say
from locales.marks import mark


async def receive(turn: Turn) -> Move:
    """Say what happened to what was sent, and what works instead. Nothing is silently dropped."""
    if turn.inbound.kind == "group":
        return Move(replies=(Reply(text=_group(turn), language=turn.language),))
    if turn.inbound.kind in _FOR_PEOPLE and turn.town and turn.town.staffed:
        return await _elsewhere(turn)
    choices = (Choice(id="place", label=turn.t("Choose my town")),) if turn.inbound.kind == "location" else ()
    return just(say(turn, _sentence(turn, turn.inbound.kind), choices=choices))


async def _elsewhere(turn: Turn) -> Move:
    """What was sent is not kept here, and where an adviser can get it."""
    button = await private.button(turn)
    where = turn.t("An adviser can look at photos and listen to voice messages in the private chat.") if button else ""
    return just(say(turn, paragraphs(_sentence(turn, turn.inbound.kind), where), choices=(button,) if button else ()))


def _group(turn: Turn) -> str:
    return turn.t(
        "I do not talk in groups, because everybody could read your questions. Please write to me alone. I am leaving this group."
    )


def _sentence(turn: Turn, kind: Kind) -> str:
    return turn.t(_SENTENCES.get(kind, _SENTENCES["other"]))


_FOR_PEOPLE: frozenset[Kind] = frozenset({"voice", "photo", "file"})
_SENTENCES: dict[Kind, str] = {
    "voice": mark(
        "I am a program: I cannot listen to your voice message, and I did not keep it. Please write your question, press a button, "
        "or talk to a person."
    ),
    "photo": mark(
        "I cannot read pictures and files, and I did not keep it. Please send no documents here. Write your question, or talk to a person."
    ),
    "file": mark(
        "I cannot read pictures and files, and I did not keep it. Please send no documents here. Write your question, or talk to a person."
    ),
    "location": mark("I did not keep your location. Please choose your town instead."),
    "contact": mark("I did not keep this contact. I need no telephone numbers."),
    "edited": mark("I saw that you changed an earlier message. Please send your question as a new message."),
    "other": mark("I can read text only. Please write your question or press a button."),
}

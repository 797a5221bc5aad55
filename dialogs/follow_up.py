"""What follows an answer and means nothing without it: its details, or an explanation. What such messages are is in `nlu.phrases`.

An answer counts while it is among the last few lines. After an alarm its article comes, with its numbers: who asks
"and my children?" is not to be sent to another subject.
"""

from dataclasses import replace

from dialogs import appointment_words as words
from dialogs import appointments, article, booking, courses, crisis, deadlines, fallback
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import just, paragraphs, say
from handoff import requests
from scheduler import booking as bookings
from store.scheduling import Service
from store.types import utcnow

_PLAIN = "de-simple"


async def more(turn: Turn) -> Move | None:
    """What else there is to say on what was read last; None if nothing was read lately."""
    if turn.standing.dialog == booking.DIALOG:
        return await _about_appointment(turn)
    if turn.standing.dialog == deadlines.DIALOG:
        return await deadlines.what_for(turn)
    if turn.standing.dialog == courses.DIALOG:
        return await courses.more(turn)
    entry = await _last(turn)
    if entry is None and not fallback.is_busy(turn) and await bookings.of_person(turn.session, person=turn.standing.person, now=utcnow()):
        return await appointments.show_all(turn)
    return await _more(turn, entry) if entry else None


async def unclear(turn: Turn) -> Move | None:
    """What was read last in other words; None if nothing was read lately."""
    entry = await _last(turn)
    return await _plainer(turn, entry) if entry else None


async def _last(turn: Turn) -> str | None:
    """The article that was read last, or the likeliest of those that were offered just now.

    None in the middle of another dialog, whose questions come first; that for the town may wait.
    """
    if fallback.is_busy(turn) and turn.standing.dialog != "place":
        return None
    if (offered := fallback.likeliest(turn)) in turn.knowledge.articles:
        return offered
    return await article.last_read(turn)


async def _about_appointment(turn: Turn) -> Move:
    """In the middle of a booking: what can be said of each appointment and what to bring, and the page that was open."""
    service = await turn.session.get(Service, booking.service_of(turn))
    bring = words.preparation(turn, service) if service and turn.traits.trusted else ""
    text = paragraphs(turn.t("The appointment is free. You can ask everything else there."), bring)
    page = await booking.resume(turn)
    return replace(page, replies=(Reply(text=text, language=turn.language), *page.replies))


async def _more(turn: Turn, entry: str) -> Move:
    """The details, once; after an alarm first the short answer, where it stands whom to call. After that a person knows more.

    Details in another language help nobody who did not ask for them: then it is the short answer again, and they stay one press away;
    who has just read that answer is not shown it twice.
    """
    known = turn.standing.state
    times = int(known.get("times", 0)) if known.get("told") == entry else 0
    urgent = entry in crisis.ENTRIES.values()
    short = (urgent and times == 0) or not article.has_details(turn, entry)
    if times > urgent or (short and not urgent and await _is_on_screen(turn, entry)):
        sorry = turn.t("I am sorry, I have no answer to that. A person can help you better.")
        longer = Choice(id=f"details:{entry}", label=turn.t("More about this"))
        reply = say(turn, sorry, choices=[_person(turn), longer], back=f"ask:{entry}")
        return Move(replies=(reply,), dialog=fallback.DIALOG, state=dict(known))
    move = await (article.answer if short else article.details)(turn, entry)
    if not urgent:
        lead = turn.t("I cannot answer each question by itself. This is what I know about it:")
        first = move.replies[0]
        move = replace(move, replies=(replace(first, text=paragraphs(lead, first.text)), *move.replies[1:]))
    return replace(move, dialog=fallback.DIALOG, state={"tries": 0, "told": entry, "times": times + 1})


async def _is_on_screen(turn: Turn, entry: str) -> bool:
    """Whether this article's answer is what was said last."""
    return article.ask_back(turn, entry).id in await requests.last_shown(turn.session, turn.services.keyring, person=turn.standing.person)


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

"""What follows an answer and means nothing without it: its details, or an explanation. What such messages are is in `nlu.phrases`.

An answer counts while it is among the last few lines. After an alarm its article comes, with its numbers: who asks
"and my children?" is not to be sent to another subject.
"""

from dataclasses import replace

from dialogs import appointment_words as words
from dialogs import appointments, article, booking, courses, crisis, deadlines, fallback
from dialogs.booking_words import address
from dialogs.model import Choice, Move, Reply, Standing, Turn
from dialogs.parts import just, paragraphs, say
from knowledge import view
from locales.formats import listing
from locales.marks import mark
from nlu.model import Excerpt, Joint
from scheduler import booking as bookings
from scheduler.calendar import Rules
from store.types import utcnow

_PLAIN, _PLACE = "de-simple", "place"
# In the middle of a booking an offered topic below this is a guess.
_UNLIKELY = 0.5
# What is asked in the middle of these is about them, whatever it looks like: "he is not at home now" after violence is no search for a
# flat, "can my sister come" while booking no family reunification.
_HOMES = frozenset({"housing/find-a-flat", "housing/rules-energy-waste"})
# After these "how long have I got" is a question for the time limit: their short answer says where it stands.
_LIMITS = frozenset({"arrival/asylum-decision", "advice/legal-advice", "advice/complaint"})
_FAMILY, _VIOLENCE = "residence/family-reunification", "safety/violence-against-women"
# So far back an answer is still what a message may follow.
LINES = article.LINES
_SORRY = mark("I am sorry, I have no answer to that. A person can help you better.")


async def more(turn: Turn) -> Move | None:
    """What else there is to say on what was read last; None if nothing was read lately."""
    if turn.standing.dialog == booking.DIALOG:
        return await _while_booking(turn)
    if turn.standing.dialog == deadlines.DIALOG:
        return await deadlines.what_for(turn)
    if turn.standing.dialog == courses.DIALOG:
        return await courses.more(turn)
    entry = await _last(turn)
    if entry is None and not fallback.is_busy(turn) and await bookings.of_person(turn.session, person=turn.standing.person, now=utcnow()):
        return await appointments.show_all(turn)
    return await on(turn, entry) if entry else None


async def _while_booking(turn: Turn) -> Move:
    """Until a topic is chosen, a question is about what was read meanwhile; after that about the appointment."""
    entry = await _last(turn)
    if entry is None:
        return await _about_appointment(turn)
    told, page = await on(turn, entry), await booking.resume(turn)
    return replace(page, replies=(*told.replies, *page.replies))


def may_follow(standing: Standing) -> bool:
    """Whether a message may be about what was read last: other dialogs ask something first, a booking once its topic is chosen."""
    begun = standing.dialog == booking.DIALOG and not standing.state.get("service")
    return begun or standing.dialog in {None, fallback.DIALOG, _PLACE}


async def told(turn: Turn, found: Joint) -> Move | None:
    """What is open or was read last says to a message that is about nothing else for sure; None if it says nothing."""
    if turn.standing.dialog == booking.DIALOG:
        unlikely = max((candidate.score for candidate in found.candidates), default=0.0) < _UNLIKELY
        return await _about_appointment(turn) if found.decision == "offer" and unlikely else None
    entry = await _last(turn)
    return _answer(turn, entry) if entry else None


async def belongs_before(turn: Turn, entry: str) -> bool:
    """Whether what looks like a new topic is about what was going on."""
    if entry == _FAMILY:
        return turn.standing.dialog == booking.DIALOG
    return entry in _HOMES and not fallback.is_busy(turn) and await article.last_read(turn) == _VIOLENCE


async def unclear(turn: Turn) -> Move | None:
    """What was read last in other words; None if nothing was read lately."""
    entry = await _last(turn)
    return await _plainer(turn, entry) if entry else None


async def _last(turn: Turn) -> str | None:
    """The article that was read last, or the likeliest of those that were offered just now.

    None in the middle of another dialog, whose questions come first; that for the town may wait.
    """
    if not may_follow(turn.standing):
        return None
    if (offered := fallback.likeliest(turn)) in turn.knowledge.articles:
        return offered
    return await article.last_read(turn)


async def _about_appointment(turn: Turn) -> Move:
    """In the middle of a booking: price, length, way and place of the appointment, what to bring, and the page that was open."""
    free = turn.t("The appointment is free. You can ask everything else there.")
    rules = await booking.rules_of(turn)
    text = paragraphs(free, _facts(turn, rules), words.preparation(turn, rules.service) if turn.traits.trusted else "") if rules else free
    page = await booking.resume(turn)
    return replace(page, replies=(Reply(text=text, language=turn.language), *page.replies))


def _facts(turn: Turn, rules: Rules) -> str:
    """How long, how and where one comes."""
    service = rules.service
    ways = listing(turn.language, [turn.t(words.WAYS[mode]) for mode in service.modes if mode in words.WAYS])
    places = [turn.t("Where: {place}", place=address(office)) for office in rules.offices.values()] if "in_person" in service.modes else []
    lines = (turn.t("It takes about {minutes} minutes.", minutes=service.minutes), turn.t("How: {way}", way=ways), *places)
    return "\n".join(lines)


async def on(turn: Turn, entry: str) -> Move:
    """The sentences that answer, or those nearest to the question; where none is near the way to the longer text, and to a person."""
    if entry in crisis.ENTRIES.values():
        return await _after_alarm(turn, entry)
    return _answer(turn, entry) or _nearest(turn, entry) or _unsure(turn, entry)


async def _after_alarm(turn: Turn, entry: str) -> Move:
    """First the short answer, where it stands whom to call, then the details, then the short answer again: whom to call stays in sight.

    Who spoke of suicide is not told that there is no answer. Details in another language help nobody who did not ask for them.
    """
    if entry == _VIOLENCE and turn.match and turn.match.entities.get("police") == "no":
        return crisis.without_police(turn)
    known = turn.standing.state
    times = int(known.get("times", 0)) if known.get("told") == entry else 0
    detailed = times == 1 and article.has_details(turn, entry)
    move = await (article.details if detailed else article.answer)(turn, entry)
    if times > 1 and entry != crisis.ENTRIES["crisis_suicide"]:
        first = move.replies[0]
        move = replace(move, replies=(replace(first, text=paragraphs(turn.t(_SORRY), first.text)), *move.replies[1:]))
    return replace(move, dialog=fallback.DIALOG, state=crisis.of_alarm(turn) | {"tries": 0, "told": entry, "times": times + 1})


async def whole(turn: Turn) -> Move | None:
    """The longer text of what was read last, for who asks for more of it and for nothing in it."""
    entry = await _last(turn)
    if entry is None or entry in crisis.ENTRIES.values():
        return await more(turn)
    move = await article.details(turn, entry)
    return replace(move, dialog=fallback.DIALOG, state={"tries": 0, "told": entry})


async def anew(turn: Turn, entry: str, *, again: bool) -> Move | None:
    """What an article says to a message: the sentences that answer it or are near, else the way to the longer text, once.

    After that who is asked for this article `again` hears that a person knows more; None for any other.
    """
    if entry not in crisis.ENTRIES.values() and (said := _answer(turn, entry)):
        return said
    told = turn.standing.state.get("told") == entry
    return None if told and not again else await on(turn, entry)


def _answer(turn: Turn, entry: str) -> Move | None:
    """The sentences of the article that answer the question, and the way to the whole; None if none does."""
    found = _found(turn, entry)
    return _quote(turn, found, lead=turn.t("My text says this about it:")) if found and found.sure else None


def _nearest(turn: Turn, entry: str) -> Move | None:
    """The likeliest lines, said to be no more than that; that there is no answer where no line can be it. None if none were looked for."""
    found = _found(turn, entry)
    if found and found.how_long and entry in _LIMITS:
        best = view.best(turn.knowledge.articles[entry], language=turn.language)
        found = replace(found, lines=tuple(best.answer.split("\n")))
    if found is None:
        return None
    lead = turn.t("I do not know exactly. Maybe this helps:")
    return _quote(turn, found, lead=lead) if found.lines else _sorry(turn, entry)


def _found(turn: Turn, entry: str) -> Excerpt | None:
    found = turn.match.excerpt if turn.match else None
    return found if found and found.read == entry and found.entry in turn.knowledge.articles else None


def _unsure(turn: Turn, entry: str) -> Move:
    """Where nothing in the text is near the question, it may still stand there; who asked before, or has read it, hears of a person."""
    if turn.standing.state.get("told") == entry:
        return _sorry(turn, entry)
    text = turn.t("I do not know exactly. You can read my longer text or talk to a person.")
    title = view.title(turn.knowledge.articles[entry], language=turn.language)
    reply = say(turn, text, title=title, choices=[_longer(turn, entry), _person(turn)], back=f"ask:{entry}")
    return Move(replies=(reply,), dialog=fallback.DIALOG, state={"tries": 0, "told": entry})


def _sorry(turn: Turn, entry: str) -> Move:
    reply = say(turn, turn.t(_SORRY), choices=[_person(turn), _longer(turn, entry)], back=f"ask:{entry}")
    return Move(replies=(reply,), dialog=fallback.DIALOG, state=dict(turn.standing.state))


def _quote(turn: Turn, found: Excerpt, *, lead: str) -> Move:
    reply = article.excerpt(turn, found.entry, found.lines, lead=lead, choices=(_longer(turn, found.entry),))
    kept = {name: value for name, value in turn.standing.state.items() if name in {"told", "times"}}
    return Move(replies=(reply,), dialog=fallback.DIALOG, state={"tries": 0, **kept})


def _longer(turn: Turn, entry: str) -> Choice:
    return Choice(id=f"details:{entry}", label=turn.t("More about this"))


async def _plainer(turn: Turn, entry: str) -> Move:
    """German in plain words; in other languages somebody who explains it, and the German text to show around."""
    if turn.language == "de":
        plain = await article.answer(replace(turn, standing=replace(turn.standing, language=_PLAIN), match=None), entry)
        return replace(plain, replies=tuple(replace(reply, language="de") for reply in plain.replies))
    sorry = turn.t("I am sorry that my text was hard to understand. A person can explain it to you.")
    german = Choice(id=f"german:{entry}", label=turn.t("Show the German text"))
    return just(say(turn, sorry, choices=[_person(turn), _longer(turn, entry), german], back=f"ask:{entry}"))


def _person(turn: Turn) -> Choice:
    return Choice(id="human", label=turn.t("Talk to a person"))

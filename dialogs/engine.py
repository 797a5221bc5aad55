"""One turn: global command, active dialog, intent, article, offer, human — in that order. What is said lives in one module per dialog.

A choice id is `dialog:argument:argument`; the first part names an entry of `CHOICES`. Ids carry nothing about a person, so an old
or forged one can do no more than the person could do by hand.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from dialogs import (
    after_alarm,
    appointments,
    article,
    asked,
    booking,
    course_alerts,
    course_mine,
    courses,
    crisis,
    deadline_answers,
    deadlines,
    fallback,
    feedback,
    follow_up,
    going_on,
    human,
    imported,
    media,
    menu,
    phrased,
    picked,
    place,
    privacy,
    private,
    smalltalk,
    typed,
    waiting_list,
    way_in,
    welcome,
)
from dialogs.model import Choice, Inbound, Move, Reply, Standing, Turn
from locales.bidi import isolate_latin
from locales.registry import LANGUAGES
from nlu import tongues
from nlu.model import Joint, Match

Step = Callable[..., Awaitable[Move]]

CHOICES: dict[str, Step] = {
    "language": welcome.language,
    "intro": welcome.intro,
    "menu": menu.show,
    "place": place.ask,
    "town": place.change,
    "ask": article.answer,
    "details": article.details,
    "german": article.german,
    "page": imported.show,
    "pagemore": imported.more,
    "helped": feedback.helped,
    "privacy": privacy.explain,
    "export": privacy.export,
    "delete": privacy.delete,
    "human": human.ask,
    "private": private.invite,
    "else": fallback.something_else,
    "calm": crisis.calm,
    "appt": appointments.choose,
    "wait": waiting_list.choose,
    "due": deadlines.choose,
    "book": booking.start,
    "bookday": booking.choose_day,
    "booktime": booking.choose_time,
    "bookset": booking.adjust,
    "bookyes": booking.book,
    "bookno": booking.drop,
    "bookmove": booking.move_to,
    "find_course": courses.start,
    "course": courses.one,
    "coursepage": courses.page,
    "courseset": courses.adjust,
    "placement": courses.help_level,
    "alert": course_alerts.choose,
    "enrol": course_mine.choose,
    "way": way_in.start,
    "way_for": way_in.paper,
    "way_kind": way_in.kind,
    "way_paper": way_in.result,
    "way_list": way_in.listing_of,
    "way_door": way_in.door,
}

# In a link: one course of the catalogue.
COURSE = "course"

COMMANDS = {
    "start": "start",
    "menu": "menu",
    "help": "menu",
    "language": "language",
    "place": "place",
    "privacy": "privacy",
    "delete": "delete",
    "export": "export",
    "human": "human",
    "appointments": "appt",
    "stop": "delete",
}

INTENTS: dict[str, str] = {
    "change_language": "language",
    "change_place": "town",
    "privacy": "privacy",
    "delete_my_data": "delete",
    "export_my_data": "export",
    "human": "human",
    "menu": "menu",
    "back": "menu",
    "book_appointment": "book",
    "my_appointments": "appt",
    "move_appointment": "appt:move",
    "cancel_appointment": "appt:cancel",
    "find_course": "find_course",
    "course_alert": "alert:new",
}

TALK: dict[str, Step] = {
    "greeting": smalltalk.greeting,
    "thanks": smalltalk.thanks,
    "goodbye": smalltalk.goodbye,
    "yes": smalltalk.lost,
    "no": smalltalk.lost,
    "repeat": phrased.again,
}

DECISIONS: dict[str, Step] = {
    "offer": fallback.offer,
    "rephrase": fallback.rephrase,
    "human": fallback.give_up,
    "out_of_scope": fallback.out_of_scope,
}

# Dialogs that ask something: what they make of a typed answer (None: it is something else), and how they ask again after an interruption.
HEARING: dict[str, Callable[[Turn], Awaitable[Move | None]]] = {
    "place": place.hear,
    booking.DIALOG: booking.hear,
    deadlines.DIALOG: deadline_answers.hear_answer,
    fallback.DIALOG: deadline_answers.put_right,
    courses.DIALOG: courses.hear,
}
RESUMING: dict[str, Step] = {
    "place": place.ask,
    booking.DIALOG: booking.resume,
    deadlines.DIALOG: deadlines.again,
    courses.DIALOG: courses.again,
}
# What a link asked for, or what waited for the town, goes on with these once language and town are known.
GOING_ON: dict[str, Callable[[Turn, Mapping[str, Any]], Awaitable[Move]]] = {booking.DIALOG: booking.go_on, COURSE: courses.go_on}


def to_understand(inbound: Inbound, standing: Standing) -> tuple[str, str | None] | None:
    """The text that `nlu` must look at before this turn, and the person's language; None if there is none.

    Free text, or the question that was kept while the language was asked for.
    """
    if inbound.kind == "text" and not _command_of(inbound.text):
        return inbound.text, standing.language
    chosen = (inbound.choice or "").removeprefix("language:")
    if standing.dialog == "language" and chosen in LANGUAGES and standing.state.get("question"):
        return str(standing.state["question"]), chosen
    return None


async def step(turn: Turn) -> Move:
    """What to say now and where the conversation stands afterwards; pure but for what services write in `turn.session`."""
    move = _with_language(turn, await _route(turn))
    return replace(move, replies=tuple(_isolated(reply) for reply in move.replies))


def _with_language(turn: Turn, move: Move) -> Move:
    """A message in another language is answered in that language: keep it for a newcomer, offer it to everybody else."""
    if not (turn.match and turn.match.switched and turn.inbound.kind == "text" and move.replies) or move.language or move.erase:
        return move
    if turn.standing.language is None:
        first = welcome.introduce(turn).replies
        # What Lotse asks must be the last that is read; an answer comes before all else.
        return replace(move, language=turn.language, replies=(*first, *move.replies) if move.dialog else (*move.replies, *first))
    if turn.standing.language in {turn.language, *(reply.language for reply in move.replies)}:
        return move  # also a short answer to a question, whatever language it looks like
    name = LANGUAGES[turn.language].autonym
    text = turn.t("Shall I always write in this language: {language}?", language=name)
    offer = Reply(text=text, language=turn.language, rows=((Choice(id=f"language:{turn.language}", label=name),),))
    return replace(move, replies=(*move.replies, offer))


async def _route(turn: Turn) -> Move:
    """While a human has the word, buttons and commands are still for the program; everything else is for the human."""
    kind = turn.inbound.kind
    if kind == "choice":
        return await _choice(turn, turn.inbound.choice or "")
    if kind != "text":
        return _silent(turn) if turn.standing.held_by_case is not None and not _is_lost(turn) else await media.receive(turn)
    if _command_of(turn.inbound.text):
        return await _command(turn)
    return await _text(turn)


async def _choice(turn: Turn, choice: str) -> Move:
    name, *arguments = choice.split(":")
    if name == "start":
        return await _start(turn, arguments[0] if arguments else "")
    handler = CHOICES.get(name)
    if handler is None or not _accepts(handler, len(arguments)):
        return await menu.stale(turn)
    return await _continued(turn, await handler(turn, *arguments))


@cache
def _accepts(handler: Step, count: int) -> bool:
    try:
        inspect.signature(handler).bind("turn", *range(count))
    except TypeError:
        return False
    return True


def _command_of(text: str) -> str | None:
    """The dialog that a `/command` calls; None for everything else, also for a text that only begins with a slash."""
    return COMMANDS.get(text[1:].partition(" ")[0].split("@")[0].lower()) if text.startswith("/") else None


async def _command(turn: Turn) -> Move:
    name = _command_of(turn.inbound.text) or "menu"
    argument = turn.inbound.text.partition(" ")[2].strip()
    return await _choice(turn, f"{name}:{argument}" if argument and name == "start" else name)


async def _start(turn: Turn, payload: str) -> Move:
    """The first contact, perhaps by a link that names the town (`place_<slug>` or `<slug>`), what to book, or a course.

    That is `book_<service>`, `book_<town>_<service>` or `course_<number>`; slugs have hyphens and no underscores.
    """
    slug, then = _linked(payload)
    town = slug if slug in turn.towns else None
    if town:
        turn = replace(turn, standing=replace(turn.standing, municipality=town))
    if turn.standing.language is None:
        move = replace(await welcome.language(turn), state=then)
    else:
        move = await GOING_ON[then["then"]](turn, then) if then else welcome.introduce(turn)
    return replace(move, municipality=town)


def _linked(payload: str) -> tuple[str, dict[str, str]]:
    """Town of a link, and what comes then; empty where it names none."""
    kind, _, rest = payload.partition("_")
    if kind == COURSE and rest:
        return "", {"then": COURSE, COURSE: rest}
    if kind != booking.DIALOG:
        return payload.removeprefix("place_"), {}
    town, separator, service = rest.partition("_")
    slug, service = (town, service) if separator else ("", town)
    return slug, {"then": booking.DIALOG, "service": service} if service else {}


async def _text(turn: Turn) -> Move:
    match = turn.match
    if turn.standing.held_by_case is None and turn.standing.language is not None:
        if button := await typed.chosen(turn) or await picked.chosen(turn):
            return await _choice(turn, button)
        if said := await phrased.answer(turn) or await after_alarm.hear(turn):
            return said
    if match and match.decision == "crisis" and match.intent:
        return await crisis.respond(turn, match.intent)
    if turn.standing.held_by_case is not None:
        return _silent(turn)
    if turn.standing.language is None and not (match and match.switched):
        return await _language_first(turn)
    return await _heard(turn) or await _understood(turn)


def _silent(turn: Turn) -> Move:
    """Nothing is said: the message is kept for the human who has the word. The active dialog stays as it is and hears nothing."""
    return Move(dialog=turn.standing.dialog, state=turn.standing.state)


def _is_lost(turn: Turn) -> bool:
    """Whether what was sent never reaches the human, so that silence would hide it: files in a messenger, a corrected message, a group."""
    kind = turn.inbound.kind
    return kind in {"group", "edited", "location", "contact"} or (kind in {"voice", "photo", "file"} and not turn.traits.trusted)


async def _heard(turn: Turn) -> Move | None:
    """The answer to what the active dialog asked, if the message is one."""
    if button := asked.meant(turn):
        return await _choice(turn, button)
    hear = HEARING.get(turn.standing.dialog or "")
    if hear is None or (turn.standing.dialog == "place" and _is_aside(turn)):
        return None
    if turn.standing.dialog == "place" and _is_long(turn):
        return await _told_with_town(turn)
    if deadlines.told(turn) and turn.standing.dialog not in {deadlines.DIALOG, fallback.DIALOG}:
        return None
    move = await hear(turn)
    return await _continued(turn, move) if move else None


_ANGRY = "angry"


def _is_aside(turn: Turn) -> bool:
    """Whether a message is no name of a town but about what was said before; a name is also taken for an insult."""
    if turn.match is None or turn.match.intent == _ANGRY or smalltalk.looks_like_anything(turn):
        return False
    return phrased.is_learned(turn) and not place.named(turn, guess=False)


def _asks(text: str) -> bool:
    return any(sign in text for sign in "?؟፧")


def _is_long(turn: Turn) -> bool:
    """Whether a message is a sentence, more than the name of a town."""
    return len(turn.inbound.text.split()) >= _WORDS_OF_A_SENTENCE


_WORDS_OF_A_SENTENCE = 4


async def _told_with_town(turn: Turn) -> Move | None:
    """A whole sentence where the town was asked for ("I live in Mainz, my permit runs out"): the town is kept, the rest comes next."""
    move = await place.hear(turn)
    if move is None or move.municipality is None or turn.match is None:
        return move if move and not _is_answered(turn) else None
    if turn.standing.state:
        return await _continued(turn, move)
    here = replace(turn, standing=replace(turn.standing, municipality=move.municipality, dialog=None, state={}))
    follows = await courses.overhear(here)
    if follows is None and _says_more(turn):
        follows = await _understood(here)
    return replace(follows, replies=(*move.replies[:1], *follows.replies), municipality=move.municipality) if follows else move


def _says_more(turn: Turn) -> bool:
    """Whether there is something to do besides keeping the town: a question, a date, a wish."""
    match = turn.match
    wish = match is not None and match.decision == "intent" and match.intent in INTENTS and match.intent != "change_place"
    return wish or _is_answered(turn) or deadlines.told(turn)


def _is_answered(turn: Turn) -> bool:
    return turn.match is not None and turn.match.decision == "answer"


async def _language_first(turn: Turn) -> Move:
    """The language is not known yet: ask for it, and keep the question until then."""
    move = await welcome.language(turn)
    question = turn.inbound.text if turn.match and turn.match.intent not in TALK else ""
    return replace(move, state={"question": question} if question else {})


async def _continued(turn: Turn, move: Move) -> Move:
    """What was kept while the language or the town was asked for comes next: a question, or a booking."""
    standing, known = turn.standing, {"language": move.language, "place": move.municipality}
    kept = standing.state.get("question") or standing.state.get("then")
    if not (kept and known.get(standing.dialog or "")):
        return move
    language, town = move.language or standing.language, move.municipality or standing.municipality
    asked = replace(turn, standing=replace(standing, language=language, municipality=town, dialog=None, state={}))
    if go_on := GOING_ON.get(standing.state.get("then", "")):
        follows = await go_on(asked, standing.state)
    else:
        follows = await _understood(asked) if asked.match else Move()
    return replace(move, replies=(*move.replies, *follows.replies), dialog=follows.dialog, state=follows.state)


async def _understood(turn: Turn) -> Move:
    if deadlines.told(turn):
        return await deadlines.hear(turn)
    if number := await human.number(turn):
        return number
    if place.is_postcode(turn):
        return await place.change(turn)
    if place.unknown(turn):
        return place.not_found(turn)
    noise = smalltalk.is_noise(turn, also={_ANGRY})  # a name is mostly taken for a greeting, a goodbye or an insult
    if noise or (turn.match and turn.match.intent == _ANGRY and not _is_long(turn)):
        named = place.named(turn)
        if named or noise:
            return await (place.change if named else fallback.rephrase)(turn)
    booked = await booking.start(turn) if await booking.asked_for(turn) else None
    return booked or await going_on.rash(turn) or await phrased.learned(turn) or await _decided(turn)


async def _decided(turn: Turn) -> Move:
    match = turn.match
    if match is None or _is_about_a_speaker(turn, match):
        return await (fallback.offer if match else fallback.rephrase)(turn)
    if match.decision == "intent" and match.intent:
        return await (_talked if match.intent in TALK else _wanted)(turn, match.intent)
    if found := await courses.overhear(turn):
        return found
    wish = await booking.overhear(turn)
    joint = _joint(turn, match)
    if answer := await _answer(turn, match, joint):
        return await _followed(turn, answer, then=wish)
    if wish or (turn.standing.dialog == "place" and not _is_long(turn)):
        return wish or place.not_found(turn)
    told = await follow_up.told(turn, joint) or await going_on.answer(turn) if joint.decision in DECISIONS else None
    told = told or (await phrased.grumbled(turn) if joint.decision != "offer" else None)
    return told or await _interrupted(turn, going_on.among(turn, await DECISIONS.get(joint.decision, fallback.rephrase)(turn)))


async def _wanted(turn: Turn, intent: str) -> Move:
    """What a wish for a dialog opens; a date that is asked about comes again, unless that dialog asks something itself."""
    move = await _choice(turn, INTENTS.get(intent, "menu"))
    return move if move.dialog or move.erase or not deadlines.is_open(turn) else await _interrupted(turn, move)


def _is_about_a_speaker(turn: Turn, match: Match) -> bool:
    """Whether a sentence names the language that is spoken already: "I need a midwife who speaks Arabic" is no wish for another."""
    wish = match.decision == "intent" and match.intent == "change_language" and _is_long(turn) and not _asks(turn.inbound.text)
    return wish and tongues.named(turn.inbound.text, turn.language) == turn.standing.language


def _joint(turn: Turn, match: Match) -> Joint:
    """Own articles and imported pages together; a few words while the town is asked for are a name, whatever page they fit."""
    named = turn.standing.dialog == "place" and not _is_long(turn)
    return Joint(decision=match.decision) if named or match.joint is None else match.joint


async def _answer(turn: Turn, match: Match, joint: Joint) -> Move | None:
    """The page that answers, or the own article with a page beside it; None if neither does."""
    if page := await imported.found(turn, joint):
        return page
    if match.decision != "answer" or match.entry not in turn.knowledge.articles:
        return None
    if await follow_up.belongs_before(turn, match.entry or "") and (move := await follow_up.more(turn)):
        return move
    if goes_on := await going_on.answer(turn):
        return goes_on
    move = going_on.in_reach(turn, await article.answer(turn, match.entry or ""))
    return imported.beside(turn, move, joint.beside) if joint.beside and joint.beside.page else move


async def _talked(turn: Turn, intent: str) -> Move:
    """Small talk; in the middle of a booking or a search its question comes again."""
    if intent == "thanks" and (question := await _asked_beside(turn)):
        return await _interrupted(turn, question)
    move = await TALK[intent](turn)
    if intent == "goodbye" or (not deadlines.is_open(turn) and turn.standing.dialog not in {booking.DIALOG, courses.DIALOG}):
        return move
    if turn.standing.dialog == courses.DIALOG and not courses.asks(turn):
        return await _interrupted(turn, move)
    return await _interrupted(turn, replace(move, replies=move.replies[:1]) if intent in {"greeting", "thanks"} else Move())


# Thanks for something leave its topic a hundredth; a question beside them leaves more, and one topic leads clearly.
_BESIDE_THANKS, _LEADS = 0.05, 5


async def _asked_beside(turn: Turn) -> Move | None:
    """What is asked in the same breath as thanks: "Thank you! And will there be an interpreter?", "thanks how do I register"."""
    if not _is_long(turn) or turn.match is None:
        return None
    scores = [candidate.score for candidate in turn.match.candidates]
    if scores and scores[0] >= _BESIDE_THANKS and scores[0] >= _LEADS * max(scores[1:], default=0.0):
        return await article.answer(turn, turn.match.candidates[0].entry)
    return await fallback.offer(turn) if _asks(turn.inbound.text) else None


async def _followed(turn: Turn, move: Move, *, then: Move | None) -> Move:
    """An answer; `then` follows, or the question of the dialog that was interrupted."""
    if then is None:
        return await _interrupted(turn, move)
    return replace(then, replies=(*move.replies, *then.replies))


async def _interrupted(turn: Turn, move: Move) -> Move:
    """What was said in between, and what the active dialog asks, if it asks something."""
    resume = RESUMING.get(turn.standing.dialog or "")
    if resume is None or (move.dialog and turn.standing.dialog == courses.DIALOG and not courses.asks(turn)):
        return move
    again = await resume(turn)
    return replace(again, replies=(*move.replies, *again.replies))


def _isolated(reply: Reply) -> Reply:
    """Latin fragments of right-to-left texts isolated, so that numbers and names do not jump."""
    if not LANGUAGES[reply.language].rtl:
        return reply
    rows = tuple(tuple(replace(choice, label=isolate_latin(choice.label)) for choice in row) for row in reply.rows)
    return replace(reply, text=isolate_latin(reply.text), title=isolate_latin(reply.title), note=isolate_latin(reply.note), rows=rows)

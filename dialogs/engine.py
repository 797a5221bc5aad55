"""One turn: global command, active dialog, intent, article, offer, human — in that order. What is said lives in one module per dialog.

A choice id is `dialog:argument:argument`; the first part names an entry of `CHOICES`. Ids carry nothing about a person, so an old
or forged one can do no more than the person could do by hand.
"""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cache

from dialogs import article, crisis, fallback, feedback, human, media, menu, place, privacy, smalltalk, welcome
from dialogs.model import Choice, Inbound, Move, Reply, Standing, Turn
from locales.bidi import isolate_latin
from locales.registry import LANGUAGES

Step = Callable[..., Awaitable[Move]]

CHOICES: dict[str, Step] = {
    "language": welcome.language,
    "intro": welcome.intro,
    "menu": menu.show,
    "place": place.ask,
    "ask": article.answer,
    "details": article.details,
    "german": article.german,
    "helped": feedback.helped,
    "privacy": privacy.explain,
    "export": privacy.export,
    "delete": privacy.delete,
    "human": human.ask,
    "else": fallback.something_else,
}

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
    "stop": "delete",
}

INTENTS: dict[str, str] = {
    "change_language": "language",
    "change_place": "place",
    "privacy": "privacy",
    "delete_my_data": "delete",
    "export_my_data": "export",
    "human": "human",
    "menu": "menu",
    "back": "menu",
    # Until these dialogs exist, the article that says how it is done today.
    "book_appointment": "ask:advice/integration-management",
    "my_appointments": "ask:advice/integration-management",
    "move_appointment": "ask:advice/integration-management",
    "cancel_appointment": "ask:advice/integration-management",
    "find_course": "ask:language/which-course",
    "course_alert": "ask:language/which-course",
}

TALK: dict[str, Step] = {
    "greeting": smalltalk.greeting,
    "thanks": smalltalk.thanks,
    "goodbye": smalltalk.goodbye,
    "yes": smalltalk.lost,
    "no": smalltalk.lost,
    "repeat": smalltalk.lost,
}

DECISIONS: dict[str, Step] = {
    "offer": fallback.offer,
    "rephrase": fallback.rephrase,
    "human": fallback.give_up,
    "out_of_scope": fallback.out_of_scope,
}


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
        return replace(move, language=turn.language, replies=(*move.replies, *welcome.introduce(turn).replies))
    if turn.standing.language == turn.language:
        return move
    name = LANGUAGES[turn.language].autonym
    text = turn.t("Shall I always write in this language: {language}?", language=name)
    offer = Reply(text=text, language=turn.language, rows=((Choice(id=f"language:{turn.language}", label=name),),))
    return replace(move, replies=(*move.replies, offer))


async def _route(turn: Turn) -> Move:
    kind = turn.inbound.kind
    if kind == "choice":
        return await _choice(turn, turn.inbound.choice or "")
    if kind != "text":
        return await media.receive(turn)
    if _command_of(turn.inbound.text):
        return await _command(turn)
    return await _text(turn)


async def _choice(turn: Turn, choice: str) -> Move:
    name, *arguments = choice.split(":")
    if name == "start":
        return await _start(turn, arguments[0] if arguments else "")
    handler = CHOICES.get(name)
    if handler is None or not _accepts(handler, len(arguments)):
        return await _stale(turn)
    return await _after_language(turn, await handler(turn, *arguments))


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
    """The first contact, perhaps by a link that names the town (`place_<slug>` or `<slug>`) or an article (`ask_<group>_<slug>`)."""
    slug = payload.removeprefix("place_")
    town = slug if slug in turn.towns else None
    if town:
        turn = replace(turn, standing=replace(turn.standing, municipality=town))
    move = await welcome.language(turn) if turn.standing.language is None else welcome.introduce(turn)
    return replace(move, municipality=town)


async def _text(turn: Turn) -> Move:
    match = turn.match
    if match and match.decision == "crisis" and match.intent:
        return await crisis.respond(turn, match.intent)
    if turn.standing.held_by_case is not None:
        return Move(dialog=turn.standing.dialog, state=turn.standing.state)  # the message is kept for the person who took over
    if turn.standing.language is None and not (match and match.switched):
        return await _language_first(turn)
    if turn.standing.dialog == "place" and not _is_question(turn):
        move = await place.hear(turn)
        if move:
            return move
    return await _understood(turn)


def _is_question(turn: Turn) -> bool:
    """A longer message with a clear answer is a question, even if it names a town ("Is there a course in Mainz?")."""
    return bool(turn.match and turn.match.decision == "answer" and len(turn.inbound.text.split()) >= _WORDS_OF_A_QUESTION)


_WORDS_OF_A_QUESTION = 4


async def _language_first(turn: Turn) -> Move:
    """The language is not known yet: ask for it, and keep the question until then."""
    move = await welcome.language(turn)
    question = turn.inbound.text if turn.match and turn.match.decision != "intent" else ""
    return replace(move, state={"question": question} if question else {})


async def _after_language(turn: Turn, move: Move) -> Move:
    """A question that was kept while the language was asked for is answered next."""
    question = turn.standing.state.get("question")
    if not (question and move.language and turn.standing.dialog == "language"):
        return move
    asked = replace(turn, standing=replace(turn.standing, language=move.language), match=turn.match)
    answers = await _understood(asked) if asked.match else Move()
    return replace(move, replies=(*move.replies, *answers.replies), dialog=answers.dialog, state=answers.state)


async def _understood(turn: Turn) -> Move:
    match = turn.match
    if match is None:
        return await fallback.rephrase(turn)
    if match.decision == "intent" and match.intent:
        if match.intent in TALK:
            return await TALK[match.intent](turn)
        return await _choice(turn, INTENTS.get(match.intent, "menu"))
    if match.decision == "answer" and match.entry in turn.knowledge.articles:
        return await _answered(turn, match.entry or "")
    if turn.standing.dialog == "place":
        return place.not_found(turn)
    return await DECISIONS.get(match.decision, fallback.rephrase)(turn)


async def _answered(turn: Turn, entry: str) -> Move:
    """The answer; a dialog that was interrupted by the question goes on with its own question afterwards."""
    move = await article.answer(turn, entry)
    if turn.standing.dialog != "place":
        return move
    again = await place.ask(turn)
    return replace(again, replies=(*move.replies, *again.replies))


async def _stale(turn: Turn) -> Move:
    note = Reply(text=turn.t("This button is old. Here is the menu."), language=turn.language)
    return Move(replies=(note, *(await menu.show(turn)).replies))


def _isolated(reply: Reply) -> Reply:
    """Latin fragments of right-to-left texts isolated, so that numbers and names do not jump."""
    if not LANGUAGES[reply.language].rtl:
        return reply
    rows = tuple(tuple(replace(choice, label=isolate_latin(choice.label)) for choice in row) for row in reply.rows)
    return replace(reply, text=isolate_latin(reply.text), title=isolate_latin(reply.title), note=isolate_latin(reply.note), rows=rows)

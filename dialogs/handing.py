"""What Lotse says by itself around a hand-off: somebody took over, nobody answers, a date has come, the program answers again.

What is said in answer to the person lives in `human`. All functions give a `Reply` in the language asked for; who is told when is
decided in `handoff`.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dialogs.model import Choice, Reply
from dialogs.parts import paragraphs, rows_of
from handoff.follow_ups import Woken
from handoff.ladder import LEAD, Step
from handoff.notices import Notice
from handoff.promises import Expected
from knowledge import view
from knowledge.model import Knowledge
from locales.bidi import isolate_latin
from locales.formats import full_date, moment
from locales.marks import mark
from locales.registry import LANGUAGES
from locales.texts import translate

HELPERS = ("advice/migration-advice", "advice/integration-management")
CANCEL = "human:cancel"


def claimed(*, language: str, name: str, town: str, until: datetime | None = None, zone: ZoneInfo | None = None) -> Reply:
    """Somebody reads from now on; the program is quiet until a moment, or until they let it answer again."""
    if until is not None and zone is not None:
        quiet = translate(language, "The program is quiet until this time: {when}.", when=moment(language, until, zone))
    else:
        quiet = translate(language, "The program is quiet until {name} lets it answer again.", name=name)
    text = paragraphs(
        translate(language, "{name} from {town} reads your messages now.", name=name, town=town),
        quiet,
        translate(language, "Please write here."),
    )
    return _reply(language, text, title=translate(language, "A person is here"))


def returned(*, language: str) -> Reply:
    """The program answers again."""
    text = translate(language, "You can talk to a person again at any time.")
    return _reply(language, text, title=translate(language, "The program answers again."), way_on=True)


def closed(*, language: str, answers: bool = True) -> Reply:
    """A case is finished; `answers` says that the program was silent until now."""
    text = paragraphs(
        translate(language, "Your request is finished."),
        translate(language, "The program answers again.") if answers else "",
        translate(language, "You can talk to a person again at any time."),
    )
    return _reply(language, text, way_on=True)


def substitution(notice: Notice) -> Reply:
    """The adviser is away; somebody else reads."""
    language = notice.language
    return _reply(language, away(language, owner=notice.owner, until=full_date(language, notice.until), acting=notice.acting))


def follow_up(woken: Woken, *, town: str) -> Reply | None:
    """The message that was written for this day, in the adviser's own words; None if there is none."""
    if woken.message is None:
        return None
    language = woken.language
    if woken.name:
        who = translate(language, "{name} from {town} wrote this for you. You get it today, as agreed.", name=woken.name, town=town)
        then = translate(language, "You can answer here. A person reads it.")
    else:
        who = translate(language, "The advisers of {town} wrote this for you. You get it today, as agreed.", town=town)
        then = ""
    return _reply(language, paragraphs(who, woken.message, then), title=translate(language, "A message for you"), way_on=not woken.owner)


def render_step(step: Step, *, town: str, knowledge: Knowledge) -> Reply | None:
    """What the person reads at a rung of the ladder; None if they read nothing."""
    if not step.tells:
        return None
    language, alarm = step.language, step.urgent and step.kind == "tell"
    choices = _ways(step, knowledge)
    text = paragraphs(
        emergency(language, knowledge) if alarm else "",
        *_news(step, town),
        translate(language, "It takes longer than I told you. I am sorry.") if step.expected.late else "",
        expectation(language, step.expected),
        emergency(language, knowledge) if step.kind == "tell" and not alarm else "",
        translate(language, "These people help you in person, free of charge:") if step.kind == "lead" and choices else "",
    )
    title = translate(language, "In danger do not wait") if alarm else ""
    return _reply(language, text, title=title, choices=choices, way_on=True)


def expectation(language: str, expected: Expected) -> str:
    """When somebody answers, in working time; where nobody knows it, exactly that."""
    if expected.opens_at is None:
        return translate(language, "I do not know when the advisers work, so I cannot say when they will answer. The answer comes here.")
    if expected.open:
        there = translate(language, "The advisers are at work now.")
    else:
        there = translate(
            language, "No adviser is at work now. They start again: {when}.", when=moment(language, expected.opens_at, expected.zone)
        )
    if expected.answer_by is None:
        return there
    by = moment(language, expected.answer_by, expected.zone)
    return paragraphs(there, translate(language, "I expect an answer before this time: {when}. If it takes longer, I tell you.", when=by))


def emergency(language: str, knowledge: Knowledge) -> str:
    """Whom to call now."""
    police, ambulance = (knowledge.contacts[name].phone[0] for name in ("police", "ambulance"))
    return translate(
        language,
        "In danger call {police} (police) or {ambulance} (ambulance) at once. It is free, day and night.",
        police=police,
        ambulance=ambulance,
    )


def away(language: str, *, owner: str, until: str, acting: str) -> str:
    """Somebody is away until a day, and who reads meanwhile."""
    gone = translate(language, "{name} is away. The last day is: {day}.", name=owner, day=until)
    if acting:
        return paragraphs(gone, translate(language, "{name} stands in until then.", name=acting))
    return paragraphs(gone, translate(language, "The whole team can read your messages."))


def _news(step: Step, town: str) -> list[str]:
    if step.kind == "tell":
        return _told(step, town)
    if step.kind == "lead" and not step.users:
        return [translate(step.language, "Nobody has answered yet, and I reach nobody in the team. I am sorry.")]
    return [translate(step.language, _AGAIN if step.rung > LEAD else _ASKED[step.kind])]


_ASKED = {
    "substitute": mark("Nobody has answered yet. I have asked another adviser."),
    "team": mark("Nobody has answered yet. I have asked the whole team."),
    "lead": mark("Nobody has answered yet. I have told the person who leads the team."),
}
_AGAIN = mark("Nobody has answered yet. I have told the person who leads the team once more.")


def _told(step: Step, town: str) -> list[str]:
    language = step.language
    if step.urgent:
        found = [translate(language, "I have told the advisers of {town} that it is urgent.", town=town)]
    elif step.expected.open:
        found = [translate(language, "Nobody has answered yet. Your messages are not lost.")]
    else:
        found = [translate(language, "Your messages have arrived.")]
    if step.away_until is not None:
        found.append(away(language, owner=step.owner, until=full_date(language, step.away_until), acting=step.acting))
    return found


def _ways(step: Step, knowledge: Knowledge) -> list[Choice]:
    """Who else helps, once the lead was told; and the way out, as long as nobody has the case and nobody is in danger."""
    language = step.language
    entries = [knowledge.articles[entry] for entry in HELPERS if entry in knowledge.articles] if step.kind == "lead" else []
    choices = [Choice(id=f"ask:{article.id}", label=view.title(article, language=language)) for article in entries]
    return choices if step.owner or step.urgent else [*choices, not_needed(language)]


def not_needed(language: str) -> Choice:
    """The button that takes a request back."""
    return Choice(id=CANCEL, label=translate(language, "I do not need anybody any more"))


def _reply(language: str, text: str, *, title: str = "", choices: Sequence[Choice] = (), way_on: bool = False) -> Reply:
    """A message with its choices and, where the program answers, the last row; Latin words in right-to-left text are isolated."""
    last = (
        Choice(id="menu", label=translate(language, "Back")),
        Choice(id="menu", label=translate(language, "Menu")),
        Choice(id="human", label=translate(language, "Human")),
    )
    rows = (*rows_of(choices), *((last,) if way_on else ()))
    if not LANGUAGES[language].rtl:
        return Reply(text=text, title=title, rows=rows, language=language)
    return Reply(text=isolate_latin(text), title=isolate_latin(title), rows=rows, language=language)

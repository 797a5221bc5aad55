"""What inbox and case page call things: reasons, states, languages, events, failures, spans of time. Other pages have their own words.

All are English sentences for `Actor.t`; German is in the desk's catalogue.
"""

from datetime import datetime, timedelta

from desk.access import Actor
from dialogs.menu import GROUPS
from handoff.pseudonyms import pseudonym
from knowledge import view
from knowledge.model import Knowledge
from locales.marks import mark
from locales.registry import DEFAULT, LANGUAGES, Language
from locales.texts import translate

# Kind of badge, name of its drawing, words.
REASONS = {
    "safety": ("alarm", "alarm", mark("Danger")),
    "asked": ("info", "hand", mark("Asked for a person")),
    "unsure": ("", "chat", mark("Not understood")),
    "adviser": ("", "account", mark("Opened by an adviser")),
    "referral": ("", "next", mark("Referral")),
}
STATES = {
    "waiting": mark("Waiting"),
    "claimed": mark("In work"),
    "answered": mark("Answered"),
    "follow_up": mark("Follow-up"),
    "closed": mark("Closed"),
}
WHY = {
    "safety": mark("The safety screen recognised danger. What was written then is not kept."),
    "asked": mark("The person asked for a human."),
    "unsure": mark("Lotse did not understand the person twice."),
    "adviser": mark("An adviser opened this case."),
    "referral": mark("Another office referred the person."),
}
DANGERS = {
    "crisis_suicide": mark("Thoughts of ending their life"),
    "crisis_violence": mark("Violence or threat"),
    "crisis_medical": mark("Medical emergency"),
    "crisis_child": mark("A child in danger"),
    "crisis_removal": mark("A removal that is close"),
}
WISHES = {
    "woman": mark("Wants to talk to a woman"),
    "man": mark("Wants to talk to a man"),
    "interpreter": mark("Needs an interpreter"),
}
FILLED = {
    "topic": mark("Topic"),
    "need": mark("Need"),
    "level": mark("Level of German"),
    "postcode": mark("Postcode"),
    "service": mark("Service"),
    "mode": mark("Way to meet"),
    "day": mark("Day"),
    "time": mark("Time"),
    "part": mark("Part of day"),
    "language": mark("Language"),
}
PARTS = {"morning": mark("morning"), "midday": mark("midday"), "afternoon": mark("afternoon"), "evening": mark("evening")}
MODES = {
    "in_person": mark("in person"),
    "phone": mark("by phone"),
    "video": mark("by video"),
    "home": mark("at home"),
}
APPOINTMENT_STATES = {
    "booked": mark("booked"),
    "confirmed": mark("confirmed"),
    "attended": mark("attended"),
    "missed": mark("missed"),
    "cancelled": mark("cancelled"),
}
CHANNELS = {"web": mark("Web chat"), "telegram": "Telegram", "terminal": "Terminal"}
# What happened, and what to do now.
FAILURES = {
    "unreachable": mark(
        "Nothing reaches the person: they blocked the bot or left. Keep the case open; you can answer when they write again."
    ),
    "given_up": mark("The messenger did not answer for a whole day. Send it again."),
    "refused": mark("The messenger refused this message. Write it in other words, or shorter, and send it again."),
}
FAILED = mark("It could not be delivered. Send it again; if it fails again, tell your operator.")
EVENTS = {
    "opened": mark("Case opened"),
    "asked": mark("Asked for a human again"),
    "calm": mark("The person says: no danger"),
    "claimed": mark("{name} took the case"),
    "released": mark("{name} gave the case back to the team"),
    "passed_on": mark("{name} passed the case on to {other}"),
    "taken_back": mark("{name} took back the passing on"),
    "taken_over": mark("{name} took the case over"),
    "answered": mark("{name} answered"),
    "follow_up": mark("{name} set a follow-up for {until}"),
    "resumed": mark("{name} ended the follow-up"),
    "woken": mark("The follow-up came back"),
    "closed": mark("{name} closed the case"),
    "reopened": mark("{name} opened the case again"),
    "bot_paused": mark("{name} switched the program off"),
    "bot_returned": mark("The program answers again"),
    "bot_return_set": mark("{name} set when the program answers again"),
    "note": mark("Note by {name}"),
    "ladder": mark("Lotse reminded that nobody has answered yet"),
}
LANGUAGE_NAMES = {
    "de": mark("German"),
    "de-simple": mark("Plain German"),
    "en": mark("English"),
    "ar": mark("Arabic"),
    "fa": mark("Farsi"),
    "prs": mark("Dari"),
    "ps": mark("Pashto"),
    "ckb": mark("Kurdish (Sorani)"),
    "kmr": mark("Kurdish (Kurmanji)"),
    "tr": mark("Turkish"),
    "uk": mark("Ukrainian"),
    "ru": mark("Russian"),
    "fr": mark("French"),
    "so": mark("Somali"),
    "ti": mark("Tigrinya"),
    "am": mark("Amharic"),
    "sq": mark("Albanian"),
    "sr": mark("Serbian"),
    "ro": mark("Romanian"),
    "bg": mark("Bulgarian"),
    "pl": mark("Polish"),
    "es": mark("Spanish"),
    "ur": mark("Urdu"),
    "vi": mark("Vietnamese"),
}
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_DAYS_FROM = timedelta(hours=36)
_MINUTE = timedelta(minutes=1)


def name_of(actor: Actor, person: int | None) -> str:
    """The person's pseudonym in the adviser's language."""
    return pseudonym(person, actor.interface) if person else actor.t("Deleted person")


def language_of(code: str) -> Language:
    """A language by its code; German for one that is not known any more."""
    return LANGUAGES.get(code, LANGUAGES[DEFAULT])


def topic_of(actor: Actor, knowledge: Knowledge, topic: str | None) -> str:
    """The German title of a topic; its group's name or id if it has no article."""
    if not topic:
        return ""
    article = knowledge.articles.get(topic)
    if article:
        return view.title(article, language=actor.interface)
    group = GROUPS.get(topic.split("/")[0])
    return translate(actor.interface, group) if group else topic


def filled(actor: Actor, knowledge: Knowledge, name: str, value: str) -> tuple[str, str]:
    """One thing that was asked before, and its answer, in the adviser's language where it is one of a closed list."""
    if name == "topic":
        return actor.t(FILLED[name]), topic_of(actor, knowledge, value)
    known = {"mode": MODES, "part": PARTS}.get(name, {})
    return actor.t(FILLED.get(name, name)), actor.t(known[value]) if value in known else value


def span(actor: Actor, length: timedelta) -> str:
    """A length of time in one unit, cut: `5 min`, `2 hrs`, `3 days`."""
    if length < _MINUTE:
        return actor.t("less than a minute")
    if length < _HOUR:
        return actor.t("{n} min", n=length // _MINUTE)
    if length < _DAYS_FROM:
        return actor.t("{n} hrs", n=length // _HOUR) if length >= 2 * _HOUR else actor.t("1 hr")
    return actor.t("{n} days", n=round(length / _DAY)) if round(length / _DAY) > 1 else actor.t("1 day")


def waits(actor: Actor, since: datetime, now: datetime) -> str:
    """How long somebody waits."""
    return actor.t("waiting for {span}", span=span(actor, max(now - since, timedelta())))

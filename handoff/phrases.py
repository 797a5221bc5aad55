"""Reply phrases: sentences of advisers that everybody reads in their own language. Which are offered where is the desk's business.

The built-in ones are written here in English and translated in the catalogues; a municipality's own are rows with a text by language,
and one with the key of a built-in phrase takes its place. Values of `{variables}` are data: they are never looked at for variables.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from locales import bidi, formats
from locales.marks import mark
from locales.registry import DEFAULT, LANGUAGES
from locales.texts import translate
from store.desk import Phrase
from store.errors import LotseError
from store.statements import insert_new, table_of

MOST_TEXT = 1000
MOST_VALUE = 300
_BERLIN = ZoneInfo("Europe/Berlin")
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")

# What phrases may leave open: names, days (a date, or words), times (a datetime, or words), numbers of telephones.
VARIABLES = ("name", "when", "day", "place", "what", "number", "emergency")

# Where a value stands at the end after a colon, no language has to bend it.
BUILT_IN: Mapping[str, str] = {
    "greeting": mark("Hello! My name is {name}. I work for the advice service. I am a person, and I will help you now."),
    "read": mark("Thank you. I have read your message."),
    "looking": mark("Please wait a moment. I am looking it up."),
    "asking": mark("I have to ask about this. You will hear from me by this day: {day}"),
    "say-more": mark("What do you need help with? Please tell me more. You can write in your language."),
    "other-words": mark("I did not understand this. Please say it in other words."),
    "which-letter": mark("Which letter is it? Please tell me who sent it and which date is on it."),
    "letter-deadline": mark("Does the letter name a day by which you must answer? Please tell me the day."),
    "photo": mark("Please send photos and files only through the private link. It is safer there."),
    "come": mark("Please come to us. The address is: {place}"),
    "come-when": mark("Please come to us on this day: {when}"),
    "appointment": mark("Your appointment is confirmed: {when}"),
    "bring": mark("Please bring this with you: {what}"),
    "bring-letter": mark("Please bring the letter and your identity document with you."),
    "cannot-come": mark("If you cannot come, please tell me before. Then we find another time."),
    "new-time": mark("We missed you at the appointment. Shall we find a new time?"),
    "interpreter": mark("Do you need somebody who interprets? Please tell me your language."),
    "call-number": mark("Please call this number: {number}"),
    "reach-you": mark("When can I call you? Please send me your number only through the private link."),
    "not-reached": mark("I tried to reach you, but it did not work. When can I try again?"),
    "other-office": mark("Another office can help you better with this. It is here: {place}"),
    "on-leave": mark("While I am away, {name} helps you. I am back on this day: {day}"),
    "emergency": mark("If somebody is in danger now, call this number at once: {emergency}"),
    "wish-well": mark("I am glad that I could help. I wish you all the best."),
    "closed": mark("I close your request now. You can write again at any time."),
}


class PhraseError(LotseError):
    """A phrase cannot be used as it is; `code` says why: key, taken, german, long, variable, different, value.

    `data` may name the `language` and the `variable`.
    """

    def __init__(self, *, code: str, **data: object) -> None:
        super().__init__("this phrase cannot be used: {code}", code=code, **data)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A phrase to choose from: `source` is the English sentence of a built-in one, `texts` those of a municipality's own by language."""

    key: str
    source: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def own(self) -> bool:
        """Whether the municipality wrote it."""
        return bool(self.texts)


async def all_(session: AsyncSession, *, municipality: int) -> tuple[Ready, ...]:
    """The built-in phrases in their order, each replaced by the municipality's own of the same key, then its further ones by key."""
    mine = select(Phrase).where(col(Phrase.municipality_id) == municipality).order_by(col(Phrase.key))
    own = {row.key: Ready(key=row.key, source=BUILT_IN.get(row.key, ""), texts=row.texts) for row in await session.scalars(mine)}
    built_in = {key: Ready(key=key, source=source) for key, source in BUILT_IN.items()}
    return tuple((built_in | own).values())


def language_of(phrase: Ready, language: str) -> str:
    """The language in which a phrase really is when it is wanted in `language`: another one has to be marked as such."""
    if phrase.own:
        return language if phrase.texts.get(language) else DEFAULT
    return "en" if translate(language, phrase.source) == phrase.source else language


def template(phrase: Ready, language: str) -> str:
    """The phrase with its `{variables}` still open; German where the municipality has no text in `language`."""
    return phrase.texts[language_of(phrase, language)] if phrase.own else translate(language, phrase.source)


def variables(phrase: Ready) -> tuple[str, ...]:
    """What has to be filled in, each once, in order."""
    return _named(template(phrase, DEFAULT))


def _named(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_VARIABLE.findall(text)))


def fill(phrase: Ready, *, language: str, values: Mapping[str, object], zone: ZoneInfo = _BERLIN) -> str:
    """The phrase in `language`, its variables filled: datetimes and dates as people write them there, the rest as it was typed.

    `zone` is the municipality's. In right-to-left text, and where the value itself runs from right to left, values are isolated.
    Raises PhraseError (value) if one is missing or empty.
    """
    found = template(phrase, language)
    shown = {name: _value(values.get(name), language_of(phrase, language), zone) for name in _named(found)}
    missing = [name for name, value in shown.items() if not value]
    if missing:
        raise PhraseError(code="value", variable=missing[0])
    return _VARIABLE.sub(lambda hit: shown[hit[1]], found)


def _value(value: object, language: str, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return formats.moment(language, value, zone)
    if isinstance(value, date):
        return formats.full_date(language, value)
    text = bidi.clean(str(value or ""))[:MOST_VALUE]
    turned = LANGUAGES[language].rtl or any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in text)
    return bidi.isolate(text) if text and turned else text


async def save(session: AsyncSession, *, municipality: int, key: str, texts: Mapping[str, str], new: bool = False) -> None:
    """Keep a municipality's own phrase, empty texts left out.

    Raises PhraseError: the key (also one that is taken, of a `new` phrase), no German, too long a text, a variable that nobody fills in.
    """
    kept = checked(key, texts)
    row = {"municipality_id": municipality, "key": key, "texts": kept}
    mine = (col(Phrase.municipality_id) == municipality, col(Phrase.key) == key)
    taken = await session.scalar(select(col(Phrase.id)).where(*mine)) is not None
    if new and taken:
        raise PhraseError(code="taken")
    await insert_new(session, Phrase, [row])
    await session.execute(update(table_of(Phrase)).where(*mine).values(texts=kept))


def checked(key: str, texts: Mapping[str, str]) -> dict[str, str]:
    """The texts that are not empty, without hidden controls; raises PhraseError as `save` does."""
    if not _KEY.fullmatch(key):
        raise PhraseError(code="key")
    kept = {code: text for code, written in texts.items() if code in LANGUAGES and (text := bidi.clean(written))}
    if DEFAULT not in kept:
        raise PhraseError(code="german")
    for code, text in kept.items():
        if len(text) > MOST_TEXT:
            raise PhraseError(code="long", language=code)
        unknown = [name for name in _named(text) if name not in VARIABLES]
        if unknown or "{" in (rest := _VARIABLE.sub("", text)) or "}" in rest:
            raise PhraseError(code="variable", language=code, variable=unknown[0] if unknown else "{}")
        if missing := set(_named(kept[DEFAULT])) ^ set(_named(text)):
            raise PhraseError(code="different", language=code, variable=min(missing))
    return kept


async def remove(session: AsyncSession, *, municipality: int, key: str) -> dict[str, str]:
    """Delete a municipality's own phrase and return its texts, to put them back; empty if there was none.

    A built-in one of the same key is offered again.
    """
    mine = (col(Phrase.municipality_id) == municipality, col(Phrase.key) == key)
    texts = await session.scalar(select(col(Phrase.texts)).where(*mine))
    await session.execute(delete(table_of(Phrase)).where(*mine))
    return texts or {}

"""What a visitor can do, for pages and JSON alike: open a session, write, press, delete. Each checks limits and waits for the answer."""

import hashlib
import secrets
from dataclasses import dataclass, replace

from fastapi import Request

from bot.channels.web import id_in, traits
from bot.web.limits import MOST_CHARACTERS
from bot.web.sessions import Visitor, new_token
from bot.web.site import Site
from dialogs.model import Inbound
from locales.bidi import clean
from locales.registry import LANGUAGES
from locales.texts import translate
from store.types import utcnow

MOST_CHOICE = 96
MOST_LINK = 64
MOST_DIGITS = 18


class RefusedError(Exception):
    """A message that is not taken: HTTP status, a code for machines, a sentence for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True, kw_only=True)
class Message:
    """What somebody sends: text or a choice. `key` makes a repetition of the same message harmless."""

    text: str = ""
    choice: str = ""
    screen: str = ""
    key: str = ""


def is_link(start: str) -> bool:
    """Whether this may be the payload of a link: `book_<service>`, `book_<town>_<service>` to an appointment, `course_<id>` to a course."""
    known = start.startswith(("book_", "course_")) and len(start) <= MOST_LINK
    return known and start.replace("_", "").replace("-", "").isalnum() and start.isascii()


async def begin(site: Site, request: Request, visitor: Visitor, message: Message, *, town: str = "") -> str:
    """Begin a conversation, perhaps for a town or by a link to an appointment; returns the new token.

    A language or a text is taken at once. Any other choice is of a page that expired: it shows the languages.
    """
    checked = check(message, language=visitor.language)
    network = request.client.host if request.client else ""
    if not site.sessions.allows(network):
        raise too_fast(visitor.language)
    token = new_token()
    link = town if town in site.app.world.towns or is_link(town) else ""
    spoken = checked.choice.removeprefix("language:") in LANGUAGES
    if link or not (spoken or checked.text):
        await _deliver(site, token, visitor, Message(choice=f"start:{link}" if link else "start"))
    if spoken or checked.text:
        await _deliver(site, token, visitor, replace(checked, screen=await _menu(site, token)))
    return token


async def _menu(site: Site, token: str) -> str:
    """The menu that the first choice of a new session replaces."""
    history = await site.web.latest(token)
    return history.screens[-1] if history and history.screens else ""


async def send(site: Site, token: str, visitor: Visitor, message: Message, *, language: str) -> None:
    """Take one message of a session; raises RefusedError, TimeoutError, SQLAlchemyError or OSError."""
    checked = check(message, language=language)
    if not site.messages.allows(token):
        raise too_fast(language)
    await _deliver(site, token, visitor, checked)


def check(message: Message, *, language: str) -> Message:
    """The message without hostile characters; raises RefusedError if it is empty or too long."""
    text = clean(message.text.replace("\r\n", "\n"))
    choice = clean(message.choice)[:MOST_CHOICE]
    if len(text) > MOST_CHARACTERS:
        sentence = translate(
            language, "Your text is too long: at most {limit} characters. Nothing was sent. Please shorten it.", limit=MOST_CHARACTERS
        )
        raise RefusedError(413, "too_long", sentence)
    if not text and not choice:
        raise RefusedError(422, "empty", translate(language, "Write your question"))
    return Message(text="" if choice else text, choice=choice, screen=message.screen, key=message.key)


async def erase(site: Site, token: str, visitor: Visitor) -> None:
    """Delete the session and everything about its person, by the same dialog as everywhere."""
    for choice in ("delete", "delete:yes"):
        await _deliver(site, token, visitor, Message(choice=choice))


def too_fast(language: str) -> RefusedError:
    """The refusal of somebody who sends too much."""
    return RefusedError(429, "too_fast", translate(language, "That was very fast. Please wait one minute, then send it again."))


async def _deliver(site: Site, token: str, visitor: Visitor, message: Message) -> None:
    kind = "choice" if message.choice else "text"
    inbound = Inbound(
        channel=traits.name,
        address=token,
        external_id=_external_id(token, message),
        sent_at=utcnow(),
        kind="choice" if kind == "choice" else "text",
        text=message.text,
        choice=message.choice or None,
        screen=str(id_in(message.screen)) if id_in(message.screen) else None,
        language_hint=visitor.language,
    )
    await site.deliver(inbound)


def _external_id(token: str, message: Message) -> str:
    """The same for a repetition of the same message alone: a page that was opened again may reuse its key for something else."""
    parts = (token, message.key or secrets.token_hex(16), message.text, message.choice, message.screen)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:48]

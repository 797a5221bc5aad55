"""What the templates show of a conversation: lines with their direction, buttons with their targets. Words come from the history itself."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.channels.web import History, Line
from dialogs.model import Choice, Reply
from locales.registry import DEFAULT, LANGUAGES, Language

_SCHEMES = ("https://", "http://", "tel:", "mailto:")


@dataclass(frozen=True, kw_only=True)
class Button:
    """A button or a link: `action` is where its form goes, `url` a page instead."""

    label: str
    choice: str
    language: Language | None
    url: str | None
    icon: str


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """One message as it is shown; `nav` is the last row (Back, Menu, Human), if there is one; `listen` where it can be read out.

    `human`: an adviser wrote it, and may have edited or deleted it since.
    """

    name: str
    incoming: bool
    reply: Reply
    language: Language
    action: str
    rows: Sequence[Sequence[Button]]
    nav: Sequence[Button]
    listen: str
    human: bool
    edited: bool
    deleted: bool


def bubbles(history: History, *, embed: bool, voices: Container[str]) -> list[Bubble]:
    """All lines of a part of the history; those in a language of `voices` can be listened to."""
    return [_bubble(line, embed=embed, voices=voices) for line in history.lines]


def _bubble(line: Line, *, embed: bool, voices: Container[str]) -> Bubble:
    rows = line.reply.rows
    has_nav = bool(rows) and [choice.id for choice in rows[-1][1:]] == ["menu", "human"]
    return Bubble(
        name=line.name,
        incoming=line.incoming,
        reply=line.reply,
        language=LANGUAGES.get(line.reply.language, LANGUAGES[DEFAULT]),
        action=chat_url(embed=embed, screen=line.name if line.reply.screen else ""),
        rows=[[_button(choice) for choice in row] for row in (rows[:-1] if has_nav else rows)],
        nav=[_button(choice, icon=icon) for choice, icon in zip(rows[-1], ("back", "menu", "human"), strict=True)] if has_nav else [],
        human=line.human,
        edited=line.edited,
        deleted=line.deleted,
        listen="" if line.incoming or line.deleted or line.reply.language not in voices else f"/chat/listen/{line.name}",
    )


def _button(choice: Choice, *, icon: str = "") -> Button:
    kind, _, argument = choice.id.partition(":")
    named = LANGUAGES.get(argument) if kind == "language" else None
    url = choice.url if choice.url and choice.url.startswith(_SCHEMES) else None
    return Button(label=choice.label, choice=choice.id, language=named, url=url, icon=icon)


def chat_url(*, embed: bool, fragment: str = "", **query: str) -> str:
    """The address of the conversation, keeping the embedded form."""
    given = {name: value for name, value in query.items() if value} | ({"embed": "1"} if embed else {})
    return "/chat" + (f"?{urlencode(given)}" if given else "") + (f"#{fragment}" if fragment else "")

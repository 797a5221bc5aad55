"""How a reply is written for Telegram: HTML, callback data, pieces of at most 4,096 characters, commands per language."""

import re
from collections.abc import Sequence
from html import escape
from itertools import accumulate, pairwise
from typing import Any

from dialogs.model import Reply
from locales.marks import mark
from locales.registry import LANGUAGES
from locales.texts import translate

MOST_CHARACTERS = 4096
MOST_RECEIPT = 32
SCREEN, MESSAGE = "s", "m"
COMMANDS = {
    "menu": mark("Show the topics"),
    "appointments": mark("My appointments"),
    "language": mark("Change the language"),
    "place": mark("Choose my town"),
    "human": mark("Talk to a person"),
    "privacy": mark("What is kept about me"),
    "delete": mark("Delete my data"),
}


def as_html(reply: Reply) -> str:
    """Title in bold, text, note in italics; everything escaped."""
    title = f"<b>{escape(reply.title)}</b>" if reply.title else ""
    parts = (title, escape(reply.text), f"<i>{escape(reply.note)}</i>" if reply.note else "")
    return "\n\n".join(part for part in parts if part)


def pieces(html: str) -> list[str]:
    """The text in pieces that Telegram takes, cut between paragraphs (an overlong paragraph between lines, then anywhere)."""
    if len(html) <= MOST_CHARACTERS:
        return [html]
    for separator in ("\n\n", "\n", " "):
        cut = html.rfind(separator, 1, MOST_CHARACTERS)
        if cut > 0:
            return [html[:cut], *pieces(html[cut:].lstrip())]
    first = _HALF_ENTITY.sub("", html[:MOST_CHARACTERS])
    return [first, *pieces(html[len(first) :])]


_HALF_ENTITY = re.compile(r"&[a-z#0-9]{0,8}$")


def receipt_of(messages: Sequence[int]) -> str | None:
    """The name of what was sent in several messages: the first id, then the distances (`100+1+1`). None for what is too long to keep."""
    receipt = "+".join(str(number) for number in (*messages[:1], *(after - before for before, after in pairwise(messages))))
    return receipt if 0 < len(receipt) <= MOST_RECEIPT else None


def messages_of(receipt: str) -> list[int]:
    """The ids of the messages that a receipt names."""
    return list(accumulate(int(part) for part in receipt.split("+"))) if receipt else []


def data_of(choice: str, *, screen: bool) -> str:
    """Callback data: the choice's id behind a letter that says whether the button belongs to a menu."""
    return (SCREEN if screen else MESSAGE) + choice


def choice_of(data: str) -> tuple[str, bool]:
    """The choice's id and whether the button belongs to a menu; forged data gives an id that no dialog knows."""
    return data[1:], data[:1] == SCREEN


def profile() -> dict[str, dict[str, Any]]:
    """Commands and descriptions by two-letter language code; the empty code is for everybody else (English)."""
    codes = {"": "en"} | {code: code for code in LANGUAGES if len(code) == 2}  # noqa: PLR2004 - the Bot API takes two letters only
    return {code: _part(language) for code, language in codes.items()}


def _part(language: str) -> dict[str, Any]:
    return {
        "commands": [{"command": name, "description": translate(language, text)} for name, text in COMMANDS.items()],
        "description": translate(
            language,
            "Lotse answers questions about living in Germany in 24 languages: "
            "German courses, papers, work, school, health, housing. No name needed.",
        ),
        "short": translate(language, "Questions about living in Germany? Ask in your language."),
    }

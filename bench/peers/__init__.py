"""Bare polling bots as the first pages of their libraries show them, to measure Lotse against.

Each is run as `python -m bench.peers.NAME_bot URL TOKEN MENU`.
For an update they do what Lotse does for it (answer the press and edit the menu, or send a message) with Lotse's own text and buttons,
recorded in the file MENU. They store nothing: what is in their handlers is lost when they are killed.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Menu:
    """A message of Lotse: Telegram HTML and rows of buttons (label, callback data)."""

    text: str
    rows: tuple[tuple[tuple[str, str], ...], ...]


def read_menu(file: str) -> Menu:
    """The menu that the benchmark recorded."""
    raw = json.loads(Path(file).read_text(encoding="utf-8"))
    return Menu(text=raw["text"], rows=tuple(tuple((label, data) for label, data in row) for row in raw["rows"]))


def write_menu(file: Path, call: dict[str, Any]) -> None:
    """Record the text and the buttons of one accepted call."""
    keyboard = keyboard_of(call)["inline_keyboard"]
    rows = [[(button["text"], button["callback_data"]) for button in row] for row in keyboard]
    file.write_text(json.dumps({"text": call["params"]["text"], "rows": rows}), encoding="utf-8")


def keyboard_of(call: dict[str, Any]) -> dict[str, Any]:
    """The inline keyboard of an accepted call, however it was sent."""
    given = call["params"].get("reply_markup") or {"inline_keyboard": []}
    found: dict[str, Any] = json.loads(given) if isinstance(given, str) else given
    return found

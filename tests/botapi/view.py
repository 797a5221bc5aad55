"""What a person sees: messages as lines with buttons; what the person does is in `people`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .world import Message, World

Json = dict[str, Any]

CONTENT: Final = ("text", "photo", "voice", "document", "sticker", "location", "contact")


@dataclass(frozen=True, slots=True)
class Button:
    """A button as a person sees it, and what is behind it; `data` and `url` are empty for other kinds."""

    label: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A message as it stands: `who` is `me`, `bot` or another person's name; `kind` is `text`, `photo`, ….

    `text` is the plain text or caption, `html` the same with markup; `file` holds the bytes of an attachment.
    """

    who: str
    kind: str
    text: str
    html: str
    message_id: int
    buttons: tuple[tuple[Button, ...], ...] = ()
    edits: int = 0
    file: bytes = field(default=b"", repr=False)

    @property
    def labels(self) -> list[str]:
        """The labels of all buttons, row by row."""
        return [button.label for row in self.buttons for button in row]


def line_of(world: World, message: Message, user_id: int) -> Line:
    """Return a message as the person with `user_id` sees it."""
    sender, content = message.sender, message.content
    others = "bot" if sender is world.me else sender["first_name"]
    kind = next((kind for kind in CONTENT if kind in content), "service")
    about = content.get(kind) if kind not in {"text", "service"} else None
    file = world.files.get(_file_id(about))
    return Line(
        who="me" if sender["id"] == user_id else others,
        kind=kind,
        text=content.get("text") or content.get("caption") or "",
        html=message.html,
        message_id=message.message_id,
        buttons=buttons(message.markup),
        edits=message.edits,
        file=file.content if file else b"",
    )


def _file_id(about: Any) -> str:
    if isinstance(about, list):
        about = about[-1]
    return str(about.get("file_id", "")) if isinstance(about, dict) else ""


def buttons(markup: Json | None) -> tuple[tuple[Button, ...], ...]:
    """Return the inline buttons of a keyboard, row by row."""
    return tuple(
        tuple(Button(key["text"], key.get("callback_data", ""), key.get("url") or (key.get("web_app") or {}).get("url", "")) for key in row)
        for row in (markup or {}).get("inline_keyboard", ())
    )


def find_button(rows: tuple[tuple[Button, ...], ...], wanted: str) -> Button | None:
    """Return the button with this label, else the one with this data."""
    keys = [key for row in rows for key in row]
    by_label = next((key for key in keys if key.label == wanted), None)
    return by_label or next((key for key in keys if key.data and key.data == wanted), None)

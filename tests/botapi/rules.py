"""What the real Bot API server refuses, and with which words; HTML lives in `markup`, state in `world`."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import Any, Final
from urllib.parse import urlsplit

from .errors import ApiError
from .html_reader import parse_html
from .markup import CAPTION_LIMIT, TEXT_LIMIT, Formatted, entities_given, tidy

Json = dict[str, Any]

COMMAND: Final = re.compile(r"[a-z0-9_]{1,32}")
SECRET: Final = re.compile(r"[A-Za-z0-9_-]+")
START_PAYLOAD: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
ACTIONS: Final = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "record_audio",
        "upload_voice",
        "upload_audio",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
        "cancel",
    }
)
BUTTON_KINDS: Final = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
OLD_QUERY: Final = "query is too old and response timeout expired or query ID is invalid"
CONFLICT_POLL: Final = "terminated by other getUpdates request; make sure that only one bot instance is running"
CONFLICT_WEBHOOK: Final = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


class Params:
    """The parameters of one call, however they were sent: JSON, form, multipart or query string."""

    def __init__(self, values: Json) -> None:
        """Take the decoded fields; form fields are strings, uploads are `Upload`."""
        self.values = values

    def text(self, name: str, default: str = "") -> str:
        """Return a field as a string, `default` when absent."""
        value = self.values.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else json.dumps(value)

    def number(self, name: str, default: int = 0) -> int:
        """Return a field as an integer, `default` when absent or not a number (as the real server does)."""
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        """Return whether a field says true, yes or 1."""
        return str(self.values.get(name, "")).strip().lower() in {"true", "yes", "1"}

    def data(self, name: str) -> Any:
        """Return a field that carries JSON, None when absent or empty.

        Raises:
            ApiError: 400 when it is not JSON.

        """
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            message = f"can't parse {name.replace('_', ' ')} JSON object"
            raise ApiError(400, message) from error


def formatted(params: Params, field: str = "text", *, limit: int = TEXT_LIMIT) -> Formatted:
    """Parse, clean and measure a text or caption with its parse mode.

    Raises:
        ApiError: 400 for a text that is empty, too long or not well-formed.

    """
    mode = params.text("parse_mode").lower()
    raw = params.text(field)
    if mode == "html":
        result = tidy(parse_html(raw))
    elif mode in {"", "none"}:
        given = params.data("caption_entities" if field == "caption" else "entities")
        result = tidy(entities_given(raw, given or []))
    else:
        message = "unsupported parse_mode"
        raise ApiError(400, message)
    if field == "text" and not result.text:
        message = "message text is empty"
        raise ApiError(400, message)
    if len(result.text) > limit:
        message = "message caption is too long" if limit == CAPTION_LIMIT else "message is too long"
        raise ApiError(400, message)
    return result


def reply_markup(params: Params, *, inline_only: bool = False) -> Json | None:
    """Read and check `reply_markup`; an inline keyboard without buttons counts as none.

    Raises:
        ApiError: 400 for a keyboard the real server refuses.

    """
    markup = params.data("reply_markup")
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        message = "object expected as reply markup"
        raise ApiError(400, message)
    if "inline_keyboard" in markup:
        return inline_keyboard(markup["inline_keyboard"])
    if inline_only:
        message = "inline keyboard expected"
        raise ApiError(400, message)
    if "keyboard" in markup:
        _check_reply_keyboard(markup["keyboard"])
    return markup


def inline_keyboard(rows: Any) -> Json | None:
    """Check an inline keyboard: at most 100 buttons, 8 a row, data of 1 to 64 bytes, usable links."""
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        message = 'can\'t parse inline keyboard: Field "inline_keyboard" must be an Array of Arrays'
        raise ApiError(400, message)
    rows = [row for row in rows if row]
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        message = "reply markup is too long"
        raise ApiError(400, message)
    for row in rows:
        for button in row:
            _check_button(button)
    return {"inline_keyboard": rows} if rows else None


def _check_button(button: Any) -> None:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        message = 'can\'t parse inline keyboard button: Field "text" must be of type String'
        raise ApiError(400, message)
    kinds = [kind for kind in BUTTON_KINDS if button.get(kind) is not None]
    if not button["text"].strip():
        message = "can't parse inline keyboard button: text must be non-empty"
        raise ApiError(400, message)
    if len(kinds) != 1:
        message = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        raise ApiError(400, message)
    if "callback_data" in kinds and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        message = "BUTTON_DATA_INVALID"
        raise ApiError(400, message)
    if "url" in kinds:
        check_link(button["url"], what="inline keyboard button URL")
    if "web_app" in kinds and not str(button["web_app"].get("url", "")).startswith("https://"):
        url = button["web_app"].get("url")
        message = f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed"
        raise ApiError(400, message)


def check_link(url: str, *, what: str) -> None:
    """Refuse a link that Telegram refuses: `localhost` and other hosts without a dot included."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    host = parts.hostname or ""
    if parts.scheme == "tg":
        return
    if parts.scheme not in {"http", "https", "ton", "tonsite"} or not (_is_address(host) or "." in host.strip(".")):
        message = f"{what} '{url}' is invalid: Wrong HTTP URL"
        raise ApiError(400, message)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _check_reply_keyboard(rows: Any) -> None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        message = 'can\'t parse keyboard: Field "keyboard" must be an Array of Arrays'
        raise ApiError(400, message)
    labels = [button if isinstance(button, str) else button.get("text") for row in rows for button in row]
    if not all(isinstance(label, str) and label.strip() for label in labels):
        message = 'can\'t parse keyboard button: Field "text" must be of type String'
        raise ApiError(400, message)
    if len(labels) > 300 or any(len(row) > 12 for row in rows):
        message = "reply markup is too long"
        raise ApiError(400, message)


def language(params: Params) -> str:
    """Return `language_code`: empty or exactly two small letters; `kmr` or `de-DE` are refused."""
    code = params.text("language_code")
    if code and not re.fullmatch("[a-z]{2}", code):
        message = "invalid language code specified"
        raise ApiError(400, message)
    return code


def commands(params: Params) -> list[Json]:
    """Check the list for `setMyCommands`: at most 100, names `[a-z0-9_]{1,32}`, descriptions 1 to 256."""
    entries = params.data("commands")
    if not isinstance(entries, list):
        message = "can't parse commands JSON object"
        raise ApiError(400, message)
    if len(entries) > 100:
        message = "BOT_COMMANDS_TOO_MUCH"
        raise ApiError(400, message)
    for entry in entries:
        if not COMMAND.fullmatch(str(entry.get("command", "")).removeprefix("/")):
            message = "BOT_COMMAND_INVALID"
            raise ApiError(400, message)
        if not 1 <= len(str(entry.get("description", "")).strip()) <= 256:
            message = "BOT_COMMAND_DESCRIPTION_INVALID"
            raise ApiError(400, message)
    return entries


def webhook_address(params: Params) -> str:
    """Return the checked webhook URL; plain http only to this machine, as the real server's local mode allows."""
    url = params.text("url")
    parts = urlsplit(url)
    if url and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}):
        message = "bad webhook: An HTTPS URL must be provided for webhook"
        raise ApiError(400, message)
    secret = params.text("secret_token")
    if len(secret) > 256:
        message = "secret token is too long"
        raise ApiError(400, message)
    if secret and not SECRET.fullmatch(secret):
        message = "secret token contains unallowed characters"
        raise ApiError(400, message)
    return url

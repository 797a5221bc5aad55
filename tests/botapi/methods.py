"""The methods about messages: sending, editing, deleting, answering; those about the bot are in `settings`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .errors import ApiError
from .markup import CAPTION_LIMIT
from .rules import ACTIONS, NOT_MODIFIED, formatted, reply_markup
from .world import DELETABLE, DOWNLOAD_LIMIT, PHOTO_LIMIT, UPLOAD_LIMIT, File, Upload, text_content

if TYPE_CHECKING:
    from .rules import Params
    from .world import Chat, Message, World

Json = dict[str, Any]


def _reply(world_chat: Chat, params: Params) -> Json:
    given = params.data("reply_parameters") or {}
    number = int(given.get("message_id", 0)) or params.number("reply_to_message_id")
    if not number:
        return {}
    message = world_chat.messages.get(number)
    if message is not None:
        return {"reply_to_message": message.json()}
    if given.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
        return {}
    text = "message to be replied not found"
    raise ApiError(400, text)


def send_message(world: World, params: Params) -> Json:
    """Serve `sendMessage`."""
    chat = world.reachable(params.values.get("chat_id"))
    text = formatted(params)
    markup = reply_markup(params)
    return world.post(chat, world.me, {**text_content(text), **_reply(chat, params)}, markup).json()


def _attached(world: World, params: Params, field: str) -> File:
    value = params.values.get(field)
    if isinstance(value, str) and value.startswith("attach://"):
        value = params.values.get(value.removeprefix("attach://"))
    if isinstance(value, Upload):
        return _stored(world, value, field)
    if not value:
        message = f"there is no {field} in the request"
        raise ApiError(400, message)
    file = world.files.get(str(value))
    if file is None:
        message = "wrong remote file identifier specified: can't unserialize it"
        raise ApiError(400, message)
    return file


def _stored(world: World, upload: Upload, field: str) -> File:
    if not upload.content:
        message = "file must be non-empty"
        raise ApiError(400, message)
    if len(upload.content) > UPLOAD_LIMIT:
        raise ApiError(413)
    if field == "photo" and len(upload.content) > PHOTO_LIMIT:
        message = "file is too big for a photo"
        raise ApiError(400, message)
    return world.store(upload)


def media(field: str, file: File) -> Json:
    """Return the field of `Message` that shows a file as `document`, `photo`, `voice` or `sticker`."""
    about = file.json()
    if field == "photo":
        return {"photo": [{**about, "width": 640, "height": 480}]}
    if field == "sticker":
        extra = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "👍"}
        return {"sticker": {**about, **extra}}
    extra_voice = {"duration": 3} if field == "voice" else {"file_name": file.name}
    return {field: {**about, "mime_type": file.content_type, **extra_voice}}


def _send_media(world: World, params: Params, field: str) -> Json:
    chat = world.reachable(params.values.get("chat_id"))
    file = _attached(world, params, field)
    caption = formatted(params, "caption", limit=CAPTION_LIMIT)
    content = {**media(field, file), **text_content(caption, caption=True), **_reply(chat, params)}
    return world.post(chat, world.me, content, reply_markup(params)).json()


def send_document(world: World, params: Params) -> Json:
    """Serve `sendDocument`."""
    return _send_media(world, params, "document")


def send_photo(world: World, params: Params) -> Json:
    """Serve `sendPhoto`."""
    return _send_media(world, params, "photo")


def send_voice(world: World, params: Params) -> Json:
    """Serve `sendVoice`."""
    return _send_media(world, params, "voice")


def send_location(world: World, params: Params) -> Json:
    """Serve `sendLocation`."""
    chat = world.reachable(params.values.get("chat_id"))
    try:
        place = {name: float(params.text(name)) for name in ("latitude", "longitude")}
    except ValueError as error:
        message = "can't parse location"
        raise ApiError(400, message) from error
    return world.post(chat, world.me, {"location": place}, reply_markup(params)).json()


def send_chat_action(world: World, params: Params) -> bool:
    """Serve `sendChatAction`; the actions are kept in `Chat.actions`."""
    chat = world.reachable(params.values.get("chat_id"))
    action = params.text("action").lower()
    if action not in ACTIONS:
        message = "wrong parameter action in request"
        raise ApiError(400, message)
    chat.actions.append(action)
    chat.changed.notify()
    return True


def _own_message(world: World, params: Params) -> Message:
    chat = world.reachable(params.values.get("chat_id"))
    if not params.values.get("message_id"):
        text = "message identifier is not specified"
        raise ApiError(400, text)
    message = chat.messages.get(params.number("message_id"))
    if message is None:
        text = "message to edit not found"
        raise ApiError(400, text)
    if message.sender is not world.me or (message.markup is not None and "inline_keyboard" not in message.markup):
        text = "message can't be edited"
        raise ApiError(400, text)
    return message


def _changed(world: World, message: Message, content: Json, markup: Json | None) -> Json:
    if content == message.content and markup == message.markup:
        raise ApiError(400, NOT_MODIFIED)
    world.change(message, content, markup)
    return message.json()


def edit_message_text(world: World, params: Params) -> Json:
    """Serve `editMessageText`; without `reply_markup` the buttons go."""
    message = _own_message(world, params)
    text = formatted(params)
    markup = reply_markup(params, inline_only=True)
    if "text" not in message.content:
        refusal = "there is no text in the message to edit"
        raise ApiError(400, refusal)
    kept = {name: value for name, value in message.content.items() if name not in {"text", "entities"}}
    return _changed(world, message, {**text_content(text), **kept}, markup)


def edit_message_caption(world: World, params: Params) -> Json:
    """Serve `editMessageCaption`; without `reply_markup` the buttons go."""
    message = _own_message(world, params)
    caption = formatted(params, "caption", limit=CAPTION_LIMIT)
    markup = reply_markup(params, inline_only=True)
    if "text" in message.content:
        refusal = "there is no caption in the message to edit"
        raise ApiError(400, refusal)
    kept = {name: value for name, value in message.content.items() if name not in {"caption", "caption_entities"}}
    return _changed(world, message, {**kept, **text_content(caption, caption=True)}, markup)


def edit_message_reply_markup(world: World, params: Params) -> Json:
    """Serve `editMessageReplyMarkup`."""
    message = _own_message(world, params)
    return _changed(world, message, message.content, reply_markup(params, inline_only=True))


def delete_message(world: World, params: Params) -> bool:
    """Serve `deleteMessage`; messages older than 48 hours stay."""
    chat = world.reachable(params.values.get("chat_id"))
    message = chat.messages.get(params.number("message_id"))
    if message is None:
        text = "message to delete not found"
        raise ApiError(400, text)
    if time.time() - message.date > DELETABLE or (not chat.private and message.sender is not world.me):
        text = "message can't be deleted"
        raise ApiError(400, text)
    world.delete(message)
    return True


def answer_callback_query(world: World, params: Params) -> bool:
    """Serve `answerCallbackQuery`; a query can be answered once and not for ever."""
    text = params.text("text")
    if len(text) > 200:
        message = "MESSAGE_TOO_LONG"
        raise ApiError(400, message)
    answer = {"text": text, "show_alert": params.flag("show_alert"), "url": params.text("url")}
    world.answer(params.text("callback_query_id"), answer)
    return True


def get_file(world: World, params: Params) -> Json:
    """Serve `getFile`; at most 20 MB can be downloaded."""
    file = world.files.get(params.text("file_id"))
    if file is None:
        message = "invalid file_id"
        raise ApiError(400, message)
    if len(file.content) > DOWNLOAD_LIMIT:
        message = "file is too big"
        raise ApiError(400, message)
    return {**file.json(), "file_path": f"files/{file.file_id}/{file.name}"}


def leave_chat(world: World, params: Params) -> bool:
    """Serve `leaveChat`, for groups."""
    chat = world.reachable(params.values.get("chat_id"))
    if chat.private:
        message = "chat member status can't be changed in private chats"
        raise ApiError(400, message)
    chat.refusal = ApiError(403, "bot is not a member of the group chat")
    chat.changed.notify()
    return True

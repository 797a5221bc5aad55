"""The methods about the bot itself: profile, commands, chats; and the table of all methods that need no waiting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from . import methods
from .errors import ApiError
from .rules import commands, language

if TYPE_CHECKING:
    from collections.abc import Callable

    from .rules import Params
    from .world import World

Json = dict[str, Any]

PROFILE_LIMITS: Final = {"name": 64, "description": 512, "short_description": 120}


def get_me(world: World, _params: Params) -> Json:
    """Serve `getMe`."""
    return {
        **world.me,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _scope(params: Params) -> str:
    return json.dumps(params.data("scope") or {"type": "default"}, sort_keys=True)


def set_my_commands(world: World, params: Params) -> bool:
    """Serve `setMyCommands`, per scope and language."""
    world.commands[_scope(params), language(params)] = commands(params)
    return True


def get_my_commands(world: World, params: Params) -> list[Json]:
    """Serve `getMyCommands`."""
    return world.commands.get((_scope(params), language(params)), [])


def delete_my_commands(world: World, params: Params) -> bool:
    """Serve `deleteMyCommands`."""
    world.commands.pop((_scope(params), language(params)), None)
    return True


def _set_profile(field: str) -> Callable[[World, Params], bool]:
    def serve(world: World, params: Params) -> bool:
        text = params.text(field)
        if len(text) > PROFILE_LIMITS[field]:
            message = f"bot {field.replace('_', ' ')} is too long"
            raise ApiError(400, message)
        world.profile[field, language(params)] = text
        return True

    return serve


def _get_profile(field: str) -> Callable[[World, Params], Json]:
    def serve(world: World, params: Params) -> Json:
        code = language(params)
        return {field: world.profile.get((field, code)) or world.profile.get((field, ""), "")}

    return serve


def get_chat(world: World, params: Params) -> Json:
    """Serve `getChat` with the fields that clients insist on."""
    chat = world.reachable(params.values.get("chat_id"))
    gifts = dict.fromkeys(
        (
            "unlimited_gifts",
            "limited_gifts",
            "unique_gifts",
            "premium_subscription",
            "gifts_from_channels",
        ),
        False,
    )
    return {**chat.json(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def set_chat_menu_button(world: World, params: Params) -> bool:
    """Serve `setChatMenuButton`, kept under `profile`."""
    world.profile["menu_button", params.text("chat_id")] = json.dumps(params.data("menu_button") or {"type": "default"})
    return True


TABLE: Final[dict[str, Callable[[World, Params], Any]]] = {
    "getMe": get_me,
    "sendMessage": methods.send_message,
    "sendDocument": methods.send_document,
    "sendPhoto": methods.send_photo,
    "sendVoice": methods.send_voice,
    "sendLocation": methods.send_location,
    "sendChatAction": methods.send_chat_action,
    "editMessageText": methods.edit_message_text,
    "editMessageCaption": methods.edit_message_caption,
    "editMessageReplyMarkup": methods.edit_message_reply_markup,
    "deleteMessage": methods.delete_message,
    "answerCallbackQuery": methods.answer_callback_query,
    "getFile": methods.get_file,
    "getChat": get_chat,
    "leaveChat": methods.leave_chat,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _set_profile("name"),
    "getMyName": _get_profile("name"),
    "setMyDescription": _set_profile("description"),
    "getMyDescription": _get_profile("description"),
    "setMyShortDescription": _set_profile("short_description"),
    "getMyShortDescription": _get_profile("short_description"),
    "setChatMenuButton": set_chat_menu_button,
}
METHODS: Final = {name.lower(): (name, serve) for name, serve in TABLE.items()}

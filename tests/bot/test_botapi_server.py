"""The local Bot API server's rules about calls, texts and keyboards, in the real server's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import telegram
from telegram.error import BadRequest, Forbidden

from tests.botapi.client import Json, call, refusal, rows

if TYPE_CHECKING:
    from telegram import Bot

    from tests.botapi import BotApi

pytest_plugins = ["tests.botapi.fixtures"]

ADA = 1001


# --- bodies, tokens, methods


async def test_wrong_token_is_401(api: BotApi, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{api.base_url}1:wrong/getMe") as answer:
        assert answer.status == 401
        assert await answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_unknown_method_is_404(api: BotApi, http: aiohttp.ClientSession) -> None:
    assert await refusal(http, api, "sendNothing") == "Not Found: method not found"


@pytest.mark.parametrize("kind", ["json", "form", "multipart", "query"])
async def test_every_kind_of_body(api: BotApi, http: aiohttp.ClientSession, kind: str) -> None:
    api.person(ADA).send("hello")
    url = f"{api.base_url}{api.token}/SENDMESSAGE"
    fields = {"chat_id": str(ADA), "text": "grüß"}
    with aiohttp.MultipartWriter("form-data") as multipart:
        for name, value in fields.items():
            multipart.append(value).set_content_disposition("form-data", name=name)
    how: dict[str, Json] = {
        "json": {"json": fields},
        "form": {"data": fields},
        "multipart": {"data": multipart},
        "query": {"params": fields},
    }
    async with http.post(url, **how[kind]) as answer:
        assert (await answer.json())["result"]["text"] == "grüß"


async def test_body_that_is_not_json(api: BotApi, http: aiohttp.ClientSession) -> None:
    headers = {"Content-Type": "application/json"}
    async with http.post(f"{api.base_url}{api.token}/getMe", data=b"{", headers=headers) as answer:
        assert answer.status == 400


# --- texts


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("", "Bad Request: message text is empty"),
        (" \u202a\n", "Bad Request: message text is empty"),
        ("x" * 4097, "Bad Request: message is too long"),
        ("<b>x", "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\""),
        ("ü<br>", 'Bad Request: can\'t parse entities: Unsupported start tag "br" at byte offset 2'),
        ("1 < 2", 'Bad Request: can\'t parse entities: Unsupported start tag "" at byte offset 2'),
        ("x</b>", "Bad Request: can't parse entities: Unexpected end tag at byte offset 1"),
        (
            "<b>x</i>",
            'Bad Request: can\'t parse entities: Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
        ),
        ("<b", "Bad Request: can't parse entities: Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Bad Request: can't parse entities: Unclosed end tag at byte offset 4"),
        ("<a =x>", 'Bad Request: can\'t parse entities: Empty attribute name in the tag "a" at byte offset 0'),
        (
            "<span>x</span>",
            'Bad Request: can\'t parse entities: Tag "span" must have class "tg-spoiler" at byte offset 0',
        ),
    ],
)
async def test_refused_texts(api: BotApi, http: aiohttp.ClientSession, text: str, description: str) -> None:
    api.person(ADA).send("hello")
    assert await refusal(http, api, "sendMessage", chat_id=ADA, text=text, parse_mode="HTML") == description


async def test_length_counts_code_points_after_parsing(api: BotApi, bot: Bot) -> None:
    api.person(ADA).send("hello")
    message = await bot.send_message(ADA, f"<b>{'😀' * 4096}</b>", parse_mode="HTML")
    assert [(entity.offset, entity.length) for entity in message.entities] == [(0, 8192)]


async def test_entities_are_counted_in_utf16(api: BotApi, bot: Bot) -> None:
    ada = api.person(ADA)
    ada.send("hello")
    html = '😀 <b>a <i>b😀</i></b> &lt;&amp;&#65;&laquo; <a href="https://example.org">x</a> '
    html += '<pre><code class="language-py">1</code></pre>'
    message = await bot.send_message(ADA, html, parse_mode="HTML")
    assert message.text == "😀 a b😀 <&A&laquo; x 1"
    assert [(entity.type, entity.offset, entity.length) for entity in message.entities] == [
        ("bold", 3, 5),
        ("italic", 5, 3),
        ("text_link", 20, 1),
        ("pre", 22, 1),
    ]
    assert message.entities[2].url == "https://example.org/"
    assert message.entities[3].language == "py"
    assert ada.last.html == '😀 <b>a <i>b😀</i></b> &lt;&amp;A&amp;laquo; <a href="https://example.org/">x</a> <pre>1</pre>'


async def test_direction_marks_are_stripped_and_isolates_kept(api: BotApi, bot: Bot) -> None:
    api.person(ADA).send("hello")
    text = " \u202b\u2068<b>\u202a12\u202c</b>\u2069\u200f\u202e\t! "
    message = await bot.send_message(ADA, text, parse_mode="HTML")
    assert message.text == "\u206812\u2069\u200f !"
    assert [(entity.offset, entity.length) for entity in message.entities] == [(1, 2)]


async def test_links_that_telegram_drops(api: BotApi, bot: Bot) -> None:
    api.person(ADA).send("hello")
    message = await bot.send_message(ADA, '<a href="tel:112">112</a> <a href="mailto:a@b.de">a</a>', parse_mode="HTML")
    assert message.entities == ()


async def test_explicit_entities(api: BotApi, bot: Bot) -> None:
    ada = api.person(ADA)
    ada.send("hello")
    await bot.send_message(ADA, "😀 fett", entities=[telegram.MessageEntity("bold", 3, 4)])
    assert ada.last.html == "😀 <b>fett</b>"
    with pytest.raises(BadRequest):
        await bot.send_message(ADA, "x", entities=[telegram.MessageEntity("bold", 0, 4)])


# --- who may be written to


async def test_strangers_cannot_be_written_to(api: BotApi, bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(ADA, "hello")
    assert api.calls == [entry for entry in api.calls if entry.method == "getMe"]


async def test_blocking_and_unblocking(api: BotApi, bot: Bot) -> None:
    ada = api.person(ADA)
    ada.send("hello")
    ada.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ADA, "x")
    ada.unblock()
    await bot.send_message(ADA, "back")
    statuses = [u.my_chat_member.new_chat_member.status for u in await bot.get_updates() if u.my_chat_member]
    assert statuses == ["kicked", "member"]
    assert ada.last.text == "back"


async def test_group_privacy_and_leaving(api: BotApi, bot: Bot) -> None:
    ada = api.person(ADA)
    group = ada.join_group()
    ada.send("not for the bot", chat=group)
    ada.send("/help", chat=group)
    updates = await bot.get_updates()
    assert [u.message.text if u.message else None for u in updates] == [None, None, "/help"]
    assert await bot.leave_chat(group)
    with pytest.raises(Forbidden, match="bot is not a member of the group chat"):
        await bot.send_message(group, "x")


# --- keyboards and editing


@pytest.mark.parametrize(
    ("markup", "description"),
    [
        (rows("ä" * 33), "Bad Request: BUTTON_DATA_INVALID"),
        (rows(*map(str, range(101))), "Bad Request: reply markup is too long"),
        (rows(*map(str, range(9)), width=9), "Bad Request: reply markup is too long"),
        (
            {"inline_keyboard": [[{"text": "x"}]]},
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"inline_keyboard": [[{"text": "x", "url": "http://localhost:80/a"}]]},
            "Bad Request: inline keyboard button URL 'http://localhost:80/a' is invalid: Wrong HTTP URL",
        ),
        ("{", "Bad Request: can't parse reply markup JSON object"),
        ([], "Bad Request: object expected as reply markup"),
    ],
)
async def test_refused_keyboards(api: BotApi, http: aiohttp.ClientSession, markup: Any, description: str) -> None:
    api.person(ADA).send("hello")
    assert await refusal(http, api, "sendMessage", chat_id=ADA, text="x", reply_markup=markup) == description


async def test_largest_keyboard(api: BotApi, http: aiohttp.ClientSession) -> None:
    ada = api.person(ADA)
    ada.send("hello")
    labels = [f"{number:032}" * 2 for number in range(96)]
    assert (await call(http, api, "sendMessage", chat_id=ADA, text="x", reply_markup=rows(*labels, width=8)))["ok"]
    assert ada.last.labels == labels


async def test_press_answer_edit(api: BotApi, http: aiohttp.ClientSession, bot: Bot) -> None:
    ada = api.person(ADA, "ar", "Ada")
    ada.send("hello")
    await call(http, api, "sendMessage", chat_id=ADA, text="Choose", reply_markup=rows("yes", "no"))
    assert ada.press("yes") == "4000000001"
    update = (await bot.get_updates())[-1]
    query = update.callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.from_user.language_code, query.message.message_id) == ("yes", "ar", 2)
    await query.answer("thanks")
    assert ada.alerts == [{"text": "thanks", "show_alert": False, "url": ""}]
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query id is invalid"):
        await query.answer("again")
    await query.edit_message_text("Done")
    assert (ada.last.text, ada.last.labels, ada.last.edits) == ("Done", [], 1)
    with pytest.raises(LookupError):
        ada.press("yes")
    assert ada.press("yes", late=True)


async def test_old_queries_cannot_be_answered(api: BotApi, http: aiohttp.ClientSession) -> None:
    ada = api.person(ADA)
    ada.send("hello")
    await call(http, api, "sendMessage", chat_id=ADA, text="Choose", reply_markup=rows("yes"))
    number = ada.press("yes")
    api.world.query_lifetime = -1
    assert "query is too old" in await refusal(http, api, "answerCallbackQuery", callback_query_id=number)
    assert await refusal(http, api, "answerCallbackQuery", callback_query_id=number, text="x" * 201) == ("Bad Request: MESSAGE_TOO_LONG")


async def test_editing(api: BotApi, bot: Bot) -> None:
    ada = api.person(ADA)
    mine = ada.send("hello")
    keyboard = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("x", callback_data="x")]])
    sent = await bot.send_message(ADA, "one", reply_markup=keyboard)
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content"):
        await bot.edit_message_text("one", ADA, sent.message_id, reply_markup=keyboard)
    await bot.edit_message_reply_markup(ADA, sent.message_id)
    assert ada.last.labels == []
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("two", ADA, 999)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("two", ADA, mine)
    assert await bot.delete_message(ADA, sent.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(ADA, sent.message_id)
    assert [line.text for line in ada.transcript] == ["hello"]


async def test_reply_keyboard_sends_its_label(api: BotApi, bot: Bot) -> None:
    ada = api.person(ADA)
    ada.send("hello")
    await bot.send_message(ADA, "?", reply_markup=telegram.ReplyKeyboardMarkup([["Menu"]]))
    assert ada.keyboard == [["Menu"]]
    assert ada.press("Menu") == ""
    assert ada.transcript[-1].text == "Menu"


async def test_replies(api: BotApi, bot: Bot) -> None:
    mine = api.person(ADA).send("hello")
    message = await bot.send_message(ADA, "x", reply_to_message_id=mine)
    assert message.reply_to_message is not None
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(ADA, "x", reply_to_message_id=999)

"""The local Bot API server's faults, and steering it from another process."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from telegram.error import NetworkError

from tests.botapi.client import call, ids, post, refusal, rows, waiting_poll

if TYPE_CHECKING:
    from telegram import Bot

    from tests.botapi import BotApi

pytest_plugins = ["tests.botapi.fixtures"]

ADA = 1001


# --- faults


async def test_flood_control(api: BotApi, http: aiohttp.ClientSession) -> None:
    api.person(ADA).send("hello")
    api.person(1002).send("hello")
    api.faults.add("429", 2, chat_id=ADA, seconds=7)
    expected = {"error_code": 429, "description": "Too Many Requests: retry after 7", "parameters": {"retry_after": 7}}
    for _ in range(2):
        assert await call(http, api, "sendMessage", chat_id=ADA, text="x") == {"ok": False, **expected}
    for chat in (ADA, 1002):
        assert (await call(http, api, "sendMessage", chat_id=chat, text="x"))["ok"]
    assert [entry.chat_id for entry in api.sent()] == [ADA, 1002]


async def test_reset_before_and_after_processing(api: BotApi, http: aiohttp.ClientSession, bot: Bot) -> None:
    ada = api.person(ADA)
    ada.send("hello")
    api.faults.add("reset", method="sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(ADA, "one")
    assert ada.replies == []
    api.faults.add("lost")
    with pytest.raises(aiohttp.ClientError):
        await call(http, api, "sendMessage", chat_id=ADA, text="two")
    assert ada.last.text == "two"
    assert api.sent()[-1].lost
    assert (await call(http, api, "sendMessage", chat_id=ADA, text="three"))["ok"]


async def test_errors_delays_and_conflicts(api: BotApi, http: aiohttp.ClientSession) -> None:
    api.person(ADA).send("hello")
    api.faults.add("500", skip=1)
    assert (await call(http, api, "sendMessage", chat_id=ADA, text="x"))["ok"]
    assert await refusal(http, api, "sendMessage", chat_id=ADA, text="x") == "Internal Server Error"
    rule = api.faults.add("delay", None, seconds=0.01)
    api.faults.add("403", None, chat_id=ADA)
    assert await refusal(http, api, "sendMessage", chat_id=ADA, text="x") == "Forbidden: bot was blocked by the user"
    assert rule.hits == 1
    api.faults.clear()
    api.faults.add("409")
    assert (await call(http, api, "sendMessage", chat_id=ADA, text="x"))["ok"]
    assert "Conflict" in await refusal(http, api, "getUpdates")
    with pytest.raises(ValueError, match="unknown fault"):
        api.faults.add("418")  # type: ignore[arg-type]  # the test of the check


async def test_down_and_up(api: BotApi, http: aiohttp.ClientSession) -> None:
    api.person(ADA).send("hello")
    poll = asyncio.create_task(ids(http, api, offset=500_000_002, timeout=30))
    await waiting_poll(api)
    await api.down()
    with pytest.raises(aiohttp.ClientError):
        await poll
    with pytest.raises(aiohttp.ClientConnectorError):
        await call(http, api, "getMe")
    await api.up()
    assert (await call(http, api, "getMe"))["ok"]


# --- from another process


async def test_as_a_process(http: aiohttp.ClientSession) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.botapi", "--port", "0", "--token", "9:t"),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    try:
        about = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        steer, bot = f"http://127.0.0.1:{about['control_port']}/control", f"{about['url']}/bot9:t"
        ada = f"{steer}/people/{ADA}"
        await post(http, f"{ada}/send", text="hello", name="Ada")
        await post(http, f"{bot}/sendMessage", chat_id=ADA, text="?", reply_markup=rows("yes"))
        assert (await post(http, f"{ada}/wait", what="?"))["news"][0]["who"] == "bot"
        assert await post(http, f"{ada}/press", button="yes") == {"result": "4000000001"}
        await post(http, f"{steer}/faults", kind="429", seconds=3)
        assert (await post(http, f"{bot}/sendMessage", chat_id=ADA, text="x"))["parameters"] == {"retry_after": 3}
        await post(http, f"{steer}/down")
        with pytest.raises(aiohttp.ClientError):
            await gone(http, f"{bot}/getMe")
        await post(http, f"{steer}/up")
        async with http.get(f"{steer}/calls") as answer:
            log = await answer.json()
        assert [entry["method"] for entry in log["calls"] if entry["chat_id"]] == ["sendMessage"]
        assert len((await post(http, f"{bot}/getUpdates"))["result"]) == 2
    finally:
        process.terminate()
        await process.wait()
    assert process.returncode == 0


async def gone(http: aiohttp.ClientSession, url: str) -> None:
    """Call until nobody listens there any more, at most a thousand times."""
    for _ in range(1000):
        await post(http, url)

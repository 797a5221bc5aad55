"""The JSON interface: its contract, its errors, its live stream."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.web.server import Running


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    """A client that keeps no cookies, with the token of a conversation in German."""
    with httpx.Client(base_url=f"{server.url}/api/chat", timeout=30, headers={"accept-language": "de"}) as client:
        session = client.post("/session", json={"language": "de"}).json()
        client.cookies.clear()
        client.headers["authorization"] = f"Bearer {session['token']}"
        yield client


def error_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of an error; its shape is checked."""
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    assert body["error"]["message"]
    return answer.status_code, body["error"]["code"]


def test_a_session_begins_with_language_and_town(server: Running) -> None:
    answer = httpx.post(f"{server.url}/api/chat/session", json={"language": "ar", "town": "demo"})
    body = answer.json()
    assert answer.status_code == 201
    assert body["language"] == "ar"
    assert len(body["token"]) == 43
    assert body["messages"][0]["direction"] == "rtl"
    assert body["screens"] == [message["id"] for message in body["messages"] if message["screen"]]
    assert answer.cookies["lotse"] == body["token"]


def test_without_a_language_it_asks_for_one(server: Running) -> None:
    body = httpx.post(f"{server.url}/api/chat/session", json={}).json()
    assert body["language"] is None
    assert body["messages"][-1]["rows"][0][0]["id"].startswith("language:")


def test_writing_is_answered(api: httpx.Client) -> None:
    body = api.post("/messages", json={"text": "Wo finde ich einen Deutschkurs?"}).json()
    first, *answers = body["messages"]
    assert (first["incoming"], first["text"]) == (True, "Wo finde ich einen Deutschkurs?")
    assert answers
    assert body["cursor"] == body["messages"][-1]["version"]
    assert api.get("/messages", params={"after": body["cursor"]}).json()["messages"] == []


def test_a_menu_takes_the_place_of_the_one_before(api: httpx.Client) -> None:
    first = api.get("/messages").json()["screens"][-1]
    body = api.post("/messages", json={"choice": "menu", "screen": first}).json()
    assert first not in body["screens"]
    assert [message["id"] for message in api.get("/messages").json()["messages"]] == body["screens"]


def test_a_repetition_with_the_same_key_is_taken_once(api: httpx.Client) -> None:
    message = {"text": "Hallo", "key": "k1"}
    assert len(api.post("/messages", json=message).json()["messages"]) > 0
    assert api.post("/messages", json=message).json()["messages"] == []


def test_keys_of_two_people_do_not_meet(api: httpx.Client, server: Running) -> None:
    other = httpx.post(f"{server.url}/api/chat/session", json={"language": "de"}).json()["token"]
    api.post("/messages", json={"text": "Hallo", "key": "same"})
    answer = httpx.post(
        f"{server.url}/api/chat/messages", json={"text": "Hallo", "key": "same"}, headers={"authorization": f"Bearer {other}"}
    )
    assert answer.json()["messages"][0]["text"] == "Hallo"


def test_deleting_leaves_nothing(api: httpx.Client, server: Running) -> None:
    counts = {table: server.count(table) for table in ("people", "addresses", "conversations")}
    assert api.delete("/session").status_code == 204
    assert {table: server.count(table) for table in counts} == {table: number - 1 for table, number in counts.items()}
    assert error_of(api.get("/messages"))[0] == 401
    assert error_of(api.post("/messages", json={"text": "Hallo"})) == (401, "no_session")
    assert error_of(api.delete("/session")) == (401, "no_session")


def test_the_export_is_a_file(api: httpx.Client) -> None:
    api.post("/messages", json={"text": "Das steht im Export"})
    body = api.post("/messages", json={"choice": "export"}).json()
    document = next(message["document"] for message in body["messages"] if message["document"])
    assert document["name"] == "lotse.json"
    file = api.get(document["url"].removeprefix("/api/chat"))
    assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''lotse.json"
    assert "Das steht im Export" in [message["text"] for message in file.json()["messages"]]
    assert error_of(api.get("/messages/999999999/document")) == (404, "not_found")
    assert error_of(api.get("/messages/abc/document")) == (404, "not_found")


def test_nobody_reads_the_file_of_somebody_else(api: httpx.Client, server: Running) -> None:
    body = api.post("/messages", json={"choice": "export"}).json()
    url = next(message["document"] for message in body["messages"] if message["document"])["url"]
    other = httpx.post(f"{server.url}/api/chat/session", json={"language": "de"}).json()["token"]
    assert error_of(httpx.get(server.url + url, headers={"authorization": f"Bearer {other}"})) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"text": "\xff"}', (400, "bad_request")),
        (b"{", (400, "bad_request")),
        (b"[" * 20_000, (400, "bad_request")),
        (b"[]", (422, "invalid")),
        (b"{}", (422, "one_of_both")),
        (b'{"text": "a", "choice": "b"}', (422, "one_of_both")),
        (b'{"text": 7}', (422, "invalid")),
        (b'{"text": "a", "more": 1}', (422, "invalid")),
        (b'{"text": " \\u200b "}', (422, "empty")),
        (json.dumps({"text": "x" * 4001}).encode(), (413, "too_long")),
        (b'{"text": "' + b"x" * 70_000 + b'"}', (413, "too_large")),
        (b'{"text": "a", "screen": "' + b"9" * 50 + b'"}', (422, "invalid")),
    ],
)
def test_nonsense_is_refused_with_a_reason(api: httpx.Client, body: bytes, expected: tuple[int, str]) -> None:
    assert error_of(api.post("/messages", content=body, headers={"content-type": "application/json"})) == expected


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\x00", "𝕏" * 4000, "\u200fمرحبا", "👩‍👩‍👧"])
def test_odd_text_does_no_harm(api: httpx.Client, text: str) -> None:
    answer = api.post("/messages", content=json.dumps({"text": text}), headers={"content-type": "application/json"})
    assert answer.status_code == (422 if text in {"\ud800", "\x00"} else 200)


def test_a_cookie_alone_does_not_help_a_foreign_page(server: Running, api: httpx.Client) -> None:
    token = api.headers["authorization"].removeprefix("Bearer ")
    with httpx.Client(base_url=f"{server.url}/api/chat", cookies={"lotse": token}) as browser:
        foreign = {"origin": "https://evil.example"}
        assert error_of(browser.post("/messages", json={"text": "Hallo"}, headers=foreign)) == (403, "foreign_page")
        assert error_of(browser.delete("/session", headers=foreign)) == (403, "foreign_page")
        assert browser.post("/messages", json={"text": "Hallo"}, headers={"origin": server.url}).status_code == 200
        as_form = {"content-type": "text/plain", "origin": server.url}
        assert browser.post("/messages", content=b'{"text": "Hallo"}', headers=as_form).status_code == 422


@pytest.mark.parametrize("token", ["-", "x", "A" * 43, "A" * 500, "é" * 43])
def test_unknown_tokens_are_refused(server: Running, token: str) -> None:
    headers = {b"authorization": f"Bearer {token}".encode()}
    for path in ("/messages", "/events"):
        answer = httpx.get(f"{server.url}/api/chat{path}", headers=headers)
        assert answer.status_code == 401
        assert error_of(answer)[1] == "no_session"


def test_too_fast_is_told(api: httpx.Client) -> None:
    answers = [api.post("/messages", json={"choice": "menu"}).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
    assert error_of(api.post("/messages", json={"choice": "menu"})) == (429, "too_fast")


def events(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    """The events of a stream, without comments."""
    event: dict[str, str] = {}
    for line in lines:
        if not line and event.get("event"):
            yield event
        if not line:
            event = {}
        name, _, value = line.partition(":")
        if name:
            event[name] = value.strip()


def test_the_stream_tells_what_is_new_and_resumes(api: httpx.Client) -> None:
    start = api.get("/messages").json()["cursor"]
    with api.stream("GET", "/events", params={"after": start}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in stream.headers
        told = events(stream.iter_lines())
        api.post("/messages", json={"text": "Erstens"})
        first = next(told)
        assert json.loads(first["data"])["messages"][0]["text"] == "Erstens"
        api.post("/messages", json={"text": "Zweitens"})
        second = next(told)
        assert json.loads(second["data"])["messages"][0]["text"] == "Zweitens"
    with api.stream("GET", "/events", headers={"last-event-id": first["id"]}) as stream:
        assert next(events(stream.iter_lines())) == second


def test_the_stream_says_when_everything_was_deleted(api: httpx.Client) -> None:
    cursor = api.get("/messages").json()["cursor"]
    with api.stream("GET", "/events", params={"after": cursor}) as stream:
        told = events(stream.iter_lines())
        api.delete("/session")
        kinds = [event["event"] for event in told]
    assert kinds[-1] == "gone"


def test_a_signal_carries_no_messages(api: httpx.Client) -> None:
    with api.stream("GET", "/events", params={"signal": "1"}) as stream:
        event = next(events(stream.iter_lines()))
    assert (event["event"], event["data"]) == ("messages", "")
    assert int(event["id"]) > 0


def test_too_many_listeners_of_one_person_push_out_the_oldest(api: httpx.Client) -> None:
    cursor = api.get("/messages").json()["cursor"]
    with ExitStack() as streams:
        oldest, *others = [streams.enter_context(api.stream("GET", "/events", params={"after": cursor})).iter_lines() for _ in range(5)]
        assert {next(lines)[:5] for lines in others} == {"retry"}
        assert [line[:5] for line in oldest] == ["retry", ""]


def test_the_contract_is_described(server: Running) -> None:
    contract: dict[str, Any] = httpx.get(f"{server.url}/api/openapi.json").json()
    operations = {(method.upper(), path) for path, methods in contract["paths"].items() for method in methods}
    assert operations == {
        ("POST", "/api/chat/session"),
        ("DELETE", "/api/chat/session"),
        ("POST", "/api/chat/messages"),
        ("GET", "/api/chat/messages"),
        ("GET", "/api/chat/messages/{message}/document"),
        ("GET", "/api/chat/events"),
    }
    for methods in contract["paths"].values():
        for operation in methods.values():
            assert operation["responses"]["401" if "201" not in operation["responses"] else "429"]
    assert httpx.get(f"{server.url}/docs").status_code == 404

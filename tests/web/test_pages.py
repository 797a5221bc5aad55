"""The pages as a browser without JavaScript uses them, and what they refuse."""

import re
from html import unescape

import httpx

from tests.web.server import Running

CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')
KEY = re.compile(r'name="key" value="([^"]+)"')


def begin(client: httpx.Client, language: str = "de", **fields: str) -> httpx.Response:
    """Choose a language on the first page."""
    return client.post("/chat", data={"choice": f"language:{language}"} | fields)


def write(client: httpx.Client, text: str, **headers: str) -> httpx.Response:
    """Type into the form of the conversation page."""
    page = client.get("/chat").text
    fields = {"text": text, "csrf": CSRF.findall(page)[0], "key": KEY.findall(page)[0]}
    return client.post("/chat", data=fields, headers=headers)


def shown(page: httpx.Response) -> list[str]:
    """What the person typed, as the page shows it."""
    return [unescape(text) for text in re.findall(r'<p class="typed" dir="auto">(.*?)</p>', page.text.split("<template")[0], re.DOTALL)]


def test_reading_creates_no_rows(server: Running, client: httpx.Client) -> None:
    before = {table: server.count(table) for table in ("people", "addresses", "messages", "inbox")}
    for path in ("/", "/chat", "/chat/?embed=1", "/?town=demo", "/chat/news", "/offline", "/widget.js", "/sw.js", "/manifest.webmanifest"):
        assert client.get(path).status_code == 200
    assert {table: server.count(table) for table in before} == before
    assert "set-cookie" not in client.get("/chat").headers


def test_a_conversation_by_forms_alone(client: httpx.Client) -> None:
    page = begin(client, town="demo")
    assert page.url.path == "/chat"
    assert 'lang="de"' in page.text
    assert "Musterkreis" not in page.text.split('id="log"')[0]
    page = write(client, "Wo finde ich einen Deutschkurs?")
    assert shown(page) == ["Wo finde ich einen Deutschkurs?"]
    assert page.history[0].headers["location"].startswith("/chat#m")


def test_the_cookie_is_as_promised(client: httpx.Client) -> None:
    cookie = begin(client).history[0].headers["set-cookie"]
    assert re.fullmatch(r"lotse=[\w-]{43}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax", cookie)


def test_deleting_everything_ends_with_a_farewell(server: Running, client: httpx.Client) -> None:
    page = begin(client)
    before = server.count("people")
    for choice in ("delete", "delete:yes"):
        page = client.post("/chat", data={"choice": choice, "csrf": CSRF.findall(page.text)[0]})
    assert page.url.params["farewell"] == "de"
    assert "lotse" not in client.cookies
    assert server.count("people") == before - 1
    assert client.get("/chat").text.count("language:") == 24


def test_a_form_of_another_session_is_refused_and_the_text_given_back(client: httpx.Client) -> None:
    begin(client)
    answer = client.post("/chat", data={"text": "Hallo <b>", "csrf": "0" * 32})
    assert answer.status_code == 403
    assert "Hallo &lt;b&gt;</textarea>" in answer.text
    assert shown(client.get("/chat")) == []


def test_a_foreign_origin_is_refused(server: Running, client: httpx.Client) -> None:
    begin(client)
    before = server.count("inbox")
    for origin in ("https://evil.example", "null"):
        assert write(client, "Hallo", origin=origin).status_code == 403
    assert client.post("/chat", data={"choice": "language:de"}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert server.count("inbox") == before
    assert write(client, "Hallo", origin=server.url).status_code == 200


def test_hostile_text_is_shown_as_text(client: httpx.Client) -> None:
    begin(client)
    hostile = "<script>alert(1)</script> \" ' & <img src=x onerror=alert(2)> {{ 7 * 7 }}"
    page = write(client, hostile)
    assert shown(page) == [hostile]
    assert "<script>alert" not in page.text
    assert "<img" not in page.text


def test_hostile_characters_are_removed(client: httpx.Client) -> None:
    begin(client)
    assert shown(write(client, "a\u202eb\x00c\u200bd\r\ne")) == ["abcd\ne"]


def test_too_long_a_text_is_given_back(client: httpx.Client) -> None:
    begin(client)
    assert write(client, "x" * 4000).status_code == 200
    answer = write(client, "y" * 4001)
    assert answer.status_code == 413
    assert "4000" in answer.text
    assert "y" * 4001 in answer.text
    assert len(shown(client.get("/chat"))) == 1


def test_a_body_beyond_all_measure_is_refused(client: httpx.Client) -> None:
    begin(client)
    assert write(client, "x" * 70_000).status_code == 413
    unannounced = client.post(
        "/chat", content=(b"text=" + b"x" * 1000 for _ in range(70)), headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert unannounced.status_code == 413


def test_what_is_no_form_in_utf8_is_refused(client: httpx.Client) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/chat", content=b"text=%ff%fe", headers=form).status_code == 400
    assert client.post("/chat", content="text=ü".encode(), headers=form).status_code == 400
    assert client.post("/chat", content="&".join(f"a{i}=1" for i in range(50)).encode(), headers=form).status_code == 400
    assert client.post("/chat", content=b"{}", headers={"content-type": "application/json"}).status_code == 415
    assert client.post("/chat", data={"text": ""}).status_code == 422


def test_the_same_form_twice_is_one_message(client: httpx.Client) -> None:
    page = begin(client).text
    fields = {"text": "Hallo", "csrf": CSRF.findall(page)[0], "key": KEY.findall(page)[0]}
    client.post("/chat", data=fields)
    assert shown(client.post("/chat", data=fields)) == ["Hallo"]
    assert shown(client.post("/chat", data=fields | {"text": "Etwas anderes"})) == ["Hallo", "Etwas anderes"]


def test_who_sends_too_fast_is_told_kindly(client: httpx.Client) -> None:
    page = begin(client).text
    fields = {"choice": "menu", "csrf": CSRF.findall(page)[0]}
    answers = [client.post("/chat", data=fields, follow_redirects=False).status_code for _ in range(31)]
    assert answers == [303] * 30 + [429]


def test_an_expired_session_starts_anew_and_keeps_the_question(client: httpx.Client) -> None:
    begin(client)
    old = client.cookies["lotse"]
    httpx.delete(f"{client.base_url}/api/chat/session", headers={"authorization": f"Bearer {old}"})
    page = client.post("/chat", data={"text": "Guten Tag", "csrf": "old"})
    assert shown(page) == ["Guten Tag"]
    assert client.cookies["lotse"] != old


def test_strangers_do_not_see_the_conversation(client: httpx.Client, server: Running) -> None:
    begin(client)
    write(client, "Ganz privat")
    for cookie in ("", "x", "A" * 43, "../../etc", "é" * 43):
        answer = httpx.get(f"{server.url}/chat", headers={b"cookie": f"lotse={cookie}".encode()})
        assert answer.status_code == 200
        assert "Ganz privat" not in answer.text


def test_old_and_forged_buttons_are_answered(client: httpx.Client) -> None:
    page = begin(client).text
    for choice in ("nonsense", "menu:a:b:c", "language:xx", "ask:none", "\u202e", "x" * 500, "²", "language:"):
        fields = {"choice": choice, "csrf": CSRF.findall(page)[0]}
        assert client.post("/chat?screen=²", data=fields).status_code == (422 if choice == "\u202e" else 200)


def test_every_answer_has_strict_headers(client: httpx.Client) -> None:
    for path in ("/", "/chat", "/nowhere", "/api/chat/messages", "/healthz", "/widget.js"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["content-security-policy"].endswith("frame-ancestors 'none'")
    embedded = client.get("/chat?embed=1").headers
    assert embedded["content-security-policy"].endswith("frame-ancestors *")
    assert "x-frame-options" not in embedded


def test_conversations_are_never_stored_by_browsers(client: httpx.Client) -> None:
    begin(client)
    for path in ("/", "/chat", "/chat/news"):
        assert client.get(path).headers["cache-control"] == "no-store"


def test_pages_hold_no_script_or_style_of_their_own(client: httpx.Client) -> None:
    begin(client)
    for path in ("/", "/chat", "/offline"):
        page = client.get(path).text
        assert not re.search(r"<style|style=|\son\w+=|<script(?! src=)", page)


def test_the_page_speaks_the_visitors_language(client: httpx.Client) -> None:
    arabic = client.get("/", headers={"accept-language": "xx, ar-SY;q=0.9, de;q=0.8"}).text
    assert '<html lang="ar" dir="rtl">' in arabic
    assert arabic.index("language:ar") < arabic.index("language:de")
    assert '<html lang="de" dir="ltr">' in client.get("/", headers={"accept-language": ";;q=x,*"}).text


def test_unknown_pages_say_so_kindly(client: httpx.Client) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert 'href="/"' in answer.text


def test_long_conversations_have_pages(client: httpx.Client) -> None:
    page = begin(client).text
    fields = {"csrf": CSRF.findall(page)[0], "choice": "helped:yes:x"}
    for _ in range(30):
        client.post("/chat", data=fields | {"choice": "human"}, follow_redirects=False)
    with_more = client.get("/chat").text
    assert with_more.count('class="message') <= 62

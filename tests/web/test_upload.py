"""Photos, documents and voice notes in the web chat: kept sealed with an open case, refused with a clear sentence otherwise."""

import asyncio
import base64
import re
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlmodel import col

from handoff import files
from handoff.files import REFUSALS
from locales.texts import translate
from store.desk import Attachment, News
from store.tables import Case, Message
from tests import pictures
from tests.axe import check
from tests.web.conftest import Open
from tests.web.server import Running
from tests.web.test_browser import begin as begin_page
from tests.web.test_browser import check_targets
from tests.web.test_pages import CSRF, KEY, begin, shown

MICROPHONE = ("--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


def ask_for_a_person(client: httpx.Client) -> None:
    """A conversation in the demonstration's town, and an open case."""
    page = begin(client, town="demo")
    client.post("/chat", data={"choice": "human", "csrf": CSRF.findall(page.text)[0]})


def upload(
    client: httpx.Client, data: bytes, name: str = "Brief.jpg", headers: dict[str, str] | None = None, **fields: str
) -> httpx.Response:
    """Send the form of the page."""
    page = client.get("/chat").text
    given = {"csrf": CSRF.findall(page)[0], "key": KEY.findall(page)[0]} | fields
    return client.post("/chat/upload", data=given, files={"file": (name, data, "image/jpeg")}, headers=headers)


def newest(server: Running) -> tuple[Attachment, bytes]:
    """The attachment that was kept last, and what is in it."""

    async def read() -> tuple[Attachment, bytes]:
        async with server.app.database.read() as session:
            row = (await session.scalars(select(Attachment).order_by(col(Attachment.id).desc()).limit(1))).one()
            _, _, content = await files.content(session, server.app.desk.keyring, municipality=row.municipality_id, attachment=row.id or 0)
            return row, content

    return server.run(read())


def problem(page: httpx.Response) -> str:
    """What the page complains about."""
    return unescape(re.findall(r'id="problem" role="alert">([^<]*)<', page.text)[0])


def says(reason: str) -> str:
    """The sentence of a refusal in German."""
    return translate("de", REFUSALS[reason], **({"limit": 10} if reason == "large" else {}))


def test_a_photo_goes_to_the_case(server: Running, client: httpx.Client) -> None:
    ask_for_a_person(client)
    page = upload(client, pictures.photo())
    assert page.url.path == "/chat"
    assert shown(page) == ["📎 Brief.jpg · 0,1 MB"]
    row, content = newest(server)
    assert content.startswith(b"\xff\xd8\xff")

    async def rows() -> tuple[Case | None, Message | None, Any]:
        async with server.app.database.read() as session:
            told = await session.scalar(
                select(col(News.kind)).where(col(News.case_id) == row.case_id).order_by(col(News.id).desc()).limit(1)
            )
            return await session.get(Case, row.case_id), await session.get(Message, row.message_id), told

    case, line, told = server.run(rows())
    assert case is not None
    assert line is not None
    assert (case.person_id, case.municipality_id, line.case_id) == (row.person_id, row.municipality_id, case.id)
    assert told == "message"


def test_nothing_of_it_is_on_the_disk_in_clear(server: Running, client: httpx.Client) -> None:
    ask_for_a_person(client)
    upload(client, pictures.noise(), "Mein geheimer Bescheid.jpg")
    _, content = newest(server)
    assert pictures.SECRET not in content
    stored = {file.name: file.read_bytes() for file in server.database.parent.iterdir() if file.is_file()}
    assert len(stored["lotse.db-wal"]) > len(content)
    parts = [content[start : start + 24] for start in (len(content) // 6 * 3, len(content) // 3 * 3 - 48)]
    traces = [pictures.SECRET, b"geheimer", *parts, *(base64.b64encode(part) for part in parts), b"JFIF", b"/9j/4AAQSkZJRg"]
    assert [(name, trace) for name, data in stored.items() for trace in traces if trace in data] == []


def test_deleting_everything_deletes_files(server: Running, client: httpx.Client) -> None:
    ask_for_a_person(client)
    upload(client, pictures.photo())
    before = server.count("attachments")
    for choice in ("delete", "delete:yes"):
        client.post("/chat", data={"choice": choice, "csrf": CSRF.findall(client.get("/chat").text)[0]})
    assert server.count("attachments") == before - 1


@pytest.mark.parametrize(
    ("data", "reason", "status"),
    [
        (b"", "empty", 422),
        (b"this is no picture", "kind", 422),
        (b"\xff\xd8\xff" + b"rubbish" * 100, "broken", 422),
        (pictures.bomb(), "pixels", 422),
        (pictures.locked(), "locked", 422),
        (b"\xff\xd8\xff" + bytes(20 * 1024 * 1024), "large", 413),
        (b"no picture" * 2_000_000, "large", 413),
    ],
    ids=["nothing", "text", "rubbish", "bomb", "locked", "20 MB", "20 MB that are none"],
)
def test_what_is_refused_leaves_nothing(server: Running, client: httpx.Client, data: bytes, reason: str, status: int) -> None:
    ask_for_a_person(client)
    before = server.count("attachments"), server.count("messages"), server.count("inbox")
    page = upload(client, data, "Brief.jpg")
    assert (page.status_code, problem(page)) == (status, says(reason))
    assert (server.count("attachments"), server.count("messages"), server.count("inbox")) == before


def test_without_a_case_a_program_says_that_it_cannot_see(server: Running, client: httpx.Client) -> None:
    begin(client, town="demo")
    before = server.count("attachments")
    for data, name in ((pictures.photo(), "Brief.jpg"), (pictures.OGG, "voice")):
        page = upload(client, data, name)
        assert (page.status_code, problem(page)) == (409, says("case"))
    assert server.count("attachments") == before


def test_scripts_get_the_refusal_as_json(client: httpx.Client) -> None:
    ask_for_a_person(client)
    answer = upload(client, b"nothing good", headers={"x-lotse": "1"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "kind")


def test_an_endless_upload_ends(server: Running, client: httpx.Client) -> None:
    ask_for_a_person(client)
    before = server.count("attachments")
    endless = (bytes(1024 * 1024) for _ in range(80))
    headers = {"content-type": "multipart/form-data; boundary=x"}
    with suppress(httpx.TransportError):  # the server may hang up on who goes on
        assert client.post("/chat/upload", content=endless, headers=headers).status_code == 413
    assert server.count("attachments") == before
    assert client.get("/chat").status_code == 200


def test_only_our_own_form_may_send(server: Running, client: httpx.Client) -> None:
    ask_for_a_person(client)
    before = server.count("attachments")
    good = pictures.photo(size=(20, 20))
    assert upload(client, good, csrf="0" * 32).status_code == 403
    assert upload(client, good, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post("/chat/upload", data={"csrf": "x"}).status_code == 415
    broken = {"content-type": "multipart/form-data; boundary=abc"}
    assert client.post("/chat/upload", content=b"--abc\r\nno header\r\n", headers=broken).status_code == 400
    many = b"".join(b'--abc\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(50)) + b"--abc--\r\n"
    assert client.post("/chat/upload", content=many, headers=broken).status_code == 400
    client.cookies.clear()
    assert httpx.post(f"{server.url}/chat/upload", files={"file": ("a.jpg", good)}).status_code == 403
    assert server.count("attachments") == before


def test_the_larger_limit_is_for_this_form_alone(client: httpx.Client) -> None:
    begin(client)
    for path in ("/chat", "/chat/upload/", "/chat/uploads", "/desk/sign-in", "/api/chat/messages"):
        assert client.post(path, content=bytes(70_000)).status_code == 413


def test_the_same_form_twice_is_one_file(server: Running, client: httpx.Client) -> None:
    ask_for_a_person(client)
    before = server.count("attachments")
    for _ in range(2):
        page = upload(client, pictures.photo(size=(20, 20)), key="the same")
    assert server.count("attachments") == before + 1
    assert len(shown(page)) == 1


def test_six_at_once_are_five(server: Running, client: httpx.Client) -> None:
    ask_for_a_person(client)
    before, page = server.count("attachments"), client.get("/chat").text
    data, form = pictures.photo(size=(20, 20)), {"csrf": CSRF.findall(page)[0]}

    async def together() -> list[int]:
        cookies = {"lotse": client.cookies["lotse"]}
        async with httpx.AsyncClient(base_url=server.url, cookies=cookies, timeout=60) as many:
            sent = (many.post("/chat/upload", data=form | {"key": str(n)}, files={"file": ("a.jpg", data)}) for n in range(6))
            return sorted(answer.status_code for answer in await asyncio.gather(*sent))

    assert asyncio.run(together()) == [303] * 5 + [429]
    assert server.count("attachments") == before + 5


def test_only_the_chat_page_may_ask_for_the_microphone(client: httpx.Client) -> None:
    begin(client)
    assert "microphone=(self)" in client.get("/chat").headers["permissions-policy"]
    for path in ("/", "/offline", "/nowhere"):
        assert "microphone=()" in client.get(path).headers["permissions-policy"]
    assert all("camera=()" in client.get(path).headers["permissions-policy"] for path in ("/", "/chat"))


# In Chromium


def open_panel(page: Page, *, language: str = "de", case: bool = True) -> None:
    """A conversation, perhaps with a case, and the paperclip pressed."""
    begin_page(page, language, "/?town=demo")
    if case:
        page.locator('#log button[value="human"]').last.click()
        expect(page.locator(".with-case:not([hidden])")).to_have_count(1)
    page.locator(".attach summary").click()
    # The end of the page, where nothing is half behind the bar with the field.
    page.evaluate("scrollTo({top: document.documentElement.scrollHeight, behavior: 'instant'})")


def choose(page: Page, data: bytes, name: str = "Brief.jpg") -> None:
    page.locator("#file").set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": data})
    page.locator("#upload button").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_letter_is_sent_by_hand(browse: Open, server: Running, javascript: bool) -> None:  # noqa: FBT001 - a parameter of the test
    page = browse(javascript=javascript)
    open_panel(page)
    expect(page.locator(".without-case")).to_be_hidden()
    choose(page, pictures.photo())
    expect(page.locator(".mine .typed")).to_have_text(["📎 Brief.jpg · 0,1 MB"])
    expect(page.locator("#upload")).to_be_hidden()
    assert newest(server)[0].kind == "image"


@pytest.mark.parametrize("javascript", [True, False])
def test_what_is_no_photo_is_refused_in_the_page(browse: Open, javascript: bool) -> None:  # noqa: FBT001 - a parameter of the test
    page = browse(javascript=javascript)
    open_panel(page)
    choose(page, b"no picture at all")
    expect(page.locator("#problem")).to_have_text(says("kind"))
    expect(page.locator(".mine")).to_have_count(0)


def test_what_is_too_large_is_not_even_sent(browse: Open) -> None:
    page = browse()
    open_panel(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    choose(page, bytes(11 * 1024 * 1024))
    expect(page.locator("#problem")).to_have_text(says("large"))
    assert not [url for url in sent if url.endswith("/chat/upload")]


@pytest.mark.parametrize("javascript", [True, False])
def test_the_paperclip_leads_to_a_person_first(browse: Open, javascript: bool) -> None:  # noqa: FBT001 - a parameter of the test
    page = browse(javascript=javascript)
    open_panel(page, case=False)
    expect(page.locator("#upload")).to_be_hidden()
    page.locator(".without-case button").click()
    if not javascript:
        page.locator(".attach summary").click()
    expect(page.locator("#upload")).to_be_visible()


def test_the_paperclip_works_by_keyboard(browse: Open) -> None:
    page = browse()
    open_panel(page)
    page.keyboard.press("Tab")
    expect(page.locator("#file")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#upload")).to_be_hidden()
    expect(page.locator(".attach summary")).to_be_focused()


@pytest.mark.parametrize("language", ["de", "ar"])
@pytest.mark.parametrize("case", [True, False])
def test_the_panel_is_accessible(browse: Open, language: str, case: bool) -> None:  # noqa: FBT001 - parameters of the test
    page = browse(locale=language)
    open_panel(page, language=language, case=case)
    check(page)
    check_targets(page)
    for width in (280, 1280):
        page.set_viewport_size({"width": width, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def speaking(chromium: Browser, server: Running) -> Iterator[Page]:
    """A phone whose microphone hears a beep."""
    with chromium.browser_type.launch(executable_path="/usr/bin/chromium", args=list(MICROPHONE)) as browser:
        page = browser.new_context(base_url=server.url, locale="de-DE", viewport={"width": 390, "height": 844}).new_page()
        page.set_default_timeout(15_000)
        yield page


def test_a_voice_message_is_recorded_and_sent(speaking: Page, server: Running) -> None:
    open_panel(speaking)
    record = speaking.locator("#record")
    record.click()
    expect(speaking.locator(".recording")).to_have_text("0:01")
    record.click()
    expect(speaking.locator(".mine .typed")).to_have_text([re.compile("🎤 .* · 0,1 MB")])
    row, content = newest(server)
    assert (row.kind, row.media_type) == ("voice", "audio/webm")
    assert len(content) > 1000


def test_a_recording_can_be_thrown_away(speaking: Page, server: Running) -> None:
    before = server.count("attachments")
    open_panel(speaking)
    speaking.locator("#record").click()
    expect(speaking.locator(".recording")).to_have_text("0:01")
    check(speaking)
    speaking.locator("#discard").click()
    expect(speaking.locator(".recording")).to_have_text("")
    expect(speaking.locator("#discard")).to_be_hidden()
    assert server.count("attachments") == before


def test_without_a_microphone_the_page_says_what_to_do(browse: Open) -> None:
    page = browse()
    open_panel(page)
    denied = page.locator("#record").get_attribute("data-denied") or ""
    page.locator("#record").click()
    expect(page.locator("#problem")).to_have_text(denied)

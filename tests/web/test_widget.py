"""The widget in a foreign page, over https as in life: another site, so that the cookie must be a partitioned one."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.web.site import HERE
from tests.web.conftest import Open
from tests.web.server import Running, serving


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory, learned: Path) -> Iterator[Running]:
    """Lotse over https."""
    with serving(tmp_path_factory.mktemp("tls"), learned, tls=True) as running:
        yield running


@pytest.fixture
def foreign(tmp_path: Path, secure: Running) -> Iterator[str]:
    """A page of another site (localhost) that includes the widget by one tag."""
    tag = f'<script src="{secure.url}/widget.js" data-town="demo" data-label="Fragen?" defer></script>'
    (tmp_path / "index.html").write_text(f"<!doctype html><title>Kreis</title><h1>Kreis</h1>{tag}")
    handler = partial(_Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


def test_a_conversation_inside_a_foreign_page(browse: Open, foreign: str) -> None:
    page = browse(base_url=foreign, insecure=True)
    page.goto("/")
    button = page.get_by_role("button", name="Fragen?")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    frame = page.frame_locator("iframe")
    frame.locator('button[value="language:de"]').click()
    expect(frame.locator("#log .message").first).to_be_visible()
    frame.locator("textarea").fill("Danke schön")
    frame.locator(".send").click()
    expect(frame.locator(".mine .typed")).to_have_text(["Danke schön"])
    cookie = next(cookie for cookie in page.context.cookies() if cookie["name"] == "lotse")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "None")
    assert cookie.get("partitionKey")
    page.keyboard.press("Tab")
    button.click()
    expect(page.locator("iframe")).to_be_hidden()
    page.reload()
    page.get_by_role("button", name="Fragen?").press("Enter")
    expect(page.frame_locator("iframe").locator(".mine .typed")).to_have_text(["Danke schön"])


def test_the_page_itself_cannot_be_framed(browse: Open, secure: Running, foreign: str) -> None:
    page = browse(base_url=foreign, insecure=True)
    page.goto("/")
    page.evaluate("url => { const f = document.createElement('iframe'); f.src = url; document.body.append(f); }", f"{secure.url}/chat")
    expect(page.frame_locator("iframe").locator(".languages")).to_have_count(0)


def test_the_widget_is_small() -> None:
    assert len((HERE / "static" / "widget.js").read_bytes()) <= 4096


def test_cookies_over_https_are_secure(browse: Open, secure: Running) -> None:
    page = browse(base_url=secure.url, insecure=True)
    page.goto("/")
    page.locator('button[value="language:de"]').click()
    expect(page.locator("#log .message").first).to_be_visible()
    cookie = next(cookie for cookie in page.context.cookies() if cookie["name"] == "lotse")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")

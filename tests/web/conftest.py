"""Fixtures of the tests of the chat's pages: clients and phones. The server and Chromium are in `tests.served`."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.web.server import Running

Open = Callable[..., Page]


@pytest.fixture
def client(server: Running) -> Iterator[httpx.Client]:
    """A browser without JavaScript: keeps cookies, follows redirects."""
    with httpx.Client(base_url=server.url, follow_redirects=True, timeout=30, headers={"accept-language": "de"}) as found:
        yield found


@pytest.fixture
def browse(chromium: Browser, server: Running) -> Iterator[Open]:
    """Opens a phone: `browse(locale="ar", javascript=False, …)` gives a page of its own; an uncaught script error fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def start(*, locale: str = "de-DE", javascript: bool = True, base_url: str = "", insecure: bool = False) -> Page:
        context = chromium.new_context(
            base_url=base_url or server.url,
            locale=locale,
            java_script_enabled=javascript,
            viewport={"width": 390, "height": 844},
            reduced_motion="reduce",
            ignore_https_errors=insecure,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield start
    for context in contexts:
        context.close()
    assert errors == []

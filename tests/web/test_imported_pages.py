"""Imported pages in the web chat and the widget's interface: nothing of them is markup, addresses are safe, screens are accessible."""

from typing import Any

import httpx
import pytest

from tests.axe import check
from tests.pages.publisher import page, publishing
from tests.pages.towns import ARABIC, GERMAN, brought
from tests.web.conftest import Open
from tests.web.server import Running
from tests.web.test_browser import begin, write

TOWN = "mainz"
EVIL = "&lt;script&gt;alert(1)&lt;/script&gt;"
ROWS: list[dict[str, Any]] = [
    *GERMAN,
    page("boese", f"Drachenfest {EVIL}", f"<p>Das Drachenfest {EVIL} &lt;img src=x onerror=alert(2)&gt; ist im Herbst.</p>")
    | {"url": "javascript:alert(3)"},
]


@pytest.fixture(scope="module")
def town(server: Running) -> str:
    """A town with pages, one of them hostile."""

    async def bring() -> None:
        async with publishing({f"{TOWN}/de/pages": ROWS, f"{TOWN}/ar/pages": ARABIC}) as publisher:
            await brought(server.app, publisher, languages=("de", "ar"), town=TOWN)

    server.run(bring())
    return TOWN


def test_a_hostile_page_is_text(server: Running, town: str) -> None:
    with httpx.Client(base_url=f"{server.url}/api/chat", timeout=30) as client:
        token = client.post("/session", json={"language": "de", "town": town}).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        *_, offer = client.post("/messages", json={"text": "Wann ist das Drachenfest im Herbst?"}).json()["messages"]
        button = offer["rows"][0][0]
        assert "Mainz" in button["label"]
        assert "Drachenfest <script>alert(1)</script>" in button["label"]
        *_, answer = client.post("/messages", json={"choice": button["id"]}).json()["messages"]
    assert answer["title"] == "Drachenfest <script>alert(1)</script>"
    assert not any(choice.get("url") for row in answer["rows"] for choice in row)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_hostile_page_does_nothing_in_a_browser(browse: Open, town: str, javascript: bool) -> None:  # noqa: FBT001 - a parameter
    page = browse(javascript=javascript)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    begin(page, "de", f"/?town={town}")
    write(page, "Wann ist das Drachenfest im Herbst?")
    offer = page.locator("#log .theirs").last
    assert "<script>alert(1)</script>" in offer.inner_text()
    page.locator('#log button[value^="page:"]').last.click()
    page.get_by_text("ist im Herbst").last.wait_for()
    answer = page.locator("#log .theirs").last
    assert "<img src=x onerror=alert(2)>" in answer.inner_text()
    assert answer.locator("img, script, a[href^='javascript']").count() == 0


@pytest.mark.parametrize(
    ("language", "question"), [("de", "Was kostet der Eintritt ins Freibad?"), ("ar", "كم يكلف الدخول إلى المسبح للأطفال؟")]
)
def test_the_screens_are_accessible_on_a_phone(browse: Open, town: str, language: str, question: str) -> None:
    page = browse(locale=language)
    begin(page, language, f"/?town={town}")
    write(page, question)
    page.locator('#log a[href^="https://pages.example/"]').last.wait_for()
    assert page.locator('#log a[href^="https://pages.example/"]').last.get_attribute("rel") == "noopener noreferrer"
    check(page)
    if language == "de":
        page.locator('#log button[value^="pagemore:"]').last.click()
        page.get_by_text("Das Freibad liegt am Lotsensee.").last.wait_for()
        check(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

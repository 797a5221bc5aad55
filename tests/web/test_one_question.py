"""One question in twelve languages on the web page, in a real Chromium."""

import pytest

from knowledge.model import Knowledge
from locales.registry import LANGUAGES
from tests.conversation import plain
from tests.one_question import QUESTIONS, honest
from tests.web.conftest import Open
from tests.web.test_browser import begin, write


@pytest.mark.parametrize("code", QUESTIONS)
def test_web_page(browse: Open, knowledge: Knowledge, code: str) -> None:
    page = browse(locale=code)
    begin(page, code)
    write(page, QUESTIONS[code])
    answer = page.locator("#log .theirs").last
    told = plain(answer.inner_text())
    assert [words for words in honest(knowledge, code) if words not in told] == []
    wanted = "rtl" if LANGUAGES[code].rtl else "ltr"
    assert page.evaluate("getComputedStyle(document.documentElement).direction") == wanted

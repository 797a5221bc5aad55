"""One question in twelve languages through Telegram, the web page in Chromium, and `lotse ask`: the same article each time.

It comes in the person's language where it exists, and with an honest word where it does not.
"""

import json
from pathlib import Path

import pytest
import yaml

from knowledge import view
from knowledge.model import Knowledge
from locales.registry import LANGUAGES
from locales.texts import translate
from tests.bot.conftest import Serve, serve
from tests.bot.test_cli import lotse
from tests.botapi import BotApi
from tests.conversation import plain
from tests.web.conftest import Open, browse, chromium, learned, server
from tests.web.test_browser import begin, write

__all__ = ["browse", "chromium", "learned", "serve", "server"]
QUESTIONS: dict[str, str] = yaml.safe_load((Path(__file__).parent / "questions.yml").read_text(encoding="utf-8"))
ENTRY = "language/literacy-course"
SECONDS = 30


def honest(knowledge: Knowledge, language: str) -> list[str]:
    """What the answer must contain: the title and the first sentence, and, where the text is in another language, a word about it."""
    shown = view.best(knowledge.articles[ENTRY], language=language)
    first = [shown.title, shown.answer.splitlines()[0]]
    if shown.language == language:
        return first
    note = "This text is not yet in your language. Here it is in: {language}."
    return [*first, plain(translate(language, note, language=LANGUAGES[shown.language].autonym))]


def test_lotse_ask(knowledge: Knowledge, cache: Path) -> None:
    rows = [json.dumps({"id": code, "text": text, "language": code}) for code, text in QUESTIONS.items()]
    done = lotse(cache, "ask", "--batch", "-", "--json", given="\n".join(rows))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(answer["id"], answer["decision"], answer["entry"], answer["language"]) for answer in answers] == [
        (code, "answer", ENTRY, code) for code in QUESTIONS
    ]
    assert ENTRY in knowledge.articles


@pytest.mark.service
async def test_telegram(api: BotApi, serve: Serve, knowledge: Knowledge) -> None:
    async with serve():
        for number, (code, question) in enumerate(QUESTIONS.items(), start=1):
            person = api.person(number, code)
            person.start()
            await person.wait_for(1, timeout=SECONDS)
            person.press(LANGUAGES[code].autonym)
            await person.wait_for(1, timeout=SECONDS)
            person.send(question)
            await person.wait_for(1, timeout=SECONDS)
            told = plain(person.last.text)
            assert [words for words in honest(knowledge, code) if words not in told] == [], code


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

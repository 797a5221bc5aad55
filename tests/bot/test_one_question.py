"""One question in twelve languages through Telegram and `lotse ask`; through the web page in `tests/web/test_one_question.py`."""

import json
from pathlib import Path

import pytest

from knowledge.model import Knowledge
from locales.registry import LANGUAGES
from tests.bot.conftest import Serve
from tests.bot.test_cli import lotse
from tests.botapi import BotApi
from tests.conversation import plain
from tests.one_question import ENTRY, QUESTIONS, honest

SECONDS = 30


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

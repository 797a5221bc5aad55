"""One question in twelve languages, the same article each time.

It comes in the person's language where it exists, and with an honest word where it does not.
"""

from pathlib import Path

import yaml

from knowledge import view
from knowledge.model import Knowledge
from locales.registry import LANGUAGES
from locales.texts import translate
from tests.conversation import plain

QUESTIONS: dict[str, str] = yaml.safe_load((Path(__file__).parent / "questions.yml").read_text(encoding="utf-8"))
ENTRY = "language/literacy-course"


def honest(knowledge: Knowledge, language: str) -> list[str]:
    """What the answer must contain: the title and the first sentence, and, where the text is in another language, a word about it."""
    shown = view.best(knowledge.articles[ENTRY], language=language)
    first = [shown.title, shown.answer.splitlines()[0]]
    if shown.language == language:
        return first
    note = "This text is not yet in your language. Here it is in: {language}."
    return [*first, plain(translate(language, note, language=LANGUAGES[shown.language].autonym))]

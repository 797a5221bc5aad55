"""Questions about an article that was read find the sentences that answer them, and nothing where none does."""

import pytest

from knowledge import excerpts as texts
from knowledge import loader
from nlu import excerpts
from nlu.brain import Brain

ANSWERED = [
    ("en", "money/child-benefit", "how much", "259"),
    ("en", "language/integration-course", "how long does it take", "4 to 12 months"),
    ("en", "work/recognition", "what papers do i need", "certificates"),
    ("de", "arrival/asylum-decision", "was kostet der anwalt", "kostet Geld"),
    ("fr", "residence/family-reunification", "je suis reconnue réfugiée depuis août", "Réfugié reconnu"),
    ("de", "education/kita", "wie bekomme ich einen platz", "keinen Platz"),
    ("en", "residence/extension", "what happens if i am late", "too late"),
    ("en", "daily/driving-licence", "can i do the test in arabic", "languages"),
    ("en", "language/integration-course", "how many hours per week", "hours"),
    ("en", "housing/find-a-flat", "how much rent jobcenter pays", "rent"),
]
SILENT = [
    ("de", "education/kita", "wie lange dauert das"),
    ("en", "residence/extension", "how long does it take"),
    ("ar", "education/kita", "كم بتكلف"),
    ("en", "money/child-benefit", "my kids are in syria"),
    ("en", "language/integration-course", "can i bring my dog"),
    ("fr", "residence/family-reunification", "test allemand obligatoire?"),
    ("ur", "arrival/asylum-decision", "kitne din hain mere paas"),
]


async def _found(brain: Brain, language: str, entry: str, question: str) -> str:
    translation = loader.shipped().articles[entry].translations[language]
    sentences = [*texts.sentences(translation)]
    rows, match = await brain.passages(sentences), await brain.understand(question, language=language)
    assert rows is not None
    assert match.vector is not None
    how_long = (await brain.understand(excerpts.HOW_LONG, language="en")).vector
    assert how_long is not None
    bar = excerpts.least(match.vector, language=language, how_long=how_long)
    best = excerpts.best(excerpts.likeness(rows, match.vector, language=language, written=translation.language), bar=bar)
    assert len(best) <= 2
    return " ".join(sentences[at] for at in best)


@pytest.mark.parametrize(("language", "entry", "question", "words"), ANSWERED)
async def test_the_sentence_that_answers_is_found(brain: Brain, language: str, entry: str, question: str, words: str) -> None:
    assert words in await _found(brain, language, entry, question)


@pytest.mark.parametrize(("language", "entry", "question"), SILENT)
async def test_where_nothing_answers_nothing_is_shown(brain: Brain, language: str, entry: str, question: str) -> None:
    assert not await _found(brain, language, entry, question)

"""Questions about an article that was read find the lines that answer them."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from knowledge import excerpts as texts
from knowledge import loader
from nlu import excerpts
from nlu.brain import Brain
from nlu.excerpts import Asked

CHOSEN: dict[str, dict[str, list[str]]] = yaml.safe_load(Path(__file__).with_name("follow_up_lines.yml").read_text(encoding="utf-8"))
FIRST = Path(__file__).parent / "follow_ups"

ANSWERED = [
    ("en", "money/child-benefit", "how much", "259"),
    ("en", "language/integration-course", "how long does it take", "4 to 12 months"),
    ("en", "work/recognition", "what papers do i need", "certificates"),
    ("de", "arrival/asylum-decision", "was kostet der anwalt", "kostet Geld"),
    ("fr", "residence/family-reunification", "je suis reconnue réfugiée depuis août", "reconnu(e) comme réfugié"),
    ("en", "residence/extension", "what happens if i am late", "too late"),
    ("en", "daily/driving-licence", "can i do the test in arabic", "languages"),
    ("en", "language/integration-course", "how many hours per week", "hours"),
    ("en", "housing/find-a-flat", "how much rent jobcenter pays", "rent"),
    ("sr", "daily/driving-licence", "koliko dugo vazi", "6 meseci"),
    ("ru", "daily/driving-licence", "а экзамен надо сдавать?", "практический экзамен"),
    ("de", "residence/moving", "hab ne ausbildung in mannheim ab august", "Ausbildung oder Studium"),
]
SILENT = [
    ("en", "money/bank-account", "how long does it take"),
    ("en", "work/self-employment", "how long does it take"),
]


async def _found(brain: Brain, language: str, entry: str, question: str) -> tuple[list[str], list[str], float]:
    """The lines that are shown, their German, and how likely the first is."""
    article = loader.shipped().articles[entry]
    lines = texts.lines(article.translations[language], article.translations["de"])
    rows, match = (
        await brain.passages([sentence for line in lines for sentence in line.sentences]),
        await brain.understand(question, language=language),
    )
    known = [(await brain.understand(each, language="en")).vector for each in (excerpts.HOW_LONG, excerpts.HOW_MUCH)]
    assert rows is not None
    assert match.vector is not None
    assert known[0] is not None
    assert known[1] is not None
    asked = excerpts.asked(match.vector, language=language, how_long=known[0], how_much=known[1])
    near = iter(excerpts.likeness(rows, match.vector, language=language, written=language))
    alike = [max(float(next(near)) for _ in line.sentences) for line in lines]
    likely = excerpts.chances(excerpts.features(alike, question, [line.text for line in lines], [line.german for line in lines], asked))
    may = [at for at, line in enumerate(lines) if asked.wanted(line.german)]
    best = excerpts.best(likely, among=may) if may else []
    assert len(best) <= excerpts.MOST
    return [lines[at].text for at in best], [lines[at].german for at in best], max((float(likely[at]) for at in best), default=0.0)


@pytest.mark.parametrize(("language", "entry", "question", "words"), ANSWERED)
async def test_the_line_that_answers_is_found(brain: Brain, language: str, entry: str, question: str, words: str) -> None:
    assert words in " ".join((await _found(brain, language, entry, question))[0])


@pytest.mark.parametrize(("language", "entry", "question"), SILENT)
async def test_where_no_line_names_a_time_none_is_shown_for_how_long(brain: Brain, language: str, entry: str, question: str) -> None:
    assert (await _found(brain, language, entry, question))[0] == []


async def test_of_what_readers_chose_half_is_shown_and_what_is_sure_is_mostly_right(brain: Brain) -> None:
    shown: list[bool] = []
    sure: list[bool] = []
    for language in ("de", "en", "bg"):
        first = {row["message"]: row["first"] for row in yaml.safe_load((FIRST / f"{language}.yml").read_text(encoding="utf-8"))}
        for message, right in CHOSEN[language].items():
            _, german, chance = await _found(brain, language, first[message], message)
            if right:
                shown.append(bool({*right} & {*german}))
            if chance >= excerpts.SURE:
                sure.append(bool({*right} & {*german}))
    assert len(shown) > 25
    assert sum(shown) / len(shown) >= 0.5
    assert sum(sure) / len(sure) >= 0.55


def test_a_shared_word_and_a_price_that_is_asked_for_make_a_line_likelier() -> None:
    lines = ["You can bring your dog", "It costs 20 euros", "Bring the Anmeldung"]
    german = ["Sie können Ihren Hund mitbringen", "Es kostet 20 Euro", "Bringen Sie die Anmeldung mit"]
    rows = excerpts.features([0.1, 0.1, 0.1], "was ist mit der anmeldung", lines, german, Asked(length=False, price=0.0))
    assert int(np.argmax(excerpts.chances(rows))) == 2
    asked = Asked(length=False, price=0.8)
    assert int(np.argmax(excerpts.chances(excerpts.features([0.1, 0.1, 0.1], "how much", lines, german, asked)))) == 1
    assert [asked.wanted(line) for line in german] == [False, True, False]

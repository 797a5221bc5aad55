"""Wishes about a course in languages not written in Latin letters, and what only looks like a wish there."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from nlu import course_words

TODAY = date(2026, 11, 21)
ROWS = yaml.safe_load((Path(__file__).parent / "course_wishes.yml").read_text(encoding="utf-8"))
NEAR = [(language, text, said) for language, rows in ROWS.items() for text, said in rows.items()]
# One wish, as it is written with and without its marks, with particles in the word, and typed in Latin letters.
SPELT = [
    ("ckb", "کورسی ئونلاین ئیواران", "online=yes part=evening"),
    ("ps", "د اوني په پاي کورس", "weekdays=5,6"),
    ("ar", "وبالليل بدي كورس للمبتدئين بالويكند", "level=A1 weekdays=5,6 part=evening"),
    ("ar", "كورس عالنت ومع حضانة", "online=yes childcare=yes"),
    ("ar", "لبنات مو مختلط", "women=yes"),
    ("am", "የB1 ኮርስ ለስራ በማታ", "level=B1 work=yes part=evening"),
    ("am", "ከA2 በኋላ", "level=B1"),
    ("ar", "كورس الB2 وبعد الB1", "level=B2"),
    ("ti", "A2 ወዲአ ኣለኹ፡ ንግሆ ይደሊ", "level=B1 part=morning"),
    ("ar", "khallast A2 w baddi kors masa2i", "level=B1 part=evening"),
    ("fa", "madrake A2 daram, kelas sobh mikham", "level=B1 part=morning"),
    ("ur", "sirf aurton ke liye class subah", "women=yes part=morning"),
    ("uk", "sklala B1, shukaiu kurs vvecheri", "level=B2 part=evening"),
    ("ru", "sdala A1 ischu utrom", "level=A2 part=morning"),
]

# What is written in another language than the one chosen: the letters tell.
CHOSEN = [
    ("de", "не онлайн, хочу живое общение в классе, ещё лучше утром", "presence=yes part=morning"),
    ("uk", "вечером никак, муж на смене, ребёнка не с кем оставить, есть ещё курсы с утра?", "childcare=yes part=morning"),
    ("ar", "کۆرسی ژنان هەیە لە هەینی و شەممە؟", "women=yes weekdays=4,5"),
    ("fa", "اوس B1 یم، غواړم B2 پیل کړم", "level=B2"),
    ("en", "كورس B1 مو اونلاين", "level=B1 presence=yes"),
    (None, "ደረጃዬ በA2 እና B1 መካከል ነው", "level=B1"),
]


def wishes(said: str) -> dict[str, str]:
    return dict(wish.split("=") for wish in said.split())


@pytest.mark.parametrize(("language", "text", "said"), NEAR)
def test_what_is_meant_and_no_more(language: str, text: str, said: str) -> None:
    assert course_words.find(text, language=language, today=TODAY) == wishes(said)


@pytest.mark.parametrize(("language", "text", "said"), SPELT)
def test_as_people_spell_it(language: str, text: str, said: str) -> None:
    assert course_words.find(text, language=language, today=TODAY) == wishes(said)


@pytest.mark.parametrize(("language", "text", "said"), CHOSEN)
def test_in_another_language_than_the_chosen_one(language: str | None, text: str, said: str) -> None:
    assert course_words.find(text, language=language, today=TODAY) == wishes(said)

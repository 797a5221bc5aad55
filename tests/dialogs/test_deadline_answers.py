"""Answers to "Shall I remind you?": in people's own words, with a wish for how long before, unclear ones, and what never loses the date."""

from datetime import date, timedelta

import pytest

from bot.app import App
from locales.registry import LANGUAGES
from locales.texts import translate
from tests.appointments import client
from tests.dialogs.test_deadlines import DAY, TOLD, YEAR, ids_of, kept, pending, press, spelled


@pytest.mark.parametrize("language", list(LANGUAGES))
async def test_the_words_of_the_button_keep_the_date(app: App, language: str) -> None:
    ada = await client(app)
    await ada.talker.write(TOLD["en"])
    await ada.talker.press(f"language:{language}")
    await ada.talker.write(TOLD["en"])
    await ada.talker.write(translate(language, "Yes, remind me"))
    assert await kept(app) == [("permit_end", DAY)]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "yes remind me"),
        ("en", "ok remind me"),
        ("de", "ja erinnern"),
        ("de", "bitte sag mir vorher"),
        ("tr", "evet hatırlat"),
        ("ur", "haan yaad dila dena"),
        ("am", "አስታውሰኝ"),
        ("vi", "dung"),
    ],
)
async def test_a_yes_in_own_words_keeps_the_date_and_is_answered_in_the_same_language(app: App, language: str, words: str) -> None:
    ada = await client(app, language=language)
    await ada.talker.write(f"3.5.{YEAR}")
    await ada.talker.write(words)
    assert await kept(app) == [("date", DAY)]
    assert translate(language, "I keep this date") in ada.talker.words


@pytest.mark.parametrize("words", ["hmm", "thanks", "menu", "which reminders do I have", "at 9:15", "what?"])
async def test_an_unclear_answer_asks_again_and_loses_nothing(app: App, words: str) -> None:
    ada = await client(app)
    await ada.talker.write(TOLD["en"])
    await ada.talker.write(words)
    assert spelled("en", DAY) in ada.talker.words
    await ada.talker.write("yes")
    assert await kept(app) == [("permit_end", DAY)]


async def test_a_year_alone_takes_the_place_of_the_year(app: App) -> None:
    ada = await client(app)
    await ada.talker.write(TOLD["en"])
    await ada.talker.write(str(YEAR + 1))
    await ada.talker.write("yes")
    assert await kept(app) == [("permit_end", date(YEAR + 1, 5, 3))]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "remind me 2 weeks before"), ("de", "lieber zwei wochen vorher"), ("es", "avisame 14 dias antes"), ("ar", "ذكرني قبل اسبوعين")],
)
async def test_how_long_before_keeps_the_date_with_a_reminder_then(app: App, language: str, words: str) -> None:
    ada = await client(app, language=language)
    await ada.talker.write(f"3.5.{YEAR}")
    await ada.talker.write(words)
    assert spelled(language, DAY - timedelta(days=14)) in ada.talker.words
    assert await kept(app) == [("date", DAY)]
    assert await pending(app) == ["weeks_2", "weeks_1", "days_1"]


async def test_how_long_before_can_be_said_with_the_date_and_after_it_was_kept(app: App) -> None:
    ada = await client(app)
    await ada.talker.write(f"remind me 2 weeks before 3 May {YEAR}")
    await ada.talker.write("yes")
    await ada.talker.write("remind me 3 days before")
    assert spelled("en", DAY - timedelta(days=3)) in ada.talker.words
    assert (await kept(app), await pending(app)) == ([("date", DAY)], ["weeks_2", "weeks_1", "days_3", "days_1"])


async def test_a_yes_to_the_question_for_a_day_asks_for_it_again(app: App) -> None:
    ada = await client(app, language="de")
    await ada.talker.write("im brief steht ich muss innerhalb von 2 wochen antworten brief ist vom 16.11.")
    assert "An welchem Tag endet es?" in ada.talker.words
    await ada.talker.write("ja")
    assert "An welchem Tag endet es?" in ada.talker.words
    await ada.talker.write(f"3.5.{YEAR}")
    await ada.talker.write("ja")
    assert await kept(app) == [("letter_end", DAY)]


async def test_a_limit_in_weeks_never_repeats_an_older_date(app: App) -> None:
    ada = await client(app)
    await ada.talker.write(f"my appeal deadline is 3 May {YEAR}")
    await ada.talker.write("appeal deadline two weeks letter came 20 november")
    assert spelled("en", DAY) not in ada.talker.words
    assert "On which day does it end?" in ada.talker.words


@pytest.mark.parametrize(("language", "words"), [("de", "lösch das"), ("en", "delete it")])
async def test_delete_it_below_the_list_means_the_date(app: App, language: str, words: str) -> None:
    ada = await client(app, language=language)
    await ada.talker.write(TOLD[language])
    await press(ada, "due:yes")
    await press(ada, "due:list")
    await ada.talker.write(words)
    assert (await kept(app), await pending(app)) == ([], [])
    await ada.talker.write(words)
    assert "delete:yes" in ids_of(ada), "with no date on the screen it is about all data"

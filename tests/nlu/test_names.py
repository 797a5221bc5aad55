"""The words for weekdays, months and languages are those of the Babel that is installed."""

from nlu.data_words.names import FILE, names
from scripts.names import text


def test_the_file_says_what_babel_says() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run `python -m scripts.names`"


def test_every_language_has_its_weekdays_and_calls_the_others_something() -> None:
    rows = list(names())
    assert ("de", "weekday", "0", "Montag") in rows
    assert ("ar", "weekday", "0", "الاثنين") in rows
    assert ("uk", "month", "5", "травня") in rows
    assert ("fr", "tongue", "prs", "dari") in rows

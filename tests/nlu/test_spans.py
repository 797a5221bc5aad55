"""Spans of time, time limits in letters and answers to "Shall I remind you?": what is found, and what is no date."""

from datetime import date

import pytest

from locales.registry import LANGUAGES
from locales.texts import translate
from nlu import calendars, entities
from nlu.text import prepare

TODAY = date(2026, 11, 23)  # a Monday


def found(text: str, language: str) -> dict[str, str]:
    every = entities.find(prepare(text), language=language, today=TODAY)
    return {name: every[name] for name in ("day", "deadline", "limit", "lead") if name in every}


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_the_words_of_the_button_say_nothing_but_yes(language: str) -> None:
    assert entities.find(translate(language, "Yes, remind me"), language=language)["remind"] == "only"


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("en", "remind me 1 week before", "7"),
        ("en", "3 days before", "3"),
        ("en", "remind me day before", "1"),
        ("es", "avisame 3 dias antes", "3"),
        ("uk", "нагадай за 3 дні", "3"),
        ("ru", "напомни за неделю", "7"),
        ("de", "3 tage vorher", "3"),
        ("de", "lieber zwei wochen vorher", "14"),
        ("de-simple", "3 tage", "3"),
        ("fr", "rappelle moi une semaine avant", "7"),
        ("pl", "przypomnij mi dwa dni wczesniej", "2"),
        ("ar", "ذكرني قبل بيومين", "2"),
        ("so", "i xasuusi 2 maalmood ka hor", "2"),
        ("tr", "3 gün önce hatırlat", "3"),
        ("vi", "nhắc tôi trước 3 ngày", "3"),
        ("fa", "دو روز قبل یادم بنداز", "2"),
        ("am", "ከ2 ቀን በፊት አስታውሰኝ", "2"),
    ],
)
def test_how_long_before_is_no_date(language: str, text: str, days: str) -> None:
    assert found(text, language) == {"lead": days}


@pytest.mark.parametrize(
    ("language", "text", "kind", "day"),
    [
        ("uk", "лист від Ausländerbehörde каже до 5 грудня принести паспорт", "letter_end", "2026-12-05"),
        ("tr", "jobcenter mektup yolladı 5 aralığa kadar evrak istiyor", "letter_end", "2026-12-05"),
        ("tr", "ehliyetim de 3 marta kadar geçerli", "date", "2027-03-03"),
        ("kmr", "nameyek hat, heta 5ê kanûnê divê bersiv bidim", "letter_end", "2026-12-05"),
        ("ti", "ደብዳበ መጺኡኒ ክሳብ 5 ታሕሳስ ክምልስ ይብል", "letter_end", "2026-12-05"),
        ("vi", "thu ghi den ngay 5 thang 12 phai nop giay to", "letter_end", "2026-12-05"),
        ("ps", "ما ته لیک راغلی تر ۵ ډسمبر پورې ځواب غواړي", "letter_end", "2026-12-05"),
        ("ps", "زما اقامه د جنوري په ۱۵ خلاصېږي", "permit_end", "2027-01-15"),
        ("en", "5/12 letter jobcenter", "date", "2026-12-05"),
        ("de", "habe kündigung bekommen wohnung muss raus bis 31.1.", "letter_end", "2027-01-31"),
        ("fa", "جابسنتر نامه داده تا ۱۵ آذر جواب بدم", "letter_end", "2026-12-06"),
        ("prs", "مکتوب Ausländerbehörde تا ۱۲ قوس وقت داده", "letter_end", "2026-12-03"),
        ("ro", "am termen pana vineri sa trimit actele la jobcenter", "letter_end", "2026-11-27"),
        ("de", "Jobcenter will bis Freitag meine Unterlagen", "date", "2026-11-27"),
        ("de", "brief von auslanderbehorde termin am 3.12. um 8:30 bitte erinnern", "date", "2026-12-03"),
        ("fr", "j'ai rendez-vous le 2 à l'ausländerbehörde rappelle moi", "date", "2026-12-02"),
        ("ru", "термин в Ausländerbehörde 2 декабря в 9 утра, не забыть бы", "date", "2026-12-02"),
        ("en", "letter from BAMF interview on 10.12. at 8:30 in trier", "date", "2026-12-10"),
        ("en", "remind me in 3 days to call the lawyer", "date", "2026-11-26"),
        ("de", "rechnung zahlen bis ende monat", "date", "2026-11-30"),
    ],
)
def test_what_is_due_is_heard_with_its_day(language: str, text: str, kind: str, day: str) -> None:
    assert found(text, language) == {"deadline": kind, "day": day}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "im brief steht ich muss innerhalb von 2 wochen antworten brief ist vom 16.11."),
        ("tr", "1 hafta yazıyor kağıtta"),
        ("ar", "معي اسبوعين ارد عالرسالة من يوم 20.11"),
        ("en", "appeal deadline two weeks letter came 20 november"),
    ],
)
def test_the_last_day_of_a_limit_in_weeks_is_never_guessed(language: str, text: str) -> None:
    assert found(text, language) == {"deadline": "letter_end", "limit": "yes"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "i got a letter from jobcenter 2 weeks ago and dont understand it"),
        ("de", "ich bin seit 2 wochen in deutschland"),
        ("de", "der kurs dauert 3 monate"),
        ("tr", "2 hafta önce geldim"),
    ],
)
def test_a_span_of_something_else_is_no_limit(language: str, text: str) -> None:
    assert not {"limit", "deadline", "day"} & set(found(text, language))


@pytest.mark.parametrize(
    ("solar", "day"),
    [
        ((1399, 12, 30), date(2021, 3, 20)),  # a leap year
        ((1400, 1, 1), date(2021, 3, 21)),
        ((1403, 1, 1), date(2024, 3, 20)),
        ((1405, 9, 15), date(2026, 12, 6)),
        ((1409, 1, 1), date(2030, 3, 21)),
    ],
)
def test_solar_days_are_converted_exactly(solar: tuple[int, int, int], day: date) -> None:
    assert calendars.from_solar(*solar) == day


@pytest.mark.parametrize("solar", [(1400, 12, 30), (1405, 7, 31), (1405, 13, 1), (1405, 1, 0)])
def test_solar_days_that_do_not_exist_are_refused(solar: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=str(solar[0])):
        calendars.from_solar(*solar)

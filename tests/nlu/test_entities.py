"""Wishes for a course, postcodes and needs inside a message."""

import pytest

from nlu import entities


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kurs B1 in 76829 Landau", {"level": "B1", "postcode": "76829", "about": "language"}),
        ("kurs a2.1 abends", {"level": "A2", "course_part": "evening", "need": "evening", "part": "evening", "about": "language"}),
        (
            "курс Б1 для женщин вечером",
            {"level": "B1", "women": "yes", "course_part": "evening", "need": "women,evening", "part": "evening", "about": "language"},
        ),
        ("كورس B2 اون لاين", {"level": "B2", "online": "yes", "need": "online", "about": "language"}),
        ("ich kann nicht lesen und schreiben", {"literacy": "yes"}),
        ("من بی‌سواد هستم", {"literacy": "yes"}),
        ("German for beginners with childcare", {"level": "A1", "childcare": "yes", "need": "childcare", "about": "education"}),
        ("Ich habe B1", {"level": "B2"}),
        ("كورس في ٧٦٨٢٩", {"postcode": "76829", "about": "language"}),
        ("+49 6341 12345", {}),
        ("meine Nummer 0176123456", {}),
        ("Vitamin B12", {}),
        ("hallo", {}),
    ],
)
def test_found(text: str, found: dict[str, str]) -> None:
    assert entities.find(text) == found


@pytest.mark.parametrize(
    ("language", "text", "named"),
    [
        ("de", "termin arbeit donnerstag", "yes"),
        ("de", "ich brauche termin beim integrationsmanager wegen kita", "book"),
        ("vi", "toi muon dat lich hen", "book"),
        ("tr", "iş için randevu lazım", "book"),
        ("uk", "хочу термін на роботу", "book"),
        ("ru", "запись на консультацию по работе", "book"),
        ("sq", "dua nje termin per shkollen e djalit", "book"),
        ("ar", "bidi maw3ad", "book"),
        ("bg", "запази ми час", "book"),
        ("kmr", "randevû", "yes"),
        ("ps", "د کار لپاره وخت غواړم", "book"),
        ("am", "ቀጠሮ ለልጄ ትምህርት ቤት ሰኞ", "yes"),
        ("de", "ich habe einen termin beim jobcenter", None),
        ("en", "how to get appointment at immigration office", None),
        ("ar", "عندي موعد بالسفارة", None),
        ("tr", "yabancılar dairesinden randevu alamıyorum", None),
        ("uk", "не можу отримати термін в Ausländerbehörde", None),
        ("es", "necesito cita con la ausländerbehörde", "elsewhere"),
        ("en", "I need an appointment at the Ausländerbehörde", "elsewhere"),
        ("de", "termin habe ich vergessen", None),
        ("uk", "запишіть мене на курс", None),
    ],
)
def test_an_appointment_is_wished_for_or_somewhere_else(language: str, text: str, named: str | None) -> None:
    assert entities.find(text, language=language).get("appointment") == named


@pytest.mark.parametrize(
    ("language", "text", "hour"),
    [
        ("vi", "2 giờ", "14:00"),
        ("so", "2 galabnimo", "14:00"),
        ("en", "not 9, 11 please", "11:00"),
        ("tr", "9 değil 11", "11:00"),
        ("en", "11", "11:00"),
        ("en", "Vitamin 12", None),
        ("en", "9 or 11", None),
        ("en", "A 25", None),
    ],
)
def test_a_bare_number_may_be_an_hour(language: str, text: str, hour: str | None) -> None:
    assert entities.find(text, language=language).get("hour") == hour

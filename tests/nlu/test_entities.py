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

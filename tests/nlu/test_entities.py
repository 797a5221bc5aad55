"""Levels, postcodes and needs inside a message."""

import pytest

from nlu import entities


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kurs B1 in 76829 Landau", {"level": "B1", "postcode": "76829", "about": "language"}),
        ("kurs a2.1 abends", {"level": "A2", "need": "evening", "part": "evening", "about": "language"}),
        ("курс Б1 для женщин вечером", {"level": "B1", "need": "women,evening", "part": "evening", "about": "language"}),
        ("كورس B2 اون لاين", {"level": "B2", "need": "online", "about": "language"}),
        ("ich kann nicht lesen und schreiben", {"level": "cannot_read"}),
        ("من بی‌سواد هستم", {"level": "cannot_read"}),
        ("German for beginners with childcare", {"level": "beginner", "need": "childcare", "about": "education"}),
        ("كورس في ٧٦٨٢٩", {"postcode": "76829", "about": "language"}),
        ("+49 6341 12345", {}),
        ("meine Nummer 0176123456", {}),
        ("Vitamin B12", {}),
        ("hallo", {}),
    ],
)
def test_found(text: str, found: dict[str, str]) -> None:
    assert entities.find(text) == found

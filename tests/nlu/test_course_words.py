"""Wishes for a course: what is understood, and what only sounds like one."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locales.registry import LANGUAGES
from nlu import course_words
from nlu.text import prepare

TODAY = date(2026, 11, 21)  # a Saturday

# Language, message, wishes as "name=value".
LEVELS = [
    ("de", "B1 Kurs", "B1"),
    ("de", "b 1", "B1"),
    ("de", "B1Kurs", "B1"),
    ("de", "A1.2", "A1"),
    ("ru", "курс Б1", "B1"),
    ("ru", "курс B1", "B1"),
    ("ar", "ب١", "B1"),
    ("ar", "بي 2", "B2"),
    ("fa", "بی۱", "B1"),
    ("am", "ቢ1", "B1"),
    ("de", "B eins", "B1"),
    ("de", "A1/A2", "A1"),
    ("de", "B1 oder B2", "B1"),
    ("en", "from A2 to B1", "B1"),
    ("de", "von A1 bis B1", "A1"),
    ("en", "I have B1", "B2"),
    ("en", "I passed the B1 exam", "B2"),
    ("en", "B1 finished", "B2"),
    ("en", "after B1", "B2"),
    ("en", "my level is A2", "B1"),
    ("de", "Zertifikat B1", "B2"),
    ("de", "Ich habe A1 und A2", "B1"),
    ("de", "A1.1 fertig", "A1"),
    ("de", "A1.2 fertig", "A2"),
    ("de", "Ich habe A2 und will B1", "B1"),
    ("tr", "B1'den sonra", "B2"),
    ("tr", "B1 sertifikam var", "B2"),
    ("es", "tengo el B1", "B2"),
    ("fr", "j'ai réussi l'examen B1", "B2"),
    ("pl", "skończyłam A2", "B1"),
    ("en", "C2 done", "C2"),
    ("en", "I want B1", "B1"),
    ("en", "for the B1 exam", "B1"),
    ("en", "I need the B1 certificate", "B1"),
    ("en", "I want to finish B1", "B1"),
    ("en", "I have the B1 exam in January", "B1"),
    ("en", "I have not passed B1", "B1"),
    ("de", "B1 nicht bestanden", "B1"),
    ("de", "B1 habe ich noch nicht", "B1"),
    ("de", "ich hab B1, will es aber wiederholen", "B1"),
    ("de", "Ich bin Anfänger", "A1"),
    ("de", "Ich fange bei null an", "A1"),
    ("en", "no German at all", "A1"),
    ("en", "I'm not a beginner", ""),
    ("de", "kein Anfängerkurs", ""),
    ("de", "Fortgeschrittene", ""),
    ("en", "I don't understand a single word of German", "A1"),
    ("fr", "je ne parle pas allemand", "A1"),
    ("en", "I don't know which German course", ""),
    ("de", "Führerschein A2", ""),
    ("de", "Vitamin B12", ""),
    ("en", "I have a 2 year old son", ""),
    ("en", "a 2 hour class", ""),
    ("fr", "c'est à 2 km", ""),
    ("ru", "в 1 час", ""),
]
WISHES = [
    ("de", "ich kann nicht lesen und schreiben", "literacy=yes"),
    ("en", "I only know Arabic letters", "literacy=yes"),
    ("de", "meine Mutter hat nie lesen gelernt", "literacy=yes"),
    ("de", "ich kann den Brief nicht lesen", ""),
    ("en", "I cannot read this letter from the office", ""),
    ("de", "Ich kann lesen und schreiben", ""),
    ("de", "mein Kind kann mitkommen?", "childcare=yes"),
    ("en", "does somebody look after the children?", "childcare=yes"),
    ("de", "ich habe ein kleines Kind und keinen Kitaplatz", "childcare=yes"),
    ("de", "wir haben keine Kinderbetreuung", "childcare=yes"),
    ("de", "keine Kinderbetreuung nötig", ""),
    ("en", "without childcare", ""),
    ("de", "meine Oma passt auf die Kinder auf", ""),
    ("de", "die Kita ist teuer", ""),
    ("en", "course for my children", ""),
    ("en", "I have two children", ""),
    ("en", "course for mothers", "parents=yes"),
    ("de", "Elternkurs", "parents=yes"),
    ("en", "women only", "women=yes"),
    ("tr", "sadece kadınlar", "women=yes"),
    ("de", "keine Männer bitte", "women=yes"),
    ("en", "my wife needs a course", ""),
    ("de", "Kurs bei Frau Müller", ""),
    ("de", "von zu Hause lernen", "online=yes"),
    ("en", "on Zoom", "online=yes"),
    ("en", "5 km from home", "radius=5"),
    ("de", "kann ich mich online anmelden?", ""),
    ("de", "nicht online", "presence=yes"),
    ("en", "in person", "presence=yes"),
    ("en", "online or in person", ""),
    ("de", "nicht nur online", "online=yes"),
    ("en", "online is fine too", ""),
    ("de", "zu Hause Deutsch lernen", "online=yes"),
    ("en", "appointment with the integration manager", ""),
    ("de", "Deutsch für Pflegekräfte", "work=yes"),
    ("en", "for my job", "work=yes"),
    ("en", "because I work in the morning", ""),
    ("en", "I am 17", "young=yes"),
    ("de", "ich bin 19 Jahre alt", "young=yes"),
    ("en", "under 27", "young=yes"),
    ("en", "I am 35", ""),
    ("en", "my son is 17", ""),
    ("de", "ich bin 20 Jahre in Deutschland", ""),
    ("de", "ich arbeite bis 18", ""),
    ("de", "Integrationskurs", "kind=integration"),
    ("de", "Integrationskurs fertig", ""),
    ("de", "nach dem Integrationskurs", ""),
    ("de", "Frauenintegrationskurs", "kind=integration women=yes"),
    ("de", "Erstorientierungskurs", "kind=orientation"),
    ("de", "Landeskurs", "kind=state"),
    ("de", "Intensivkurs an der VHS", "kind=intensive"),
    ("en", "speaking practice", "kind=cafe"),
    ("de", "Zweitschriftlerner", "kind=second_script"),
]
TIMES = [
    ("de", "nach der Arbeit", "part=evening"),
    ("en", "evenings are impossible", ""),
    ("de", "abends kann ich nicht", ""),
    ("de", "nicht abends, lieber vormittags", "part=morning"),
    ("en", "not mornings or afternoons", ""),
    ("de", "Guten Abend", ""),
    ("en", "I work until 4", ""),
    ("en", "after 6 pm", "part=evening"),
    ("de", "ab 14 Uhr", ""),
    ("de", "vormittags arbeite ich abends geht es", "part=evening"),
    ("tr", "sabah çalışıyorum akşam kurs istiyorum", "part=evening"),
    ("de", "geht nicht am Abend", ""),
    ("es", "no puedo por las tardes", ""),
    ("de", "bis 12 Uhr", "part=morning"),
    ("de", "vormittags oder abends", ""),
    ("en", "mornings, when my kids are at school", "part=morning"),
    ("de", "am Wochenende", "weekdays=5,6"),
    ("de", "Mo-Mi", "weekdays=0,1,2"),
    ("de", "Di + Do", "weekdays=1,3"),
    ("en", "Monday to Wednesday", "weekdays=0,1,2"),
    ("de", "Freitag bis Sonntag", "weekdays=4,5,6"),
    ("en", "Monday to Friday", ""),
    ("de", "montags und mittwochs", "weekdays=0,2"),
    ("en", "not on Friday", "weekdays=0,1,2,3,5,6"),
    ("de", "so ist das, mi amigo", ""),
    ("de", "Der Kurs war am Montag", ""),
    ("de", "im Januar", "month=2027-01"),
    ("en", "from November", "month=2026-11"),
    ("en", "next month", "month=2026-12"),
    ("de", "ab 1.2.2027", "month=2027-02"),
    ("de", "ab 02/2027", "month=2027-02"),
    ("de", "seit Januar hier", ""),
    ("de", "bis März", ""),
    ("de", "Prüfung im März", ""),
    ("en", "I may come", ""),
    ("de", "im Frühjahr", ""),
    ("de", "so bald wie möglich", ""),
    ("de", "im Umkreis von 20 km", "radius=20"),
    ("en", "up to 15 kilometres", "radius=15"),
    ("de", "nicht weiter als 10 km", "radius=10"),
    ("de", "ich wohne 20 km von Landau", ""),
    ("de", "höchstens 20 Minuten", ""),
    ("de", "76829 Landau", "postcode=76829"),
    ("de", "meine Nummer 0176123456", ""),
]
SLIPS = [
    ("de", "Kurs fuer Anfaenger mit Kinderbetreung", "level=A1 childcare=yes"),
    ("de", "vormitags am wochende", "part=morning weekdays=5,6"),
    ("en", "begginer class, weekennds", "level=A1 weekdays=5,6"),
    ("fr", "cours debutnat", "level=A1"),
    ("de", "ich traue mich nicht", ""),
]


def _found(text: str, language: str) -> dict[str, str]:
    return course_words.find(prepare(text), language=language, today=TODAY)


@pytest.mark.parametrize(("language", "text", "level"), LEVELS)
def test_level(language: str, text: str, level: str) -> None:
    assert _found(text, language).get("level", "") == level


@pytest.mark.parametrize(("language", "text", "wishes"), [*WISHES, *TIMES, *SLIPS])
def test_wishes(language: str, text: str, wishes: str) -> None:
    assert _found(text, language) == dict(pair.split("=") for pair in wishes.split())


def test_a_month_is_the_next_of_its_name() -> None:
    assert course_words.find("im Januar", language="de", today=date(2027, 1, 31)) == {"month": "2027-01"}
    assert course_words.find("im Januar", language="de", today=date(2027, 2, 1)) == {"month": "2028-01"}
    assert course_words.find("nächsten Monat", language="de", today=date(2026, 12, 31)) == {"month": "2027-01"}


_WORDS = [word for rows in (LEVELS, WISHES, TIMES, SLIPS) for _, text, _ in rows for word in text.split()]


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=300) | st.lists(st.sampled_from(_WORDS), max_size=40).map(" ".join),
    st.sampled_from([None, *LANGUAGES]),
    st.dates(min_value=date(2020, 1, 1), max_value=date(2090, 12, 31)),
)
def test_any_text_is_read(text: str, language: str | None, today: date) -> None:
    found = course_words.find(text, language=language, today=today)
    assert all(found.values())
    assert found.get("level", "A1") in {"A1", "A2", "B1", "B2", "C1", "C2"}
    assert found.get("part", "morning") in {"morning", "afternoon", "evening"}
    assert found.get("month", "9999-12") >= f"{today:%Y-%m}"
    assert set(found.get("weekdays", "0").split(",")) <= set("0123456")

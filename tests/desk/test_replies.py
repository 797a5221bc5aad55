"""Answering in a case over HTTP: double answers, phrases, drafts, changing and deleting, what failed. The rest of the page: `test_case`."""

import re

import pytest

from handoff import phrases
from locales.texts import translate
from store.desk import Draft
from store.statements import table_of
from tests.cases import Open
from tests.desk import scenes
from tests.desk.conftest import Colleague, Desk, MakeUser, SignIn
from tests.web.server import Running

GREETING = phrases.BUILT_IN["read"]


def at(opened: Open, rest: str = "") -> str:
    return f"/desk/cases/{opened.case}{rest}"


@pytest.fixture
def anna(server: Running, user: MakeUser) -> Colleague:
    return user("adviser", municipality=scenes.town(server), name="Anna Adler")


@pytest.fixture
def bela(anna: Colleague, user: MakeUser) -> Colleague:
    return user("adviser", municipality=anna.town, name="Bela Bach")


@pytest.fixture
def desk(anna: Colleague, sign_in: SignIn) -> Desk:
    return sign_in(anna)


def test_a_reply_takes_a_case_that_nobody_has(server: Running, anna: Colleague, desk: Desk) -> None:
    one = scenes.case(server, anna)
    assert "Übernehmen und senden" in desk.get(at(one)).text
    desk.post(at(one, "/reply"), {"text": "Guten Tag", "seen": 0})
    assert scenes.case_row(server, one).owner_id == anna.id
    assert scenes.held_by(server, one) == one.case


def test_a_newer_reply_stops_a_double_answer_and_keeps_the_text(server: Running, anna: Colleague, bela: Colleague, sign_in: SignIn) -> None:
    one = scenes.case(server, anna, owner=anna.id)
    seen = scenes.says(server, one, "Hallo?")
    desk = sign_in(anna)
    scenes.says(server, one, "Schon beantwortet von Bela", author=bela, delivery="sent")
    stopped = desk.post(at(one, "/reply"), {"text": "Meine <Antwort>", "seen": seen})
    assert stopped.status_code == 409
    assert "Es gibt eine neuere Antwort." in stopped.text
    assert "Schon beantwortet von Bela" in stopped.text
    assert "Meine &lt;Antwort&gt;</textarea>" in stopped.text
    newest = re.search(r'id="seen" value="(\d+)"', stopped.text)
    assert newest
    assert desk.post(at(one, "/reply"), {"text": "Meine Antwort", "seen": newest[1]}).status_code == 200
    assert len(scenes.lines(server, one)) == 3


def test_a_form_that_comes_twice_sends_once(server: Running, anna: Colleague, desk: Desk) -> None:
    one = scenes.case(server, anna, owner=anna.id)
    form = {"text": "Nur einmal", "seen": 0}
    assert [desk.post(at(one, "/reply"), form).status_code for _ in range(3)] == [200, 200, 200]
    assert len(scenes.lines(server, one)) == 1


def test_what_cannot_be_sent_says_why(server: Running, anna: Colleague, bela: Colleague, desk: Desk) -> None:
    one, theirs = scenes.case(server, anna, owner=anna.id), scenes.case(server, anna, owner=bela.id)
    for text, words in (
        (" \u200b ", "Bitte schreiben Sie zuerst etwas."),
        ("a" * 4001, "mehr als 4000 Zeichen"),
        ("Bis: ____", "füllen Sie zuerst die Lücke"),
    ):
        refused = desk.post(at(one, "/reply"), {"text": text, "seen": 0})
        assert refused.status_code in {409, 413}
        assert words in refused.text
    refused = desk.post(at(theirs, "/reply"), {"text": "Hallo", "seen": 0})
    assert (refused.status_code, "Diesen Fall hat Bela Bach." in refused.text) == (409, True)
    assert "Ihr Text, der nicht gesendet wurde" in refused.text
    assert scenes.lines(server, one) == scenes.lines(server, theirs) == []


def test_own_replies_are_changed_and_deleted_others_not(server: Running, anna: Colleague, bela: Colleague, desk: Desk) -> None:
    one = scenes.case(server, anna, owner=anna.id)
    mine = scenes.says(server, one, "Alt", author=anna, delivery="sent")
    theirs = scenes.says(server, one, "Von Bela", author=bela, delivery="sent")
    spoken = scenes.says(server, one, "Von der Person")
    page = desk.post(at(one, f"/messages/{mine}/edit"), {"text": "Neu"}).text
    assert "(geändert)" in page
    assert ">Neu</p>" in page
    page = desk.post(at(one, f"/messages/{mine}/delete")).text
    assert "Diese Nachricht wurde gelöscht." in page
    assert "Neu</p>" not in page
    elsewhere = scenes.says(server, scenes.case(server, anna, owner=anna.id), "Anderer Fall", author=anna, delivery="sent")
    for number in (mine, theirs, spoken, elsewhere, 987_654_321):
        for verb in ("edit", "delete", "again"):
            assert desk.post(at(one, f"/messages/{number}/{verb}"), {"text": "x"}).status_code == 404
    assert "Von Bela" in desk.get(at(one)).text


def test_a_failed_reply_says_what_to_do(server: Running, anna: Colleague, desk: Desk) -> None:
    one = scenes.case(server, anna, owner=anna.id, channel="telegram")
    failed = scenes.says(server, one, "Kommt nicht an", author=anna, delivery="failed", failure="given_up")
    scenes.says(server, one, "Unterwegs", author=anna, delivery="queued")
    text = desk.get(at(one)).text
    assert "Der Messenger hat einen ganzen Tag nicht geantwortet." in text
    assert "gesendet, noch nicht zugestellt" in text
    desk.post(at(one, f"/messages/{failed}/again"))
    assert len(scenes.lines(server, one)) == 3


def test_drafts_survive_and_only_their_writer_sees_them(
    server: Running, anna: Colleague, bela: Colleague, desk: Desk, sign_in: SignIn
) -> None:
    one = scenes.case(server, anna)
    assert desk.post(at(one, "/draft"), {"text": "Angefangen ሰላም"}, headers={"hx-request": "true"}).status_code == 204
    assert "Angefangen ሰላም</textarea>" in desk.get(at(one)).text
    other = sign_in(bela)
    page = other.get(at(one)).text
    assert "Angefangen" not in page
    assert "Anna Adler" in page[page.index('id="presence"') :]
    desk.post(at(one, "/reply"), {"text": "Fertig", "seen": 0})
    assert scenes.rows_of(server, Draft, table_of(Draft).c.case_id == one.case) == []


def test_phrases_are_in_the_persons_language_with_german_beside(server: Running, anna: Colleague, desk: Desk) -> None:
    one = scenes.case(server, anna, owner=anna.id, language="ar")
    arabic, german = translate("ar", GREETING), translate("de", GREETING)
    page = desk.get(at(one, "?phrase=read")).text
    assert f"\n{arabic}</textarea>" in page
    assert german in page
    language = re.search(r'name="language" id="reply-language" value="([\w-]*)"', page)
    assert language
    desk.post(at(one, "/reply"), {"text": arabic, "seen": 0, "language": language[1]})
    sent = scenes.lines(server, one)[-1]
    assert arabic in desk.get(at(one)).text
    assert sent.author_id == anna.id

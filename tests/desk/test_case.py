"""The page of one case over HTTP: reading, taking, passing on, sleeping, closing, files, forged ids. Replies: `test_replies`."""

import re
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import leaves, phrases, requests
from handoff.card import Card
from store.desk import Attachment
from store.statements import table_of
from store.types import today_here, utcnow
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


def test_the_card_says_in_german_what_is_known(server: Running, anna: Colleague, desk: Desk) -> None:
    card = Card(
        question=scenes.TIGRINYA,
        question_language="ti",
        filled={"postcode": "76829", "mode": "phone", "topic": "residence/extension"},
        articles=["residence/extension"],
        wishes=["woman"],
    )
    one = scenes.case(server, anna, card=card, topic="residence/extension")
    text = desk.get(at(one)).text
    for words in (
        f'<blockquote class="said" lang="ti" dir="auto">{scenes.TIGRINYA}',
        "Tigrinya, so geschrieben",
        "Die Person hat nach einem Menschen gefragt.",
        "Postleitzahl: <bdi",
        "am Telefon",
        'href="/desk/articles/residence/extension?language=ti"',
        "Möchte mit einer Frau sprechen",
    ):
        assert words in text
    danger = scenes.case(server, anna, reason="safety", urgent=True, card=Card(question_language="ti", danger="crisis_violence"))
    text = desk.get(at(danger)).text
    assert "Gewalt oder Bedrohung" in text
    assert "davon ist nichts gespeichert" in text
    assert "dass keine Gefahr besteht" not in text
    told = requests.say_calm
    scenes.write(server, lambda session: told(session, municipality=anna.municipality, person=danger.person, now=utcnow()))
    text = desk.get(at(danger)).text
    assert "Die Person sagt, dass keine Gefahr besteht. Vielleicht hält jemand anders das Telefon" in text
    assert "&lt;time" not in text, "a moment is markup, no words"
    assert "Die Person sagt: keine Gefahr" in text
    article = desk.get("/desk/articles/residence/extension?language=ar").text
    assert 'dir="rtl"' in article
    assert desk.get("/desk/articles/no/such").status_code == 404


def test_every_opening_is_noted_once_and_refreshes_are_not(server: Running, anna: Colleague, desk: Desk) -> None:
    one = scenes.case(server, anna)
    scenes.says(server, one, "vorher gesagt", inside=False)
    refresh = {"hx-request": "true"}
    assert "vorher gesagt" not in desk.get(at(one)).text
    for _ in range(3):
        assert desk.get(at(one, "?part=case"), headers=refresh).status_code == 200
    assert scenes.audited(server, one) == ["case.read"]
    assert "vorher gesagt" in desk.get(at(one, "?earlier=true")).text
    desk.get(at(one))
    assert scenes.audited(server, one) == ["case.read", "case.read_earlier", "case.read"]
    other = scenes.case(server, anna)
    assert desk.get(at(other, "?part=case"), headers=refresh).status_code == 200
    assert scenes.audited(server, other) == ["case.read"]


def test_taking_answering_and_giving_back(server: Running, anna: Colleague, desk: Desk) -> None:
    one = scenes.case(server, anna)
    page = desk.post(at(one, "/claim")).text
    assert "Sie haben den Fall." in page
    assert f'action="/desk/cases/{one.case}/release"' in page
    assert scenes.held_by(server, one) == one.case
    assert scenes.case_row(server, one).state == "claimed"
    seen = scenes.lines(server, one)[-1].id
    page = desk.post(at(one, "/reply"), {"text": "Guten Tag \u202eRLO", "seen": seen, "language": "de"}).text
    assert "Guten Tag RLO" in page
    assert "zugestellt" in page
    row = scenes.case_row(server, one)
    assert (row.state, row.waiting_since) == ("answered", None)
    assert [line.author_id for line in scenes.lines(server, one)] == [None, anna.id]
    assert "Der Fall ist wieder beim Team." in desk.post(at(one, "/release")).text
    assert scenes.held_by(server, one) is None
    assert scenes.case_row(server, one).state == "waiting"
    assert scenes.audited(server, one) == ["case.claim", "case.read", "case.reply", "case.read", "case.release", "case.read"]


def test_two_who_take_at_once_have_one_winner(server: Running, anna: Colleague, bela: Colleague, sign_in: SignIn) -> None:
    one = scenes.case(server, anna)
    first, second = sign_in(anna), sign_in(bela)
    assert "Sie haben den Fall." in first.post(at(one, "/claim")).text
    assert "Schon übernommen von Anna Adler." in second.post(at(one, "/claim")).text
    assert scenes.case_row(server, one).owner_id == anna.id


def test_passing_on_with_a_note_and_taking_back(server: Running, anna: Colleague, bela: Colleague, sign_in: SignIn) -> None:
    one = scenes.case(server, anna, owner=anna.id)
    desk, other = sign_in(anna), sign_in(bela)
    page = desk.post(at(one, "/pass-on"), {"to": bela.id, "note": "Kennst du das Amt?"}).text
    assert "Bela Bach hat den Fall jetzt." in page
    assert "Erwähnt Sie" in other.get("/desk/").text
    assert "Kennst du das Amt?" in other.get(at(one)).text
    assert "Erwähnt Sie" not in other.get("/desk/").text
    desk.post(at(one, "/take-back"))
    assert scenes.case_row(server, one).owner_id == anna.id


def test_taking_over_from_somebody_who_is_away(server: Running, anna: Colleague, bela: Colleague, desk: Desk) -> None:
    one = scenes.case(server, anna, owner=bela.id)
    assert "/take-over" not in desk.get(at(one)).text
    assert "Diesen Fall hat Bela Bach." in desk.post(at(one, "/take-over")).text
    today = today_here()

    async def leave(session: AsyncSession) -> int:
        return await leaves.add(
            session, municipality=anna.municipality, user=bela.id, starts_on=today, ends_on=today + timedelta(days=3), substitute=anna.id
        )

    scenes.write(server, leave)
    assert f'id="case-{one.case}"' in desk.get("/desk/").text
    assert "Von Bela Bach übernehmen" in desk.get(at(one)).text
    desk.post(at(one, "/take-over"))
    assert scenes.case_row(server, one).owner_id == anna.id


def test_a_follow_up_sleeps_with_its_message_and_wakes(server: Running, anna: Colleague, desk: Desk) -> None:
    one = scenes.case(server, anna, owner=anna.id)
    for wrong in ("", "morgen", "2020-01-01T09:00", "2999-01-01T09:00"):
        assert "Bitte geben Sie einen Zeitpunkt in der Zukunft an" in desk.post(at(one, "/follow-up"), {"at": wrong}).text
    when = (utcnow() + timedelta(days=5)).strftime("%Y-%m-%dT%H:%M")
    page = desk.post(at(one, "/follow-up"), {"at": when, "message": "Wie geht es?"}).text
    assert "Der Fall ruht." in page
    assert "Ihre Nachricht wird dann gesendet." in page
    assert (scenes.case_row(server, one).state, scenes.held_by(server, one)) == ("follow_up", None)
    desk.post(at(one, "/resume"))
    assert (scenes.case_row(server, one).state, scenes.held_by(server, one)) == ("claimed", one.case)


def test_closing_refuses_what_was_not_seen_and_can_be_undone(server: Running, anna: Colleague, desk: Desk) -> None:
    one = scenes.case(server, anna, owner=anna.id)
    old = scenes.case_row(server, one).revision
    scenes.change(server, one, revision=old + 1)
    assert "Inzwischen hat sich etwas geändert." in desk.post(at(one, "/close"), {"revision": old}).text
    page = desk.post(at(one, "/close"), {"revision": old + 1})
    assert "Der Fall ist abgeschlossen." in page.text
    assert (page.url.path, scenes.held_by(server, one)) == ("/desk/", None)
    assert "Dieser Fall ist abgeschlossen." in desk.get(at(one)).text
    desk.post(at(one, "/reopen"))
    assert (scenes.case_row(server, one).state, scenes.held_by(server, one)) == ("claimed", one.case)


def test_the_program_is_switched_and_its_return_is_set(server: Running, anna: Colleague, desk: Desk) -> None:
    one = scenes.case(server, anna, owner=anna.id)
    when = (utcnow() + timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M")
    assert "antwortet wieder" in desk.post(at(one, "/bot"), {"to": "later", "at": when}).text
    assert scenes.case_row(server, one).bot_returns_at is not None
    desk.post(at(one, "/bot"), {"to": "on"})
    assert (scenes.held_by(server, one), scenes.case_row(server, one).owner_id) == (None, anna.id)
    desk.post(at(one, "/bot?undo=off"))
    assert scenes.held_by(server, one) == one.case


def test_notes_mention_colleagues(server: Running, anna: Colleague, bela: Colleague, desk: Desk, sign_in: SignIn) -> None:
    one = scenes.case(server, anna, owner=anna.id)
    assert "Die Notiz ist leer." in desk.post(at(one, "/note"), {"text": " "}).text
    page = desk.post(at(one, "/note"), {"text": f"@Bela schau mal {scenes.HOSTILE}"}).text
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "Erwähnt Sie" in sign_in(bela).get("/desk/").text


def test_files_open_for_the_municipality_alone(server: Running, anna: Colleague, desk: Desk, user: MakeUser, sign_in: SignIn) -> None:
    one = scenes.case(server, anna, owner=anna.id)
    line = scenes.says(server, one, "")
    voice = scenes.attach(server, one, line, kind="voice", media_type="audio/ogg", name="a.ogg", content=b"OggS" + bytes(200))
    paper = scenes.attach(server, one, line, kind="document", media_type="application/pdf", name='"><b>Brief.pdf', content=b"%PDF-1.7")
    text = desk.get(at(one)).text
    assert f'<audio controls preload="none" src="/desk/cases/{one.case}/files/{voice}">' in text
    assert "&#34;&gt;&lt;b&gt;Brief.pdf" in text
    sound = desk.get(at(one, f"/files/{voice}"))
    assert (sound.status_code, sound.content[:4], sound.headers["content-type"]) == (200, b"OggS", "audio/ogg")
    part = desk.get(at(one, f"/files/{voice}"), headers={"range": "bytes=4-9"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, bytes(6), "bytes 4-9/204")
    assert desk.get(at(one, f"/files/{voice}"), headers={"range": "bytes=900-"}).status_code == 416
    letter = desk.get(at(one, f"/files/{paper}"))
    assert letter.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in letter.headers["content-security-policy"]
    assert scenes.audited(server, one).count("file.read") == 2
    other = scenes.case(server, anna)
    foreign = sign_in(user("lead", municipality=scenes.town(server)))
    for who, url in ((desk, at(other, f"/files/{voice}")), (desk, at(one, "/files/987654321")), (foreign, at(one, f"/files/{voice}"))):
        assert who.get(url).status_code == 404
    assert scenes.rows_of(server, Attachment, table_of(Attachment).c.id == voice)


VERBS = (
    "claim",
    "release",
    "take-over",
    "pass-on",
    "take-back",
    "close",
    "reopen",
    "follow-up",
    "resume",
    "bot",
    "note",
    "reply",
    "draft",
    "presence",
)


def test_a_foreign_and_a_forged_id_look_the_same(server: Running, anna: Colleague, user: MakeUser, sign_in: SignIn) -> None:
    one = scenes.case(server, anna, owner=anna.id)
    line = scenes.says(server, one, "x", author=anna, delivery="sent")
    desk = sign_in(user("admin", municipality=scenes.town(server)))
    fields = {"to": 1, "at": "2027-01-01T10:00", "text": "x", "seen": 0}
    paths = ["", "?part=case", "?earlier=true", f"/messages/{line}/edit", f"/messages/{line}/delete", *(f"/{verb}" for verb in VERBS)]
    for path in paths:
        answers = []
        for case in (str(one.case), "987654321", "0", "-1", "9" * 30, "1e3", "%00"):
            url = f"/desk/cases/{case}{path}"
            answer = desk.get(url) if path[:1] in {"", "?"} else desk.post(url, fields | {"to": "on"} if path == "/bot" else fields)
            answers.append((answer.status_code, re.sub(r'value="\w{32}"|content="\w{32}"', "", answer.text)))
        assert {status for status, _ in answers} == {404}, path
        assert len(set(answers)) == 1, path
    row = scenes.case_row(server, one)
    assert (row.owner_id, row.revision, row.municipality_id) == (anna.id, 1, anna.municipality)


def test_signs_of_life_need_no_reading(server: Running, anna: Colleague, desk: Desk) -> None:
    one = scenes.case(server, anna)
    assert desk.post(at(one, "/presence")).status_code == 204
    assert desk.post(at(one, "/presence"), {"gone": "true"}).status_code == 204
    assert scenes.audited(server, one) == []

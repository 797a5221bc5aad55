"""One person's data at the desk: two clicks to take it along, two to delete it; who may; and no byte of theirs is left."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from handoff import files, notes, retention
from handoff.pseudonyms import pseudonym
from scheduler import booking
from scheduler.booking import Booking
from store.desk import Attachment, CaseEvent, Draft, PrivateLink
from store.scheduling import Appointment, Deadline
from store.statements import table_of
from store.tables import Address, Case, Conversation, Message, Outbox, Person, Unanswered
from store.types import utcnow
from tests import traces
from tests.cases import Known, Open, message, person, person_with_case
from tests.desk.settings.console import Console
from tests.scheduling import rules, times, town

NOW = utcnow()
WORDS = ("Zauberwort Quittenmus", "كلمة سرية للاختبار", "таємнеслово калина")


def url(opened: Open, rest: str = "") -> str:
    return f"/desk/people/{opened.person}{rest}"


async def somebody(console: Console) -> tuple[Open, bytes]:
    """A person with something of every kind; and the sealed bytes of their message."""
    user = await console.user()
    keys = console.keyring
    async with console.base.write() as session:
        opened = await person_with_case(session, municipality=console.here, keyring=keys, known=Known(owner=user.id))
        sealed = keys.seal(json.dumps({"text": WORDS[0]}), purpose="message")
        session.add(Message(person_id=opened.person, incoming=True, sealed_payload=sealed, case_id=opened.case))
        await message(session, keys, person=opened.person, text=WORDS[1], author=user.id, case=opened.case)
        await notes.add(session, keys, municipality=console.here, case=opened.case, user=user.id or 0, text=WORDS[2])
        session.add_all(
            [
                Draft(case_id=opened.case, user_id=user.id or 0, sealed_text=keys.seal(WORDS[0], purpose="draft")),
                Attachment(
                    person_id=opened.person,
                    municipality_id=console.here,
                    case_id=opened.case,
                    kind="image",
                    media_type="image/jpeg",
                    size=1,
                    sealed_name=keys.seal(WORDS[1], purpose=files.NAME),
                    sealed_content=keys.seal(WORDS[2], purpose=files.CONTENT),
                ),
                PrivateLink(blind=b"l" * 16, person_id=opened.person, expires_at=NOW),
                Unanswered(
                    municipality_id=console.here,
                    person_id=opened.person,
                    language="en",
                    decision="offer",
                    sealed_text=keys.seal(WORDS[0], purpose="unanswered"),
                ),
                Deadline(person_id=opened.person, kind="permit_end", day=(NOW + timedelta(days=20)).date()),
                Outbox(address_id=opened.address, sealed_payload=keys.seal(WORDS[0], purpose="outbox"), due_at=NOW),
            ]
        )
    return opened, sealed


async def left(console: Console, opened: Open) -> dict[str, int]:
    """How many rows of the person there are still, by table."""
    models = (Person, Conversation, Message, Case, Attachment, PrivateLink, Unanswered, Deadline, Address, CaseEvent, Draft, Outbox)
    found: dict[str, int] = {}
    async with console.base.read() as session:
        for model in models:
            table = table_of(model)
            keys = {"person_id": opened.person, "case_id": opened.case, "address_id": opened.address}
            column, value = next(((name, value) for name, value in keys.items() if name in table.c), ("id", opened.person))
            found[table.name] = await session.scalar(select(func.count()).select_from(table).where(table.c[column] == value)) or 0
    return found


async def test_everything_goes_in_two_clicks_and_no_byte_is_left(console: Console, tmp_path: Path) -> None:
    opened, sealed = await somebody(console)
    assert all((await left(console, opened)).values())
    assert not console.base.is_sqlite or holding(tmp_path, sealed)
    desk = await console.sign_in(await console.user())
    page = (await desk.get(url(opened))).text
    assert pseudonym(opened.person, "en") in page
    assert f'action="{url(opened, "/delete")}"' in page
    assert "Backups keep a copy until they expire, at the latest on" in page
    until = (utcnow() + retention.BACKUPS).year
    assert re.search(rf"at the latest on [^<]*{until}", page)
    done = await desk.post(url(opened, "/delete"))
    assert f"Everything about {pseudonym(opened.person, 'en')} is deleted." in done.text
    assert not any((await left(console, opened)).values())
    assert [row.subject for row in await console.audited("person.deleted")] == [f"person:{opened.person}"]
    assert (await desk.get(url(opened))).status_code == 404
    assert (await desk.post(url(opened, "/delete"))).status_code == 404
    if console.base.is_sqlite:
        assert not any(traces.files_with([tmp_path], traces.writings(words)) for words in WORDS)
        await console.base.close()  # the last connection folds the write-ahead log into the file
        assert holding(tmp_path, sealed) == []


def holding(folder: Path, needle: bytes) -> list[str]:
    """Files of the folder in which these bytes stand."""
    return [file.name for file in folder.iterdir() if file.is_file() and needle in file.read_bytes()]


async def test_the_file_has_everything_and_taking_it_is_noted(console: Console) -> None:
    opened, _ = await somebody(console)
    desk = await console.sign_in(await console.user())
    assert f'action="{url(opened, "/export")}"' in (await desk.get(url(opened))).text
    answer = await desk.post(url(opened, "/export"))
    assert answer.headers["content-type"] == "application/json"
    assert "attachment" in answer.headers["content-disposition"]
    document = json.loads(answer.text)
    assert [line["text"] for line in document["messages"]] == [WORDS[0], WORDS[1]]
    assert document["requests_to_advisers"][0]["notes"] == [WORDS[2]]
    assert document["questions_without_answer"] == [WORDS[0]]
    assert [row.action for row in await console.audited("person.read") + await console.audited("person.exported")] == [
        "person.read",
        "person.exported",
    ]


async def test_what_was_booked_is_cancelled(console: Console) -> None:
    async with console.base.write() as session:
        ids = await town(session, slug="testort")
        opened = await person_with_case(session, municipality=console.here, keyring=console.keyring)
    slot = (await times(console.base, ids, now=NOW))[0]
    async with console.base.write() as session:
        wish = Booking(person=opened.person, mode="in_person", language="en")
        held = await booking.hold(session, await rules(session, ids), slot=slot, booking=wish, now=NOW)
        await booking.book(session, appointment=held, person=opened.person, now=NOW)
    desk = await console.sign_in(await console.user())
    assert "Appointments to come are cancelled: 1" in (await desk.get(url(opened))).text
    await desk.post(url(opened, "/delete"))
    async with console.base.read() as session:
        table = table_of(Appointment)
        row = (await session.execute(select(table.c.state, table.c.person_id, table.c.cancel_reason))).one()
    assert tuple(row) == ("cancelled", None, "deleted")


async def test_only_people_who_turned_to_the_own_advisers_exist(console: Console) -> None:
    async with console.base.write() as session:
        foreign = await person_with_case(session, municipality=console.elsewhere, keyring=console.keyring)
        silent, address = await person(session, municipality=console.here)
    nobody = Open(municipality=console.here, person=silent, case=0, address=address)
    for role in ("adviser", "lead", "admin"):
        desk = await console.sign_in(await console.user(role))
        for who in (
            foreign,
            nobody,
            Open(municipality=0, person=2**52, case=0, address=0),
            Open(municipality=0, person=2**80, case=0, address=0),
        ):
            answers = [await desk.get(url(who)), await desk.post(url(who, "/export")), await desk.post(url(who, "/delete"))]
            assert [answer.status_code for answer in answers] == [404, 404, 404]
    async with console.base.read() as session:
        assert await session.scalar(select(func.count()).select_from(table_of(Person))) == 2
    assert await console.audited("person.read") == []


async def test_who_belongs_to_another_municipality_too_does_it_themselves(console: Console) -> None:
    async with console.base.write() as session:
        opened = await person_with_case(session, municipality=console.here, keyring=console.keyring)
        session.add(Case(municipality_id=console.elsewhere, person_id=opened.person, language="en"))
    desk = await console.sign_in(await console.user("admin"))
    page = (await desk.get(url(opened))).text
    assert "/delete" not in page
    assert "cannot be taken along or deleted here" in page
    for path in ("/export", "/delete"):
        assert "This cannot be done here." in (await desk.post(url(opened, path))).text
    async with console.base.read() as session:
        assert await session.get(Person, opened.person)
    assert await console.audited("person.exported") == []


async def test_editors_see_no_people(console: Console) -> None:
    opened, _ = await somebody(console)
    desk = await console.sign_in(await console.user("editor"))
    answers = [await desk.get(url(opened)), await desk.post(url(opened, "/export")), await desk.post(url(opened, "/delete"))]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert all((await left(console, opened)).values())


@pytest.mark.parametrize("path", ["/export", "/delete"])
async def test_a_form_of_elsewhere_does_nothing(console: Console, path: str) -> None:
    opened, _ = await somebody(console)
    desk = await console.sign_in(await console.user())
    answer = await desk.http.post(url(opened, path), data={"csrf": desk.csrf}, headers={"origin": "https://evil.test"})
    assert answer.status_code == 403
    assert all((await left(console, opened)).values())

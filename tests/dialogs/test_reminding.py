"""What reminders and other news say, through the app's own jobs: each kind, in the person's language, no topic on shared phones."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select
from sqlmodel import col

from bot import codec
from bot.app import App
from bot.channels import TRAITS
from dialogs import reminding
from dialogs.model import Reply
from locales import formats
from locales.registry import LANGUAGES
from scheduler import changes, displaced, reminders, waiting
from scheduler.booking import Interpreter
from scheduler.reminders import Due
from scheduler.slots import Span
from store.scheduling import Deadline, Reminder
from store.tables import Message
from store.types import today_here, utcnow
from tests.appointments import Client, agreed, client, demo_town, event_of, put, row_of
from tests.conversation import plain
from tests.scheduling import BERLIN, Ids

SECOND = timedelta(seconds=1)
WEEK = timedelta(days=7)
TOPIC = ("Residence and papers", "Aufenthalt", "permit", "residence")


def moment(language: str, row: Row[Any]) -> str:
    return plain(formats.moment(language, row.starts_at, BERLIN))


def words_of(reply: Reply) -> str:
    return plain(f"{reply.title}\n{reply.text}\n{reply.note}")


def ids_of(reply: Reply) -> list[str]:
    return [choice.id for row in reply.rows for choice in row]


async def reminder(app: App, kind: str) -> Reminder:
    async with app.database.read() as session:
        found = await session.scalar(select(Reminder).where(col(Reminder.kind) == kind, col(Reminder.channel) == "chat"))
    assert found is not None, kind
    return found


async def said(app: App, who: Client, kind: str) -> Reply:
    """Let the jobs work at the moment when this is due; what the person reads then."""
    async with asyncio.timeout(20):
        while (row := await reminder(app, kind)).state == "pending":
            await app.jobs.remind(max(row.due_at, utcnow()) + SECOND)
    assert row.state == "sent"
    return (await history(app, who))[-1]


async def history(app: App, who: Client) -> Sequence[Reply]:
    async with app.database.read() as session:
        mine = select(col(Message.sealed_payload)).where(col(Message.person_id) == who.person, ~col(Message.incoming))
        payloads = list(await session.scalars(mine.order_by(col(Message.id))))
    return [codec.reply_from_json(codec.open_message(app.desk.keyring, sealed)) for sealed in payloads]


def check(reply: Reply, row: Row[Any], language: str, *, topic: bool = False) -> None:
    """Date and code are in the text, the last row is there, and nothing names the topic."""
    assert moment(language, row) in words_of(reply)
    assert row.code in words_of(reply).replace(" ", "")
    assert [choice.id for choice in reply.rows[-1]][1:] == ["menu", "human"]
    if not topic:
        shown = "\n".join((words_of(reply), *(choice.label for line in reply.rows for choice in line)))
        assert not [word for word in TOPIC if word in shown]


@pytest.mark.parametrize("language", ["de", "ar", "uk"])
@pytest.mark.parametrize("channel", ["web", "telegram"])
async def test_the_day_before_and_shortly_before(app: App, language: str, channel: str) -> None:
    ids = await demo_town(app)
    ada = await client(app, language=language, channel=channel)
    row = await agreed(app, ids, ada.person, language=language, after=timedelta(days=4))
    for kind in ("day_before", "before_120"):
        reply = await said(app, ada, kind)
        assert reply.language == language
        check(reply, row, language)
        assert {f"appt:{action}:{row.id}" for action in ("yes", "move", "cancel")} <= set(ids_of(reply))


async def test_who_has_confirmed_is_reminded_without_being_asked_again(app: App) -> None:
    ids = await demo_town(app)
    ada = await client(app)
    row = await agreed(app, ids, ada.person, after=timedelta(days=4))
    await ada.talker.send(kind="choice", choice=f"appt:yes:{row.id}")
    async with app.database.write() as session:
        await reminders.claim(session, owner="test", now=utcnow())
    due = due_of(await latest(app, "day_before"), ada, "en")
    reply = await render(app, due)
    assert reply is not None
    assert f"appt:yes:{row.id}" not in ids_of(reply)


async def latest(app: App, kind: str) -> Reminder:
    async with app.database.read() as session:
        wanted = select(Reminder).where(col(Reminder.kind) == kind).order_by(col(Reminder.revision).desc()).limit(1)
        return (await session.scalars(wanted)).one()


def due_of(row: Reminder, who: Client, language: str, *, channel: str = "web") -> Due:
    """What a claim of this reminder would give."""
    return Due(
        reminder=int(row.id or 0),
        kind=row.kind,
        subject=row.subject,
        subject_id=row.subject_id,
        revision=row.revision,
        person=who.person,
        language=language,
        address=1,
        channel=channel,
        sealed_external=b"",
        due_at=row.due_at,
        expires_at=row.expires_at,
    )


async def render(app: App, due: Due) -> Reply | None:
    async with app.database.read() as session:
        return await reminding.render(session, app.desk.keyring, app.world.knowledge, due, TRAITS[due.channel])


async def test_a_reminder_of_what_has_changed_says_nothing(app: App) -> None:
    ids = await demo_town(app)
    ada, eve = await client(app), await client(app)
    row = await agreed(app, ids, ada.person, after=timedelta(days=4))
    due = due_of(await latest(app, "day_before"), ada, "en")
    assert await render(app, due) is not None
    assert await render(app, due_of(await latest(app, "day_before"), eve, "en")) is None, "not theirs"
    await ada.talker.send(kind="choice", choice=f"appt:cancel:{row.id}:yes")
    assert await render(app, due) is None


@pytest.mark.parametrize("language", ["de", "ar", "uk"])
async def test_after_a_missed_one_another_time_is_offered(app: App, language: str) -> None:
    ids = await demo_town(app)
    ada = await client(app, language=language)
    row = await agreed(app, ids, ada.person, language=language)
    await put(app, row.id, utcnow() - timedelta(hours=3))
    async with app.database.write() as session:
        missed = await changes.set_outcome(session, appointment=row.id, attended=False, actor="adviser:1", now=utcnow())
    reply = await said(app, ada, "missed")
    check(reply, missed, language)
    assert f"book:{ids.service}" in ids_of(reply)


@pytest.mark.parametrize("language", ["de", "ar", "uk"])
async def test_the_adviser_is_away_a_new_time_is_asked_for(app: App, language: str) -> None:
    ids = await demo_town(app)
    ada = await client(app, language=language)
    row = await agreed(app, ids, ada.person, language=language, after=timedelta(days=4))
    async with app.database.write() as session:
        span = Span(starts=row.starts_at - SECOND, ends=row.ends_at)
        await displaced.displace(session, municipality=ids.municipality, adviser=row.adviser_id, span=span, now=utcnow())
    reply = await said(app, ada, "displaced")
    check(reply, row, language)
    assert {f"appt:move:{row.id}", f"appt:cancel:{row.id}"} <= set(ids_of(reply))


@pytest.mark.parametrize(("found", "kind"), [(True, "interpreter_confirmed"), (False, "interpreter_not_found")])
async def test_what_became_of_the_interpreter(app: App, found: bool, kind: str) -> None:  # noqa: FBT001 - a case of the test
    ids = await demo_town(app)
    ada = await client(app)
    row = await agreed(app, ids, ada.person, after=timedelta(days=4), interpreter=Interpreter(kind="organise", language="ar", mode="phone"))
    async with app.database.write() as session:
        await changes.set_interpreter(session, appointment=row.id, found=found, actor="adviser:1", now=utcnow())
    reply = await said(app, ada, kind)
    check(reply, row, "en")
    assert "العربية" in words_of(reply)


async def news(app: App, row: Row[Any], kind: str) -> None:
    """Something that the office does is told for the appointment as it is now."""
    now = await row_of(app, row.id)
    async with app.database.write() as session:
        await reminders.notify(
            session,
            subject="appointment",
            subject_id=row.id,
            revision=now.revision,
            kind=kind,
            person=row.person_id,
            due_at=utcnow(),
            expires_at=row.starts_at,
        )


async def test_cancelled_and_moved_by_the_office_bring_the_calendar_file(app: App) -> None:
    ids = await demo_town(app)
    ada = await client(app)
    row = await agreed(app, ids, ada.person, after=timedelta(days=4))
    await news(app, row, "moved_by_office")
    reply = await said(app, ada, "moved_by_office")
    check(reply, row, "en")
    assert event_of(reply)[0] == "PUBLISH"
    async with app.database.write() as session:
        await changes.cancel(session, appointment=row.id, person=ada.person, now=utcnow(), reason="office")
    await news(app, row, "cancelled_by_office")
    reply = await said(app, ada, "cancelled_by_office")
    check(reply, row, "en")
    assert event_of(reply)[0] == "CANCEL"
    assert f"book:{ids.service}" in ids_of(reply)


async def offer_of(app: App, ids: Ids, language: str) -> tuple[Client, Row[Any], Row[Any]]:
    ada, ben = await client(app, language=language), await client(app)
    late = await agreed(app, ids, ada.person, language=language, after=timedelta(days=6))
    early = await agreed(app, ids, ben.person, after=timedelta(days=2))
    await ada.talker.send(kind="choice", choice=f"wait:join:{late.id}")
    await ben.talker.send(kind="choice", choice=f"appt:cancel:{early.id}:yes")
    async with app.database.read() as session:
        (offer,) = await waiting.all_offers(session, person=ada.person, now=utcnow())
    return ada, late, offer


@pytest.mark.parametrize("language", ["de", "ar", "uk"])
async def test_an_offer_says_until_when_and_what_becomes_of_the_other_appointment(app: App, language: str) -> None:
    ids = await demo_town(app)
    ada, late, offer = await offer_of(app, ids, language)
    reply = await said(app, ada, "offer")
    for row in (offer, late):
        assert moment(language, row) in words_of(reply)
    assert plain(formats.moment(language, offer.held_until, BERLIN)) in words_of(reply)
    assert {f"wait:take:{offer.id}", f"wait:no:{offer.id}:keep", f"wait:no:{offer.id}:leave"} <= set(ids_of(reply))


async def test_an_offer_that_was_not_answered_is_said_to_be_gone(app: App) -> None:
    ids = await demo_town(app)
    ada, late, offer = await offer_of(app, ids, "en")
    await said(app, ada, "offer")
    async with app.database.write() as session:
        await waiting.expire(session, now=offer.held_until + SECOND)
    reply = await said(app, ada, "offer_gone")
    assert "not kept for you any more" in words_of(reply)
    assert moment("en", late) in words_of(reply)
    assert f"wait:join:{late.id}" in ids_of(reply)


async def deadline(app: App, who: Client, kind: str) -> date:
    day = today_here() + 20 * WEEK
    async with app.database.write() as session:
        row = Deadline(person_id=who.person, kind=kind, day=day)
        session.add(row)
        await session.flush()
        await reminders.plan_deadline(session, deadline=int(row.id or 0), now=utcnow())
    return day


@pytest.mark.parametrize("language", ["de", "ar", "uk"])
@pytest.mark.parametrize(("kind", "weeks", "entry"), [("permit_end", 8, "residence/extension"), ("course_end", 4, "language/which-course")])
async def test_a_date_comes_back_as_it_was_told(app: App, language: str, kind: str, weeks: int, entry: str) -> None:
    ada = await client(app, language=language)
    day = await deadline(app, ada, kind)
    reply = await said(app, ada, f"weeks_{weeks}")
    assert plain(formats.full_date(language, day)) in words_of(reply)
    assert {f"ask:{entry}", "book"} <= set(ids_of(reply))


async def test_a_date_names_nothing_on_a_public_channel_and_goes_when_it_is_deleted(app: App) -> None:
    ada = await client(app, channel="telegram")
    day = await deadline(app, ada, "permit_end")
    due = due_of(await latest(app, "weeks_8"), ada, "en", channel="telegram")
    reply = await render(app, due)
    assert reply is not None
    assert plain(formats.full_date("en", day)) in words_of(reply)
    labels = [choice.label for line in reply.rows for choice in line]
    assert not [word for word in TOPIC if word in "\n".join((words_of(reply), *labels))]
    async with app.database.write() as session:
        await session.delete(await session.get_one(Deadline, due.subject_id))
    assert await render(app, due) is None


@pytest.mark.parametrize("language", list(LANGUAGES))
async def test_every_language_can_say_everything(app: App, language: str) -> None:
    ids = await demo_town(app)
    ada = await client(app, language=language)
    row = await agreed(app, ids, ada.person, language=language, after=timedelta(days=4))
    await deadline(app, ada, "permit_end")
    for kind in ("day_before", "before_120", "weeks_8"):
        reply = await said(app, ada, kind)
        assert reply.language == language
    assert moment(language, row) in "\n".join([words_of(reply) for reply in await history(app, ada)])

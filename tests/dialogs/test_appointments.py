"""My appointments, as a person sees them: the list, one of them, coming, cancelling, files, the waiting list, old and forged buttons."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select
from sqlmodel import col

from bot.app import App
from dialogs.model import Reply
from locales import formats
from locales.texts import translate
from scheduler import changes, waiting
from scheduler.booking import Interpreter
from store.scheduling import Reminder, Waiting
from store.types import utcnow
from tests.appointments import Client, agreed, client, demo_town, event_of, put, row_of
from tests.conversation import Talker, plain
from tests.scheduling import BERLIN, Ids

LANGUAGES = ["de", "ar", "uk"]


def moment(language: str, row: Row[Any]) -> str:
    return plain(formats.moment(language, row.starts_at, BERLIN))


def ids_of(replies: list[Reply]) -> list[str]:
    return [choice.id for reply in replies for row in reply.rows for choice in row]


async def press(who: Client, choice: str) -> str:
    await who.talker.send(kind="choice", choice=choice)
    return who.talker.words


async def test_without_an_appointment_the_way_to_one_is_shown(app: App) -> None:
    ada = await client(app)
    assert "You have no appointment." in await press(ada, "appt")
    assert "book" in ids_of(ada.talker.said)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_only_appointment_is_shown_at_once_in_the_persons_language(app: App, language: str) -> None:
    ids = await demo_town(app)
    ada = await client(app, language=language)
    row = await agreed(app, ids, ada.person, language=language)
    words = await press(ada, "appt")
    assert moment(language, row) in words
    assert "Teststraße 1" in words
    assert row.code in words.replace(" ", "")
    shown = ids_of(ada.talker.said)
    assert {f"appt:{action}:{row.id}" for action in ("move", "cancel", "file", "bring")} <= set(shown)
    assert f"wait:join:{row.id}" in shown


async def test_of_several_each_is_a_button(app: App) -> None:
    ids = await demo_town(app)
    ada = await client(app)
    first = await agreed(app, ids, ada.person)
    second = await agreed(app, ids, ada.person, after=timedelta(days=4))
    await press(ada, "appt")
    assert [moment("en", row) for row in (first, second)] == ada.talker.labels[:2]
    assert moment("en", second) in await press(ada, f"appt:show:{second.id}")
    await press(ada, "appt:cancel")
    assert {f"appt:cancel:{first.id}", f"appt:cancel:{second.id}"} <= set(ids_of(ada.talker.said))


async def test_coming_is_asked_for_in_the_last_three_days_only(app: App) -> None:
    ids = await demo_town(app)
    ada = await client(app)
    row = await agreed(app, ids, ada.person)
    await put(app, row.id, utcnow() + timedelta(days=5))
    await press(ada, f"appt:show:{row.id}")
    assert f"appt:yes:{row.id}" not in ids_of(ada.talker.said)
    await put(app, row.id, utcnow() + timedelta(days=1))
    await press(ada, f"appt:show:{row.id}")
    assert f"appt:yes:{row.id}" in ids_of(ada.talker.said)
    assert "Thank you. See you then" in await press(ada, f"appt:yes:{row.id}")
    assert (await row_of(app, row.id)).state == "confirmed"
    assert "You have said that you are coming." in await press(ada, f"appt:show:{row.id}")
    assert f"appt:yes:{row.id}" not in ids_of(ada.talker.said)


async def test_the_interpreter_that_is_looked_for_is_seen(app: App) -> None:
    ids = await demo_town(app)
    ada = await client(app)
    row = await agreed(app, ids, ada.person, interpreter=Interpreter(kind="organise", language="prs", mode="phone"))
    assert "We are looking for an interpreter for this language: دری" in await press(ada, "appt")
    async with app.database.write() as session:
        await changes.set_interpreter(session, appointment=row.id, found=False, actor="adviser:1", now=utcnow())
    assert "We have not found an interpreter" in await press(ada, "appt")


async def test_what_to_bring_is_a_screen_of_its_own(app: App) -> None:
    ids = await demo_town(app)
    ada = await client(app)
    row = await agreed(app, ids, ada.person)
    assert "Your permit" in await press(ada, f"appt:bring:{row.id}")
    assert ada.talker.said[0].screen


@pytest.mark.parametrize("language", LANGUAGES)
async def test_cancelling_asks_first_and_then_says_it_in_both_languages_with_a_file(app: App, language: str) -> None:
    ids = await demo_town(app)
    ada = await client(app, language=language)
    row = await agreed(app, ids, ada.person, language=language)
    assert moment(language, row) in await press(ada, f"appt:cancel:{row.id}")
    assert (await row_of(app, row.id)).state == "booked"
    words = await press(ada, f"appt:cancel:{row.id}:yes")
    stored = await row_of(app, row.id)
    assert (stored.state, stored.cancelled_by) == ("cancelled", "person")
    assert moment(language, row) in words
    assert moment("de", row) in words
    method, event = event_of(ada.talker.said[0])
    assert (method, event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", stored.revision - 1)
    assert f"book:{ids.service}" in ids_of(ada.talker.said)


async def test_cancelled_twice_moved_after_cancelling_and_over(app: App) -> None:
    ids = await demo_town(app)
    ada = await client(app)
    row = await agreed(app, ids, ada.person)
    await press(ada, f"appt:cancel:{row.id}:yes")
    for choice in (f"appt:cancel:{row.id}:yes", f"appt:move:{row.id}", f"appt:yes:{row.id}", f"wait:join:{row.id}"):
        words = await press(ada, choice)
        assert "This appointment is cancelled already." in words, choice
        assert "You have no appointment." in words, choice
    past = await agreed(app, ids, ada.person)
    await put(app, past.id, utcnow() - timedelta(days=7))
    for choice in (f"appt:yes:{past.id}", f"appt:cancel:{past.id}", f"appt:cancel:{past.id}:yes", f"appt:move:{past.id}"):
        assert "This appointment is over." in await press(ada, choice), choice
    assert (await row_of(app, past.id)).state == "booked"


@pytest.mark.parametrize(
    "form", ["appt:show:{}", "appt:cancel:{}:yes", "appt:yes:{}", "appt:file:{}", "appt:bring:{}", "wait:join:{}", "wait:take:{}"]
)
async def test_another_persons_appointment_does_not_exist(app: App, form: str) -> None:
    ids = await demo_town(app)
    ada, eve = await client(app), await client(app)
    row = await agreed(app, ids, ada.person)
    words = await press(eve, form.format(row.id))
    assert "I cannot find this appointment." in words
    assert row.code not in words.replace(" ", "")
    assert (await row_of(app, row.id)).state == "booked"


@pytest.mark.parametrize("number", ["0", "-1", "abc", "99999999999999999999999999", "1.5", "٣", ""])
async def test_forged_numbers_are_answered(app: App, number: str) -> None:
    ada = await client(app)
    for form in ("appt:show:{}", "appt:cancel:{}:yes", "wait:take:{}", "wait:no:{}:keep", "due:del:{}", "appt:page:{}"):
        assert (await press(ada, form.format(number))).strip()


async def test_the_file_counts_changes_and_names_no_topic_on_public_channels(app: App) -> None:
    ids = await demo_town(app)
    ada = await client(app)
    row = await agreed(app, ids, ada.person)
    await press(ada, f"appt:file:{row.id}")
    method, event = event_of(ada.talker.said[0])
    assert (method, event["SEQUENCE"], event["DTSTART"].dt) == ("PUBLISH", row.revision - 1, row.starts_at)
    assert "Residence and papers" in event["SUMMARY"]
    await press(ada, f"appt:yes:{row.id}")
    await press(ada, f"appt:file:{row.id}")
    _, later = event_of(ada.talker.said[0])
    assert (later["UID"], later["SEQUENCE"]) == (event["UID"], event["SEQUENCE"] + 1)


async def test_on_a_public_channel_nothing_that_pops_up_names_the_topic(app: App) -> None:
    ids = await demo_town(app)
    ada = await client(app, channel="telegram")
    row = await agreed(app, ids, ada.person)
    forms = ("appt", f"appt:show:{row.id}", f"appt:yes:{row.id}", f"appt:file:{row.id}", f"wait:join:{row.id}", f"appt:cancel:{row.id}")
    for choice in (*forms, f"appt:cancel:{row.id}:yes"):
        await press(ada, choice)
        said = "\n".join((ada.talker.words, *(reply.document or "" for reply in ada.talker.said), *ada.talker.labels))
        for topic in ("Residence and papers", "Aufenthalt", "permit"):
            assert topic not in said, choice
    again = await agreed(app, ids, ada.person)
    await ada.talker.send(kind="choice", choice=f"appt:show:{again.id}", screen="77", press="1")
    assert "Residence and papers" in ada.talker.words, "a menu that changes in its place pops up nowhere"


async def test_free_text_leads_to_the_appointments(app: App) -> None:
    ids = await demo_town(app)
    ada = await client(app)
    row = await agreed(app, ids, ada.person)
    for text, expected in (("When is my appointment?", "Your appointment"), ("Cancel my appointment", "Shall I cancel this appointment?")):
        await ada.talker.write(text)
        assert expected in ada.talker.words
        assert moment("en", row) in ada.talker.words


async def offered(app: App, ids: Ids) -> tuple[Client, Row[Any], Row[Any]]:
    """Somebody with a late appointment to whom an earlier time is offered, because another person has cancelled theirs."""
    ada, ben = await client(app), await client(app)
    late = await agreed(app, ids, ada.person, after=timedelta(days=6))
    early = await agreed(app, ids, ben.person, after=timedelta(days=2))
    assert "You are on the waiting list." in await press(ada, f"wait:join:{late.id}")
    await press(ben, f"appt:cancel:{early.id}:yes")
    async with app.database.read() as session:
        (offer,) = await waiting.all_offers(session, person=ada.person, now=utcnow())
    assert offer.starts_at == early.starts_at
    return ada, late, offer


async def test_an_earlier_time_is_taken_and_the_later_one_given_back(app: App) -> None:
    ids = await demo_town(app)
    ada, late, offer = await offered(app, ids)
    await press(ada, "appt")
    assert {f"wait:show:{offer.id}", f"appt:show:{late.id}"} <= set(ids_of(ada.talker.said))
    words = await press(ada, f"wait:show:{offer.id}")
    assert moment("en", offer) in words
    assert moment("en", late) in words
    words = await press(ada, f"wait:take:{offer.id}")
    assert moment("en", offer) in words
    assert "Your other appointment is cancelled" in words
    assert event_of(ada.talker.said[-1])[0] == "CANCEL"
    assert ((await row_of(app, offer.id)).state, (await row_of(app, late.id)).state) == ("booked", "cancelled")
    assert moment("en", offer) in await press(ada, f"wait:take:{offer.id}"), "pressed twice"


async def test_the_interpreter_goes_along_to_the_earlier_time(app: App) -> None:
    ids = await demo_town(app)
    ada = await client(app)
    ben = await client(app)
    late = await agreed(
        app, ids, ada.person, after=timedelta(days=6), interpreter=Interpreter(kind="organise", language="ar", mode="phone")
    )
    early = await agreed(app, ids, ben.person, after=timedelta(days=2))
    await press(ada, f"wait:join:{late.id}")
    await press(ben, f"appt:cancel:{early.id}:yes")
    async with app.database.read() as session:
        (offer,) = await waiting.all_offers(session, person=ada.person, now=utcnow())
    await press(ada, f"wait:take:{offer.id}")
    taken = await row_of(app, offer.id)
    assert (taken.interpreter, taken.interpreter_language, taken.interpreter_state) == ("organise", "ar", "asked")


async def test_too_late_for_the_offer_keeps_the_appointment(app: App) -> None:
    ids = await demo_town(app)
    ada, late, offer = await offered(app, ids)
    async with app.database.write() as session:
        await waiting.expire(session, now=offer.held_until + timedelta(seconds=1))
    words = await press(ada, f"wait:take:{offer.id}")
    assert "not kept for you any more" in words
    assert moment("en", late) in words
    assert f"wait:join:{late.id}" in ids_of(ada.talker.said)
    assert (await row_of(app, late.id)).state == "booked"


@pytest.mark.parametrize(
    ("answer", "state", "words"), [("keep", "waiting", "You stay on"), ("leave", "done", "not on the waiting list any more")]
)
async def test_declining_keeps_the_place_only_if_it_is_wanted(app: App, answer: str, state: str, words: str) -> None:
    ids = await demo_town(app)
    ada, late, offer = await offered(app, ids)
    said = await press(ada, f"wait:no:{offer.id}:{answer}")
    assert words in said
    assert moment("en", late) in said
    async with app.database.read() as session:
        assert await session.scalar(select(col(Waiting.state)).where(col(Waiting.person_id) == ada.person)) == state
    assert "not kept for you any more" in await press(ada, f"wait:no:{offer.id}:{answer}")


async def test_leaving_the_list_passes_the_offer_on(app: App) -> None:
    ids = await demo_town(app)
    ada, _, offer = await offered(app, ids)
    assert "You are not on the waiting list any more." in await press(ada, "wait:leave")
    assert (await row_of(app, offer.id)).state == "cancelled"
    assert "You are not on the waiting list." in await press(ada, "wait:leave")


async def test_cancelling_leaves_the_waiting_list_of_that_appointment(app: App) -> None:
    ids = await demo_town(app)
    ada = await client(app)
    row = await agreed(app, ids, ada.person)
    await press(ada, f"wait:join:{row.id}")
    await press(ada, f"appt:cancel:{row.id}:yes")
    async with app.database.read() as session:
        assert await waiting.of_person(session, person=ada.person, now=utcnow()) == []


async def test_my_data_has_the_appointment_and_deleting_gives_it_back(app: App) -> None:
    ids = await demo_town(app)
    ada = await client(app)
    row = await agreed(app, ids, ada.person, after=timedelta(days=3))
    await press(ada, f"wait:join:{row.id}")
    await press(ada, "export")
    document = ada.talker.said[0].document or ""
    assert row.code in document
    assert '"waiting_list": [\n    {' in document
    assert moment("en", row) in await press(ada, "delete"), "it says what is cancelled too"
    await press(ada, "delete:yes")
    stored = await row_of(app, row.id)
    assert (stored.state, stored.person_id) == ("cancelled", None)
    async with app.database.read() as session:
        assert list(await session.scalars(select(Reminder).where(col(Reminder.person_id).is_not(None)))) == []
        assert list(await session.scalars(select(Waiting))) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_privacy_names_appointments(app: App, language: str) -> None:
    ada = await client(app, language=language)
    sentence = "I also keep your appointments and the dates that I remind you of, until they are over and you have not written for 30 days."
    assert plain(translate(language, sentence)) in await press(ada, "privacy")


async def test_two_offers_of_a_talker_are_listed_beside_each_other(app: App) -> None:
    ids = await demo_town(app)
    ada, late, offer = await offered(app, ids)
    talker: Talker = ada.talker
    await press(ada, "appt")
    assert talker.labels[0].startswith("Free earlier"), (late, offer)

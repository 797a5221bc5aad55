"""Booking in words: from the service to the confirmation, typed answers, other languages, and everything that can go wrong on the way."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select, update
from sqlmodel import col

from bot.app import App
from dialogs import booking_words
from dialogs.model import Choice, Reply
from locales import formats
from locales.registry import LANGUAGES
from scheduler import calendar
from scheduler.calendar import appointments
from store.scheduling import Change, GroupSlot, Hours, Office, Service, Task
from store.types import utcnow
from tests import scheduling
from tests.conversation import Talker, plain
from tests.scheduling import BERLIN, Ids

SERVICE = ("Residence and papers", "Aufenthalt und Papiere")
NEVER = 60 * 24 * 90


async def city(app: App, *, slug: str = "mainz", **options: Any) -> Ids:
    """A town with one service."""
    async with app.database.write() as session:
        return await scheduling.town(session, slug=slug, **options)


async def visitor(app: App, *, language: str = "en", channel: str = "web", town: str = "mainz") -> Talker:
    """Somebody who has chosen language and town."""
    talker = Talker(app, channel=channel)
    await talker.press(f"language:{language}")
    await talker.press(f"place:{town}")
    return talker


async def to_times(talker: Talker, ids: Ids) -> None:
    """The times of the second day: of the first, which may be today, not all are left."""
    await talker.press(f"book:{ids.service}")
    await talker.press_first(choices(talker.said, "bookday:2")[:2][-1].id)


async def to_summary(talker: Talker, ids: Ids) -> None:
    await to_times(talker, ids)
    await talker.press_first("booktime:2")


def choices(replies: list[Reply], prefix: str) -> list[Choice]:
    """The buttons of some replies whose id begins so."""
    return [choice for reply in replies for row in reply.rows for choice in row if choice.id.startswith(prefix)]


async def rows(app: App) -> list[Row[Any]]:
    async with app.database.read() as session:
        return list(await session.execute(select(appointments).order_by(appointments.c.id)))


async def test_seven_taps_lead_to_a_confirmation_that_says_everything(app: App) -> None:
    ids = await city(app)
    talker = Talker(app)
    await talker.press("start")
    taps = 0
    for prefix in ("language:en", "book", "place:list"):
        await talker.press_first(prefix)
        taps += prefix != "place:list"  # the town of this test is not the demonstration's, which has a button of its own
    await talker.press("place:mainz")
    for prefix in (f"book:{ids.service}", "bookday:2", "booktime:2", "bookyes:"):
        if choices(talker.said, prefix):
            await talker.press_first(prefix)
            taps += 1
    assert taps + 1 <= 7
    (row,) = await rows(app)
    assert row.state == "booked"
    assert "Residence and papers" in talker.words
    assert "Haus Test, Teststraße 1, 00000 Testort" in talker.words
    assert "Auf Deutsch: " in talker.words
    assert "• Your permit" in talker.words
    assert " ".join((row.code[:2], row.code[2:4], row.code[4:])) in talker.words
    confirmation = talker.said[-1]
    assert not confirmation.screen
    pages = [choice.url for line in confirmation.rows for choice in line if choice.url]
    assert pages == ["https://www.openstreetmap.org/search?query=Teststra%C3%9Fe%201%2C%2000000%20Testort"]
    assert [choice.id for choice in choices([confirmation], "appt:")] == [f"appt:{what}:{row.id}" for what in ("move", "cancel", "file")]


async def test_days_and_times_are_free_in_order_and_at_most_six(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app)
    await talker.press(f"book:{ids.service}")
    days = [choice.id for choice in choices(talker.said, "bookday:2")]
    assert days == sorted(days)
    assert len(choices(talker.said, "bookday:")) == 6
    assert all(date.fromisoformat(day.partition(":")[2]).weekday() < 6 for day in days), "nobody works on Sundays"
    await talker.press_first(days[1])
    times = choices(talker.said, "booktime:2")
    assert [plain(choice.label) for choice in times] == ["09:00", "09:30", "10:00", "10:30", "11:00"], "each start once"
    await talker.press_first("booktime:page:1")
    assert [plain(choice.label) for choice in choices(talker.said, "booktime:2")][:2] == ["11:30", "13:00"]
    await talker.press_first("bookset:part:afternoon")
    assert plain(choices(talker.said, "booktime:2")[0].label) == "13:00"


async def test_times_of_advisers_who_speak_the_language_come_alone_until_all_are_asked_for(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app, language="ar")
    await to_times(talker, ids)
    shown = {choice.id.split(".")[1] for choice in choices(talker.said, "booktime:2")}
    assert shown == {str(ids.advisers[1])}
    async with app.database.write() as session:
        await session.execute(update(Service).where(col(Service.id) == ids.service).values(languages=[]))
    await talker.press_first("bookset:language:any")
    assert choices(talker.said, "bookset:language:mine")


async def test_who_asks_for_a_woman_sees_only_women(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app, language="de")
    await to_times(talker, ids)
    await talker.press_first("bookset:woman:yes")
    assert {choice.id.split(".")[1] for choice in choices(talker.said, "booktime:2")} == {str(ids.advisers[1])}
    await talker.press_first("bookset:woman:no")
    assert choices(talker.said, "bookset:woman:yes")


async def test_who_is_not_understood_is_asked_about_an_interpreter_and_one_is_looked_for(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app, language="uk")
    await to_summary(talker, ids)
    (held,) = await rows(app)
    assert [choice.id for choice in choices(talker.said, "bookyes:")] == [
        f"bookyes:{held.id}:{kind}" for kind in ("organise", "brings", "none")
    ]
    await talker.write("так")
    assert (await rows(app))[0].state == "held", "a yes does not answer this question"
    await talker.press_first(f"bookyes:{held.id}:organise")
    (row,) = await rows(app)
    assert (row.interpreter, row.interpreter_language, row.interpreter_mode) == ("organise", "uk", "in_person")
    assert "Українська" in talker.words
    async with app.database.read() as session:
        assert [task.kind for task in await session.scalars(select(Task))] == ["interpreter"]


async def test_another_way_to_meet_changes_the_held_time_and_does_not_extend_it(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app)
    await to_summary(talker, ids)
    (before,) = await rows(app)
    await talker.press_first("bookset:mode:phone")
    (row,) = await rows(app)
    assert (row.mode, row.held_until) == ("phone", before.held_until)
    await talker.press_first("bookyes:")
    assert "Where:" not in talker.words
    assert "You call the office at that time" in talker.words


async def test_a_time_that_somebody_else_took_is_replaced_by_the_nearest_three(app: App) -> None:
    ids = await city(app, languages=(("de", "en"),))
    first, second = await visitor(app), await visitor(app)
    await to_times(first, ids)
    await to_times(second, ids)
    await first.press_first("booktime:2")
    taken = choices(second.said, "booktime:2")[0].id
    await second.press_first("booktime:2")
    assert "Somebody else has taken this time" in second.words
    nearest = choices(second.said, "booktime:")
    assert len(nearest) == 3
    assert taken not in {choice.id for choice in nearest}
    await second.press_first("booktime:2")
    await second.press_first("bookyes:")
    assert [row.state for row in await rows(app)] == ["held", "booked"]


async def test_a_time_that_another_adviser_has_too_is_not_gone(app: App) -> None:
    ids = await city(app, languages=(("de", "en"), ("de", "en")))
    first, second = await visitor(app), await visitor(app)
    await to_times(first, ids)
    await to_times(second, ids)
    await first.press_first("booktime:2")
    await second.press_first("booktime:2")
    one, other = await rows(app)
    assert one.starts_at == other.starts_at
    assert one.adviser_id != other.adviser_id


async def test_a_hold_that_ran_out_leads_to_the_nearest_three(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app)
    await to_summary(talker, ids)
    async with app.database.write() as session:
        await session.execute(update(appointments).values(held_until=utcnow() - timedelta(seconds=1)))
    await talker.press_first("bookyes:")
    assert "They are over" in talker.words
    assert len(choices(talker.said, "booktime:2")) == 3
    await talker.press_first("booktime:2")
    await talker.press_first("bookyes:")
    assert [row.state for row in await rows(app)] == ["cancelled", "booked"]


async def test_booking_twice_books_once_and_says_the_same_again(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app)
    await to_summary(talker, ids)
    button = choices(talker.said, "bookyes:")[0].id
    await talker.press(button)
    said = talker.said[-1].text
    await talker.press("menu")
    await talker.press(button)
    assert talker.said[-1].text == said
    async with app.database.read() as session:
        assert list(await session.scalars(select(col(Change.kind)).order_by(col(Change.id)))) == ["held", "booked"]


async def test_a_second_appointment_on_a_day_shows_the_first(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app)
    await to_summary(talker, ids)
    await talker.press_first("bookyes:")
    (row,) = await rows(app)
    await talker.press(f"book:{ids.service}")
    await talker.press(f"bookday:{row.starts_at.astimezone(BERLIN).date()}")
    await talker.press_first("booktime:2")
    assert "You have an appointment on this day already" in talker.words
    assert choices(talker.said, f"appt:move:{row.id}")
    assert len(await rows(app)) == 1


FORGED = [
    "book:999999",
    "book:x",
    "book:page:99999999999999999999",
    "book:service=nothing",
    "bookday",
    "bookday:2020-01-01",
    "bookday:9999-12-31",
    "bookday:x",
    "bookday:page:x",
    "booktime",
    "booktime:x",
    "booktime:1.1.1.0",
    "booktime:29924160.99999999999.1.0",
    "booktime:999999999.1.1.999999999",
    "booktime:page:7",
    "bookset",
    "bookset:part:night",
    "bookset:office:99",
    "bookset:mode:boat",
    "bookyes",
    "bookyes:999999999999999999999999",
    "bookyes:-1:none",
    "bookno",
    "bookmove",
    "bookmove:1:1.1.1.0",
]


@pytest.mark.parametrize("inside", [False, True], ids=["outside", "inside"])
async def test_forged_and_old_buttons_lead_on_and_change_nothing(app: App, *, inside: bool) -> None:
    ids = await city(app)
    talker = await visitor(app)
    for choice in FORGED:
        if inside:
            await talker.press(f"book:{ids.service}")
        await talker.press(choice)
        assert talker.words.strip(), choice
        assert "went wrong" not in talker.words, choice
        assert talker.said[-1].rows, choice
    assert not await rows(app)


async def test_nobody_books_or_moves_what_another_person_holds(app: App) -> None:
    ids = await city(app)
    owner, thief = await visitor(app), await visitor(app)
    await to_summary(owner, ids)
    (held,) = await rows(app)
    for choice in (f"bookyes:{held.id}", f"bookyes:{held.id}:none", f"bookmove:{held.id}:29924160.1.1.0"):
        await thief.press(choice)
    assert [row.state for row in await rows(app)] == ["held"]
    assert held.code not in "".join(reply.text.replace(" ", "") for reply in thief.everything)


async def test_a_service_of_another_town_cannot_be_booked(app: App) -> None:
    ids, other = await city(app), await city(app, slug="trier")
    talker = await visitor(app)
    await talker.press(f"book:{other.service}")
    assert not choices(talker.said, "bookday:")
    assert choices(talker.said, f"book:{ids.service}")


async def test_a_service_that_went_in_the_middle_is_not_booked(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app)
    await to_summary(talker, ids)
    async with app.database.write() as session:
        await session.execute(update(Service).where(col(Service.id) == ids.service).values(retired=True))
        await calendar.changed(session, municipality=ids.municipality)
    for prefix in ("bookyes:", "bookday:"):
        before = talker.said
        await talker.press_first(prefix)
        assert talker.words.strip()
        talker.said = before
    assert [row.state for row in await rows(app)] == ["held"]


async def test_where_nothing_can_be_booked_others_help(app: App) -> None:
    talker = await visitor(app, town="trier")
    await talker.press("book")
    assert "In Trier you cannot make an appointment here yet" in talker.words
    assert choices(talker.said, "ask:advice/")
    assert choices(talker.said, "human")


async def test_where_nothing_is_free_there_is_the_waiting_list(app: App) -> None:
    ids = await city(app, notice_minutes=NEVER)
    talker = await visitor(app)
    await talker.press(f"book:{ids.service}")
    assert "Nothing is free at the moment" in talker.words
    await talker.press_first("wait:join:0")
    assert "waiting list" in talker.words


async def test_a_wish_that_nothing_fulfils_can_be_given_up(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app)
    await talker.press(f"book:{ids.service}")
    await talker.press_first("bookday:2")
    await talker.press("bookset:part:evening")
    assert "Nothing is free" in talker.words
    assert len(choices(talker.said, "booktime:2")) == 3
    await talker.press_first("bookset:part:any")
    assert choices(talker.said, "booktime:2")


async def test_links_name_service_and_town(app: App) -> None:
    await city(app)
    newcomer = Talker(app)
    await newcomer.press("start:book_mainz_papiere")
    await newcomer.press_first("language:en")
    assert choices(newcomer.said, "bookday:2")
    stranger = Talker(app)
    await stranger.press("start:book_papiere")
    await stranger.press_first("language:en")
    assert "Where do you live?" in stranger.words
    await stranger.write("Mainz")
    assert choices(stranger.said, "bookday:2"), "the booking goes on once the town is known"
    known = await visitor(app)
    await known.write("/start book_papiere")
    assert choices(known.said, "bookday:2")
    await known.write("/start book_nothing")
    assert choices(known.said, "book:") or choices(known.said, "bookday:2")


async def test_an_article_leads_to_the_service_about_it(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app)
    await talker.press("ask:residence/extension")
    await talker.press_first(f"book:{ids.service}:residence/extension")
    await talker.press_first("bookday:2")
    await talker.press_first("booktime:2")
    assert [row.topic for row in await rows(app)] == ["residence/extension"]
    elsewhere = await visitor(app, town="trier")
    await elsewhere.press("ask:residence/extension")
    assert not choices(elsewhere.said, "book")


async def test_a_typed_time_is_taken_or_the_nearest_are_shown(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app)
    await to_times(talker, ids)
    time = plain(choices(talker.said, "booktime:2")[-1].label)
    await talker.write(time)
    assert "Shall I book this?" in talker.words
    assert time in talker.words
    await talker.press_first("bookday:2")
    await talker.write("12:30")
    assert "This time is not free" in talker.words
    assert len(choices(talker.said, "booktime:2")) == 3


async def test_yes_books_and_no_gives_the_time_back(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app)
    await to_summary(talker, ids)
    await talker.write("no")
    assert [row.state for row in await rows(app)] == ["cancelled"]
    await to_summary(talker, ids)
    await talker.write("yes")
    assert [row.state for row in await rows(app)] == ["cancelled", "booked"]


async def test_a_question_in_between_is_answered_and_the_booking_goes_on(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app)
    await to_summary(talker, ids)
    await talker.write("How can I enrol my child at school?")
    assert len(talker.said) == 2
    await talker.press_first("bookyes:")
    assert [row.state for row in await rows(app)] == ["booked"]


async def test_no_message_that_pops_up_on_a_public_channel_names_the_service(app: App) -> None:
    await city(app)
    talker = await visitor(app, channel="telegram")
    popped: list[Reply] = []
    named = False
    for prefix in ("book", "bookday:2", "booktime:2", "bookset:mode:phone", "bookset:mode:in_person", "bookyes:", "appt:bring"):
        pressed = next(reply for reply in talker.said if choices([reply], prefix))
        await talker.press_first(prefix)
        edited = pressed.screen and talker.said[0].screen
        popped += talker.said[1:] if edited else talker.said
        named |= edited and any(name in talker.said[0].title + talker.said[0].text for name in SERVICE)
    for text in ("Thursday", "I need an appointment about my permit on Friday morning"):
        popped += await talker.write(text)
    assert named, "a screen may say it"
    assert len(popped) > 3
    for reply in popped:
        assert not any(name in f"{reply.title}{reply.text}{reply.note}" for name in SERVICE), reply.text


async def test_moving_keeps_the_code_and_a_second_press_changes_nothing(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app)
    await to_summary(talker, ids)
    await talker.press_first("bookyes:")
    (before,) = await rows(app)
    await talker.press_first(f"appt:move:{before.id}")
    await talker.press(choices(talker.said, "bookday:2")[2].id)
    await talker.press_first("booktime:2")
    button = choices(talker.said, "bookmove:")[0].id
    await talker.press(button)
    (moved,) = await rows(app)
    assert (moved.code, moved.state, moved.revision) == (before.code, "booked", before.revision + 1)
    assert moved.starts_at > before.starts_at
    await talker.press(button)
    assert (await rows(app))[0].revision == moved.revision
    assert "Your appointment is moved." in talker.words


async def test_an_appointment_that_was_cancelled_cannot_be_moved(app: App) -> None:
    ids = await city(app)
    talker = await visitor(app)
    await to_summary(talker, ids)
    await talker.press_first("bookyes:")
    (row,) = await rows(app)
    await talker.press(f"appt:move:{row.id}")
    await talker.press_first("bookday:2")
    await talker.press_first("booktime:2")
    button = choices(talker.said, "bookmove:")[0].id
    await talker.press(f"appt:cancel:{row.id}:yes")
    await talker.press(button)
    assert "cannot be moved any more" in talker.words
    assert [found.state for found in await rows(app)] == ["cancelled"]


async def test_a_place_in_a_group_is_booked_until_it_is_full(app: App) -> None:
    ids = await city(app, languages=())
    starts = (utcnow() + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    slot = GroupSlot(
        municipality_id=ids.municipality,
        slug="abend",
        service_id=ids.service,
        office_id=ids.office,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=90),
        capacity=1,
    )
    async with app.database.write() as session:
        session.add(slot)
    first, second = await visitor(app), await visitor(app)
    await to_times(first, ids)
    await to_times(second, ids)
    await first.press_first("booktime:2")
    await first.press_first("bookyes:")
    (row,) = await rows(app)
    assert (row.group_slot_id, row.ends_at - row.starts_at) == (slot.id, timedelta(minutes=90))
    await second.press_first("booktime:2")
    assert "Somebody else has taken this time" in second.words
    assert len(await rows(app)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_are_words_in_every_language(language: str) -> None:
    day = date(2026, 3, 29)
    words = booking_words.day_words(language, day)
    assert "29" in words
    assert formats.weekday(language, day.weekday()) in words
    assert booking_words.clock(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), BERLIN) == "03:30"


async def test_where_a_day_has_times_in_two_offices_their_names_are_said_once(app: App) -> None:
    ids = await city(app)
    async with app.database.write() as session:
        session.add(Office(municipality_id=ids.municipality, slug="zweit", name="Zweites Haus der Beratung"))
        await session.flush()
        second = await session.scalar(select(col(Office.id)).where(col(Office.slug) == "zweit"))
        afternoons = update(Hours).where(col(Hours.adviser_id) == ids.advisers[1], col(Hours.starts) == 780)
        await session.execute(afternoons.values(office_id=second))
        await calendar.changed(session, municipality=ids.municipality)
    talker = await visitor(app, language="ar")
    await to_times(talker, ids)
    assert plain(talker.words).count("② Zweites Haus der Beratung") == 1
    labels = [plain(choice.label) for reply in talker.said for row in reply.rows for choice in row if choice.id.startswith("booktime:2")]
    assert {label[-1] for label in labels} <= {"①", "②"}
    assert not any("Haus" in label for label in labels)

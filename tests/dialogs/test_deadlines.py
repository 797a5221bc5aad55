"""Dates that people tell: repeated back, corrected, confirmed, kept with reminders, listed, deleted; and dates that cannot be right."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.app import App
from locales import formats
from scheduler.lead_times import DEADLINE_DAYS
from store.scheduling import Deadline, Reminder
from store.types import today_here, utcnow
from tests.appointments import Client, client, demo_town
from tests.conversation import plain

# Far enough away for all reminders; the messages name the year, so they mean this day on every day.
YEAR = utcnow().year + 2
DAY = date(YEAR, 5, 3)
TOLD = {
    "en": f"my residence permit ends on 3 May {YEAR}",
    "de": f"Mein Aufenthaltstitel läuft am 3. Mai {YEAR} ab",
    "ar": f"تنتهي إقامتي في 3 مايو {YEAR}",
    "uk": f"Мій дозвіл на проживання закінчується 3 травня {YEAR}",
}


def spelled(language: str, day: date) -> str:
    return plain(formats.full_date(language, day))


def ids_of(who: Client) -> list[str]:
    return [choice.id for reply in who.talker.said for row in reply.rows for choice in row]


async def press(who: Client, choice: str) -> str:
    await who.talker.send(kind="choice", choice=choice)
    return who.talker.words


async def kept(app: App) -> list[tuple[str, date]]:
    async with app.database.read() as session:
        return [(row.kind, row.day) for row in await session.scalars(select(Deadline).order_by(col(Deadline.id)))]


async def pending(app: App) -> list[str]:
    async with app.database.read() as session:
        wanted = select(col(Reminder.kind)).where(col(Reminder.subject) == "deadline", col(Reminder.state) == "pending")
        return list(await session.scalars(wanted.order_by(col(Reminder.due_at))))


@pytest.mark.parametrize("language", list(TOLD))
async def test_a_date_is_repeated_back_and_kept_only_when_it_is_confirmed(app: App, language: str) -> None:
    ada = await client(app, language=language)
    await ada.talker.write(TOLD[language])
    assert spelled(language, DAY) in ada.talker.words
    assert {"due:yes", "due:no"} <= set(ids_of(ada))
    assert await kept(app) == []
    words = await press(ada, "due:yes")
    for days in DEADLINE_DAYS["permit_end"]:
        assert spelled(language, DAY - timedelta(days=days)) in words
    assert {"ask:residence/extension", "book"} <= set(ids_of(ada))
    assert await kept(app) == [("permit_end", DAY)]
    assert await pending(app) == ["weeks_8", "weeks_4", "weeks_1"]


@pytest.mark.parametrize(("language", "words"), [("de", "Mein Kurs endet am 31.2.{}"), ("en", "My course ends on 31.2.{}")])
async def test_a_day_that_no_calendar_has_is_asked_for_again(app: App, language: str, words: str) -> None:
    ada = await client(app, language=language)
    await ada.talker.write(words.format(YEAR))
    asked = {"de": "Diesen Tag finde ich nicht im Kalender", "en": "I do not find this day in the calendar"}
    assert asked[language] in ada.talker.words
    await ada.talker.write(f"28.2.{YEAR}")
    assert spelled(language, date(YEAR, 2, 28)) in ada.talker.words
    await press(ada, "due:yes")
    assert await kept(app) == [("course_end", date(YEAR, 2, 28))]


async def test_the_question_says_to_check_the_letter_and_a_yes_can_be_typed(app: App) -> None:
    ada = await client(app)
    await ada.talker.write(TOLD["en"])
    assert "Please check the date in your letter or on your card." in ada.talker.words
    await ada.talker.write("yes")
    assert await kept(app) == [("permit_end", DAY)]


async def test_a_course_is_reminded_of_four_weeks_before(app: App) -> None:
    ada = await client(app)
    await ada.talker.write(f"my language course ends on 30 June {YEAR}")
    assert "Your course ends on this day" in ada.talker.words
    words = await press(ada, "due:yes")
    assert spelled("en", date(YEAR, 6, 2)) in words
    assert "ask:language/which-course" in ids_of(ada)
    assert (await kept(app), await pending(app)) == ([("course_end", date(YEAR, 6, 30))], ["weeks_4"])


LIMITS = {
    "de": f"Meine Klage muss bis 3.5.{YEAR} beim Gericht sein",
    "en": f"my appeal must be in court by 3 May {YEAR}",
    "ar": f"لازم اقدم الطعن قبل 3 مايو {YEAR}",
    "uk": f"термін оскарження до 3.05.{YEAR}",
    "tr": f"itiraz süresi 3 mayıs {YEAR}'e kadar",
}


@pytest.mark.parametrize("language", list(LIMITS))
async def test_a_time_limit_is_kept_and_what_to_do_today_is_said(app: App, language: str) -> None:
    ada = await client(app, language=language)
    await ada.talker.write(LIMITS[language])
    assert spelled(language, DAY) in ada.talker.words
    assert {"details:advice/legal-advice", "details:arrival/asylum-decision"} & set(ids_of(ada))
    await press(ada, "due:yes")
    assert await kept(app) == [("letter_end", DAY)]
    assert await pending(app) == ["weeks_1", "days_3", "days_1"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", f"please remind me on 3 May {YEAR}"),
        ("de", f"Anhörung beim BAMF am 3.5.{YEAR}, bitte erinnern"),
        ("de", f"mein Pass läuft am 3.5.{YEAR} ab"),
        ("uk", f"нагадай мені 3 травня {YEAR}"),
    ],
)
async def test_any_other_date_is_kept_under_no_name(app: App, language: str, words: str) -> None:
    ada = await client(app, language=language)
    await ada.talker.write(words)
    await press(ada, "due:yes")
    assert await kept(app) == [("date", DAY)]
    assert await pending(app) == ["weeks_1", "days_1"]


async def test_what_is_told_of_the_past_is_no_time_limit(app: App) -> None:
    ada = await client(app, language="de")
    await ada.talker.write(f"Der Brief mit der Klage war vom 3. Mai {YEAR - 3}, was nun?")
    assert "due:yes" not in ids_of(ada)


@pytest.mark.parametrize(
    ("language", "words", "said"),
    [
        ("en", "my permit ended on 10 November 2025", "If the date has already passed, go to the immigration office"),
        ("de", "Mein Aufenthaltstitel ist am 10.11.2025 abgelaufen", "Ist das Datum schon vorbei, gehen Sie noch heute"),
    ],
)
async def test_who_writes_of_a_permit_that_is_over_hears_to_go_today(app: App, language: str, words: str, said: str) -> None:
    ada = await client(app, language=language)
    await ada.talker.write(words)
    assert said in ada.talker.words
    assert spelled(language, date(2025, 11, 10)) in ada.talker.words


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "delete the reminder"), ("en", "show me my reminders"), ("de", "lösch die Frist"), ("uk", "покажи мої нагадування")],
)
async def test_dates_are_listed_and_deleted_by_a_sentence(app: App, language: str, words: str) -> None:
    ada = await client(app, language=language)
    await ada.talker.write(TOLD[language])
    await press(ada, "due:yes")
    await ada.talker.write(words)
    assert spelled(language, DAY) in ada.talker.words
    (button,) = [choice for choice in ids_of(ada) if choice.startswith("due:del:")]
    await press(ada, button)
    assert (await kept(app), await pending(app)) == ([], [])


async def test_no_keeps_nothing_and_another_date_takes_its_place(app: App) -> None:
    ada = await client(app)
    await ada.talker.write(TOLD["en"])
    assert "I have not kept the date" in await press(ada, "due:no")
    assert "I do not know any more which date" in await press(ada, "due:yes")
    assert await kept(app) == []
    await ada.talker.write(TOLD["en"])
    await ada.talker.write(f"no, on 4 June {YEAR}")
    assert spelled("en", date(YEAR, 6, 4)) in ada.talker.words
    await press(ada, "due:yes")
    assert await kept(app) == [("permit_end", date(YEAR, 6, 4))]


async def test_a_question_with_an_answer_gets_it_first(app: App) -> None:
    ada = await client(app)
    await ada.talker.write(f"My residence permit expires on 3 May {YEAR}. What do I have to do?")
    assert "details:residence/extension" in ids_of(ada)
    assert spelled("en", DAY) in ada.talker.words
    await press(ada, "due:yes")
    assert await kept(app) == [("permit_end", DAY)]


async def test_a_question_without_a_date_is_only_answered(app: App) -> None:
    ada = await client(app)
    await ada.talker.write("When do I have to extend my residence permit?")
    assert "due:yes" not in ids_of(ada)


async def test_an_interruption_is_answered_and_the_question_comes_again(app: App) -> None:
    ada = await client(app)
    await ada.talker.write(TOLD["en"])
    await ada.talker.write("How do I register my child at school?")
    assert spelled("en", DAY) in ada.talker.words
    assert "due:yes" in ids_of(ada)


async def test_a_booking_that_it_interrupts_goes_on_afterwards(app: App) -> None:
    ids = await demo_town(app)
    ada = await client(app)
    await press(ada, f"book:{ids.service}")
    await ada.talker.write(TOLD["en"])
    assert "due:yes" in ids_of(ada)
    await press(ada, "due:yes")
    assert await kept(app) == [("permit_end", DAY)]
    day = next(choice for choice in ids_of(ada) if choice.startswith("bookday:2"))
    await press(ada, day)
    assert [choice for choice in ids_of(ada) if choice.startswith("booktime:")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("my residence permit ended on 3 May 2020", "This day is over"),
        (f"my residence permit ends on 3 May {YEAR + 30}", "more than ten years away"),
    ],
)
async def test_impossible_dates_are_said_to_be_so_and_asked_for_again(app: App, text: str, words: str) -> None:
    ada = await client(app)
    await ada.talker.write(text)
    assert words in ada.talker.words
    assert "due:yes" not in ids_of(ada)
    await press(ada, "due:yes")
    assert await kept(app) == []
    await ada.talker.write(text)
    await ada.talker.write(f"3.5.{YEAR}")
    assert "due:yes" in ids_of(ada)


@pytest.mark.parametrize("text", ["xyzzy", "qwertz", "hjkl"])
async def test_no_date_where_one_was_asked_for_says_how_to_write_it(app: App, text: str) -> None:
    ada = await client(app)
    await ada.talker.write("my residence permit ended on 3 May 2020")
    await ada.talker.write(text)
    assert "I did not find a date" in ada.talker.words


async def test_who_says_goodbye_where_a_date_was_asked_for_may_go(app: App) -> None:
    ada = await client(app)
    await ada.talker.write("my residence permit ended on 3 May 2020")
    await ada.talker.write("bye")
    assert "Goodbye" in ada.talker.words


async def test_an_end_within_a_week_is_kept_and_said_to_be_very_soon(app: App) -> None:
    ada = await client(app)
    soon = today_here() + timedelta(days=3)
    await ada.talker.write(f"my residence permit ends on {soon.day}.{soon.month}.{soon.year}")
    assert "That is very soon" in await press(ada, "due:yes")
    assert (await kept(app), await pending(app)) == ([("permit_end", soon)], [])


async def test_the_same_date_twice_is_one(app: App) -> None:
    ada = await client(app)
    for _ in range(2):
        await ada.talker.write(TOLD["en"])
        await press(ada, "due:yes")
    assert await kept(app) == [("permit_end", DAY)]


async def test_dates_are_listed_and_deleted_with_their_reminders(app: App) -> None:
    ada, eve = await client(app), await client(app)
    await ada.talker.write(TOLD["en"])
    await press(ada, "due:yes")
    words = await press(ada, "due:list")
    assert spelled("en", DAY) in words
    (button,) = [choice for choice in ids_of(ada) if choice.startswith("due:del:")]
    await press(eve, button)
    assert await kept(app) == [("permit_end", DAY)], "another person's date stays"
    assert "I remind you of no date." in await press(ada, button)
    assert (await kept(app), await pending(app)) == ([], [])
    assert "I remind you of no date." in await press(ada, button), "pressed twice"


async def test_on_a_public_channel_no_new_message_names_the_permit(app: App) -> None:
    ada = await client(app, channel="telegram")
    await ada.talker.write(TOLD["en"])
    for choice in ("", "due:yes", "due:list"):
        if choice:
            await press(ada, choice)
        assert spelled("en", DAY) in ada.talker.words
        assert "permit" not in "\n".join((ada.talker.words, *ada.talker.labels)), choice


async def test_dates_are_in_my_data_and_go_with_it(app: App) -> None:
    ada = await client(app)
    await ada.talker.write(TOLD["en"])
    await press(ada, "due:yes")
    await press(ada, "export")
    assert DAY.isoformat() in (ada.talker.said[0].document or "")
    await press(ada, "delete")
    await press(ada, "delete:yes")
    assert (await kept(app), await pending(app)) == ([], [])


@pytest.mark.parametrize(
    ("language", "words", "day"),
    [
        ("en", "no sorry, the 25th of may {}", date(YEAR, 5, 25)),
        ("en", "no sorry the 9th", date(YEAR, 5, 9)),
        ("de", "stimmt nicht, es ist der 2.6.{}", date(YEAR, 6, 2)),
        ("uk", "помилився, 26", date(YEAR, 5, 26)),
        ("ar", "لا لا 8 مش 3", date(YEAR, 5, 8)),
        ("vi", "à không, ngày 22/5/{}", date(YEAR, 5, 22)),
        ("tr", "hayır 27 mayıs {}", date(YEAR, 5, 27)),
    ],
)
async def test_a_date_is_put_right_just_after_it_was_kept(app: App, language: str, words: str, day: date) -> None:
    ada = await client(app, language=language)
    await ada.talker.write(TOLD.get(language, TOLD["de"]))
    await press(ada, "due:yes")
    await ada.talker.write(words.format(YEAR))
    assert spelled(language, day) in ada.talker.words
    assert await kept(app) == [("permit_end", DAY)], "not before it is confirmed"
    said = await press(ada, "due:yes")
    assert spelled(language, DAY) in said, "which day is not reminded of any more"
    assert await kept(app) == [("permit_end", day)]
    assert await pending(app) == ["weeks_8", "weeks_4", "weeks_1"]


async def test_a_second_date_just_after_the_first_is_a_second_date(app: App) -> None:
    ada = await client(app)
    await ada.talker.write(TOLD["en"])
    await press(ada, "due:yes")
    await ada.talker.write(f"my course ends on 7 June {YEAR}")
    await press(ada, "due:yes")
    assert await kept(app) == [("permit_end", DAY), ("course_end", date(YEAR, 6, 7))]
    await ada.talker.write("is my appointment free?")
    assert "residence permit ends" not in ada.talker.words


async def test_no_alone_after_a_kept_date_asks_for_the_right_one(app: App) -> None:
    ada = await client(app)
    await ada.talker.write(TOLD["en"])
    await press(ada, "due:yes")
    await ada.talker.write("no")
    assert "On which day does it end?" in ada.talker.words
    await ada.talker.write(f"4.5.{YEAR}")
    await press(ada, "due:yes")
    assert await kept(app) == [("permit_end", date(YEAR, 5, 4))]


@pytest.mark.parametrize(("language", "words"), [("de", "am 14.12.{}"), ("ar", "تاريخ 14.12.{}"), ("ru", "дата 14 декабря {}")])
async def test_a_bare_date_is_about_what_was_read_last(app: App, language: str, words: str) -> None:
    ada = await client(app, language=language)
    await ada.talker.press("ask:residence/extension")
    await ada.talker.write(words.format(YEAR))
    assert spelled(language, date(YEAR, 12, 14)) in ada.talker.words
    await press(ada, "due:yes")
    assert await kept(app) == [("permit_end", date(YEAR, 12, 14))]


async def test_the_day_on_which_a_letter_came_is_no_deadline_of_next_year(app: App) -> None:
    came = today_here() - timedelta(days=3)
    ada = await client(app, language="ur")
    await ada.talker.write(f"BAMF ka letter {came.day}.{came.month}. ko mila hai negative")
    assert not {"due:yes", "due:no"} & set(ids_of(ada))
    ben = await client(app, language="de")
    await ben.talker.write(f"Mein Aufenthaltstitel ist am {came.day}.{came.month}. abgelaufen")
    assert spelled("de", came) in ben.talker.words, "over, not good for a year"


@pytest.mark.parametrize(
    ("language", "words"),
    [("ru", "у меня завтра в 9 врач напомни"), ("bg", "напомни ми утре в 9 лекар"), ("en", "dont let me forget the jobcenter tomorrow")],
)
async def test_who_wants_to_be_reminded_tomorrow_is_asked_for_that_day(app: App, language: str, words: str) -> None:
    ada = await client(app, language=language)
    await ada.talker.write(words)
    assert "due:yes" in ids_of(ada)


async def test_an_appointment_elsewhere_is_a_date_and_no_permit_that_ends(app: App) -> None:
    ada, day = await client(app, language="sr"), today_here() + timedelta(days=20)
    await ada.talker.write(f"imam termin {day.day}.{day.month}. u opstini")
    await press(ada, "due:yes")
    assert await kept(app) == [("date", day)]


@pytest.mark.parametrize("words", ["A2 course please", "I have 2 children", "my son is 15", "course B1"])
async def test_a_number_of_something_else_is_no_other_day(app: App, words: str) -> None:
    ada = await client(app)
    await ada.talker.write(TOLD["en"])
    await press(ada, "due:yes")
    await ada.talker.write(words)
    assert "due:yes" not in ids_of(ada)
    assert await kept(app) == [("permit_end", DAY)]


async def test_who_gives_up_putting_right_sees_what_is_kept(app: App) -> None:
    ada = await client(app)
    await ada.talker.write(TOLD["en"])
    await press(ada, "due:yes")
    await ada.talker.write(f"no sorry, the 25th of may {YEAR}")
    words = await press(ada, "due:no")
    assert "I have not kept the date" not in words, "the first one is kept still"
    assert spelled("en", DAY) in words
    assert any(choice.startswith("due:del:") for choice in ids_of(ada))

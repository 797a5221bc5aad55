"""Handing over in talks: one case with its card, honest times, the private way, silence while a human has the word, words around it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot import app as composition
from bot.app import App
from dialogs import handing
from dialogs.model import Reply
from handoff import card as cards
from handoff import cases, events
from handoff.card import Card
from handoff.events import Line
from handoff.follow_ups import Woken
from handoff.ladder import KINDS, Step
from handoff.notices import Notice
from handoff.promises import Expected
from knowledge.model import Knowledge
from locales.registry import LANGUAGES
from nlu.brain import Brain
from store.desk import WorkHours
from store.tables import Case, User
from store.types import utcnow
from tests.appointments import Client, client
from tests.conftest import MakeSettings
from tests.conversation import plain

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 4, 2, 13, 30, tzinfo=UTC)
TUESDAY = datetime(2026, 4, 7, 7, tzinfo=UTC)
NAME = "Ömer Şahin (MBE)"


async def case_of(app: App, who: Client) -> Case:
    """The one open case of a person."""
    async with app.database.read() as session:
        mine = select(Case).where(col(Case.person_id) == who.person, col(Case.state) != "closed")
        return (await session.scalars(mine)).one()


async def history(app: App, case: Case) -> list[Line]:
    """The lines of a case's history."""
    async with app.database.read() as session:
        return await events.of_case(session, app.desk.keyring, municipality=case.municipality_id, case=int(case.id or 0))


def card_of(app: App, case: Case) -> Card:
    return cards.open_(app.desk.keyring, case.sealed_card)


async def open_hours(app: App, *, always: bool) -> None:
    """The demonstration's advisers work around the clock, or in a single hour of Sunday night."""
    async with app.database.write() as session:
        for row in await session.scalars(select(WorkHours)):
            await session.delete(row)
        town = app.world.towns["demo"].id
        for weekday in range(7) if always else (6,):
            session.add(WorkHours(municipality_id=town, weekday=weekday, starts=0, ends=1440 if always else 1))


async def held(app: App, who: Client) -> str:
    """Ask for a human, and have an adviser take the case; returns the adviser's name."""
    await who.talker.press("human")
    case = await case_of(app, who)
    async with app.database.write() as session:
        user = (await session.scalars(select(User).where(col(User.role) == "adviser").order_by(col(User.id)))).first()
        if user is None:
            user = User(municipality_id=case.municipality_id, email="a@b.test", name="Anna Adler", role="adviser")
            session.add(user)
            await session.flush()
        await cases.claim(session, municipality=case.municipality_id, case=int(case.id or 0), user=int(user.id or 0))
    return user.name


async def test_a_request_is_one_case_with_what_was_asked_and_read(app: App) -> None:
    ada = await client(app)
    await ada.talker.write("How do I extend my residence permit?")
    answered = ada.talker.said[0].title
    await ada.talker.write("I need help from a real person, a woman please")
    case = await case_of(app, ada)
    card = card_of(app, case)
    assert (case.reason, case.urgent, case.language, case.state) == ("asked", False, "en", "waiting")
    assert card.question == "I need help from a real person, a woman please"
    assert card.question_language == "en"
    assert list(card.wishes) == ["woman"]
    assert [app.world.knowledge.articles[entry].translations["en"].title for entry in card.articles] == [answered]
    assert case.topic == card.articles[0]


async def test_pressing_twice_finds_the_same_request_and_cancelling_ends_it(app: App) -> None:
    ada = await client(app)
    await ada.talker.press("human")
    first = await case_of(app, ada)
    await ada.talker.press("human")
    assert "You have already asked for a person." in ada.talker.words
    assert (await case_of(app, ada)).id == first.id
    await ada.talker.press("I do not need anybody any more")
    assert "Your request is taken back." in ada.talker.words
    async with app.database.read() as session:
        assert (await session.get_one(Case, first.id)).state == "closed"
    await ada.talker.press("human:cancel")
    assert "Your request is taken back." in ada.talker.words, "once more harms nobody"


async def test_who_is_with_an_adviser_or_in_danger_cannot_take_it_back(app: App) -> None:
    ada, ben = await client(app), await client(app)
    await held(app, ada)
    await ben.talker.write("My husband hits me and I am afraid")
    for who in (ada, ben):
        await who.talker.press("human:cancel")
        assert "Only an adviser can finish your request now." in who.talker.words
        assert (await case_of(app, who)).state in {"claimed", "waiting"}


@pytest.mark.parametrize("said", ["press", "that was a joke, I am not in danger"])
async def test_who_is_in_no_danger_after_all_says_so_to_the_advisers_too(app: App, said: str) -> None:
    ada = await client(app)
    await ada.talker.write("I want to die")
    case = await case_of(app, ada)
    for _ in range(2):
        await (ada.talker.press("calm") if said == "press" else ada.talker.write(said))
    # At any moment the ladder goes on beside.
    assert [line.kind for line in await history(app, case) if line.kind != "ladder"] == ["opened", "calm"]
    assert events.calm_at(await history(app, case))
    still = await case_of(app, ada)
    assert (still.urgent, still.state, still.waiting_since) == (True, "waiting", case.waiting_since)
    await ada.talker.write("My husband hits me and I am afraid")
    assert events.calm_at(await history(app, case)) is None, "another alarm"


async def test_a_request_that_is_not_about_danger_is_not_written_to(app: App) -> None:
    ada = await client(app)
    await ada.talker.press("human")
    await ada.talker.press("calm")
    assert [line.kind for line in await history(app, await case_of(app, ada))] == ["opened"]


async def test_the_time_is_in_working_time_or_not_promised(app: App) -> None:
    async with app.database.write() as session:
        for row in await session.scalars(select(WorkHours)):
            await session.delete(row)
    ada = await client(app)
    await ada.talker.press("human")
    assert "I do not know when the advisers work" in ada.talker.words
    assert (await case_of(app, ada)).promised_at is None
    await open_hours(app, always=True)
    await ada.talker.press("human")
    assert "The advisers are at work now." in ada.talker.words
    promised = (await case_of(app, ada)).promised_at
    assert promised is not None
    assert timedelta(hours=3) < promised - utcnow() < timedelta(hours=30), "four working hours, holidays left out"
    await open_hours(app, always=False)
    ben = await client(app)
    await ben.talker.press("human")
    assert "No adviser is at work now. They start again: Sunday" in ben.talker.words


async def test_a_messenger_offers_the_private_chat_first_and_lets_people_stay(make_settings: MakeSettings, brain: Brain) -> None:
    app = await composition.build(make_settings(base_url="https://lotse.example"), demo=True, brain=brain)
    async with composition.running(app, channels=False):
        ada, ben = await client(app, channel="telegram"), await client(app, channel="web")
        await ada.talker.press("human")
        first = ada.talker.said[-1].rows[0][0]
        assert first.url is not None
        assert first.url.startswith("https://lotse.example/link/")
        assert "You can also stay here." in ada.talker.words
        assert (await case_of(app, ada)).state == "waiting", "nobody has to go there first"
        await ben.talker.press("human")
        assert not [choice for row in ben.talker.said[-1].rows for choice in row if choice.url]


@pytest.mark.parametrize(
    "text", ["Hello, are you there?", "stop", "cancel", "Talk to a person", "What does it cost?", "", "/nothing", "Mainz"]
)
async def test_typed_words_are_for_the_human_alone(app: App, text: str) -> None:
    ada = await client(app)
    await held(app, ada)
    await ada.talker.press("place")
    assert "Where do you live?" in ada.talker.words, "a button is for the program"
    assert await ada.talker.write(text) == []


async def test_voice_and_files_are_silent_where_the_human_gets_them_and_never_lost_in_silence(app: App) -> None:
    ada, ben = await client(app, channel="web"), await client(app, channel="telegram")
    for who in (ada, ben):
        await held(app, who)
    for kind in ("voice", "photo", "file", "sticker", "other"):
        assert await ada.talker.send(kind=kind) == [], kind
    assert await ben.talker.send(kind="sticker") == []
    for kind in ("voice", "photo", "file", "edited", "location"):
        await ben.talker.send(kind=kind)
        assert ben.talker.words, kind


@pytest.mark.parametrize(("command", "words"), [
    ("/privacy", "You need no name"), ("/delete", "Shall I delete"), ("/export", "everything that I keep"), ("/language", "Welcome"),
])  # fmt: skip
async def test_the_own_data_is_always_in_reach(app: App, command: str, words: str) -> None:
    ada = await client(app)
    await held(app, ada)
    await ada.talker.write(command)
    assert words in ada.talker.words


async def test_danger_is_answered_while_a_human_has_the_word(app: App) -> None:
    ada = await client(app)
    await held(app, ada)
    await ada.talker.write("I want to kill myself tonight")
    assert "112" in ada.talker.words
    case = await case_of(app, ada)
    assert (case.reason, case.urgent, case.state) == ("safety", True, "claimed")
    assert card_of(app, case).danger == "crisis_suicide"
    assert await ada.talker.write("Thank you") == []


async def test_who_answers_is_a_person_and_has_a_name(app: App) -> None:
    ada = await client(app)
    name = await held(app, ada)
    await ada.talker.write("/human")
    assert f"A person answers you here: {name}." in ada.talker.words
    assert "Please write here." in ada.talker.words


async def test_danger_opens_an_urgent_case_without_the_words(app: App) -> None:
    ada = await client(app)
    await ada.talker.write("Mein Mann schlägt mich gerade und ich habe Angst")
    case = await case_of(app, ada)
    assert (case.reason, case.urgent) == ("safety", True)
    assert card_of(app, case) == Card(question_language="de", danger="crisis_violence", filled={}, articles=[], wishes=[])
    assert case.rung_at == case.waiting_since, "the ladder speaks at once"


async def test_twice_not_understood_is_a_case_with_the_question(app: App) -> None:
    ada = await client(app)
    await ada.talker.write("?!")
    await ada.talker.write("...")
    case = await case_of(app, ada)
    assert (case.reason, card_of(app, case).question) == ("unsure", "...")
    assert "I have told the advisers of" in ada.talker.words


def step(kind: str, language: str, **more: object) -> Step:
    """A step of the ladder, over Easter."""
    expected = Expected(zone=BERLIN, opens_at=TUESDAY, answer_by=TUESDAY + timedelta(hours=4))
    values = {"case": 1, "municipality": 1, "person": 1, "language": language, "rung": KINDS.index(kind) + 1, "kind": kind}
    rest = {"urgent": False, "users": (2,), "tells": kind != "remind", "expected": expected, "owner": NAME}
    return Step(**values | rest | more)  # type: ignore[arg-type]  # fields of Step


def said(language: str, knowledge: Knowledge) -> list[Reply]:
    """Everything that is said around a hand-off."""
    away = {"away_until": date(2026, 4, 10), "acting": NAME}
    late = Expected(zone=BERLIN, open=True, opens_at=NOW, answer_by=TUESDAY, late=True)
    steps = [
        *(step(kind, language, **more) for kind in KINDS for more in ({}, {"urgent": True}, away, {"expected": late, "owner": ""})),
        step("lead", language, users=(), expected=Expected(zone=BERLIN)),
        step("lead", language, rung=7),
    ]
    woken = Woken(case=1, municipality=1, person=1, language=language, message="Wie geht es?", owner=2, name=NAME)
    notice = Notice(case=1, municipality=1, person=1, language=language, owner=NAME, acting=NAME, until=date(2026, 4, 10))
    found = [
        *(handing.render_step(one, town="Landau", knowledge=knowledge) for one in steps),
        handing.claimed(language=language, name=NAME, town="Landau", until=TUESDAY, zone=BERLIN),
        handing.claimed(language=language, name=NAME, town="Landau"),
        handing.returned(language=language),
        handing.closed(language=language),
        handing.substitution(notice),
        handing.substitution(replace(notice, acting="")),
        handing.follow_up(woken, town="Landau"),
        handing.follow_up(replace(woken, owner=None, name=""), town="Landau"),
    ]
    return [reply for reply in found if reply]


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_language_can_say_everything_around_a_hand_off(knowledge: Knowledge, language: str) -> None:
    replies = said(language, knowledge)
    assert len(replies) == 16 + 2 + 8
    for reply in replies:
        text = f"{reply.title}\n{reply.text}"
        assert reply.language == language
        assert "{" not in text
        assert not LANGUAGES[language].rtl or f"\u2068{NAME}\u2069" in text or NAME not in text, "names do not jump"
    danger = handing.render_step(step("tell", language, urgent=True), town="Landau", knowledge=knowledge)
    assert danger is not None
    assert plain(danger.text).find("112") < plain(danger.text).find("Landau"), "whom to call comes first"
    assert not [choice for row in danger.rows for choice in row if choice.id == handing.CANCEL]


def test_a_step_that_is_for_advisers_alone_says_nothing(knowledge: Knowledge) -> None:
    assert handing.render_step(step("remind", "en"), town="Landau", knowledge=knowledge) is None
    assert handing.render_step(step("team", "en", tells=False), town="Landau", knowledge=knowledge) is None
    silent = Woken(case=1, municipality=1, person=1, language="en", message=None, owner=None, name="")
    assert handing.follow_up(silent, town="Landau") is None


def test_the_program_says_until_when_it_is_quiet() -> None:
    timed = handing.claimed(language="en", name="Anna", town="Landau", until=TUESDAY, zone=BERLIN)
    assert timed.text.split("\n\n") == [
        "Anna from Landau reads your messages now.",
        "The program is quiet until this time: Tuesday, April 7, 2026, 09:00.",
        "Please write here.",
    ]
    assert timed.rows == ()
    assert "quiet until Anna lets it answer again" in handing.claimed(language="en", name="Anna", town="Landau").text

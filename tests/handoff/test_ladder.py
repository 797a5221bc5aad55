"""The ladder: its transcript over Easter is real, absent people hear nothing, an answer stops it, it never climbs twice and never ends."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from handoff import cases, follow_ups, ladder, leaves, letters, promises, relay
from handoff.ladder import Step
from knowledge.model import Knowledge
from store.crypto import Keyring
from store.database import Database
from store.desk import CaseEvent, WorkHours
from store.scheduling import Reminder
from store.tables import Case, Person, User
from tests.cases import Known, Open, message, person_with_case, place, staff
from tests.handoff import simulation

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "ladder.md"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday, ten o'clock in Berlin
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


async def test_the_transcript_in_the_docs_is_what_happens(base: Database, knowledge: Knowledge) -> None:
    stories = await simulation.play(base, knowledge)
    assert simulation.document(stories) == DOCUMENT.read_text(encoding="utf-8"), "run `python -m tests.handoff.simulation > docs/ladder.md`"
    for story in stories.values():
        asked = [name for one in story.heard for name in one.mails]
        assert sorted(story.mails) == sorted(asked), "everybody who was asked got an e-mail, and nobody else"
        assert not {"Amira Adler", "Ben Bach"} & set(asked), "who is away gets none"


async def town(base: Database, *, hours: bool = True) -> tuple[int, list[int], int]:
    """A municipality that works from 8 to 18 o'clock every weekday; the ids of three advisers and of a lead."""
    async with base.write() as session:
        number = await place(session)
        for weekday in range(5) if hours else ():
            session.add(WorkHours(municipality_id=number, weekday=weekday, starts=480, ends=1080))
        advisers = await staff(session, municipality=number)
        (lead,) = await staff(session, municipality=number, names=("Lena Lead",), role="lead")
        return number, [int(user.id or 0) for user in advisers], int(lead.id or 0)


async def waiting(base: Database, number: int, *, known: Known | None = None, now: datetime = NOW) -> Open:
    """Somebody who begins to wait at `now`, as the verbs of cases write it."""
    async with base.write() as session:
        one = await person_with_case(session, municipality=number, known=known or Known(waiting=timedelta()), now=now)
        (await session.get_one(Case, one.case)).rung_at = now
        return one


async def climb(base: Database, one: Open, now: datetime) -> Step | None:
    async with base.write() as session:
        return await ladder.climb(session, one.case, now)


async def climbed(base: Database, one: Open, *, until: datetime, every: timedelta = 5 * MINUTE, now: datetime = NOW) -> list[Step]:
    """The steps up to a moment, as the jobs of a process take them."""
    steps = []
    while now <= until:
        async with base.write() as session:
            steps += [
                step for case in await ladder.due(session, now) if case == one.case and (step := await ladder.climb(session, case, now))
            ]
        now += every
    return steps


async def case_of(base: Database, one: Open) -> Case:
    async with base.read() as session:
        return await session.get_one(Case, one.case)


async def test_the_rungs_come_in_order_and_the_lead_hears_of_it_again(base: Database) -> None:
    number, (anna, bela, cem), lead = await town(base)
    one = await waiting(base, number)
    steps = await climbed(base, one, until=NOW + 8 * HOUR)
    assert [(step.rung, step.kind, step.users) for step in steps] == [
        (1, "tell", ()),
        (2, "remind", (anna,)),
        (3, "substitute", (bela,)),
        (4, "team", (anna, bela, cem)),
        (5, "lead", (lead,)),
    ]
    assert [step.tells for step in steps] == [True, False, True, True, True]
    again = await climbed(base, one, until=NOW + 30 * HOUR, every=15 * MINUTE, now=NOW + 8 * HOUR)
    assert [(step.rung, step.kind) for step in again] == [(6, "lead")]
    row = await case_of(base, one)
    assert row.revision == 1, "a page that shows the case stays valid"
    async with base.read() as session:
        lines = select(col(CaseEvent.detail)).where(col(CaseEvent.case_id) == one.case, col(CaseEvent.kind) == "ladder")
        details = list(await session.scalars(lines.order_by(col(CaseEvent.id))))
    assert [detail["rung"] for detail in details] == [1, 2, 3, 4, 5, 6]


async def test_an_answer_stops_it_and_a_new_message_starts_it_anew(base: Database) -> None:
    number, (anna, *_), _ = await town(base)
    one = await waiting(base, number)
    assert len(await climbed(base, one, until=NOW + 2 * HOUR)) == 2
    answered = NOW + 2 * HOUR
    async with base.write() as session:
        await cases.claim(session, municipality=number, case=one.case, user=anna, now=answered)
        await relay.answered(session, municipality=number, case=one.case, user=anna, message=1, now=answered)
    assert await climbed(base, one, until=answered + 6 * HOUR, now=answered) == []
    later = NOW + DAY
    async with base.write() as session:
        assert await relay.heard(session, person=one.person, case=one.case, now=later)
    steps = await climbed(base, one, until=later + 2 * HOUR, now=later)
    assert [(step.rung, step.users) for step in steps] == [(1, ()), (2, (anna,))]


async def test_of_two_who_climb_at_once_one_climbs(base: Database) -> None:
    number, *_ = await town(base)
    for round_ in range(10):
        one = await waiting(base, number, now=NOW + round_ * MINUTE)
        at = NOW + round_ * MINUTE + HOUR
        steps = await asyncio.gather(*(climb(base, one, at) for _ in range(5)))
        assert [step.rung for step in steps if step] == [1]


async def test_danger_is_told_at_once_even_at_night_and_climbs_faster(base: Database) -> None:
    number, advisers, lead = await town(base)
    night = NOW - 12 * HOUR
    one = await waiting(base, number, known=Known(urgent=True, reason="safety", waiting=timedelta()), now=night)
    first = await climb(base, one, night)
    assert first is not None
    assert (first.rung, first.tells, first.expected.open, first.expected.opens_at) == (
        1,
        True,
        False,
        datetime(2026, 11, 23, 7, tzinfo=UTC),
    )
    steps = await climbed(base, one, until=datetime(2026, 11, 23, 8, tzinfo=UTC), now=night)
    assert [(step.kind, set(step.users)) for step in steps] == [("remind", set(advisers)), ("lead", {lead})]
    hours = [await _climbed_at(base, one, rung) for rung in (2, 5)]
    assert hours == [datetime(2026, 11, 23, 7, 10, tzinfo=UTC), datetime(2026, 11, 23, 7, 20, tzinfo=UTC)]


async def _climbed_at(base: Database, one: Open, rung: int) -> datetime:
    async with base.read() as session:
        lines = await session.scalars(select(CaseEvent).where(col(CaseEvent.case_id) == one.case, col(CaseEvent.kind) == "ladder"))
        return next(line.at for line in lines if line.detail["rung"] == rung)


async def test_a_case_that_becomes_urgent_hurries(base: Database, keyring: Keyring) -> None:
    number, *_ = await town(base)
    one = await waiting(base, number)
    assert await climb(base, one, NOW) is None, "it is planned"
    later = NOW + 10 * MINUTE
    async with base.write() as session:
        known = {"municipality": number, "person": one.person, "language": "en", "now": later}
        await cases.open_case(session, keyring, reason="safety", urgent=True, **known)  # type: ignore[arg-type]  # keywords of open_case
        await ladder.start(session, one.case, later)
    steps = await climbed(base, one, until=later + 10 * MINUTE, now=later)
    assert [step.kind for step in steps] == ["tell", "remind"]


async def test_who_writes_when_nobody_works_is_told_at_once_but_not_twice(base: Database) -> None:
    number, (anna, *_), _ = await town(base)
    evening, morning = NOW + 9 * HOUR, datetime(2026, 11, 24, 7, tzinfo=UTC)
    one = await waiting(base, number, known=Known(owner=anna, waiting=timedelta()), now=evening)
    told = await climb(base, one, evening)
    assert told is not None
    assert (told.kind, told.expected.opens_at, told.owner) == ("tell", morning, "Anna Adler")
    asked = await waiting(base, number, now=evening)
    async with base.write() as session:
        assert (await promises.make(session, case=asked.case, now=evening)).opens_at == morning
    assert await climb(base, asked, evening) is None, "the dialog has told them already"
    assert await climb(base, asked, morning + HOUR) is not None


async def test_without_any_hours_nothing_is_promised_and_nobody_is_forgotten(base: Database) -> None:
    number, (anna, *_), _ = await town(base, hours=False)
    one = await waiting(base, number)
    async with base.write() as session:
        found = await promises.make(session, case=one.case, now=NOW)
    assert (found.opens_at, found.answer_by, found.open) == (None, None, False)
    assert (await case_of(base, one)).promised_at is None
    steps = await climbed(base, one, until=NOW + 2 * HOUR)
    assert [(step.kind, step.users) for step in steps] == [("tell", ()), ("remind", (anna,))]
    assert all(step.expected.answer_by is None for step in steps)


async def test_a_town_without_anybody_says_so_again_and_again(base: Database) -> None:
    async with base.write() as session:
        number = await place(session)
    one = await waiting(base, number)
    steps = await climbed(base, one, until=NOW + 30 * HOUR, every=30 * MINUTE)
    assert [(step.kind, step.users) for step in steps] == [("tell", ()), ("lead", ()), ("lead", ())]


async def test_a_promise_that_was_not_kept_is_said_to_be_late_and_made_anew(base: Database) -> None:
    number, *_ = await town(base)
    one = await waiting(base, number)
    async with base.write() as session:
        first = await promises.make(session, case=one.case, now=NOW)
    assert first.answer_by == NOW + 4 * HOUR
    async with base.write() as session:
        kept = await promises.make(session, case=one.case, now=NOW + HOUR)
        late = await promises.make(session, case=one.case, now=NOW + 5 * HOUR)
    assert (kept.answer_by, kept.late) == (first.answer_by, False)
    assert (late.answer_by, late.late) == (NOW + 23 * HOUR, True), "three hours today, one tomorrow"


async def test_who_asked_for_nothing_is_told_nothing(base: Database) -> None:
    number, (anna, bela, _), _ = await town(base)
    one = await waiting(base, number, known=Known(owner=anna, state="answered", waiting=None))
    async with base.write() as session:
        await cases.release(session, municipality=number, case=one.case, user=anna, now=NOW)
    steps = await climbed(base, one, until=NOW + 3 * HOUR)
    assert [(step.kind, step.tells) for step in steps] == [("remind", False), ("substitute", False), ("team", False)]
    other = await waiting(base, number, known=Known(owner=bela, state="answered", waiting=None))
    async with base.write() as session:
        await cases.release(session, municipality=number, case=other.case, user=bela, now=NOW)
        await message(session, Keyring([b"k" * 32]), person=other.person, text="Hello?", case=other.case, at=NOW + MINUTE)
    assert [step.tells for step in await climbed(base, other, until=NOW + HOUR)] == [True]


async def test_colleagues_are_not_reminded_at_night_of_what_the_team_gave_back(base: Database) -> None:
    number, (anna, *_), _ = await town(base)
    evening = NOW + 9 * HOUR
    one = await waiting(base, number, known=Known(owner=anna, state="answered", waiting=None), now=evening)
    async with base.write() as session:
        await cases.release(session, municipality=number, case=one.case, user=anna, now=evening)
    assert await climbed(base, one, until=evening + 12 * HOUR, every=30 * MINUTE, now=evening) == []
    assert [step.kind for step in await climbed(base, one, until=evening + 14 * HOUR, every=30 * MINUTE, now=evening + 12 * HOUR)] == [
        "remind"
    ]


async def test_people_are_told_in_the_language_they_have_chosen_since(base: Database) -> None:
    number, *_ = await town(base)
    one = await waiting(base, number)
    async with base.write() as session:
        (await session.get_one(Person, one.person)).language = "ti"
    (step,) = await climbed(base, one, until=NOW + HOUR)
    assert step.language == "ti"


async def test_the_ladder_ends_with_the_case_and_with_the_person(base: Database) -> None:
    number, *_ = await town(base)
    closed, gone = await waiting(base, number), await waiting(base, number)
    async with base.write() as session:
        await cases.close(session, municipality=number, case=closed.case, user=None, now=NOW)
        (await session.get_one(Case, gone.case)).person_id = None
    for one in (closed, gone):
        assert await climb(base, one, NOW + 9 * HOUR) is None
        assert await climbed(base, one, until=NOW + 9 * HOUR, every=HOUR) == []


async def test_letters_hold_nothing_of_the_person_and_go_to_who_wants_them(base: Database) -> None:
    number, (anna, bela, cem), _ = await town(base)
    async with base.write() as session:
        (await session.get_one(User, bela)).interface = "en"
        (await session.get_one(User, cem)).notify = False
    one = await waiting(base, number)
    await climbed(base, one, until=NOW + 4 * HOUR)
    async with base.write() as session:
        claimed = await letters.claim(session, owner="test", now=NOW + 4 * HOUR)
        assert [(letter.user, letter.kind) for letter in claimed] == [
            (anna, "remind"),
            (bela, "substitute"),
            (anna, "team"),
            (bela, "team"),
        ]
        assert await letters.claim(session, owner="other", now=NOW + 4 * HOUR) == [], "they are in hand"
        german, english = [await letters.read(session, letter, base_url="https://x.test") for letter in claimed[:2]]
    assert german is not None
    assert english is not None
    assert german.subject == "Ein Fall wartet auf Antwort"
    assert english.text.startswith("Hello Bela Bach,\n\na case waits and nobody has answered yet.")
    for letter in (german, english):
        assert f"https://x.test/desk/cases/{one.case}\n" in letter.text
        assert "Where is the office?" not in letter.text + letter.subject


async def test_a_letter_is_tried_again_and_given_up_and_needs_somebody_who_waits(base: Database) -> None:
    number, (anna, *_), _ = await town(base)
    one = await waiting(base, number)
    await climbed(base, one, until=NOW + 2 * HOUR)
    now = NOW + 2 * HOUR
    async with base.write() as session:
        (first,) = await letters.claim(session, owner="test", now=now)
        await letters.put_off(session, first, now=now)
        assert await letters.claim(session, owner="test", now=now + 59 * timedelta(seconds=1)) == []
        (second,) = await letters.claim(session, owner="test", now=now + MINUTE)
        assert (second.reminder, second.attempts, second.user) == (first.reminder, 2, anna)
        await letters.finish(session, reminder=second.reminder, now=now)
        assert (await session.get_one(Reminder, second.reminder, populate_existing=True)).state == "sent"
        await relay.answered(
            session, municipality=number, case=await _claimed(session, number, one, anna, now), user=anna, message=1, now=now
        )
        assert await letters.read(session, second, base_url="https://x.test") is None


async def _claimed(session: object, number: int, one: Open, user: int, now: datetime) -> int:
    await cases.claim(session, municipality=number, case=one.case, user=user, now=now)  # type: ignore[arg-type]  # the session
    return one.case


async def test_the_substitute_at_the_end_of_the_chain_is_reminded(base: Database) -> None:
    number, (anna, bela, cem), _ = await town(base)
    async with base.write() as session:
        for user, other in ((anna, bela), (bela, cem)):
            day = NOW.date()
            await leaves.add(session, municipality=number, user=user, starts_on=day, ends_on=day, substitute=other)
    one = await waiting(base, number, known=Known(owner=anna, waiting=timedelta()))
    steps = await climbed(base, one, until=NOW + 2 * HOUR)
    assert [(step.kind, step.users, step.acting, step.away_until) for step in steps] == [
        ("tell", (), "Cem Can", NOW.date()),
        ("remind", (cem,), "Cem Can", NOW.date()),
    ]


async def test_a_follow_up_wakes_once_with_its_message_although_the_person_wrote_in_between(base: Database, keyring: Keyring) -> None:
    number, (anna, *_), _ = await town(base)
    one = await waiting(base, number, known=Known(owner=anna, waiting=timedelta()))
    until = NOW + 2 * DAY
    async with base.write() as session:
        await cases.follow_up(
            session, keyring, until=until, message="How did it go?", municipality=number, case=one.case, user=anna, now=NOW
        )
        await relay.heard(session, person=one.person, case=one.case, now=NOW + HOUR)
    async with base.write() as session:
        assert await follow_ups.due(session, until - MINUTE) == []
        assert await follow_ups.wake(session, keyring, case=one.case, now=until - MINUTE) is None
        assert await follow_ups.due(session, until) == [one.case]

    async def wake() -> follow_ups.Woken | None:
        async with base.write() as session:
            return await follow_ups.wake(session, keyring, case=one.case, now=until)

    woken = [found for found in await asyncio.gather(*(wake() for _ in range(5))) if found]
    assert [(found.message, found.name, found.language, found.person) for found in woken] == [
        ("How did it go?", "Anna Adler", "en", one.person)
    ]
    async with base.write() as session:
        assert await follow_ups.due(session, until + DAY) == []
        assert await follow_ups.wake(session, keyring, case=999_999, now=until) is None
    assert not [step for step in await climbed(base, one, until=until + 3 * HOUR, now=until) if step.tells], "the person waits for nothing"

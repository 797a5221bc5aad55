"""Finding a course in words: what is asked and what is not, the courses that are shown, one course, none, and all that can go wrong."""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import App
from bot.ask import Asker
from bot.channels import TRAITS
from bot.inbox import Desk
from dialogs import course_calendar, course_details, course_questions, course_wishes, course_words, engine, placement
from dialogs.course_state import DIALOG
from dialogs.model import Choice, Inbound, Move, Reply, Standing, Town, Turn
from knowledge.courses.filters import Filters, of_state
from knowledge.courses.record import Course, to_json
from knowledge.courses.shelf import Shelf
from knowledge.model import Knowledge
from locales.registry import LANGUAGES
from nlu import entities
from nlu.model import Candidate, Match
from store.courses import Catalogue, CourseRow
from store.crypto import Keyring
from store.database import Database
from store.statements import table_of
from store.types import today_here, utcnow
from tests import scheduling
from tests.conversation import Talker, plain

TODAY = today_here()
LANDAU = {"town": "Landau in der Pfalz", "postcode": "76829", "district_key": "07313"}
MAINZ = {"town": "Mainz", "postcode": "55116", "district_key": "07315"}
courses, catalogues = table_of(CourseRow), table_of(Catalogue)


def course(key: str, **changes: Any) -> Course:
    """A course in Landau in the morning, from A1 to B1, with everything said."""
    usual: dict[str, Any] = {
        "title": f"Deutschkurs {key}",
        "provider_name": "Sprachschule Muster (Demo)",
        "course_type": "integration_general",
        "level_from": "A1",
        "level_to": "B1",
        "total_ue": 600,
        "start_date": TODAY + timedelta(days=14),
        "end_date": TODAY + timedelta(days=200),
        "weekdays": (0, 1, 2, 3),
        "time_from": 510,
        "time_to": 765,
        "address": "Musterstraße 1",
        **LANDAU,
        "childcare": "none",
        "places_max": 20,
        "places_booked": 18,
        "fee_per_ue": Decimal("2.10"),
        "exemption_possible": True,
        "last_checked": TODAY - timedelta(days=3),
    }
    return Course(id=key, **(usual | changes))


def many(number: int, prefix: str = "c", **changes: Any) -> list[Course]:
    return [course(f"{prefix}{index}", **changes) for index in range(number)]


# Every question changes what is found here.
MIXED = [
    *many(4, "morning"),
    *many(4, "evening", time_from=1080, time_to=1215, childcare="on_site"),
    *many(4, "high", level_from="B2", level_to="B2", **MAINZ),
    *many(4, "letters", course_type="integration_literacy", level_from="", level_to=""),
]


@dataclass
class Talk:
    """Somebody who talks with the engine about courses, step by step; `said` is what Lotse said last."""

    session: AsyncSession
    knowledge: Knowledge
    language: str = "en"
    town: str | None = None
    shelf: Shelf = field(default_factory=Shelf)
    dialog: str | None = None
    state: dict[str, Any] = field(default_factory=dict)
    said: tuple[Reply, ...] = ()
    person: int = 1

    async def press(self, choice: str, *, chosen: bool = True) -> "Talk":
        """Press a button by its id; `chosen`: the language is known."""
        return await self._step(Inbound(**_ARRIVED, kind="choice", choice=choice, screen="1"), None, chosen=chosen)

    async def press_first(self, prefix: str) -> "Talk":
        found = [choice.id for choice in self.choices if choice.id.startswith(prefix)]
        assert found, f"no button {prefix!r} among {self.ids}"
        return await self.press(found[0])

    async def write(self, text: str, *, decision: str = "rephrase", **meant: Any) -> "Talk":
        """Type a text, taken for `intent` or `entry`; what it names is found as ever."""
        found = entities.find(text, language=self.language, today=TODAY)
        match = Match(language=self.language, decision=decision, entities=found, **meant)  # type: ignore[arg-type]  # one of the decisions
        return await self._step(Inbound(**_ARRIVED, text=text), match)

    async def _step(self, inbound: Inbound, match: Match | None, *, chosen: bool = True) -> "Talk":
        standing = Standing(
            person=self.person, language=self.language if chosen else None, municipality=self.town, dialog=self.dialog, state=self.state
        )
        turn = Turn(
            inbound=inbound,
            standing=standing,
            knowledge=self.knowledge,
            towns=_TOWNS,
            traits=TRAITS["web"],
            session=self.session,
            services=Desk(owner="test", keyring=Keyring([b"k" * 32]), index_key=b"i" * 32, base_url="https://lotse.example"),
            courses=self.shelf,
            match=match,
        )
        move: Move = await engine.step(turn)
        self.dialog, self.state, self.said = move.dialog, dict(move.state), move.replies
        return self

    @property
    def words(self) -> str:
        return "\n".join(plain(part) for reply in self.said for part in (reply.title, reply.text, reply.note) if part)

    @property
    def choices(self) -> list[Choice]:
        return [choice for reply in self.said for row in reply.rows for choice in row]

    @property
    def ids(self) -> list[str]:
        return [choice.id for choice in self.choices]

    @property
    def wishes(self) -> Filters:
        assert self.dialog == DIALOG
        return of_state(self.state)

    @property
    def asked(self) -> str:
        """The question that is open."""
        return str(self.state.get("dialog", {}).get("open", "")) if self.dialog == DIALOG else ""


_ARRIVED: dict[str, Any] = {"channel": "web", "address": "a", "external_id": "1", "sent_at": utcnow()}
_TOWNS = {
    "mainz": Town(id=1, slug="mainz", name="Mainz", staffed=False, demo=False),
    "landau": Town(id=2, slug="landau", name="Landau in der Pfalz", staffed=False, demo=False),
}


@pytest.fixture
async def session(base: Database) -> AsyncIterator[AsyncSession]:
    async with base.write() as opened:
        yield opened


@pytest.fixture
def talk(session: AsyncSession, knowledge: Knowledge) -> Talk:
    return Talk(session, knowledge)


async def fill(talk: Talk, found: Iterable[Course]) -> None:
    """A catalogue of these courses, numbered from 1."""
    await store(talk.session, found)


async def store(session: AsyncSession, found: Iterable[Course], *, first: int = 1) -> None:
    rows = [
        {"owner": "", "key": one.id, "feed": "file", "record": json.dumps(to_json(one)), "gone": False, "id": number}
        for number, one in enumerate(found, start=first)
    ]
    await session.execute(insert(catalogues).values(owner="", revision=1))
    await session.execute(insert(courses), rows)


async def change(talk: Talk, number: int, **values: Any) -> None:
    await talk.session.execute(update(courses).where(courses.c.id == number).values(**values))
    await talk.session.execute(update(catalogues).values(revision=catalogues.c.revision + 1))


def shown(talk: Talk) -> list[str]:
    """The courses that have a button, in order."""
    return [choice.id for choice in talk.choices if choice.id.startswith("course:") and choice.id.count(":") == 1]


async def test_what_is_missing_is_asked_in_four_questions_and_then_the_best_three_are_shown(talk: Talk) -> None:
    await fill(
        talk, [*MIXED, *many(4, "care", childcare="on_request"), *many(4, "trier", town="Trier", postcode="54290", district_key="07211")]
    )
    await talk.press("find_course")
    asked = [talk.asked]
    for answer in ("courseset:level:A2", "Landau", "courseset:part:morning", "courseset:childcare:any"):
        await (talk.write(answer) if answer == "Landau" else talk.press(answer))
        asked.append(talk.asked)
    assert asked == ["level", "place", "part", "childcare", ""]
    assert (talk.wishes.level, talk.wishes.slug, talk.wishes.part, talk.wishes.childcare) == ("A2", "landau", "morning", False)
    assert len(shown(talk)) == 3
    assert "Courses that fit: 12" in talk.words


async def test_every_question_can_be_skipped(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.press("find_course")
    questions = 0
    while talk.asked:
        questions += 1
        await talk.press_first(f"courseset:{talk.asked}:any")
    assert questions == len(course_questions.QUESTIONS)
    assert f"Courses that fit: {len(MIXED)}" in talk.words
    assert talk.wishes == Filters()


async def test_a_question_that_changes_nothing_is_not_asked(talk: Talk) -> None:
    await fill(talk, many(12))
    await talk.press("find_course")
    assert not talk.asked, "all are alike"
    assert "Courses that fit: 12" in talk.words


async def test_few_courses_are_shown_without_a_question(talk: Talk) -> None:
    await fill(talk, MIXED[3:6])
    await talk.press("find_course")
    assert len(shown(talk)) == 3


async def test_only_answers_that_lead_to_courses_are_offered(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.press("find_course")
    assert [choice.id for choice in talk.choices if choice.id.startswith("courseset:level:")] == [
        "courseset:level:literacy",
        *(f"courseset:level:{level}" for level in ("A1", "A2", "B1", "B2")),
        "courseset:level:any",
    ]


async def test_a_course_is_shown_with_all_that_is_needed_to_choose(talk: Talk) -> None:
    await fill(talk, many(1, weekdays=(0, 2), time_from=1080, time_to=1215, childcare="on_request"))
    await talk.write("Is there a B1 course in the evening in Landau?", decision="intent", intent="find_course")
    lines = talk.words.splitlines()
    for line in (
        "You want: B1 · Landau · Evening",
        "1. Deutschkurs c0",
        "Sprachschule Muster (Demo) · Landau in der Pfalz",
        "Monday and Wednesday · 18:00–20:15",
        "Childcare: Please ask the school.",
        "Cost: €1,260.00 for the whole course. Some people pay nothing: ask the school.",
        "Fits: B1 · Landau · Evening",
    ):
        assert line in lines
    checked = TODAY - timedelta(days=3)
    assert f"Free places: 2 (on {checked:%B} {checked.day}, {checked.year}). Please call first." in lines


async def test_wishes_are_shown_back_and_each_can_be_taken_away(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.write("A2 evening Landau childcare", decision="intent", intent="find_course")
    removable = {plain(choice.label): choice.id for choice in talk.choices if choice.id.startswith("courseset:drop:")}
    assert removable == {
        "A2 ✕": "courseset:drop:level",
        "Landau ✕": "courseset:drop:place",
        "Evening ✕": "courseset:drop:part",
        "Childcare ✕": "courseset:drop:childcare",
    }
    await talk.press("courseset:drop:part")
    await talk.press("courseset:drop:childcare")
    assert not talk.asked, "who takes a wish away is not asked for it"
    assert "Courses that fit: 12" in talk.words


async def test_more_courses_come_page_by_page_and_back_leads_to_the_page_before(talk: Talk) -> None:
    await fill(talk, many(8))
    await talk.press("find_course")
    first = shown(talk)
    await talk.press("coursepage:3")
    await talk.press("coursepage:6")
    assert len(shown(talk)) == 2
    assert talk.choices[-3].id == "coursepage:3"
    assert "coursepage:9" not in talk.ids
    await talk.press(shown(talk)[0])
    assert talk.choices[-3].id == "coursepage"
    await talk.press("coursepage")
    assert len(shown(talk)) == 2, "back from a course is the page where it was"
    await talk.press("coursepage:0")
    assert shown(talk) == first


async def test_the_own_town_is_the_place_unless_another_is_named_or_it_is_taken_away(talk: Talk) -> None:
    await fill(talk, MIXED)
    talk.town = "landau"
    await talk.press("find_course")
    assert talk.wishes.slug == "landau"
    await talk.press("courseset:drop:place")
    assert not talk.wishes.slug
    await talk.write("B2 in Mainz", decision="intent", intent="find_course")
    assert (talk.wishes.slug, talk.wishes.level) == ("mainz", "B2")


async def test_what_is_typed_changes_the_wishes(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.write("A2 course in Landau in the morning", decision="intent", intent="find_course")
    await talk.write("but in the evening")
    assert (talk.wishes.level, talk.wishes.part) == ("A2", "evening")
    assert "18:00–20:15" in talk.words
    await talk.write("online", decision="offer", candidates=(Candidate(entry="work/looking", score=0.2),))
    assert talk.wishes.online
    assert "no course fits" in talk.words


async def test_another_wish_is_no_word_about_an_appointment_that_nobody_has(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.press("find_course")
    await talk.write("no, better in the morning please", decision="intent", intent="move_appointment")
    assert talk.wishes.part == "morning"
    await talk.write("I want to move my appointment", decision="intent", intent="move_appointment")
    assert talk.dialog != DIALOG


async def test_an_unknown_place_is_said_kindly_and_asked_again(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.press("find_course")
    await talk.press("courseset:level:any")
    assert talk.asked == "place"
    await talk.write("Atlantis")
    assert "I do not know this place" in talk.words
    assert talk.asked == "place"
    await talk.press("courseset:place:any")
    assert talk.asked == "part"


async def test_an_unknown_postcode_keeps_the_rest(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.write("B2 course in 99999", decision="intent", intent="find_course")
    assert "I do not know this place" in talk.words
    assert talk.wishes.level == "B2"


async def test_of_two_places_one_is_chosen_and_the_rest_is_kept(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.write("A2 course in Landau or Mainz", decision="intent", intent="find_course")
    assert "Which one do you mean?" in talk.words
    assert [plain(choice.label) for choice in talk.choices[:2]] == ["Landau", "Mainz"]
    await talk.press("courseset:place:1")
    assert (talk.wishes.level, talk.wishes.slug) == ("A2", "mainz")


async def test_two_places_with_one_name_are_told_apart(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.write("course in Weiler", decision="intent", intent="find_course")
    labels = [plain(choice.label) for choice in talk.choices if choice.id.startswith("courseset:place:")]
    assert len(labels) > 2
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("ticks", "level", "literacy"),
    [((), "", True), ((1, 2), "", True), ((0,), "A1", False), ((0, 1, 2), "B1", False), ((0, 1, 2, 3, 4), "C1", False)],
)
async def test_who_does_not_know_their_level_ticks_sentences(talk: Talk, ticks: tuple[int, ...], level: str, *, literacy: bool) -> None:
    await fill(talk, MIXED)
    await talk.press("find_course")
    await talk.press("placement")
    for tick in (*ticks, 4, 4):
        await talk.press(f"placement:{tick}")
    assert talk.words.count("☑") == len(ticks)
    assert "test" not in talk.words.lower()
    await talk.press("placement:done")
    assert (talk.wishes.level, talk.wishes.literacy) == (level, literacy)
    assert "The school looks again together with you." in talk.words


async def test_the_help_with_the_level_leads_back_to_the_question(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.press("find_course")
    await talk.press("placement")
    await talk.press("placement:0")
    await talk.press("placement:back")
    assert talk.asked == "level"
    await talk.press("placement")
    assert "☑" not in talk.words


async def test_nothing_found_is_not_the_end(talk: Talk) -> None:
    await fill(talk, [*MIXED, course("net", format="online", level_from="B2", level_to="B2"), course("cafe", course_type="sprachcafe")])
    await talk.write("B2 evening course in Landau with childcare", decision="intent", intent="find_course")
    assert "At the moment no course fits all of this." in talk.words
    assert "This wish leaves out most courses: B2" in talk.words
    assert "Does not fit: B2" in talk.words
    assert {"alert:new", "courseset:only:online", "courseset:only:cafe", "courseset:only:literacy"} <= set(talk.ids)
    without = next(choice for choice in talk.choices if choice.id == "courseset:drop:level")
    assert plain(without.label) == "Without “B2”: 4"
    assert shown(talk)
    await talk.press("courseset:only:online")
    assert talk.wishes == Filters(level="B2", online=True)
    assert "1. Deutschkurs net" in talk.words
    await talk.press("courseset:only:cafe")
    assert "1. Deutschkurs cafe" in talk.words


async def test_older_entries_are_behind_a_button(talk: Talk) -> None:
    await fill(talk, [*many(2), course("old", last_checked=TODAY - timedelta(days=40))])
    await talk.press("find_course")
    assert len(shown(talk)) == 2
    assert "Older entries: 1" in [plain(choice.label) for choice in talk.choices]
    await talk.press("coursepage:older")
    assert len(shown(talk)) == 3
    assert "older than 30 days" in talk.words
    assert "coursepage:older" not in talk.ids


async def test_a_course_in_full_with_its_ways_on(talk: Talk) -> None:
    await scheduling.town(talk.session, slug="landau")
    await fill(
        talk,
        [course("a", provider_url="https://schule.example", contact_phone="0000 000", nearest_stop="Musterplatz", source_name="Muster")],
    )
    await talk.press("find_course")
    await talk.press("course:1")
    for line in (
        "Phone: 0000 000",
        "Bus or train stop: Musterplatz",
        "Address: Musterstraße 1, 76829 Landau in der Pfalz",
        "Level: from A1 to B1",
    ):
        assert line in talk.words.splitlines()
    assert talk.words.startswith("Deutschkurs a")
    assert "Source: Muster. Checked on" in talk.words
    assert [choice.url for choice in talk.choices if choice.url] == [
        "https://www.openstreetmap.org/search?query=Musterstra%C3%9Fe%201%2C%2076829%20Landau%20in%20der%20Pfalz",
        "https://schule.example",
    ]
    assert [choice.id for choice in talk.choices if choice.id][:-3] == [
        "book:service=advice",
        "course:1:file",
        "course:1:share",
        "way:1",
        "enrol:1",
        "alert:new",
    ]


async def test_help_with_registering_is_an_appointment_where_the_town_has_some(talk: Talk) -> None:
    ids = await scheduling.town(talk.session, slug="landau")
    talk.town = "landau"
    _TOWNS["landau"] = replace(_TOWNS["landau"], id=ids.municipality)
    await fill(talk, many(1))
    await talk.press("course:1")
    (choice,) = [choice for choice in talk.choices if plain(choice.label) == "Help me register"]
    await talk.press(choice.id)
    assert talk.dialog == "book"


async def test_the_link_of_a_course_can_be_sent_on(talk: Talk) -> None:
    await fill(talk, many(1))
    await talk.press("course:1:share")
    assert "https://lotse.example/courses/1" in talk.words
    assert talk.choices[-3].id == "course:1"


async def test_the_calendar_file_has_the_meetings_of_every_week(talk: Talk) -> None:
    start = date(2027, 1, 6)  # a Wednesday
    await fill(talk, [course("a", start_date=start, end_date=date(2027, 6, 30), weekdays=(0, 3))])
    await talk.press("course:1:file")
    assert talk.said[0].document_name == "kurs.ics"
    event = entry(str(talk.said[0].document).encode())
    assert str(event["dtstart"].dt) == "2027-01-07 08:30:00+01:00"
    assert str(event["dtend"].dt) == "2027-01-07 12:45:00+01:00"
    assert event["rrule"]["BYDAY"] == ["MO", "TH"]
    assert str(event["rrule"]["UNTIL"][0]) == "2027-06-30 21:59:59+00:00"


def entry(file: bytes) -> Any:
    (found,) = Calendar.from_ical(file).walk("VEVENT")
    return found


@pytest.mark.parametrize("unknown", [{"time_from": None}, {"weekdays": ()}])
def test_where_hours_are_not_known_the_file_has_the_first_day(unknown: dict[str, Any]) -> None:
    found = course("a", **unknown)
    made = course_calendar.calendar_file("de", found, number=7, base_url="https://lotse.example", now=utcnow())
    event = entry(made)
    assert event["dtstart"].dt == found.start_date
    assert "rrule" not in event
    assert str(event["uid"]) == "lotse-course-7@lotse.example"


def test_without_a_start_there_is_no_file() -> None:
    assert course_calendar.calendar_file("de", course("a", start_date=None), number=7, base_url="", now=utcnow()) == b""


async def test_a_course_that_went_is_said_and_similar_ones_are_shown(talk: Talk) -> None:
    await fill(talk, many(3))
    await talk.press("find_course")
    await change(talk, 2, gone=True)
    await talk.press("course:2")
    assert "This course is not offered any more." in talk.words
    assert shown(talk) == ["course:1", "course:3"]


async def test_a_course_that_ended_is_like_one_that_went(talk: Talk) -> None:
    await fill(talk, [*many(2), course("over", start_date=TODAY - timedelta(days=90), end_date=TODAY - timedelta(days=1))])
    await talk.press("course:3")
    assert "This course is not offered any more." in talk.words
    assert talk.wishes.slug == "landau"
    assert shown(talk) == ["course:1", "course:2"]


async def test_a_question_in_between_is_answered_and_the_dialog_asks_again(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.press("find_course")
    await talk.write("How can I enrol my child at school?", decision="answer", entry="education/school-enrolment")
    assert len(talk.said) == 2
    assert talk.asked == "level"
    assert "Which German do you want to learn now?" in talk.said[1].text
    await talk.write("hello there my friend", decision="intent", intent="greeting")
    assert talk.asked == "level"


async def test_after_courses_were_shown_a_question_is_answered_and_nothing_else_is_said(talk: Talk) -> None:
    await fill(talk, many(2))
    await talk.press("find_course")
    await talk.write("How can I enrol my child at school?", decision="answer", entry="education/school-enrolment")
    assert len(talk.said) == 1
    await talk.write("in the evening")
    assert talk.wishes.part == "evening"


@pytest.mark.parametrize(
    ("text", "entry", "wish"),
    [
        ("sorry but I cannot read and write", "language/literacy-course", {"literacy": True}),
        ("I already have the B1 certificate", "language/job-language-course", {"level": "B2"}),
    ],
)
async def test_what_somebody_can_answers_the_question_for_the_level(talk: Talk, text: str, entry: str, wish: dict[str, Any]) -> None:
    await fill(talk, MIXED)
    await talk.press("find_course")
    await talk.write(text, decision="answer", entry=entry)
    assert talk.dialog == "courses"
    assert {name: talk.state.get(name) for name in wish} == wish


async def test_yes_and_no_answer_the_question_for_childcare(talk: Talk) -> None:
    await fill(talk, [*many(4), *many(4, "care", childcare="on_site")])
    for answer, wanted in (("yes", True), ("no", False)):
        await talk.press("find_course")
        assert talk.asked == "childcare"
        await talk.write(answer, decision="intent", intent=answer)
        assert talk.wishes.childcare is wanted
        assert not talk.asked


async def test_who_writes_that_they_do_not_know_gets_help_or_the_next_question(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.press("find_course")
    await talk.write("I really do not know", decision="intent", intent="repeat")
    assert "What of this can you do in German?" in talk.words
    await talk.press("placement:back")
    await talk.write("it does not matter", decision="intent", intent="no")
    assert talk.asked == "place"
    await talk.write("I live in Atlantis", decision="intent", intent="change_place")
    assert "I do not know this place" in talk.words
    await talk.write("I live in Landau", decision="intent", intent="change_place")
    assert (talk.wishes.slug, talk.asked) == ("landau", "part")
    await talk.write("egal", decision="intent", intent="yes")
    assert talk.asked == "childcare"


async def test_a_question_about_learning_that_says_where_and_when_shows_courses_at_once(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.write("Which integration course is there in Landau?", decision="answer", entry="language/integration-course")
    assert not talk.asked
    assert talk.wishes.slug == "landau"
    assert len(shown(talk)) == 3


async def test_where_it_is_not_clear_what_is_meant_a_level_is_enough_to_begin(talk: Talk) -> None:
    await fill(talk, MIXED)
    unsure = (Candidate(entry="language/literacy-course", score=0.3),)
    await talk.write("German course for beginners", decision="offer", candidates=unsure)
    assert talk.wishes.level == "A1"
    assert talk.asked
    assert "ask:language/literacy-course" in talk.ids


async def test_a_question_about_learning_that_says_neither_is_answered(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.write("How can I learn German? I cannot read.", decision="answer", entry="language/literacy-course")
    assert talk.dialog is None
    await talk.press_first("find_course:type=literacy")
    assert talk.wishes.literacy
    assert "Deutschkurs letters" in talk.words


async def test_articles_about_courses_lead_to_the_ways_in(talk: Talk) -> None:
    await fill(talk, MIXED)
    await talk.press("ask:language/admission")
    assert talk.ids[0] == "way"
    await talk.press("details:language/which-course")
    assert talk.ids[0] == "way"
    await talk.press("way")
    assert talk.ids[0].startswith("way_for:")


async def test_who_wants_to_be_told_without_a_wish_is_asked_for_wishes_first(talk: Talk) -> None:
    talk.person = await scheduling.person(talk.session)
    await fill(talk, many(2))
    await talk.press("alert:new")
    assert talk.asked == "level", "what is to come may be of any level"
    await talk.press("courseset:level:C1")
    assert talk.asked == "place"
    await talk.write("Mainz")
    assert "I keep looking for you" in talk.words
    assert "You want: C1 · Mainz" in talk.words
    await talk.press("coursepage")
    assert "no course fits" in talk.words


async def test_a_wish_with_the_word_to_be_told_is_kept_at_once(talk: Talk) -> None:
    talk.person = await scheduling.person(talk.session)
    await fill(talk, MIXED)
    await talk.write("B1 course in Landau", decision="intent", intent="find_course")
    await talk.write("Tell me when there is one in the afternoon", decision="intent", intent="course_alert")
    assert "You want: B1 · Landau · Afternoon" in talk.words
    assert "I keep looking for you" in talk.words


async def test_more_levels_are_on_another_page(talk: Talk) -> None:
    await fill(talk, [*MIXED, *many(2, "top", level_from="C1", level_to="C2")])
    await talk.press("find_course")
    await talk.press("courseset:levels:1")
    assert [choice for choice in talk.ids if choice.startswith("courseset:level:")] == [
        "courseset:level:C1",
        "courseset:level:C2",
        "courseset:level:any",
    ]


async def test_without_a_catalogue_the_article_answers_as_before(talk: Talk) -> None:
    await talk.press("find_course")
    assert talk.words.startswith(talk.knowledge.articles["language/which-course"].translations["en"].title)
    assert not any(choice.startswith("find_course") for choice in talk.ids)


async def test_a_link_leads_to_the_course_once_the_language_is_chosen(talk: Talk) -> None:
    await fill(talk, many(2))
    await talk.press("start:course_2", chosen=False)
    await talk.press("language:en", chosen=False)
    assert "Deutschkurs c1" in talk.words
    await talk.press("start:course_999")
    assert talk.words.strip()


FORGED = [
    "find_course:x",
    "find_course:type=nothing",
    "course",
    "course:0",
    "course:x",
    "course:-1",
    "course:999",
    "course:99999999999999999999999",
    "course:1:nothing",
    "course:1:x:y",
    "coursepage:x",
    "coursepage:999999999",
    "courseset",
    "courseset:level",
    "courseset:level:Z9",
    "courseset:levels:x",
    "courseset:levels:999",
    "courseset:part:night",
    "courseset:place:0",
    "courseset:place:²",
    "courseset:childcare:maybe",
    "courseset:drop:nothing",
    "courseset:drop:older",
    "courseset:only:nothing",
    "courseset:weekdays:0",
    "placement:x",
    "placement:99",
    "placement:²",
    "alert",
    "alert:stop:²",
    "alert:told:x",
    "enrol",
    "enrol:999",
    "enrol:stop:x",
    "way:999",
    "way:x",
    "way_for:x",
    "way_kind:x:y",
    "way_paper:x:y",
    "way_list:x:y:²",
    "way_door:x:y:z",
]


@pytest.mark.parametrize("full", [True, False], ids=["courses", "no courses"])
async def test_forged_and_old_buttons_lead_to_a_screen_that_makes_sense(talk: Talk, *, full: bool) -> None:
    if full:
        await fill(talk, MIXED)
    for inside in (False, True):
        for choice in FORGED:
            talk.dialog, talk.state = None, {}
            if inside:
                await talk.press("find_course")
            await talk.press(choice)
            assert talk.words.strip(), choice
            assert talk.said[-1].rows, choice


async def test_no_button_is_longer_than_a_messenger_carries(talk: Talk) -> None:
    await fill(talk, [course("x" * 60, title="Deutsch " * 30), *MIXED])
    for choice in ("find_course", "courseset:level:A1", "coursepage", "course:1", "placement"):
        await talk.press(choice)
        assert all(len(found.id.encode()) <= 64 and len(found.label) <= 60 for found in talk.choices)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_course_can_be_said_in_every_language(language: str) -> None:
    found = course(
        "a", rolling_entry=True, format="hybrid", registration_deadline=TODAY, nearest_stop="Musterplatz", notes="Hinweis", ue_per_week=20
    )
    facts = course_words.facts(language, found, today=TODAY)
    assert len(facts) >= 11
    assert all(label and value for label, value in facts)
    wishes = Filters(
        level="B1", literacy=True, kind="cafe", place="Landau", weekdays=(5, 6), part="evening", month="2027-01", childcare=True
    )
    assert len(course_wishes.labels(language, wishes, course_wishes.names(wishes))) == 8
    assert len(placement.STATEMENTS) == 5


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"fee_per_ue": None, "exemption_possible": False}, "Please ask the school."),
        ({"fee_per_ue": None, "fee_note": "Kostenlos für alle", "exemption_possible": False}, "Kostenlos für alle"),
        ({"fee_per_ue": Decimal(0)}, "The course costs nothing."),
        ({"fee_per_ue": None, "fee_note": "Kostenlos.", "exemption_possible": False}, "The course costs nothing."),
        ({"total_ue": None, "exemption_possible": False}, "€2.10 for one lesson."),
    ],
)
def test_costs_are_said_as_far_as_the_record_knows_them(changes: dict[str, Any], line: str) -> None:
    assert course_words.cost_line("en", course("a", **changes)) == line


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"last_checked": TODAY - timedelta(days=8)}, "Please ask the school."),
        ({"places_max": None}, "Please ask the school."),
        (
            {"places_booked": 20, "waiting_list": True, "last_checked": date(2026, 11, 18)},
            "0 (on November 18, 2026). Please call first. There is a waiting list.",
        ),
    ],
)
def test_free_places_are_said_only_while_they_are_young(changes: dict[str, Any], line: str) -> None:
    today = changes["last_checked"] if changes.get("waiting_list") else TODAY
    assert course_words.free_line("en", course("a", **changes), today=today) == line


def test_similar_courses_are_those_of_the_level_at_the_place() -> None:
    found = course_details.like(course("a"))
    assert (found.level, found.slug) == ("B1", "landau")
    assert course_details.like(course("a", course_type="integration_literacy")).literacy
    assert course_details.like(course("a", format="online")) == Filters(level="B1", online=True)


async def test_one_sentence_is_enough_on_the_whole_way(app: App) -> None:
    async with app.database.write() as session:
        await store(session, MIXED, first=10_001)
    talker = Talker(app)
    await talker.press("language:de")
    await talker.write("Ich suche einen B1-Kurs am Abend in Landau")
    assert "B1 · Landau · Abend" in talker.words
    await talker.press_first("course:")
    await talker.write("How can I enrol my child at school?")
    await talker.write("am Vormittag")
    assert "B1 · Landau · Vormittag" in talker.words, "the search goes on after a question in between"
    answer = await Asker(app.world.knowledge, app.brain).ask({"text": "B1 Abendkurs in 76829", "language": "de"})
    assert (answer["intent"], answer["entities"]["place"], answer["entities"]["level"]) == ("find_course", "landau", "B1")
    other = await Asker(app.world.knowledge, app.brain).ask({"text": "Wo ist das Sozialamt in Landau?", "language": "de"})
    assert "place" not in other["entities"]

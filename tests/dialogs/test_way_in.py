"""The way in, as people walk it: every button, every paper and purpose, each statement with its source, nothing kept, hostile buttons."""

import itertools
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import codec
from bot.app import App
from bot.channels import TRAITS
from bot.inbox import Desk
from dialogs import engine, way_in, way_in_words
from dialogs.model import Choice, Inbound, Reply, Standing, Town, Turn
from dialogs.parts import MOST_CHOICES
from knowledge import admission
from knowledge.courses.record import COURSE_TYPES, Course, to_json
from knowledge.courses.shelf import Shelf
from knowledge.model import Knowledge
from locales.bidi import FSI, PDI
from locales.formats import long_date
from store.courses import Catalogue, CourseRow
from store.crypto import Keyring
from store.database import Database
from store.statements import table_of
from store.tables import Conversation, Inbox, Message, Outbox
from store.types import today_here, utcnow
from tests.conversation import Talker, plain

LAST_ROW = 3
COMBINATIONS = [(paper, purpose) for paper in admission.PAPERS for purpose in admission.PURPOSES]
# What would tell which paper somebody has, if it stood in an answer.
SECRET = ("way_paper", "gestattung", "duldung", "toleration", "ukrain", "§ 24", "asylum")
_TOWNS = {"demo": Town(id=1, slug="demo", name="Musterkreis Lotsenau (Demo)", staffed=False, demo=True)}
_ARRIVED: dict[str, Any] = {"channel": "web", "address": "a", "external_id": "1", "sent_at": utcnow(), "kind": "choice"}


@dataclass
class Walk:
    """Somebody who presses buttons of the way in, one after the other."""

    session: AsyncSession
    knowledge: Knowledge
    standing: Standing = field(default_factory=lambda: Standing(person=1, language="en"))
    channel: str = "web"
    base_url: str = "https://lotse.example"
    said: tuple[Reply, ...] = ()

    async def press(self, choice: str) -> Reply:
        """Press a button by its id; returns the last thing that Lotse says."""
        turn = Turn(
            inbound=Inbound(**(_ARRIVED | {"channel": self.channel}), choice=choice, screen="1"),
            standing=self.standing,
            knowledge=self.knowledge,
            towns=_TOWNS,
            traits=TRAITS[self.channel],
            session=self.session,
            services=Desk(owner="test", keyring=Keyring([b"k" * 32]), index_key=b"i" * 32, base_url=self.base_url),
            courses=Shelf(),
        )
        move = await engine.step(turn)
        self.standing = replace(self.standing, dialog=move.dialog, state=move.state)
        self.said = move.replies
        return move.replies[-1]


@pytest.fixture
async def walk(base: Database, knowledge: Knowledge) -> AsyncIterator[Walk]:
    async with base.write() as session:
        yield Walk(session, knowledge)


def choices(reply: Reply) -> list[Choice]:
    """All buttons but the last row."""
    return [choice for row in reply.rows[:-1] for choice in row]


def ids(reply: Reply) -> list[str]:
    return [choice.id for choice in choices(reply)]


def whole(reply: Reply) -> str:
    return plain(f"{reply.title}\n{reply.text}\n{reply.note}")


def course(**changes: Any) -> Course:
    usual = {"id": "c1", "title": "Deutschkurs", "provider_name": "Schule Muster (Demo)", "course_type": "integration_general"}
    return Course(**(usual | {"last_checked": today_here(), "start_date": today_here() + timedelta(days=9)} | changes))


async def fill(session: AsyncSession, courses: Sequence[Course]) -> None:
    """A catalogue of these courses, numbered from 1."""
    rows = [
        {"id": number, "owner": "", "key": f"c{number}", "feed": "file", "record": json.dumps(to_json(one)), "gone": False}
        for number, one in enumerate(courses, start=1)
    ]
    await session.execute(insert(table_of(Catalogue)).values(owner="", revision=1))
    await session.execute(insert(table_of(CourseRow)), rows)


async def test_by_buttons_alone_every_paper_every_purpose_and_every_door_is_reached(walk: Walk) -> None:
    seen: set[str] = set()
    waiting = ["way"]
    while waiting:
        choice = waiting.pop()
        if choice in seen:
            continue
        seen.add(choice)
        reply = await walk.press(choice)
        assert reply.screen
        assert len(choices(reply)) <= MOST_CHOICES
        assert len(reply.rows[-1]) == LAST_ROW
        pressed = [each.id for row in reply.rows for each in row if each.id]
        assert all(len(each.encode()) <= 64 for each in pressed)
        waiting += [each for each in pressed if each.startswith("way")]
    papers = {tuple(choice.split(":")[1:]) for choice in seen if choice.startswith("way_paper:")}
    assert papers == set(COMBINATIONS)
    named = {versions[0].words for versions in admission.shipped().doors.values()}
    reached = {way_in._WORDS_OF[choice.split(":")[3]] for choice in seen if choice.startswith("way_door:")}
    assert {way_in_words.WORDS[words].button for words in reached} == {way_in_words.WORDS[words].button for words in named}


async def test_the_answer_names_the_doors_with_their_sources_and_not_the_paper(walk: Walk) -> None:
    for paper, purpose in COMBINATIONS:
        reply = await walk.press(f"way_paper:{paper}:{purpose}")
        found = admission.doors(admission.shipped(), paper=paper, purpose=purpose, on=today_here())
        for door in found:
            assert f"• {way_in_words.WORDS[door.words].lead}" in whole(reply), (paper, purpose)
            assert door.sources[0].name in whole(reply), (paper, purpose)
        assert f"Checked on {long_date('en', min(door.checked_on for door in found))}" in reply.note
        assert "Ask if this still holds." in reply.text
        assert "They are no legal advice." in reply.text
        everything = f"{whole(reply)} {[(each.id, each.label) for row in reply.rows for each in row]}".lower()
        assert not any(word in everything for word in SECRET), (paper, purpose)
        assert (walk.standing.dialog, dict(walk.standing.state)) == (None, {})


async def test_each_door_says_what_to_bring_whom_to_ask_its_source_and_its_date(walk: Walk) -> None:
    rules = admission.shipped()
    for name in rules.doors:
        door = admission.door_of(rules, name, on=today_here())
        assert door, name
        code = way_in._CODE_OF[door.words]
        reply = await walk.press(f"way_door:general:{code}:{code}")
        said = whole(reply)
        assert way_in_words.WORDS[door.words].lead in said
        assert all(sentence in said for sentence in way_in_words.WORDS[door.words].more), name
        for source in door.sources:
            assert (f"{source.name} ({source.date})" if source.date else source.name) in said
        assert f"Checked on {long_date('en', door.checked_on)}" in said
        assert ("Ask if this still holds." in said) == door.changes_often, name
        assert ("Please bring this with you" in said) == bool(door.bring), name
        assert "Your town hall (Rathaus) knows where it is." in said
        assert "book:service=advice" in ids(reply)


async def test_an_uncertain_rule_says_how_old_it_is_and_is_not_said_of_today(walk: Walk) -> None:
    reply = await walk.press(f"way_door:general:g:{way_in._CODE_OF['apply_stopped']}")
    assert "As of February 9, 2026. Ask if this still holds." in whole(reply)
    assert "In February 2026 it stopped them" in whole(reply)
    assert "go to an advice centre today" in whole(reply)
    reply = await walk.press(f"way_door:general:x:{way_in._CODE_OF['claim']}")
    assert "As of February 2026. Ask if this still holds." in whole(reply)
    reply = await walk.press(f"way_door:general:x:{way_in._CODE_OF['job']}")
    assert "The source has no date. Ask if this still holds." in whole(reply)


async def test_offices_of_the_town_are_named_and_the_others_by_their_kind(walk: Walk) -> None:
    walk.standing = replace(walk.standing, municipality="demo")
    reply = await walk.press(f"way_door:general:x:{way_in._CODE_OF['oblige']}")
    assert "Jobcenter Lotsenau (Demo) · Beispielweg 4" in whole(reply)
    assert "Ausländerbehörde Lotsenau (Demo)" in whole(reply)
    assert "Rathaus" not in whole(reply)


async def test_latin_words_in_right_to_left_answers_are_isolated(walk: Walk) -> None:
    shown = ("way_kind:general", "way_paper:duldung:general", f"way_door:general:x:{way_in._CODE_OF['oblige']}")
    for language, choice in itertools.product(["ar", "fa", "prs", "ps", "ur", "ckb"], shown):
        walk.standing = replace(walk.standing, language=language, municipality="demo")
        reply = await walk.press(choice)
        texts = [reply.title, reply.text, reply.note, *(each.label for row in reply.rows for each in row)]
        assert all(len(re.findall("[\u2066-\u2068]", text)) == text.count(PDI) for text in texts)  # each that is opened is closed
        rtl = [line for text in texts for line in text.split("\n") if any("\u0600" <= letter <= "\u06ff" for letter in line)]
        assert rtl
        for line in rtl:
            outside = "".join(part.rpartition(PDI)[2] for part in line.split(FSI))
            assert not any(letter.isascii() and letter.isalnum() for letter in outside), line


FORGED = [
    "way:",
    "way:0",
    "way:999999",
    "way:99999999999999999999",
    "way:abc",
    "way:-1",
    "way:1:2",
    "way_for",
    "way_for:x",
    "way_kind",
    "way_kind:general:x",
    "way_kind:x:permit",
    "way_paper",
    "way_paper:duldung",
    "way_paper:duldung:x",
    "way_paper:permit:general",
    "way_paper:<b>:general",
    "way_paper:general:duldung",
    "way_list",
    "way_list:general",
    "way_list:general:",
    "way_list:general:!!",
    "way_list:x:abc",
    "way_list:general:abc:-1",
    "way_list:general:abc:٣",
    "way_list:general:abc:99",
    "way_door",
    "way_door:general:abc",
    "way_door:general:abc:!",
    "way_door:general:abc:ab",
    "way_door:general:!:a",
    "way_door:x:abc:a",
    "way_list:general:" + "a" * 46,
]


async def test_old_and_forged_buttons_lead_to_a_screen_that_makes_sense(walk: Walk) -> None:
    for choice in FORGED:
        reply = await walk.press(choice)
        assert reply.text, choice
        assert len(reply.rows[-1]) == LAST_ROW
        assert choices(reply), choice
        assert "<b>" not in whole(reply)
        assert (walk.standing.dialog, dict(walk.standing.state)) == (None, {})


async def test_the_other_buttons_of_a_long_answer_are_on_a_second_page(walk: Walk) -> None:
    first = await walk.press("way_paper:other:general")
    more = next(choice for choice in ids(first) if choice.startswith("way_list:"))
    second = await walk.press(more)
    assert first.text == second.text
    found = admission.doors(admission.shipped(), paper="other", purpose="general", on=today_here())
    shown = [each.label for reply in (first, second) for each in choices(reply) if each.id.startswith("way_door:")]
    assert [plain(label) for label in shown] == [way_in_words.WORDS[door.words].button for door in found]
    assert (await walk.press(second.rows[-1][0].id)).rows == (await walk.press("way_for:general")).rows


async def test_articles_about_admission_and_courses_lead_to_it(walk: Walk) -> None:
    for choice in ("ask:language/admission", "details:language/which-course", "details:language/integration-course"):
        assert "way" in ids(await walk.press(choice)), choice


async def test_from_a_course_the_purpose_is_known_and_back_leads_to_it(walk: Walk) -> None:
    await fill(walk.session, [course(course_type="integration_literacy"), course(course_type="bsk_b2", level_from="B1", level_to="B2")])
    first = await walk.press("way:1")
    assert {choice.rpartition(":")[2] for choice in ids(first)} == {"literacy"}
    assert first.rows[-1][0].id == "course:1"
    assert {choice.rpartition(":")[2] for choice in ids(await walk.press("way:2"))} == {"work"}


async def test_where_the_paper_does_not_matter_nobody_is_asked_for_it(walk: Walk) -> None:
    kinds = {"land_start": "state", "land_start_script": "state_script", "land_fit": "state_fit", "mia": "women", "vhs": "vhs"}
    kinds["sprachcafe"] = "cafe"
    await fill(walk.session, [course(course_type=kind) for kind in kinds])
    for number, words in enumerate(kinds.values(), start=1):
        reply = await walk.press(f"way:{number}")
        assert way_in_words.WORDS[words].lead in whole(reply)
        assert "Source: " in reply.note
        assert reply.rows[-1][0].id == f"course:{number}"
        assert ids(reply)[-1] == f"way_for:{way_in.purpose_of(course(course_type=list(kinds)[number - 1]))}"


async def test_a_search_for_a_course_is_still_there_afterwards(walk: Walk) -> None:
    walk.standing = replace(walk.standing, dialog="courses", state={"level": "B1"})
    first = await walk.press("way")
    assert first.rows[-1][0].id == "coursepage"
    for choice in ("way_for:work", "way_kind:work", "way_kind:work:passport", "way_paper:eu:work"):
        await walk.press(choice)
        assert (walk.standing.dialog, dict(walk.standing.state)) == ("courses", {"level": "B1"})


def test_every_type_of_course_has_a_purpose() -> None:
    found = {kind: way_in.purpose_of(course(course_type=kind)) for kind in COURSE_TYPES}
    assert set(found.values()) == {"general", "literacy", "orientation", "work"}
    assert {kind for kind, purpose in found.items() if purpose == "work"} == {kind for kind in COURSE_TYPES if kind.startswith("bsk_")}
    assert {kind for kind, purpose in found.items() if purpose == "literacy"} == {
        "integration_literacy",
        "integration_second_script",
        "land_start_script",
    }
    levels = {level: way_in.purpose_of(course(course_type="land_fit", level_from="A2", level_to=level)) for level in ("B1", "B2", "C1")}
    assert levels == {"B1": "general", "B2": "higher", "C1": "higher"}
    assert way_in.purpose_of(course(level_to="B2")) == "general", "an integration course stays one"


async def test_on_a_channel_that_others_read_the_private_chat_is_offered_first(walk: Walk) -> None:
    walk.channel = "telegram"
    assert "private" in ids(await walk.press("way_for:general"))
    walk.base_url = "http://localhost"
    assert "private" not in ids(await walk.press("way_for:general"))
    walk.channel, walk.base_url = "web", "https://lotse.example"
    assert "private" not in ids(await walk.press("way_for:general"))


async def kept(app: App) -> list[str]:
    """Everything sealed that the database keeps of conversations, opened."""
    opened: list[str] = []
    async with app.database.read() as session:
        opened += [app.desk.keyring.open(each, purpose="message") for each in await session.scalars(select(col(Message.sealed_payload)))]
        states = await session.scalars(select(col(Conversation.sealed_state)))
        opened += [json.dumps(codec.open_state(app.desk.keyring, each)[0]) for each in states if each]
        assert [each for each in await session.scalars(select(col(Inbox.sealed_payload))) if each is not None] == []
        assert list(await session.scalars(select(col(Conversation.dialog)))) == [None]
        assert list(await session.scalars(select(col(Outbox.id)))) == []
    return opened


@pytest.mark.parametrize("paper", ["duldung", "gestattung", "ukraine"])
async def test_neither_database_nor_log_names_the_paper_that_was_pressed(app: App, paper: str, caplog: pytest.LogCaptureFixture) -> None:
    talker = Talker(app)
    await talker.press("language:en")
    for choice in ("way_for:work", f"way_paper:{paper}:work"):
        await talker.send(kind="choice", choice=choice)
    assert "These ways may be open to you:" in talker.words
    await talker.send(kind="choice", choice=f"way_door:work:{way_in._CODE_OF['job']}:{way_in._CODE_OF['job']}")
    text = "\n".join(await kept(app)).lower()
    assert "these ways may be open to you" in text, "the web chat is its own history"
    assert not any(word in text.replace("way_paper:letter", "") for word in SECRET)
    assert paper not in caplog.text.lower()

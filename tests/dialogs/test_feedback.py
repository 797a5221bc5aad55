"""“Did this help?”: three answers, each person once, changed, taken back; what was meant is kept beside the answer that missed."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from bot.app import App
from handoff import requests
from knowledge import unanswered
from store.tables import Conversation, Feedback, Unanswered
from tests.conversation import Talker

ENTRY = "education/kita"
# Words without a meaning: nothing fits them.
NONSENSE = ("Blorf gnarx wupfel", "Zworm plink gnarx")


async def at_the_answer(app: App, language: str = "en", *, town: str | None = "demo") -> Talker:
    """Somebody who reads an answer."""
    talker = Talker(app)
    if town:
        await talker.send(kind="choice", choice=f"start:{town}")
    await talker.press(f"language:{language}")
    await talker.press(f"ask:{ENTRY}")
    return talker


async def verdicts(app: App) -> list[tuple[str, str, str]]:
    async with app.database.read() as session:
        found = await session.scalars(select(Feedback).order_by(col(Feedback.id)))
        return [(row.entry, row.language, row.verdict) for row in found]


async def missed(app: App) -> list[Any]:
    async with app.database.read() as session:
        return list(await session.scalars(select(Unanswered).order_by(col(Unanswered.id))))


def words_of(app: App, row: Unanswered) -> str:
    return app.desk.keyring.open(row.sealed_text, purpose=unanswered.TEXT)


async def test_one_button_under_the_answer_opens_three_in_place(app: App) -> None:
    talker = await at_the_answer(app)
    ids = [choice.id for row in talker.said[-1].rows for choice in row]
    assert [each for each in ids if each.startswith("helped")] == [f"helped:ask:{ENTRY}"]
    assert len(ids) - 3 <= 6
    await talker.press("Did this help?")
    assert talker.labels == ["This helped", "This did not help", "I need something else", "Back", "Menu", "Human"]
    assert talker.said[-1].screen
    assert all(len(f"m{choice.id}".encode()) <= 64 for row in talker.said[-1].rows for choice in row)


async def test_every_article_keeps_to_six_buttons(app: App) -> None:
    talker = await at_the_answer(app)
    for entry in app.world.knowledge.articles:
        await talker.press(f"ask:{entry}")
        assert len(talker.labels) - 3 <= 6, entry
        assert len(f"mhelped:else:{entry}".encode()) <= 64, entry


async def test_a_second_tap_does_not_count_twice_and_the_last_one_counts(app: App) -> None:
    talker = await at_the_answer(app)
    for verdict in ("yes", "yes", "no", "else", "yes"):
        await talker.press(f"helped:{verdict}:{ENTRY}")
    assert await verdicts(app) == [(ENTRY, "en", "yes")]
    other = await at_the_answer(app, "de", town=None)
    await other.press(f"helped:no:{ENTRY}")
    assert await verdicts(app) == [(ENTRY, "en", "yes"), (ENTRY, "de", "no")]


async def test_a_verdict_can_be_taken_back_and_given_again(app: App) -> None:
    talker = await at_the_answer(app)
    await talker.press(f"helped:no:{ENTRY}")
    await talker.press("Change my reply")
    assert "You have already told me" in talker.words
    await talker.press("Take my reply back")
    assert await verdicts(app) == []
    await talker.press(f"helped:undo:{ENTRY}")
    assert await verdicts(app) == []
    await talker.press("Did this help?")
    assert "Take my reply back" not in talker.labels
    await talker.press("This helped")
    assert talker.labels[0] == "Change my reply"
    assert await verdicts(app) == [(ENTRY, "en", "yes")]


async def test_what_was_voted_on_is_remembered_sealed_and_with_the_conversation_alone(app: App) -> None:
    talker = await at_the_answer(app)
    await talker.press(f"helped:yes:{ENTRY}")
    await talker.press("menu")
    async with app.database.read() as session:
        sealed = await session.scalar(select(col(Conversation.sealed_state)))
        assert sealed
        assert ENTRY.encode() not in sealed
    assert "person" not in " ".join(Feedback.model_fields)
    await talker.press("privacy")
    await talker.press(f"helped:else:{ENTRY}")
    assert await verdicts(app) == [(ENTRY, "en", "else")]


async def test_who_is_booking_goes_on_booking_after_a_verdict(app: App) -> None:
    talker = await at_the_answer(app)
    await talker.press("book")
    async with app.database.read() as session:
        before = await session.scalar(select(col(Conversation.dialog)))
    for verdict in ("ask", "yes", "no", "else", "undo"):
        await talker.press(f"helped:{verdict}:{ENTRY}")
        async with app.database.read() as session:
            assert await session.scalar(select(col(Conversation.dialog))) == before == "book", verdict


async def test_something_else_is_noted_and_the_next_words_are_kept_beside_the_answer(app: App) -> None:
    talker = await at_the_answer(app)
    await talker.press(f"helped:else:{ENTRY}")
    assert "I have noted it" in talker.words
    assert "Talk to a person" in talker.labels
    assert sum(choice.id.startswith("ask:") for row in talker.said[-1].rows[:-1] for choice in row) >= 1
    await talker.write(NONSENSE[0])
    found = await missed(app)
    if not found:  # something was offered: none of it fits
        await talker.press_first("else")
        found = await missed(app)
    (row,) = found
    assert (words_of(app, row), row.entry, row.municipality_id) == (NONSENSE[0], ENTRY, app.world.towns["demo"].id)
    assert row.sealed_meaning is not None


async def test_words_that_find_an_answer_are_not_kept(app: App) -> None:
    talker = await at_the_answer(app)
    await talker.press(f"helped:no:{ENTRY}")
    await talker.write("Wie eröffne ich ein Bankkonto?")
    assert await missed(app) == []


async def test_what_is_out_of_scope_is_kept_only_after_an_answer_that_did_not_help(app: App) -> None:
    talker = await at_the_answer(app)
    await talker.write("What will the weather be like tomorrow?")
    assert await missed(app) == []
    await talker.press(f"helped:else:{ENTRY}")
    await talker.write("What will the weather be like tomorrow?")
    assert [(row.decision, row.entry) for row in await missed(app)] == [("out_of_scope", ENTRY)]


async def test_a_question_is_kept_once_though_it_is_the_second_that_is_not_understood(app: App) -> None:
    talker = await at_the_answer(app)
    for text in ("?!", "..."):
        await talker.write(text)
    assert [(words_of(app, row), row.decision) for row in await missed(app)] == [("?!", "rephrase"), ("...", "human")]


async def test_a_question_to_which_no_offered_topic_fitted_is_kept(app: App) -> None:
    talker = await at_the_answer(app)
    for text in ("Papiere", "Arzt Geld Wohnung", "Kurs", "Geld", "Kinder", "Beratung", "Amt", "papers", "money", "children", "office"):
        await talker.write(text)
        if any(choice.id == "else" for row in talker.said[-1].rows for choice in row):
            break
    await talker.press("else")
    await talker.press("else")
    assert [(words_of(app, row), row.decision) for row in await missed(app)][:1] == [(text, "offer")]


@pytest.mark.parametrize(
    "choice", ["helped", "helped:", "helped:maybe:education/kita", "helped:yes:no/such", "helped:undo:no/such", "helped:ask:"]
)
async def test_forged_buttons_count_nothing(app: App, choice: str) -> None:
    talker = await at_the_answer(app)
    await talker.press(choice)
    assert "What is it about?" in talker.words
    assert await verdicts(app) == []


async def test_the_card_for_advisers_knows_the_answers_that_were_read(app: App) -> None:
    await at_the_answer(app)
    async with app.database.read() as session:
        person = await session.scalar(select(func.max(col(Conversation.person_id))))
        recent = await requests.recent(session, app.desk.keyring, person=int(person or 0))
    assert recent.articles == (ENTRY,)

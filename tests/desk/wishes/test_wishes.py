"""The pages of what was asked in vain: who sees what, putting aside and back, table files, hostile words, phones, light and dark."""

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, select, update

from knowledge import unanswered
from knowledge.unanswered import Meaning
from store.statements import table_of
from store.tables import Audit, Feedback, Person, Unanswered, WishMark
from store.types import utcnow
from tests.axe import check_page
from tests.desk import scenes
from tests.desk.conftest import BrowseDesk, Colleague, MakeUser, SignIn
from tests.web.server import Running

LIBRARY = (
    "Gibt es hier eine Bücherei mit Kinderbüchern?",
    "gibt es hier eine bücherei mit kinderbüchern",
    "Bücherei mit Kinderbüchern hier?",
)
DOG = ("Muss ich für meinen Hund Steuern zahlen?", "muss ich steuern für meinen hund zahlen", "Hund Steuern zahlen muss ich?")
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
rows, audit, marks = table_of(Unanswered), table_of(Audit), table_of(WishMark)


def ask(server: Running, colleague: Colleague, texts: Sequence[str], *, people: int = 0, **about: Any) -> list[int]:
    """Each text is asked in vain by another person (or all by `people` in turn); returns the people."""

    async def work() -> list[int]:
        async with server.app.database.write() as session:
            asking = [Person(language="de", municipality_id=colleague.municipality) for _ in range(people or len(texts))]
            session.add_all(asking)
            await session.flush()
            for at, text in enumerate(texts):
                fixed: dict[str, Any] = {"language": "de", "decision": "rephrase", "municipality_id": colleague.municipality}
                person = asking[at % len(asking)].id or 0
                await unanswered.record(session, server.app.desk.keyring, text=text, person=person, **fixed | about)
            return [each.id or 0 for each in asking]

    return server.run(work())


def say(server: Running, colleague: Colleague, entry: str, verdict: str, count: int, **columns: Any) -> None:
    """Verdicts about an answer."""

    async def work() -> None:
        async with server.app.database.write() as session:
            given: dict[str, Any] = {
                "municipality_id": colleague.municipality,
                "entry": entry,
                "language": "de",
                "verdict": verdict,
            } | columns
            session.add_all(Feedback(**given) for _ in range(count))

    server.run(work())


@pytest.fixture
def edda(server: Running, user: MakeUser) -> Colleague:
    """An editor of a municipality of its own, who reads English."""
    return user("editor", municipality=scenes.town(server), interface="en")


def test_groups_are_shown_with_numbers_and_masked_examples_and_few_are_not(server: Running, edda: Colleague, sign_in: SignIn) -> None:
    ask(server, edda, [*LIBRARY, "Ich heiße Amira Nuur, gibt es hier eine Bücherei mit Kinderbüchern? 0176 1234567"])
    ask(server, edda, DOG, people=2)
    page = sign_in(edda).get("/desk/wishes").text
    assert "4 people" in page
    assert LIBRARY[0] in page
    assert "3 more questions, asked by fewer than 3 people each, are not shown." in page
    assert not any(word in page for word in ("Amira", "Nuur", "0176", *DOG))


def test_three_questions_of_one_person_are_no_group(server: Running, edda: Colleague, sign_in: SignIn) -> None:
    ask(server, edda, LIBRARY, people=1)
    page = sign_in(edda).get("/desk/wishes").text
    assert "No question was asked by several people" in page
    assert "Bücherei" not in page
    ask(server, edda, LIBRARY[:2])
    assert "3 people" in sign_in(edda).get("/desk/wishes").text


def test_nothing_of_another_municipality_is_seen_or_put_aside(server: Running, edda: Colleague, user: MakeUser, sign_in: SignIn) -> None:
    ask(server, edda, LIBRARY)
    say(server, edda, "work/permission", "no", 9)
    otto = sign_in(user("lead", municipality=scenes.town(server), interface="en"))
    assert "Everything was answered" in otto.get("/desk/wishes").text
    assert "work/permission" not in otto.get("/desk/wishes/verdicts").text + otto.get("/desk/wishes/verdicts.csv").text
    theirs = newest(server, edda)
    assert otto.post(f"/desk/wishes/{theirs}/aside").status_code == 404
    sign_in(edda).post(f"/desk/wishes/{theirs}/aside")
    mark = marks_of(server, edda)[0].id
    assert otto.post(f"/desk/wishes/marks/{mark}/back").status_code == 404
    assert [row.id for row in marks_of(server, edda)] == [mark]


def newest(server: Running, colleague: Colleague) -> int:
    async def work() -> int:
        async with server.app.database.read() as session:
            mine = select(rows.c.id).where(rows.c.municipality_id == colleague.municipality).order_by(rows.c.id.desc())
            return int(await session.scalar(mine) or 0)

    return server.run(work())


def marks_of(server: Running, colleague: Colleague) -> list[Any]:
    async def work() -> list[Any]:
        async with server.app.database.read() as session:
            return list(await session.execute(select(marks).where(marks.c.municipality_id == colleague.municipality)))

    return server.run(work())


def test_advisers_see_neither_page(user: MakeUser, sign_in: SignIn) -> None:
    adviser = sign_in(user("adviser"))
    assert {adviser.get(f"/desk/wishes{path}").status_code for path in ("", "/verdicts", "/groups.csv", "/verdicts.csv")} == {403}
    assert "/desk/wishes" not in adviser.get("/desk/account").text


def test_a_group_is_put_aside_until_twice_as_many_ask_and_can_be_brought_back(server: Running, edda: Colleague, sign_in: SignIn) -> None:
    desk = sign_in(edda)
    ask(server, edda, LIBRARY)
    page = desk.post(f"/desk/wishes/{newest(server, edda)}/aside").text
    assert "Put aside. The group comes back when it has grown." in page
    assert "Put aside: 1" in page
    mark = marks_of(server, edda)[0]
    assert f'action="/desk/wishes/marks/{mark.id}/back"' in page.partition("data-flash")[2].partition("</form>")[0]
    assert b"cherei" not in mark.sealed_centre
    ask(server, edda, LIBRARY[:2])
    assert "Put aside: 1" in desk.get("/desk/wishes").text
    ask(server, edda, LIBRARY[:1])
    grown = desk.get("/desk/wishes").text
    assert "Was put aside and has grown since." in grown
    assert "Put aside: 1" not in grown
    desk.post(f"/desk/wishes/{newest(server, edda)}/aside")
    (again,) = marks_of(server, edda)
    assert (again.people, again.id != mark.id) == (6, True)
    assert "The group is shown again." in desk.post(f"/desk/wishes/marks/{again.id}/back").text
    assert marks_of(server, edda) == []
    assert desk.post(f"/desk/wishes/marks/{again.id}/back").status_code == 404


def test_a_question_of_few_people_cannot_be_put_aside(server: Running, edda: Colleague, sign_in: SignIn) -> None:
    ask(server, edda, LIBRARY, people=2)
    assert sign_in(edda).post(f"/desk/wishes/{newest(server, edda)}/aside").status_code == 404
    assert marks_of(server, edda) == []


def test_who_is_deleted_is_not_in_a_group_any_more(server: Running, edda: Colleague, sign_in: SignIn) -> None:
    gone = ask(server, edda, LIBRARY)[0]

    async def work() -> None:
        async with server.app.database.write() as session:
            await session.execute(delete(rows).where(rows.c.person_id == gone))

    server.run(work())
    assert "2 more questions, asked by fewer than 3 people each, are not shown." in sign_in(edda).get("/desk/wishes").text


def test_what_is_older_than_its_time_is_not_counted(server: Running, edda: Colleague, sign_in: SignIn) -> None:
    ask(server, edda, LIBRARY)

    async def work() -> None:
        async with server.app.database.write() as session:
            await session.execute(
                update(rows).where(rows.c.municipality_id == edda.municipality).values(asked_at=utcnow() - timedelta(days=31))
            )

    server.run(work())
    assert "Everything was answered" in sign_in(edda).get("/desk/wishes").text


def test_vectors_join_what_letters_do_not_and_name_the_article_that_almost_fits(server: Running, edda: Colleague, sign_in: SignIn) -> None:
    vector = np.random.default_rng(5).normal(size=384).astype(np.float32)
    for code, text in {"de": "Wo leihe ich Bücher?", "en": "Is there a library?", "ar": "هل توجد مكتبة هنا؟"}.items():
        ask(server, edda, [text], language=code, meaning=Meaning(vector=vector, near={"education/kita": 0.3, "no/such": 0.1}))
    page = sign_in(edda).get("/desk/wishes").text
    assert "Languages: Arabic, German, English" in page
    assert 'lang="ar" dir="rtl"' in page
    title = server.app.world.knowledge.articles["education/kita"].translations["en"].title
    assert f"Almost fits: {title} (30 %)" in page.replace("&#39;", "'")


def test_the_answer_that_did_not_help_is_named_when_several_came_from_it(server: Running, edda: Colleague, sign_in: SignIn) -> None:
    ask(server, edda, LIBRARY, entry="education/kita")
    assert "Asked after this answer did not help:" in sign_in(edda).get("/desk/wishes").text


def test_an_article_is_begun_with_the_masked_examples_of_one_language(server: Running, edda: Colleague, browse_desk: BrowseDesk) -> None:
    ask(server, edda, [*LIBRARY[:2], "Mein Name ist Amira: Bücherei mit Kinderbüchern hier? & mehr"])
    page = browse_desk(edda)
    page.goto("/desk/wishes")
    page.get_by_role("button", name="Write an article for this").click()
    assert urlsplit(page.url).path == "/desk/knowledge/begin"
    assert urlsplit(page.url).query == ""  # browsers and proxies keep addresses
    asked = page.locator("textarea[name=questions]").input_value().splitlines()
    assert set(LIBRARY[:2]) <= set(asked)
    assert page.locator("input[name=title]").input_value() == asked[0]
    assert page.locator("input[name=language]").input_value() == "de"
    assert "Amira" not in page.content()
    check_page(page)


def test_questions_go_to_the_article_that_almost_fits(server: Running, edda: Colleague, browse_desk: BrowseDesk) -> None:
    ask(server, edda, LIBRARY, meaning=Meaning(near={"education/kita": 0.3}))
    page = browse_desk(edda)
    page.goto("/desk/wishes")
    page.get_by_role("button", name="Belongs to this article").click()
    expect(page.get_by_role("status")).to_contain_text("The questions are in the draft.")
    assert urlsplit(page.url).path == "/desk/knowledge/education/kita"
    assert set(LIBRARY) & set(page.locator("textarea[name=questions]").input_value().splitlines())


def test_nothing_is_taken_into_an_article_that_is_none(server: Running, edda: Colleague, sign_in: SignIn) -> None:
    ask(server, edda, LIBRARY, meaning=Meaning(near={"no/such": 0.9}))
    page = sign_in(edda).get("/desk/wishes").text
    assert "Almost fits: no/such" in page
    assert "Belongs to this article" not in page


def test_markup_in_questions_and_names_of_answers_is_text(server: Running, edda: Colleague, browse_desk: BrowseDesk) -> None:
    ask(server, edda, [f"Bücherei hier {SCRIPT}"] * 3, language='"><b>', entry=f"x/{SCRIPT}"[:90], meaning=Meaning(near={SCRIPT: 0.9}))
    say(server, edda, SCRIPT[:90], "no", 6, language='"><b>')
    page = browse_desk(edda)
    shown: list[str] = []
    page.on("dialog", lambda dialog: shown.append(dialog.message))
    for path in ("/desk/wishes", "/desk/wishes/verdicts"):
        page.goto(path)
        expect(page.locator("main")).to_contain_text("<script>alert(1)</script>")
        assert page.locator("img[src=x], main script, main td b, main li b b").count() == 0
    assert shown == []


def table(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_table_files_have_numbers_alone_and_no_formula(server: Running, edda: Colleague, sign_in: SignIn) -> None:
    ask(server, edda, LIBRARY, meaning=Meaning(near={"=1+1": 0.5}))
    say(server, edda, "=cmd|x", "no", 6)
    desk = sign_in(edda)
    groups, verdicts = (desk.get(f"/desk/wishes/{name}.csv") for name in ("groups", "verdicts"))
    assert groups.headers["content-type"] == "text/csv; charset=utf-8"
    assert "no-store" in groups.headers["cache-control"]
    assert table(groups.text)[1] == ["1", "'=1+1", "50 %", "3", "3", "3", "3", "de", ""]
    assert "cherei" not in groups.text
    assert table(verdicts.text)[1:] == [["'=cmd|x", code, "0", "6", "0", "6", "0 %"] for code in ("", "de")]


def test_looking_and_putting_aside_is_noted_without_a_word_of_anybody(server: Running, edda: Colleague, sign_in: SignIn) -> None:
    ask(server, edda, LIBRARY)
    desk = sign_in(edda)
    desk.get("/desk/wishes/groups.csv")
    desk.post(f"/desk/wishes/{newest(server, edda)}/aside")
    desk.post(f"/desk/wishes/marks/{marks_of(server, edda)[0].id}/back")

    async def work() -> list[Any]:
        async with server.app.database.read() as session:
            return list(await session.execute(select(audit).where(audit.c.municipality_id == edda.municipality).order_by(audit.c.id)))

    noted = server.run(work())
    assert [row.action for row in noted if row.action != "wishes.read"] == ["wishes.exported", "wishes.aside", "wishes.back"]
    assert not any("cherei" in str(row) for row in noted)


def test_verdicts_come_worst_first_by_language_and_few_are_hidden(server: Running, edda: Colleague, sign_in: SignIn) -> None:
    say(server, edda, "education/kita", "yes", 9)
    say(server, edda, "work/permission", "no", 6)
    say(server, edda, "work/permission", "yes", 2)
    say(server, edda, "health/doctor", "no", 4)
    desk = sign_in(edda)
    page = desk.get("/desk/wishes/verdicts").text
    assert 0 < page.index("work/permission") < page.index("education/kita")
    assert "health/doctor" not in page
    assert "German: 25 % of 8" in page
    assert [row[0] for row in table(desk.get("/desk/wishes/verdicts.csv").text)[1:]] == ["work/permission"] * 2 + ["education/kita"] * 2


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_pages_are_accessible_full_and_empty(
    server: Running,
    edda: Colleague,
    browse_desk: BrowseDesk,
    phone: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    page = browse_desk(edda, phone=phone)
    for path in ("/desk/wishes", "/desk/wishes/verdicts"):
        page.goto(path)
        expect(page.locator(".empty h2")).to_be_visible()
        check_page(page)
    ask(server, edda, [*LIBRARY, "x" * 290], meaning=Meaning(near={"education/kita": 0.3}), entry="education/kita")
    ask(server, edda, ["هل توجد مكتبة للأطفال هنا؟", "هل توجد هنا مكتبة للأطفال؟", "مكتبة للأطفال هل توجد هنا"], language="ar")
    ask(server, edda, DOG)
    say(server, edda, "education/kita", "no", 6)
    say(server, edda, "education/kita", "yes", 9, given_at=utcnow() - timedelta(days=40))
    page.goto("/desk/wishes")
    expect(page.locator(".wish")).to_have_count(3)
    check_page(page)
    page.get_by_role("button", name="Done or not for us").first.click()
    expect(page.locator(".flash")).to_contain_text("Put aside.")
    page.locator(".wish-aside summary").click()
    check_page(page)
    page.locator(".flash button").click()
    expect(page.locator(".flash")).to_contain_text("The group is shown again.")
    expect(page.locator(".wish")).to_have_count(3)
    page.goto("/desk/wishes/verdicts")
    expect(page.locator("td .badge")).to_have_text("worse in the last 28 days")
    check_page(page)

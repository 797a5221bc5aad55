"""The team at the desk: inviting, changing, ending and starting accounts, ways to sign in, and that nobody can lock the admins out."""

import asyncio
import re
from typing import Any

import pytest
from sqlalchemy import func, select

from desk import invitations
from store.desk import CaseEvent, DeskSession
from store.scheduling import Adviser, Office
from store.statements import table_of
from store.tables import Case, Conversation, User
from tests.cases import Known, person_with_case
from tests.desk.settings.console import Console, Signed

HERE = "/desk/team"
EVIL = "<img src=x onerror=alert(1)>"


def form(user: User, **changes: Any) -> dict[str, Any]:
    """The form of an account as the page shows it, with changes."""
    known = {"name": user.name, "email": user.email, "role": user.role, "office_id": "", "adviser_id": ""}
    return known | {"languages": user.languages, "topics": user.topics} | changes


async def sessions_of(console: Console, user: User) -> int:
    table = table_of(DeskSession)
    async with console.base.read() as session:
        return await session.scalar(select(func.count()).select_from(table).where(table.c.user_id == user.id)) or 0


async def admin(console: Console) -> tuple[User, Signed]:
    user = await console.user("admin", name="Ada Admin")
    return user, await console.sign_in(user)


async def test_an_invitation_makes_a_link_that_lets_the_colleague_in(console: Console) -> None:
    _, desk = await admin(console)
    assert (await desk.get(f"{HERE}/invite")).status_code == 200
    page = await desk.post(f"{HERE}/invite", {"name": "Neu Neumann", "email": "Neu@Desk.test", "role": "lead"})
    found = re.search(r'id="link">(http://desk\.test/desk/invitation/([\w-]+))<', page.text)
    assert found
    async with console.base.read() as session:
        invited = await invitations.find(session, console.index_key, found[2])
    assert invited
    assert (invited.name, invited.email, invited.role, invited.municipality_id) == ("Neu Neumann", "neu@desk.test", "lead", console.here)
    listed = (await desk.get(HERE)).text
    assert "Neu Neumann" in listed
    assert found[2] not in listed + (await desk.get(f"{HERE}/{invited.id}")).text
    assert [row.subject for row in await console.audited("user.invited")] == [f"user:{invited.id}"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "taken@desk.test"}, "email"),
        ({"name": "\u200b"}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"role": "owner"}, "role"),
    ],
)
async def test_an_invitation_with_a_mistake_says_where_and_keeps_the_rest(console: Console, wrong: dict[str, str], field: str) -> None:
    _, desk = await admin(console)
    await console.user(email="taken@desk.test", municipality=console.elsewhere)
    page = await desk.post(f"{HERE}/invite", {"name": "Kept Name", "email": "kept@desk.test", "role": "lead"} | wrong)
    assert page.status_code == 422
    assert re.findall(r'id="(\w+)-error"', page.text) == [field]
    assert ("Kept Name" in page.text) == ("name" not in wrong)
    assert await console.audited("user.invited") == []


async def test_an_account_is_changed(console: Console) -> None:
    _, desk = await admin(console)
    office, plan = await console.add(
        Office(municipality_id=console.here, slug="haus", name="Haus Test"),
        Adviser(municipality_id=console.here, slug="anna", name="Anna P."),
    )
    anna = await console.user()
    changes = {"name": " Anna  Neu ", "role": "lead", "languages": ["ti", "ar", "xx"], "topics": ["housing", "nothing"]}
    page = await desk.post(f"{HERE}/{anna.id}", form(anna, **changes, office_id=office, adviser_id=plan))
    assert page.status_code == 200
    row = await console.fresh(anna)
    assert (row.name, row.role, row.office_id, row.adviser_id) == ("Anna Neu", "lead", office, plan)
    assert (row.languages, row.topics) == (["ar", "ti"], ["housing"])
    listed = (await desk.get(HERE)).text
    assert all(words in listed for words in ("Anna Neu", "Arabic, Tigrinya", "Haus Test", f"/desk/calendar?adviser={plan}"))


async def test_nothing_of_another_municipality_can_be_given_or_changed(console: Console) -> None:
    _, desk = await admin(console)
    office, plan = await console.add(
        Office(municipality_id=console.elsewhere, slug="haus", name="Dort"), Adviser(municipality_id=console.elsewhere, slug="x", name="X")
    )
    anna, stranger = await console.user(), await console.user("adviser", municipality=console.elsewhere)
    for changes in ({"office_id": office}, {"adviser_id": plan}, {"office_id": "x"}, {"adviser_id": "9" * 30}):
        assert (await desk.post(f"{HERE}/{anna.id}", form(anna, name="Changed", **changes))).status_code == 404
    assert (await console.fresh(anna)).name == anna.name
    paths = ("", "/end", "/start", "/link", "/codes", "/sign-out", "/leaves", "/leaves/again", "/leaves/1/remove")
    for user in (stranger.id, 999_999, 2**60):
        answers = [await desk.post(f"{HERE}/{user}{path}", form(stranger, name="Hacked")) for path in paths]
        assert {answer.status_code for answer in answers} <= {404}
        assert (await desk.get(f"{HERE}/{user}")).status_code == 404
    row = await console.fresh(stranger)
    assert (row.name, row.active, row.password_hash) == (stranger.name, True, "x")


async def test_a_calendar_belongs_to_one_colleague(console: Console) -> None:
    _, desk = await admin(console)
    [plan] = await console.add(Adviser(municipality_id=console.here, slug="anna", name="Anna P."))
    await console.user(adviser_id=plan)
    bela = await console.user()
    page = await desk.post(f"{HERE}/{bela.id}", form(bela, adviser_id=plan))
    assert page.status_code == 422
    assert "belongs to somebody else" in page.text


async def test_an_ended_account_gives_its_cases_back_and_can_start_again(console: Console) -> None:
    _, desk = await admin(console)
    anna = await console.user(name="Anna Alt")
    her = await console.sign_in(anna)
    async with console.base.write() as session:
        opened = await person_with_case(session, municipality=console.here, known=Known(owner=anna.id))
    page = await desk.post(f"{HERE}/{anna.id}/end")
    assert "The account has ended." in page.text
    assert f'action="{HERE}/{anna.id}/start"' in page.text
    row = await console.fresh(anna)
    assert (row.active, row.name, await sessions_of(console, anna)) == (False, "Anna Alt", 0)
    assert str((await her.get(HERE)).url).startswith("http://desk.test/desk/sign-in")
    async with console.base.read() as session:
        case = await session.get(Case, opened.case)
        conversation = await session.get(Conversation, opened.person)
        events = list(await session.scalars(select(table_of(CaseEvent).c.kind).where(table_of(CaseEvent).c.case_id == opened.case)))
    assert case
    assert conversation
    assert (case.state, case.owner_id, conversation.held_by_case) == ("waiting", None, None)
    assert events == ["released"]
    listed = (await desk.get(HERE)).text
    assert "Ended accounts: 1" in listed
    assert "Anna Alt" in listed
    await desk.post(f"{HERE}/{anna.id}/start")
    assert (await console.fresh(anna)).active
    assert [row.action for row in await console.audited("user.ended") + await console.audited("user.started")] == [
        "user.ended",
        "user.started",
    ]


async def test_an_editor_keeps_no_cases(console: Console) -> None:
    _, desk = await admin(console)
    anna = await console.user()
    async with console.base.write() as session:
        opened = await person_with_case(session, municipality=console.here, known=Known(owner=anna.id))
    await desk.post(f"{HERE}/{anna.id}", form(anna, role="editor"))
    async with console.base.read() as session:
        case = await session.get(Case, opened.case)
    assert case
    assert case.owner_id is None


async def test_ways_to_sign_in_are_made_new(console: Console) -> None:
    _, desk = await admin(console)
    anna = await console.user(sealed_totp=b"x", totp_step=7)
    await console.sign_in(anna)
    await desk.post(f"{HERE}/{anna.id}/sign-out")
    row = await console.fresh(anna)
    assert (await sessions_of(console, anna), row.password_hash, row.sealed_totp) == (0, "x", b"x")
    await console.sign_in(anna)
    await desk.post(f"{HERE}/{anna.id}/codes")
    row = await console.fresh(anna)
    assert (await sessions_of(console, anna), row.password_hash, row.sealed_totp) == (0, "x", None)
    await console.sign_in(anna)
    page = await desk.post(f"{HERE}/{anna.id}/link")
    assert "/desk/invitation/" in page.text
    row = await console.fresh(anna)
    assert (await sessions_of(console, anna), row.password_hash) == (0, None)
    await desk.post(f"{HERE}/{anna.id}/end")
    refused = await desk.post(f"{HERE}/{anna.id}/link")
    assert "This account has ended. Start it again first." in refused.text
    assert (await console.fresh(anna)).invite_blind is None


async def test_nobody_changes_their_own_role_or_ends_themselves(console: Console) -> None:
    ada, desk = await admin(console)
    await console.user("admin")
    for role in ("adviser", "lead", "editor"):
        page = await desk.post(f"{HERE}/{ada.id}", form(ada, role=role))
        assert (page.status_code, "Nobody changes their own role." in page.text) == (422, True)
    for path, sentence in (("end", "Nobody ends their own account."), ("link", "under Account"), ("codes", "under Account")):
        assert sentence in (await desk.post(f"{HERE}/{ada.id}/{path}")).text
    row = await console.fresh(ada)
    assert (row.role, row.active, row.password_hash) == ("admin", True, "x")
    assert (await desk.post(f"{HERE}/{ada.id}", form(ada, name="Ada Neu"))).status_code == 200
    assert (await console.fresh(ada)).name == "Ada Neu"


async def test_the_last_admin_who_can_sign_in_stays(console: Console) -> None:
    ada, _ = await admin(console)
    await console.user("admin", password_hash=None)
    await console.user("admin", active=False)
    await console.user("admin", municipality=console.elsewhere)
    other = await console.user("admin", name="Berta")
    desk = await console.sign_in(other)
    async with console.base.write() as session:
        await session.execute(table_of(User).update().where(table_of(User).c.id == other.id).values(password_hash=None))
    answers = [await desk.post(f"{HERE}/{ada.id}/end"), await desk.post(f"{HERE}/{ada.id}", form(ada, role="lead"))]
    assert ["last admin who can sign in" in answer.text for answer in answers] == [True, True]
    row = await console.fresh(ada)
    assert (row.role, row.active) == ("admin", True)


@pytest.mark.parametrize("path", ["/end", ""])
async def test_two_admins_cannot_end_each_other_at_once(console: Console, path: str) -> None:
    for _ in range(5):
        ada, berta = await console.user("admin"), await console.user("admin")
        first, second = await console.sign_in(ada), await console.sign_in(berta)
        await asyncio.gather(
            first.post(f"{HERE}/{berta.id}{path}", form(berta, role="adviser")),
            second.post(f"{HERE}/{ada.id}{path}", form(ada, role="adviser")),
        )
        rows = [await console.fresh(ada), await console.fresh(berta)]
        assert sum(row.active and row.role == "admin" for row in rows) == 1
        async with console.base.write() as session:
            await session.execute(table_of(User).update().values(active=False))


async def test_only_admins_manage_accounts(console: Console) -> None:
    anna = await console.user()
    for role in ("adviser", "lead", "editor"):
        me = await console.user(role)
        desk = await console.sign_in(me)
        for target in (anna, me):
            posts = [
                await desk.post(f"{HERE}/{target.id}{path}", form(target, role="admin"))
                for path in ("", "/end", "/start", "/link", "/codes", "/sign-out")
            ]
            assert [answer.status_code for answer in posts] == [403] * 6
            page = await desk.get(f"{HERE}/{target.id}")
            assert (page.status_code, 'name="role"' in page.text) == (200, False)
            assert target.email not in page.text
        assert [(await desk.get(f"{HERE}/invite")).status_code, (await desk.post(f"{HERE}/invite")).status_code] == [403, 403]
        assert (await console.fresh(me)).role == role
    row = await console.fresh(anna)
    assert (row.role, row.active, row.password_hash) == ("adviser", True, "x")


async def test_the_team_of_elsewhere_is_not_shown_and_names_never_act_as_markup(console: Console) -> None:
    _, desk = await admin(console)
    await console.user(municipality=console.elsewhere, name="Geheim Dort")
    evil = await console.user(name=EVIL)
    await console.user(name=EVIL, active=False)
    [office] = await console.add(Office(municipality_id=console.here, slug="haus", name=EVIL))
    await desk.post(f"{HERE}/{evil.id}", form(evil, name=EVIL, office_id=office))
    await desk.post(f"{HERE}/invite", {"name": EVIL, "email": "evil@desk.test", "role": "lead"})
    for url in (HERE, f"{HERE}/{evil.id}", f"{HERE}/invite", f"/desk/settings/hours?of=user-{evil.id}"):
        page = (await desk.get(url)).text
        assert "Geheim Dort" not in page
        assert "<img src=x" not in page
    assert "&lt;img src=x" in (await desk.get(HERE)).text
    wrong = await desk.post(f"{HERE}/{evil.id}", form(evil, name=EVIL, email=EVIL))
    assert (wrong.status_code, "<img src=x" in wrong.text) == (422, False)


async def test_a_form_without_its_token_changes_nothing(console: Console) -> None:
    _, desk = await admin(console)
    anna = await console.user()
    for path in ("/end", "/link", "", "/leaves"):
        assert (await desk.http.post(f"{HERE}/{anna.id}{path}", data=form(anna, name="x") | {"csrf": "0" * 32})).status_code == 403
    row = await console.fresh(anna)
    assert (row.active, row.name, row.password_hash) == (True, anna.name, "x")

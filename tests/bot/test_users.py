"""`lotse user …` on both databases: inviting, listing, a new link, and what is refused."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot import users
from bot.app import index_key
from bot.settings import Settings
from desk import invitations, passwords, sessions
from desk.invitations import EmailTakenError, InvalidUserError
from store import database
from store.errors import ConfigurationError, LotseError
from store.tables import Municipality, User
from tests.bot.test_cli import lotse

MakeSettings = Callable[..., Settings]
ANNA = {"email": "Anna@Kreis.Example", "role": "lead", "municipality": "altenkirchen", "name": "Anna Lang"}


async def test_an_invited_colleague_is_listed_and_the_town_is_staffed(make_settings: MakeSettings) -> None:
    settings = make_settings(base_url="https://lotse.example")
    link = await users.add(settings, **ANNA)
    assert link.startswith("https://lotse.example/desk/invitation/")
    listed = await users.listing(settings)
    assert [(row.email, row.name, row.role, row.municipality, row.state, row.second_factor) for row in listed] == [
        ("anna@kreis.example", "Anna Lang", "lead", "altenkirchen", "invited", False)
    ]
    base = database.connect(settings.database_url)
    async with base.read() as session:
        staffed = await session.scalars(select(col(Municipality.slug)).where(col(Municipality.staffed).is_(True)))
        assert list(staffed) == ["altenkirchen"]
        key = await index_key(base, settings.keyring)
        found = await invitations.find(session, key, link.rpartition("/")[2])
        assert found
        assert found.email == "anna@kreis.example"
    await base.close()


async def test_the_name_is_taken_from_the_address_if_none_is_given(make_settings: MakeSettings) -> None:
    settings = make_settings()
    await users.add(settings, **(ANNA | {"name": ""}))
    assert [row.name for row in await users.listing(settings)] == ["Anna"]


async def test_a_new_link_ends_password_sessions_and_old_link(make_settings: MakeSettings) -> None:
    settings = make_settings()
    old = await users.add(settings, **ANNA)
    base = database.connect(settings.database_url)
    key = await index_key(base, settings.keyring)
    secret = old.rpartition("/")[2]
    async with base.write() as session:
        user = await invitations.accept(session, key, secret=secret, password_hash=await passwords.hash_password("x" * 12))
        assert user
        await session.flush()
        user.sealed_totp = b"sealed"
        token = await sessions.begin(session, key, user=user.id or 0, browser="", confirmed=True)
        assert await invitations.accept(session, key, secret=secret, password_hash="again") is None  # noqa: S106 - no password
    assert await sessions.find(base, key, token)
    assert [row.state for row in await users.listing(settings)] == ["active"]
    await users.reset(settings, email="ANNA@kreis.example ", second_factor=False)
    assert await sessions.find(base, key, token) is None
    assert [(row.state, row.second_factor) for row in await users.listing(settings)] == [("invited", True)]
    await users.reset(settings, email="anna@kreis.example", second_factor=True)
    async with base.read() as session:
        row = (await session.scalars(select(User))).one()
    assert (row.password_hash, row.sealed_totp) == (None, None)
    await base.close()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"municipality": "nirgendwo"}, ConfigurationError),
        ({"role": "boss"}, InvalidUserError),
        ({"email": "keine-adresse"}, InvalidUserError),
        ({"name": "a\u202eb"}, InvalidUserError),
    ],
)
async def test_what_is_wrong_is_said_and_nobody_is_added(
    make_settings: MakeSettings, changes: dict[str, str], error: type[LotseError]
) -> None:
    settings = make_settings()
    with pytest.raises(error):
        await users.add(settings, **(ANNA | changes))
    assert await users.listing(settings) == []


async def test_an_address_has_one_account(make_settings: MakeSettings) -> None:
    settings = make_settings()
    await users.add(settings, **ANNA)
    with pytest.raises(EmailTakenError):
        await users.add(settings, **(ANNA | {"municipality": "trier", "email": "ANNA@kreis.example"}))
    with pytest.raises(ConfigurationError):
        await users.reset(settings, email="nobody@kreis.example", second_factor=False)


def test_the_commands_say_what_they_did(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("users")
    added = lotse(folder, "user", "add", "anna@kreis.example", "--role", "admin", "--municipality", "altenkirchen")
    assert added.returncode == 0, added.stderr
    assert added.stdout.startswith("http://127.0.0.1:8080/desk/invitation/")
    assert "seven days" in added.stderr
    listed = lotse(folder, "user", "list")
    assert "anna@kreis.example" in listed.stdout
    assert "invited" in listed.stdout
    again = lotse(folder, "user", "reset", "anna@kreis.example")
    assert again.stdout.startswith("http://127.0.0.1:8080/desk/invitation/")
    assert again.stdout != added.stdout
    wrong = lotse(folder, "user", "add", "anna@kreis.example", "--role", "boss", "--municipality", "altenkirchen")
    assert (wrong.returncode, "boss is no role" in wrong.stderr) == (2, True)

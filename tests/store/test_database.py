"""Both databases by one suite: schema, datetimes, transactions, backup and restore, change of keys."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, bindparam, func, select, text
from sqlalchemy.exc import StatementError
from sqlmodel import SQLModel, col

from store import backup, database, migrate, rotation
from store.crypto import Keyring
from store.database import Database
from store.errors import ConfigurationError, LotseError, SealError
from store.statements import insert_new, table_of
from store.tables import Address, Audit, Conversation, Feedback, Message, Municipality, Person, Vault
from store.types import UTCDateTime
from tests.postgres import Postgres


async def test_the_schema_steps_make_what_the_tables_say(empty_url: str) -> None:
    base = database.connect(empty_url)
    assert await migrate.upgrade(base) is True

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [step for step in compare_metadata(context, SQLModel.metadata) if "alembic_version" not in str(step)]

    async with base.writer.connect() as connection:
        assert await connection.run_sync(differences) == []
    await base.close()


async def test_upgrading_twice_does_nothing(base: Database) -> None:
    assert await migrate.upgrade(base) is False


async def test_older_verdicts_become_words(empty_url: str) -> None:
    base = database.connect(empty_url)
    async with base.writer.begin() as connection:
        await connection.run_sync(lambda each: command.upgrade(migrate.config(each), "0005"))
        for helped in (True, False):
            row = {"entry": "a/b", "language": "de", "helped": helped, "at": datetime(2026, 11, 1, tzinfo=UTC)}
            await connection.execute(_OLD_VERDICT, row)
    assert await migrate.upgrade(base) is True
    async with base.read() as session:
        assert list(await session.scalars(select(col(Feedback.verdict)).order_by(col(Feedback.id)))) == ["yes", "no"]
    await base.close()


_OLD_VERDICT = text("INSERT INTO feedback (entry, language, helped, given_at) VALUES (:entry, :language, :helped, :at)").bindparams(
    bindparam("at", type_=UTCDateTime)
)


async def test_datetimes_come_back_in_utc_and_naive_ones_are_refused(base: Database) -> None:
    berlin = datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=2)))
    async with base.write() as session:
        session.add(Audit(actor="test", action="now", at=berlin))
    async with base.read() as session:
        found = await session.scalar(select(col(Audit.at)))
    assert found == berlin
    assert found is not None
    assert found.tzinfo is UTC
    with pytest.raises(StatementError, match="naive datetime"):
        async with base.write() as session:
            session.add(Audit(actor="test", action="now", at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the naive one that must be refused


async def test_an_error_rolls_everything_back(base: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with base.write() as session:
            session.add(Municipality(slug="x", name="X"))
            await session.flush()
            raise ZeroDivisionError
    async with base.read() as session:
        assert await session.scalar(select(func.count()).select_from(Municipality)) == 0


async def test_many_writers_at_once_all_get_through(base: Database) -> None:
    async def one(number: int) -> None:
        async with base.write() as session:
            count = await session.scalar(select(func.count()).select_from(Person))
            session.add(Municipality(slug=f"m{number}", name=str(count)))

    await asyncio.gather(*(one(number) for number in range(50)))
    async with base.read() as session:
        assert await session.scalar(select(func.count()).select_from(Municipality)) == 50


async def test_what_exists_is_not_inserted_again(base: Database) -> None:
    rows = [{"slug": "a", "name": "A", "staffed": False, "demo": False}]
    for _ in range(2):
        async with base.write() as session:
            await insert_new(session, Municipality, rows)
    async with base.read() as session:
        assert list(await session.scalars(select(col(Municipality.slug)))) == ["a"]


async def fill(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        town = Municipality(slug="landau", name="Landau")
        session.add(town)
        await session.flush()
        person = Person(language="ar", municipality_id=town.id)
        session.add(person)
        await session.flush()
        assert person.id
        session.add(Conversation(person_id=person.id, dialog="place", sealed_state=keyring.seal("{}", purpose="state")))
        session.add(Address(person_id=person.id, channel="web", blind=b"b" * 16, sealed_external=keyring.seal("me", purpose="address")))
        session.add(Vault(name="index key", sealed_value=keyring.seal("ab", purpose="vault")))
        for number in range(450):
            session.add(Message(person_id=person.id, version=number, sealed_payload=keyring.seal(f"سؤال {number}", purpose="message")))


async def read_back(base: Database, keyring: Keyring) -> list[str]:
    async with base.read() as session:
        return [
            keyring.open(sealed, purpose="message")
            for sealed in await session.scalars(select(col(Message.sealed_payload)).order_by(col(Message.id)))
        ]


async def test_a_backup_restores_into_an_empty_database(base: Database, keyring: Keyring, tmp_path: Path) -> None:
    await fill(base, keyring)
    count = await backup.backup(base, tmp_path / "b.gz")
    assert "سؤال" not in (tmp_path / "b.gz").read_bytes().decode("latin-1")
    other = database.connect(f"sqlite+aiosqlite:///{tmp_path}/other.db")
    await migrate.upgrade(other)
    assert await backup.restore(other, tmp_path / "b.gz") == count
    assert await read_back(other, keyring) == await read_back(base, keyring)
    async with other.write() as session:
        session.add(Municipality(slug="next", name="Next"))  # counting goes on behind the restored rows
    with pytest.raises(LotseError, match="not empty"):
        await backup.restore(other, tmp_path / "b.gz")
    await other.close()


@pytest.mark.service
async def test_a_backup_of_sqlite_restores_into_postgresql(tmp_path: Path, keyring: Keyring, postgres: Postgres) -> None:
    small = database.connect(f"sqlite+aiosqlite:///{tmp_path}/small.db")
    await migrate.upgrade(small)
    await fill(small, keyring)
    await backup.backup(small, tmp_path / "b.gz")
    large = database.connect(await asyncio.to_thread(postgres.fresh))
    await migrate.upgrade(large)
    await backup.restore(large, tmp_path / "b.gz")
    assert await read_back(large, keyring) == await read_back(small, keyring)
    async with large.write() as session:
        session.add(Municipality(slug="next", name="Next"))
    await small.close()
    await large.close()


@pytest.mark.parametrize("damage", [b"", b"no gzip", b"\x1f\x8b\x08\x00broken"])
async def test_a_damaged_backup_changes_nothing(base: Database, tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "b.gz").write_bytes(damage)
    with pytest.raises(LotseError):
        await backup.restore(base, tmp_path / "b.gz")
    async with base.read() as session:
        assert await session.scalar(select(func.count()).select_from(Municipality)) == 0


async def test_a_truncated_backup_changes_nothing(base: Database, keyring: Keyring, tmp_path: Path) -> None:
    await fill(base, keyring)
    await backup.backup(base, tmp_path / "b.gz")
    whole = (tmp_path / "b.gz").read_bytes()
    (tmp_path / "b.gz").write_bytes(whole[: len(whole) * 2 // 3])
    other = database.connect(f"sqlite+aiosqlite:///{tmp_path}/other.db")
    await migrate.upgrade(other)
    with pytest.raises(LotseError, match="not a complete backup"):
        await backup.restore(other, tmp_path / "b.gz")
    async with other.read() as session:
        assert await session.scalar(select(func.count()).select_from(Message)) == 0
    await other.close()


async def test_rotation_seals_everything_with_the_newest_key(base: Database) -> None:
    old, new = b"o" * 32, b"n" * 32
    await fill(base, Keyring([old]))
    assert await rotation.rotate(base, Keyring([new, old])) == 453
    assert (await read_back(base, Keyring([new])))[449] == "سؤال 449"
    assert await rotation.rotate(base, Keyring([new])) == 0
    with pytest.raises(SealError):
        await read_back(base, Keyring([old]))


@pytest.mark.parametrize(
    "url", ["mysql://x", "sqlite:///x.db", "postgresql://x/y", "sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:", "nonsense", ""]
)
def test_other_addresses_are_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ConfigurationError, match="LOTSE_DATABASE_URL"):
        database.connect(url)


def test_everything_that_is_sealed_is_sealed_again_when_the_keys_change() -> None:
    columns = [column for table in SQLModel.metadata.tables.values() for column in table.columns]
    sealed = {(column.table.name, column.name) for column in columns if column.name.startswith("sealed_")}
    known = {(table_of(model).name, column) for model, column, _ in rotation.PURPOSES}
    assert sealed == known

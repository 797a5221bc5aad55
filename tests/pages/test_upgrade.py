"""Pages that were fetched by an older Lotse keep their place, and get the short names that buttons need."""

from alembic import command
from sqlalchemy import Connection, select, text

from knowledge.pages import keep
from knowledge.pages.record import code_of
from store import database, migrate

FEED = (
    "INSERT INTO page_feeds (municipality, base, region, language, spelt, kind, etag, modified, digest, revision) "
    "VALUES ('town', 'https://cms.example', 'town', 'ar', 'ar', 'locations', '', '', '', 1)"
)
PAGE = (
    "INSERT INTO pages (feed_id, key, title, trail, url, changed_on, passages, digest) "
    "SELECT id, 'السكن', 'T', '[]', '', '', '[]', 'd' FROM page_feeds"
)


def older(connection: Connection) -> None:
    command.upgrade(migrate.config(connection), "0005")
    connection.execute(text(FEED))
    connection.execute(text(PAGE))


async def test_pages_of_an_older_schema_get_their_short_names(empty_url: str) -> None:
    base = database.connect(empty_url)
    async with base.writer.begin() as connection:
        await connection.run_sync(older)
    assert await migrate.upgrade(base) is True
    async with base.read() as session:
        codes = list(await session.scalars(select(keep.pages.c.code)))
    assert codes == [code_of(region="town", kind="locations", key="السكن")]
    await base.close()

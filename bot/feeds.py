"""The address of an adviser's calendar feed, for the command line. What a feed is: `scheduler.feeds`; its route: `bot.web.calendar`."""

from bot.app import index_key
from bot.settings import Settings
from scheduler import feeds
from store import database, migrate
from store.errors import ConfigurationError


async def address(settings: Settings, *, slug: str, municipality: str | None, renew: bool) -> str:
    """The address, with a new secret if it is to be renewed or there was none. Raises ConfigurationError if nobody or several are meant."""
    base = database.connect(settings.database_url)
    try:
        await migrate.upgrade(base)
        keyring = settings.keyring
        key = await index_key(base, keyring)
        async with base.write() as session:
            found = await feeds.named(session, slug=slug, municipality=municipality)
            if len(found) != 1:
                message = "several advisers are called {slug}: say which with --municipality" if found else "there is no adviser {slug}"
                raise ConfigurationError(message, slug=slug)
            make = feeds.renew if renew else feeds.secret_of
            secret = await make(session, keyring, key, adviser=int(found[0].id or 0))
    finally:
        await base.close()
    return feeds.address(settings.base_url, secret)

"""The order of what one person gets, also where a channel fails in between."""

import asyncio

from bot.channels.base import RetryLaterError
from bot.codec import Outgoing
from bot.delivery import Delivery
from bot.inbox import Desk
from bot.outbox import Posting, post
from dialogs.model import Reply
from store.crypto import Keyring
from store.database import Database
from tests.cases import person


class Line:
    """A channel that refuses the first message it is given."""

    def __init__(self) -> None:
        self.refused = 0
        self.sent: list[str] = []

    async def deliver(self, address: str, outgoing: Outgoing) -> None:
        """Refuse the first, then take down what arrives."""
        del address
        if not self.refused:
            self.refused += 1
            raise RetryLaterError(0.5)
        self.sent.append(outgoing.reply.text)


async def test_what_follows_a_message_that_was_put_off_never_overtakes_it(base: Database, keyring: Keyring) -> None:
    desk, line = Desk(owner="test", keyring=keyring, index_key=b"i" * 32), Line()
    delivery = Delivery(database=base, desk=desk, channels={"telegram": line})
    async with base.write() as session:
        _, address = await person(session, municipality=None)

    async def say(text: str) -> None:
        posting = Posting(address_id=address, channel="telegram", external="1", outgoing=Outgoing(reply=Reply(text=text, language="en")))
        async with base.write() as session:
            parcels = await post(session, desk, [posting])
        delivery.enqueue(parcels)

    await say("first")
    while not line.refused:
        await asyncio.sleep(0)
    # That it was put off is not recorded yet: the address is still ours.
    await say("second")
    for _ in range(100):
        await asyncio.sleep(0)
    assert line.sent == []
    work = asyncio.create_task(delivery.run())
    async with asyncio.timeout(20):
        while len(line.sent) < 2:
            await asyncio.sleep(0.02)
    # As the app stops: what is in hand is recorded first, or the database would be closed under it.
    await delivery.drain(20)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert line.sent == ["first", "second"]

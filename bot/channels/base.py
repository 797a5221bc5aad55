"""What a pushing channel is: one method, `deliver`; and the ways in which a delivery can fail."""

from typing import Protocol

from bot.codec import Outgoing


class DeliveryError(Exception):
    """A delivery failed for good: the message cannot be sent like this (it is counted and dropped)."""


class RetryLaterError(DeliveryError):
    """The channel does not take it now; try again after `seconds`. `global_` says that all its messages must wait."""

    def __init__(self, seconds: float, *, global_: bool = False) -> None:
        super().__init__(f"retry after {seconds} s")
        self.seconds = seconds
        self.global_ = global_


class UnreachableError(DeliveryError):
    """The person blocked the bot or the chat is gone: nothing more is sent there until they write again."""


class Channel(Protocol):
    """A way to push messages to people. Channels that people read themselves (the web page) need none."""

    async def deliver(self, address: str, outgoing: Outgoing) -> str | None:
        """Send one message, or change the one that `outgoing.edit` names; raises one of the errors above.

        Returns the channel's name of what was sent (at most 32 characters), which a later change names; None if nothing can be changed.
        """

"""One module per channel; `TRAITS` is the list of them. A channel turns its messages into `Inbound` and delivers `Outgoing`.

Telegram is class “public” (no end-to-end encryption): nothing personal belongs there.
"""

from datetime import timedelta

from dialogs.model import Traits

TRAITS = {
    traits.name: traits
    for traits in (
        Traits(name="web", trusted=True, keeps_history=True),
        Traits(name="telegram", trusted=False),
        Traits(name="terminal", trusted=True, keeps_history=True),
    )
}

# How old a message of the bot may be that a channel still deletes at the person. Editing has no such limit.
RETRACTABLE = {"telegram": timedelta(hours=48)}

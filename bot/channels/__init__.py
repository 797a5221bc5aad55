"""One module per channel; `TRAITS` is the list of them. A channel turns its messages into `Inbound` and delivers `Outgoing`.

Telegram is class “public” (no end-to-end encryption): nothing personal belongs there.
"""

from dialogs.model import Traits

TRAITS = {
    traits.name: traits
    for traits in (
        Traits(name="web", trusted=True, keeps_history=True),
        Traits(name="telegram", trusted=False),
        Traits(name="terminal", trusted=True, keeps_history=True),
    )
}

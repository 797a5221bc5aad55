"""What can be wrong with something that is done to a case: leaves of the tree in `store.errors`. The sentences for advisers are in `desk`.

LotseError
└── HandoffError
    ├── NotFoundError    no such case here: unknown, another municipality's, or its person is deleted (nobody learns which)
    ├── TakenError       a colleague was faster; `data["name"]` is who has it
    ├── NotYoursError    only the owner may do this; `data["name"]` is the owner, empty if nobody has it
    └── StaleError       the case was changed since the page was shown, or is in a state where this makes no sense
"""

from store.errors import LotseError


class HandoffError(LotseError):
    """Base: nothing was changed."""

    code = "handoff"


class NotFoundError(HandoffError):
    """There is no such case (or colleague) in this municipality."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__("This does not exist or exists no more.")


class TakenError(HandoffError):
    """Somebody else holds the case."""

    code = "taken"

    def __init__(self, name: str) -> None:
        super().__init__("Already taken by {name}.", name=name)


class NotYoursError(HandoffError):
    """The case is not in the hands of who wants to do this."""

    code = "not_yours"

    def __init__(self, name: str = "") -> None:
        super().__init__("This case is with {name}." if name else "Nobody has this case yet. Take it first.", name=name)


class StaleError(HandoffError):
    """What the page showed is not so any more."""

    code = "stale"

    def __init__(self) -> None:
        super().__init__("This has changed in the meantime. Please look again.")

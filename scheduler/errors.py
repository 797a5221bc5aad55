"""What can be wrong with a wish for an appointment: three leaves of the tree in `store.errors`. The sentences for people are in `dialogs`.

LotseError
└── SchedulingError
    ├── SlotGoneError      the time is not free (any more)
    ├── LimitError         the person has as many appointments that day as the service allows, or one at the same time
    └── StateError         the appointment is not in a state in which this can be done (cancelled, past, another person's)
"""

from store.errors import LotseError


class SchedulingError(LotseError):
    """Base: nothing was changed."""

    code = "scheduling"


class SlotGoneError(SchedulingError):
    """Somebody else has the time, or it lies outside the hours now."""

    code = "slot_gone"


class LimitError(SchedulingError):
    """The person has enough appointments on that day, or one at that time."""

    code = "limit"


class StateError(SchedulingError):
    """The appointment cannot be changed like this; `data["state"]` is what it is (`none` if it does not exist for this person)."""

    code = "state"

"""Why something was not done with a case, in the adviser's words. The errors themselves are in `handoff.errors`."""

from desk.access import Actor
from handoff.errors import HandoffError, NotYoursError, StaleError, TakenError


def refusal(actor: Actor, error: HandoffError) -> str:
    """One sentence."""
    name = str(error.data.get("name", ""))
    if isinstance(error, TakenError):
        return actor.t("Already taken by {name}.", name=name)
    if isinstance(error, NotYoursError) and name:
        return actor.t("This case is with {name}. Nothing was changed.", name=name)
    if isinstance(error, NotYoursError):
        return actor.t("Nobody has this case yet. Take it first.")
    if isinstance(error, StaleError):
        return actor.t("Something has changed in the meantime. Please look again; nothing was changed by you.")
    if error.code == "too_late":
        return actor.t("The messenger lets nobody delete messages that are older than {hours} hours.", hours=error.data["hours"])
    return actor.t("That did not work. Nothing was changed.")

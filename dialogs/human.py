"""Asking for a person: opens a case where advisers work with Lotse, and says honestly what happens next."""

from dialogs import article
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import just, paragraphs, say
from handoff import cases

REASONS = {"asked", "not_understood"}
HELPERS = ("advice/migration-advice", "advice/integration-management")


async def ask(turn: Turn, reason: str = "asked") -> Move:
    """Open a case (once), or name those who can help where no adviser works with Lotse."""
    town = turn.town
    if town is None or not town.staffed:
        return just(_nobody_here(turn))
    await cases.open_case(
        turn.session,
        turn.services.keyring,
        municipality=town.id,
        person=turn.standing.person,
        language=turn.language,
        reason=reason if reason in REASONS else "asked",
    )
    text = paragraphs(
        turn.t("I have told the advisers of {town} that you want to talk to a person.", town=town.name),
        turn.t("I cannot say when they will answer. They work in office hours. The answer comes here."),
        turn.t("You can go on asking me in the meantime. In danger call 110 (police) or 112 (ambulance) at once."),
        turn.t("This is only a demonstration: nobody will answer.") if town.demo else "",
    )
    return just(say(turn, text, title=turn.t("A person will read this"), choices=article.links(turn, HELPERS)))


def _nobody_here(turn: Turn) -> Reply:
    text = paragraphs(
        turn.t("In your town no adviser works with Lotse yet, or you have not told me your town."),
        turn.t("These people help you in person, free of charge:"),
    )
    choices = article.links(turn, HELPERS)
    if turn.town is None:
        choices.append(Choice(id="place", label=turn.t("Choose my town")))
    return say(turn, text, title=turn.t("Talk to a person"), choices=choices)

"""Names of languages for advisers; the people's own names for them are in `locales.registry`."""

from desk.access import Actor
from locales.registry import LANGUAGES


def language_name(actor: Actor, code: str) -> str:
    """What an adviser calls a language, in German or English; an unknown code stays as it is."""
    return actor.t(LANGUAGES[code].english) if code in LANGUAGES else code


def language_names(actor: Actor) -> list[tuple[str, str]]:
    """All languages as (code, name), by name."""
    return sorted(((code, language_name(actor, code)) for code in LANGUAGES), key=lambda pair: pair[1])

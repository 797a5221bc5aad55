"""Which office a message asks for: the local one where it is known, else who knows where it is. German names are used in every language."""

from dialogs import article
from dialogs.model import Turn
from nlu.text import skeleton, words

_NAMES = {
    "immigration_office": ("auslanderbehorde", "auslanderamt"),
    "social_office": ("sozialamt",),
    "jobcenter": ("jobcenter", "jobcentre"),
    "employment_agency": ("arbeitsagentur", "arbeitsamt"),
    "youth_office": ("jugendamt",),
    "registration_office": ("burgerburo", "burgeramt", "einwohnermeldeamt"),
    "health_office": ("gesundheitsamt",),
    "local_court": ("amtsgericht",),
    "housing_office": ("wohnungsamt",),
    "adult_education_centre": ("volkshochschule", "vhs"),
}


def named(turn: Turn) -> str:
    """Where the office is that the message names; "" if it names none or several."""
    said = {_plain(word) for word in words(turn.inbound.text)}
    kinds = [kind for kind, names in _NAMES.items() if said & {_plain(name) for name in names}]
    return article.where(turn, kinds[0]) if len(kinds) == 1 else ""


def _plain(word: str) -> str:
    """Umlauts may be written as "ae", "a" or as they are."""
    plain = skeleton(word)
    for pair in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        plain = plain.replace(*pair)
    return plain

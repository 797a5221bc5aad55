"""The one language that a wish for another language names: "speak Arabic please", "говори російською"."""

from nlu.data_words.names import names
from nlu.text import skeleton, words

# So much of the end of a name may be another one in a sentence ("російською" of "Російська").
_ENDING, _SHORTEST = 2, 4


def named(text: str, language: str) -> str | None:
    """The code of the language named in `text`, by its name in `language`, English, German or its own; None for none and for several.

    >>> named("speak arabic please", "en"), named("говори російською", "uk"), named("change the language", "en")
    ('ar', 'ru', None)
    """
    said = [skeleton(word) for word in words(text)]
    found = {code for spoken, kind, code, name in names() if kind == "tongue" and spoken in {language, "en", "de"} and _is_in(said, name)}
    return found.pop() if len(found) == 1 else None


def _is_in(said: list[str], name: str) -> bool:
    wanted = [skeleton(word) for word in words(name)]
    if len(wanted) != 1:
        return any(said[at : at + len(wanted)] == wanted for at in range(len(said)))
    stem = wanted[0][: max(_SHORTEST, len(wanted[0]) - _ENDING)]
    return any(word.startswith(stem) for word in said)

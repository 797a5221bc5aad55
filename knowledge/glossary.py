"""The glossary of office words (`locales/glossary.yml`): how each is said in every language."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.vocabulary import read_rows
from locales.registry import LANGUAGES
from store.errors import ContentError

FILE = Path(__file__).parent.parent / "locales" / "glossary.yml"
# Letters by which a word is known in any of its forms, and characters before the bracket in which it must stand.
_STEM, _SHORTEST, _REACH = 4, 3, 90
_ETHIOPIC = "ሀ"
_NOTES = frozenset({"meaning", "several"})


@dataclass(frozen=True, kw_only=True)
class Term:
    """A German office word and how it is said, by language code; `several`: it has other senses in which it need not be explained."""

    word: str
    meaning: str
    renderings: Mapping[str, str]
    several: bool = False

    def __post_init__(self) -> None:
        """Raise ContentError for a language that does not exist."""
        if unknown := self.renderings.keys() - LANGUAGES.keys():
            message = "{file}: {word}: no language is called {names}"
            raise ContentError(message, file=FILE, word=self.word, names=", ".join(sorted(unknown)))

    def stands_in(self, text: str) -> bool:
        """Whether the German word itself stands there."""
        return self.word in text and re.search(rf"(?<!\w){re.escape(self.word)}", text) is not None

    def stands_alone_in(self, text: str) -> bool:
        """Whether the word stands there, and not as a part of a longer one."""
        return self.word in text and re.search(rf"(?<![\w-]){re.escape(self.word)}(?![\w-])", text) is not None

    def strange(self, text: str, *, language: str) -> Iterator[str]:
        """What stands before the word in brackets, wherever that is not a form of its rendering."""
        if f"({self.word})" not in text:
            return
        words = [word for word in re.findall(r"\w+", _plain(self.renderings.get(language, ""))) if len(word) >= _SHORTEST]
        # Amharic and Tigrinya write prepositions into the word, in place of its own first letter.
        stems = [word[1:_STEM] if word >= _ETHIOPIC else word[:_STEM] for word in words]
        for hit in re.finditer(rf"\({re.escape(self.word)}\)", text):
            before = text[max(0, hit.start() - _REACH) : hit.start()]
            if stems and not any(stem in _plain(before) for stem in stems):
                yield text[max(0, hit.start() - 30) : hit.end()].replace("\n", " ")


def _plain(text: str) -> str:
    """Lower case without accents and vowel marks."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))


@cache
def terms(file: Path = FILE) -> tuple[Term, ...]:
    """All terms; raises ContentError for a broken file."""
    rows = read_rows(file, needed=("meaning",)).items()
    return tuple(
        Term(
            word=word,
            meaning=str(row["meaning"]),
            several=bool(row.get("several")),
            renderings={code: str(said) for code, said in row.items() if code not in _NOTES},
        )
        for word, row in rows
    )

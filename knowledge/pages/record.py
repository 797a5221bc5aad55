"""The values of imported pages."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

KINDS = ("pages", "locations", "events")


class Passage(NamedTuple):
    """A part of a page that answers by itself: the heading above it (or "") and its text."""

    heading: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page in one language, without any markup.

    `key` is the last part of its path, the same in all languages of Integreat's region; `trail` are the titles of the pages above it, the
    topmost first; `changed_on` is YYYY-MM-DD or "".
    """

    key: str
    title: str
    url: str
    passages: tuple[Passage, ...]
    trail: tuple[str, ...] = ()
    changed_on: str = ""

    def digest(self) -> str:
        """A fingerprint of all that is kept."""
        return fingerprint([self.key, self.title, self.url, self.passages, self.trail, self.changed_on])


@dataclass(frozen=True, kw_only=True)
class Feed:
    """What is fetched from one address. `base` is that of the publisher, `spelt` the language as it writes it, `municipality` a slug."""

    municipality: str
    base: str
    region: str
    language: str
    spelt: str
    kind: str = "pages"

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"{self.base}/api/v3/{self.region}/{self.spelt}/{self.kind}"


def name_of(feed: Any, key: str) -> str:
    """What a page is called among all pages of its feed's municipality, in all languages: its key, where that can be only one."""
    kind = "" if feed.kind == "pages" else f"{feed.kind}/"
    return f"{kind}{key}" if feed.region == feed.municipality else f"{feed.region}/{kind}{key}"


def code_of(*, region: str, kind: str, key: str) -> str:
    """A short name of a page (16 letters and digits) for buttons: the same in all languages, and after its text has changed."""
    return fingerprint([region, kind, key])[:16]


def fingerprint(value: Sequence[object]) -> str:
    """A hash of plain data."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()

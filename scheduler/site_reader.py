"""Reading a site file: every key, what it may hold, and what must fit together. The kinds of values are in `site_nodes`.

Whether articles named as topics exist is not known here: only their form is checked.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from yaml.nodes import MappingNode, Node, ScalarNode

from locales.registry import DEFAULT, LANGUAGES
from scheduler import site_knowledge
from scheduler.site_nodes import Block, Convert, Page, SiteFileError, Wrong, by_key, compose, many
from scheduler.site_schema import (
    DAY_BEFORE,
    GENDERS,
    INTERPRETER_MODES,
    LANDS,
    MINUTES_BEFORE,
    MODES,
    AdviserEntry,
    GroupSlotEntry,
    OfficeEntry,
    ServiceEntry,
    SiteFile,
)
from scheduler.site_times import NEVER, Times
from scheduler.site_values import DAY_MINUTES, clock, day, duration, flag, moment, number, one_of, or_none, words

T = TypeVar("T")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SERVICE_SLUG = 40  # it has to fit into a Telegram start link
LANGUAGE = one_of(LANGUAGES, "a language of Lotse")
MODE = one_of(MODES, "a way to meet")
EMAIL = words(shape=re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"), example="team@example.org")
LINK = words(2000, shape=re.compile(r"https?://[^\s/]+\S*"), example="https://maps.example.org/office")
CALENDAR = words(2000, shape=re.compile(r"(https?|webcals?)://[^\s/]+\S*"), example="https://calendar.example.org/one.ics")
TOPIC = words(96, shape=re.compile(rf"{_SLUG.pattern}/{_SLUG.pattern}"), example="residence/extension")


def read(text: str) -> SiteFile:
    """The site file; raises SiteFileError with every problem, line by line."""
    page = Page()
    root = compose(text)
    site = page.attempt(root, lambda page, node: [_Reader(page, node).site()], [])
    if page.problems:
        raise SiteFileError(page.problems)
    return site[0]


def slug(longest: int = 64) -> Convert[str]:
    """A short name for machines."""
    return words(longest, shape=_SLUG, example="main-office")


def _spoken(convert: Convert[Any], what: str) -> Convert[dict[str, Any]]:
    """Something in several languages, German among them: it is what every other language falls back to."""
    by_language = by_key(LANGUAGE, lambda _language: convert, what)

    def read(page: Page, node: Node) -> dict[str, Any]:
        known = len(page.problems)
        result: dict[str, Any] = by_language(page, node)
        if DEFAULT not in result and len(page.problems) == known:
            raise Wrong(node, f"{what} is missing in German", f"add '{DEFAULT}: …', all languages fall back to it")
        return result

    return read


class _Reader:
    """One file being read. What other parts refer to (slugs) is looked up first, wherever it stands."""

    def __init__(self, page: Page, root: Node) -> None:
        self.page, self.root = page, root
        self.office = one_of(_slugs(root, "offices"), "an office of this file")
        self.service = one_of(_slugs(root, "services"), "a service of this file")
        self.adviser = one_of(_slugs(root, "advisers"), "an adviser of this file")

    def site(self) -> SiteFile:
        """Everything."""
        with Block(self.page, self.root, "the site") as block:
            zone = block.take("zone", one_of(available_timezones(), "a time zone"), "Europe/Berlin")
            quiet = block.take("quiet", _quiet, (21 * 60, 8 * 60))
            self.times = Times(zone=ZoneInfo(zone), quiet=quiet, office=self.office)
            block.each("absences", self.times.absence())
            site = SiteFile(
                municipality=block.take("municipality", slug(), "", needed=True),
                zone=zone,
                land=block.take("land", one_of(LANDS, "the abbreviation of a Land"), "RP"),
                school_holidays=block.take("school_holidays", flag, default=False),
                closed_days=[closed.isoformat() for closed in block.each("closed_days", day)],
                quiet_from=quiet[0],
                quiet_until=quiet[1],
                interpreters=block.each("interpreters", _interpreter),
                lead_email=block.take("lead_email", or_none(EMAIL), None),
                offices=block.take("offices", _named(self._office, "offices"), {}),
                services=block.take("services", _named(self._service, "services", longest=_SERVICE_SLUG), {}),
                advisers=block.take("advisers", _named(self._adviser, "advisers"), {}),
                group_slots=block.take("group_slots", _named(self._group_slot, "group slots"), {}),
                knowledge=block.take("knowledge", site_knowledge.section(TOPIC), None),
                # The blocks above have filled these in: arguments are evaluated in the order in which they stand here.
                hours=tuple(self.times.hours),
                openings=tuple(self.times.openings),
                absences=tuple(self.times.absences),
            )
        self.times.check(self.page)
        return site

    def _office(self, office: str, page: Page, node: Node) -> OfficeEntry:
        with Block(page, node, "an office") as block:
            block.each("absences", self.times.absence(office=office))
            block.each("walk_in", self.times.weekly(office=office))
            return OfficeEntry(
                name=block.take("name", words(), "", needed=True),
                address=block.take("address", words(), ""),
                phone=block.take("phone", words(64), ""),
                map_url=block.take("map", LINK, ""),
            )

    def _service(self, service: str, page: Page, node: Node) -> ServiceEntry:
        with Block(page, node, "a service") as block:
            day_before, minutes_before = block.take("reminders", self._reminders, (DAY_BEFORE, [MINUTES_BEFORE]))
            return ServiceEntry(
                names=block.take("names", _spoken(words(60), "the name"), {}, needed=True),
                minutes=block.take("minutes", number(5, 480), 0, needed=True),
                before=block.take("buffer_before", number(0, 240), 0),
                after=block.take("buffer_after", number(0, 240), 0),
                step=block.take("step", number(5, 240), 15),
                modes=block.take("modes", many(MODE, some=True), ["in_person"]),
                languages=block.each("languages", LANGUAGE),
                topics=block.each("topics", TOPIC),
                bring=block.take("bring", _spoken(many(words(), some=True), "what to bring"), {}),
                preparation=block.take("preparation", _spoken(words(500), "the preparation"), {}),
                notice_minutes=block.take("notice", duration("hmdw"), 120),
                horizon_days=block.take("horizon", duration("wd"), 42 * DAY_MINUTES) // DAY_MINUTES,
                per_person_per_day=block.take("per_person_per_day", number(1, 20), 1),
                day_before=day_before,
                minutes_before=minutes_before,
                position=_slugs(self.root, "services").index(service),
            )

    def _reminders(self, page: Page, node: Node) -> tuple[int | None, list[int]]:
        with Block(page, node, "reminders") as block:
            day_before = block.take("day_before", or_none(self.times.humane), DAY_BEFORE)
            return day_before, block.take("before", many(duration("hmd")), [MINUTES_BEFORE])

    def _adviser(self, adviser: str, page: Page, node: Node) -> AdviserEntry:
        with Block(page, node, "an adviser") as block:
            block.each("hours", self.times.weekly(adviser=adviser))
            block.each("openings", self.times.opening(adviser))
            block.each("absences", self.times.absence(adviser=adviser))
            return AdviserEntry(
                name=block.take("name", words(), "", needed=True),
                email=block.take("email", or_none(EMAIL), None),
                gender=block.take("gender", or_none(one_of(GENDERS, "a gender that can be asked for")), None),
                languages=block.each("languages", LANGUAGE, needed=True),
                daily_limit=block.take("daily_limit", or_none(number(1, 50)), None),
                offers=block.each("offers", self.service),
                busy=block.take("busy", or_none(CALENDAR), None),
                busy_given=block.has("busy"),
            )

    def _group_slot(self, _slot: str, page: Page, node: Node) -> GroupSlotEntry:
        with Block(page, node, "a group slot") as block:
            starts = block.take("start", moment(self.times.zone), NEVER, needed=True)
            return GroupSlotEntry(
                service=block.take("service", self.service, "", needed=True),
                office=block.take("office", self.office, "", needed=True),
                starts_at=starts,
                ends_at=starts + timedelta(minutes=block.take("minutes", number(5, 720), 0, needed=True)),
                capacity=block.take("capacity", number(1, 1000), 0, needed=True),
                advisers=block.each("advisers", self.adviser),
                line=block.line,
            )


def _named(entry: Callable[[str, Page, Node], T], what: str, *, longest: int = 64) -> Convert[dict[str, T]]:
    """Entries by slug."""
    return by_key(slug(longest), lambda key: partial(entry, key), what)


def _quiet(page: Page, node: Node) -> tuple[int, int]:
    with Block(page, node, "quiet") as block:
        return block.take("from", clock(), 0, needed=True), block.take("to", clock(), 0, needed=True)


def _slugs(root: Node, section: str) -> list[str]:
    """The keys of a section in their order, before it is read."""
    sections = root.value if isinstance(root, MappingNode) else []
    found = [value for key, value in sections if isinstance(key, ScalarNode) and key.value == section and isinstance(value, MappingNode)]
    return [str(key.value) for node in found for key, _ in node.value]


def _interpreter(page: Page, node: Node) -> dict[str, Any]:
    with Block(page, node, "an interpreter pool") as block:
        return {
            "name": block.take("name", words(), "", needed=True),
            "languages": block.each("languages", LANGUAGE, needed=True),
            "modes": block.take("modes", many(one_of(INTERPRETER_MODES, "a way to interpret"), some=True), ["in_person"]),
            "contact": block.take("contact", words(), ""),
        }

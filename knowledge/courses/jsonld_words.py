"""What the properties of schema.org say about a course, as cells of a table; `jsonld` finds them and has them checked."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from knowledge.courses.record import DAYS, clock

Node = Mapping[str, Any]
_HERE = ZoneInfo("Europe/Berlin")
_GERMAN = re.compile(
    r"deutsch|german\b|integrationskurs|alphabetisierung|berufssprach|erstorientierung|sprachcaf|\bda[fz]\b", re.IGNORECASE
)
_EXAM = re.compile(r"prüfung|einstufung|\btest\b", re.IGNORECASE)
_TEACHES = re.compile(r"kurs|vorbereitung|training", re.IGNORECASE)
_LEVEL = re.compile(r"\b([ABC][12])(?![0-9])", re.IGNORECASE)
_POSTCODE = re.compile(r"(?:\bD-)?\b(\d{5})\s+([^\d,;]+)")
_CODE = re.compile(r"[^\w.:-]+")
_LONGEST_ID = 64
# The first that is found in the title decides; {level} is the level of the title.
_TYPES: Sequence[tuple[str, str]] = (
    (r"erstorientierung", "eok"),
    (r"sprachcaf|sprachtreff", "sprachcafe"),
    (r"\bmia\b", "mia"),
    (r"berufssprach|\bbsk\b", "bsk_{level}"),
    (r"zweitschrift", "integration_second_script"),
    (r"integration.*alphabet|alphabet.*integration", "integration_literacy"),
    (r"frauenintegration|integration.*frauen", "integration_women"),
    (r"elternintegration|integration.*eltern", "integration_parents"),
    (r"jugendintegration|integration.*jug", "integration_youth"),
    (r"intensiv.*integration|integration.*intensiv", "integration_intensive"),
    (r"integrationskurs", "integration_general"),
)
_BSK = frozenset({"a2", "b1", "b2", "c1", "c2"})


def is_a(node: Node, kind: str) -> bool:
    """Whether the node is of a type, with or without a prefix."""
    kinds = node.get("@type")
    return any(isinstance(each, str) and re.split(r"[/:#]", each)[-1] == kind for each in (kinds if isinstance(kinds, list) else [kinds]))


def resolved(value: Any, named: Mapping[str, Node]) -> Node:
    """The node, or the one of the same page that it points to; empty if there is none."""
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, Mapping):
        return {}
    return named.get(str(value["@id"]), value) if set(value) <= {"@id", "@type"} and "@id" in value else value


def words(value: Any, *, depth: int = 4) -> str:
    """The text of a value: itself, its name, value or @value, or all of a list."""
    if isinstance(value, Mapping) and depth:
        texts = (words(value.get(key), depth=depth - 1) for key in ("name", "value", "@value", "url"))
        return next((each for each in texts if each), "")
    if isinstance(value, list) and depth:
        return ", ".join(filter(None, (words(each, depth=depth - 1) for each in value)))
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def is_german(course: Node, instance: Node) -> bool:
    """Whether it teaches German; an examination alone does not."""
    title = words(course.get("name")) or words(instance.get("name"))
    about = " ".join(words(course.get(key)) for key in ("teaches", "about", "keywords"))
    return bool(_GERMAN.search(f"{title} {about}")) and not (_EXAM.search(title) and not _TEACHES.search(title))


def is_off(instance: Node, today: date) -> bool:
    """Whether it is cancelled or over."""
    end = _moment(instance.get("endDate"))
    return "Cancelled" in words(instance.get("eventStatus")) or (end is not None and end.date() < today)


def host(url: str) -> str:
    """The host of an address without www."""
    return (urlsplit(url).hostname or "page").removeprefix("www.")


def with_date(key: str, day: str) -> str:
    """The number of a course with the day on which it begins, or with one more letter."""
    longer = f"{key}/{day}" if day and not key.endswith(day) else f"{key}-2"
    return longer if len(longer) <= _LONGEST_ID else hashlib.sha256(longer.encode()).hexdigest()[:32]


def cells(course: Node, instance: Node, *, url: str, today: date, named: Mapping[str, Node]) -> dict[str, str]:
    """What is known of a course, by field; only what is there."""
    title = words(course.get("name")) or words(instance.get("name"))
    provider = resolved(course.get("provider") or instance.get("organizer") or course.get("publisher"), named)
    name = words(provider) or words(course.get("provider")) or host(url)
    page = _absolute(url, words(course.get("url")) or words(instance.get("url")))
    found = {
        "id": _key(course, instance, page),
        "title": title,
        "provider_name": name,
        "provider_url": _absolute(_absolute(url, "/"), words(provider.get("url"))),
        "contact_phone": words(provider.get("telephone")),
        "contact_email": words(provider.get("email")).removeprefix("mailto:"),
        "certificate": words(course.get("educationalCredentialAwarded")),
        "entry_condition_text": words(course.get("coursePrerequisites")),
        "language_of_instruction": words(instance.get("inLanguage") or course.get("inLanguage")),
        "source_name": name,
        "source_url": page,
        "last_checked": today.isoformat(),
        **_levels(title, course, name),
        **_when(course, instance),
        **_where(instance, named),
        **_places(instance, course, named),
    }
    return {field: text for field, text in found.items() if text}


def _absolute(base: str, link: str) -> str:
    """Where the link leads; what leads to no page leads back to where it stands."""
    try:
        found = urljoin(base, link)
        return found if urlsplit(found).scheme in {"http", "https"} else base
    except ValueError:
        return base


def _key(course: Node, instance: Node, page: str) -> str:
    own = words(instance.get("courseCode") or instance.get("identifier") or course.get("courseCode") or course.get("identifier"))
    code = (own.rsplit("/", 1)[-1] if "://" in own else own) or urlsplit(page).path.rstrip("/").rsplit("/", 1)[-1]
    key = f"{host(page)}/{_CODE.sub('-', code).strip('-')}" if code else f"{host(page)}/{hashlib.sha256(page.encode()).hexdigest()[:16]}"
    return key if len(key) <= _LONGEST_ID else hashlib.sha256(key.encode()).hexdigest()[:32]


def _levels(title: str, course: Node, provider: str) -> dict[str, str]:
    levels = [each.upper() for each in _LEVEL.findall(title)] or [
        each.upper() for each in _LEVEL.findall(words(course.get("educationalLevel")))
    ]
    kind = next((kind for pattern, kind in _TYPES if re.search(pattern, title, re.IGNORECASE)), "")
    if kind == "bsk_{level}":
        kind = f"bsk_{levels[-1].lower()}" if levels and levels[-1].lower() in _BSK else "bsk_special"
    if not kind:
        kind = "vhs" if re.search(r"volkshochschule|\bvhs\b", provider, re.IGNORECASE) else "other"
    return {"course_type": kind} | ({"level_from": min(levels), "level_to": max(levels)} if levels else {})


def _moment(value: Any) -> datetime | None:
    """A date or moment as people there read it on the clock; None if it is none."""
    try:
        found = datetime.fromisoformat(words(value))
    except ValueError:
        return None
    return found.astimezone(_HERE) if found.tzinfo else found.replace(tzinfo=_HERE)


def _when(course: Node, instance: Node) -> dict[str, str]:
    start, end = (_moment(instance.get(key)) for key in ("startDate", "endDate"))
    found = {name: each.date().isoformat() for name, each in (("start_date", start), ("end_date", end)) if each}
    schedules = [each for each in _listed(instance.get("courseSchedule") or course.get("courseSchedule")) if isinstance(each, Mapping)]
    days = [day for schedule in schedules for day in _days(schedule.get("byDay"))]
    if not days and start and end and start.date() == end.date():
        days = [DAYS[start.weekday()]]
    begins, ends = (_clock(schedules, key) or _of_day(moment) for key, moment in (("startTime", start), ("endTime", end)))
    times = {"time_from": begins, "time_to": ends} if begins and ends and begins < ends else {"time_from": begins}
    return found | times | {"weekdays": ",".join(dict.fromkeys(days))}


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def _days(value: Any) -> list[str]:
    """Days as schema.org (https://schema.org/Monday) or calendars (MO) write them."""
    if isinstance(value, str) and "," in value:
        value = value.split(",")
    bare = [re.split(r"[/:#]", words(each))[-1].strip().casefold() for each in _listed(value)]
    return [day for each in bare for day in DAYS if each and (each.startswith(day) or each == day[:2])]


def _clock(schedules: Iterable[Node], key: str) -> str:
    """The one time of all schedules; of several none is taken."""
    times = {words(each.get(key))[:5] for each in schedules} - {""}
    return times.pop() if len(times) == 1 else ""


def _of_day(moment: datetime | None) -> str:
    minutes = moment.hour * 60 + moment.minute if moment else 0
    return clock(minutes) if minutes else ""


def _where(instance: Node, named: Mapping[str, Node]) -> dict[str, str]:
    places = [resolved(each, named) or {"address": each} for each in _listed(instance.get("location")) if each]
    real = [each for each in places if not is_a(each, "VirtualLocation")]
    modes = " ".join(words(instance.get(key)) for key in ("courseMode", "eventAttendanceMode")).casefold()
    online = "online" in modes or len(real) < len(places)
    mixed = "blended" in modes or "hybrid" in modes or "mixed" in modes or (online and ("onsite" in modes or bool(real)))
    found = {"format": "hybrid" if mixed else "online" if online else "presence"}
    if not real:
        return found
    geo = resolved(real[0].get("geo"), named)
    spot = {"lat": words(geo.get("latitude")), "lon": words(geo.get("longitude"))}
    return found | _address(real[0], named) | (spot if all(spot.values()) else {})


def _address(place: Node, named: Mapping[str, Node]) -> dict[str, str]:
    name, written = words(place.get("name")), place.get("address")
    address = resolved(written, named)
    street, code, town = (words(address.get(key)) for key in ("streetAddress", "postalCode", "addressLocality"))
    if not address and isinstance(written, str):
        found = _POSTCODE.search(written)
        street, code, town = (written[: found.start()].strip(" ,"), found[1], found[2].strip()) if found else (written, "", "")
    parts = [name, street] if street and street not in name else [name]
    return {"address": ", ".join(filter(None, parts)), "postcode": code, "town": town}


def _places(instance: Node, course: Node, named: Mapping[str, Node]) -> dict[str, str]:
    offer = resolved(instance.get("offers") or course.get("offers"), named)
    price, currency = words(offer.get("price")), words(offer.get("priceCurrency")) or "EUR"
    free = words(instance.get("remainingAttendeeCapacity"))
    if re.search(r"SoldOut|OutOfStock", words(offer.get("availability"))):
        free = "0"
    # The price is that of the whole course, not of a lesson.
    return {
        "places_max": words(instance.get("maximumAttendeeCapacity")),
        "places_free": free,
        "fee_note": f"{price} {currency}" if price else "",
    }

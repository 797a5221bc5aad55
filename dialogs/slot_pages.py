"""The pages of free times: days, times of a day, the nearest three, the ways on where nothing is free. Choosing is in `booking`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from dialogs import appointment_words as words
from dialogs.booking_state import Wanted
from dialogs.booking_words import MODE_BUTTONS, PARTS, clock, day_words, speaks, understood_in, walk_in_words, wishes
from dialogs.model import Choice, Reply, Turn
from dialogs.parts import MOST_CHOICES, page_of, paragraphs, say
from locales.registry import LANGUAGES
from scheduler import booking, calendar
from scheduler.calendar import Rules
from scheduler.details import walk_in_hours, workload
from scheduler.slots import Slot
from scheduler.waiting import part_fits
from store.types import today_here, utcnow

NEAREST = 3
_HALVES = ("morning", "afternoon")
_WEEK = timedelta(days=7)
_GROUP = 0  # a place in a group slot has no adviser of its own
_MARKS = "①②③④⑤⑥⑦⑧⑨"


@dataclass(frozen=True, kw_only=True)
class Free:
    """The free times of a service; `fitting` are those that fulfil every wish, each start once.

    `offered` are those of advisers who speak the person's language, or `every` one if nobody does or if all were asked for;
    `hidden` says that advisers who do not speak it have others.
    """

    rules: Rules
    wanted: Wanted
    every: tuple[Slot, ...]
    offered: tuple[Slot, ...]
    fitting: tuple[Slot, ...]
    hidden: bool

    def day(self, slot: Slot) -> date:
        """The day of a time in the municipality."""
        return slot.starts.astimezone(self.rules.zone).date()


async def look(turn: Turn, rules: Rules, wanted: Wanted) -> Free:
    """Compute the free times and what of them fits."""
    now = utcnow()
    wish = calendar.wish_of(rules, now=now)
    # The time that the person holds or wants to leave is free for them.
    found = await calendar.free_slots(turn.session, rules, wish, now=now, without=wanted.held or wanted.move or None)
    left = await booking.find(turn.session, appointment=wanted.move, person=turn.standing.person) if wanted.move else None
    every = [slot for slot in found if left is None or slot.starts != left.starts_at]
    speaking = speakers(rules, wanted.speaks or turn.language)
    mine = [slot for slot in every if slot.adviser in speaking]
    offered = mine if mine and not wanted.every else every
    load = await workload(turn.session, advisers=rules.advisers, now=now)
    order = sorted(offered, key=lambda slot: (slot.starts, slot.adviser not in speaking, load.get(slot.adviser, 0), slot))
    fitting = [slot for slot in order if _fits(rules, wanted, slot)]
    return Free(
        rules=rules,
        wanted=wanted,
        every=tuple(every),
        offered=_once(order),
        fitting=_once(fitting),
        hidden=len(mine) < len(every) > 0 < len(mine),
    )


def speakers(rules: Rules, language: str) -> set[int]:
    """The advisers who offer the service in a language; with them group slots, if the service is held in it."""
    found = {adviser for adviser, row in rules.advisers.items() if speaks(row, rules.service, language)}
    return found | {_GROUP} if understood_in(rules.service.languages, language) else found


def _fits(rules: Rules, wanted: Wanted, slot: Slot) -> bool:
    day = slot.starts.astimezone(rules.zone).date()
    adviser = rules.advisers.get(slot.adviser)
    return (
        (not wanted.woman or (adviser is not None and adviser.gender == "woman"))
        and part_fits(wanted.part, slot.starts, rules.zone)
        and wanted.after <= clock(slot.starts, rules.zone) < (wanted.before or "24:00")
        and wanted.weekday in {"", str(day.weekday())}
        and wanted.avoided != str(day.weekday())
        and wanted.day in {"", day.isoformat()}
        and (not wanted.week or timedelta(0) <= day - date.fromisoformat(wanted.week) < _WEEK)
    )


def _once(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """The first slot of each start."""
    by_start: dict[datetime, Slot] = {}
    for slot in slots:
        by_start.setdefault(slot.starts, slot)
    return tuple(by_start.values())


async def days_page(turn: Turn, free: Free, *, page: int = 0, note: str = "") -> Reply:
    """The days that have free times, earliest first."""
    if not free.fitting:
        return await nothing_page(turn, free, note=note)
    counts = Counter(free.day(slot) for slot in free.fitting)
    choices = [
        Choice(id=f"bookday:{day}", label=turn.t("{day} · free: {number}", day=day_words(turn.language, day), number=count))
        for day, count in sorted(counts.items())
    ]
    shown = page_of(turn, choices, page=page, more="bookday:page")
    text = paragraphs(note, _understood(turn, free), turn.t("On which day do you want to come? You see only days with free times."))
    return _page(turn, free, text, (*shown, *_filters(turn, free, free.fitting)), back="book")


async def times_page(turn: Turn, free: Free, day: date, *, page: int = 0, note: str = "") -> Reply:
    """The free times of one day, earliest first."""
    slots = [slot for slot in free.fitting if free.day(slot) == day]
    if not slots:
        nothing = turn.t("Nothing is free on this day: {day}.", day=day_words(turn.language, day))
        return await nothing_page(turn, free, note=nothing)
    marks = dict(zip(_offices(free, slots), _MARKS, strict=False))
    choices = [Choice(id=time_id(slot), label=_time(free, slot, marks)) for slot in slots]
    shown = page_of(turn, choices, page=page, more="booktime:page")
    others = (
        Choice(id="bookday", label=turn.t("Other days")),
        *((Choice(id="book", label=turn.t("Another topic")),) if free.wanted.topic else ()),
    )
    offices = "\n".join(f"{mark} {free.rules.offices[office].name}" for office, mark in marks.items())
    heading = turn.t("Free times on {day}:", day=day_words(turn.language, day))
    text = paragraphs(note, _understood(turn, free, day=False), heading, offices)
    return _page(turn, free, text, (*shown, *_filters(turn, free, slots), *others), back="bookday")


def time_id(slot: Slot) -> str:
    """The id of a time's button; what is pressed is looked up again."""
    return f"booktime:{int(slot.starts.timestamp()) // 60}.{slot.adviser}.{slot.office}.{slot.group}"


def _time(free: Free, slot: Slot, marks: Mapping[int, str]) -> str:
    """The clock, with the sign of the office where a day has times in several: their names are in the text, too long for each button."""
    return " ".join(filter(None, (clock(slot.starts, free.rules.zone), marks.get(slot.office))))


def _page(turn: Turn, free: Free, text: str, choices: Sequence[Choice], *, back: str) -> Reply:
    named = words.may_name(turn)
    title = words.service_name(turn, free.rules.service) if named else turn.t("Your appointment")
    return say(turn, text, title=title, choices=choices, back=back, screen=True)


def _understood(turn: Turn, free: Free, *, day: bool = True) -> str:
    """What is wanted, said back; without the day where it is said anyway."""
    wanted = free.wanted if day else replace(free.wanted, day="", weekday="")
    if wanted.speaks and not speakers(free.rules, wanted.speaks):
        name = LANGUAGES[wanted.speaks].autonym
        nobody = turn.t(
            "No adviser speaks this language: {language}. You can bring somebody, or we look for an interpreter.", language=name
        )
        return paragraphs(wishes(turn, free.rules, wanted), nobody)
    return wishes(turn, free.rules, wanted)


def _filters(turn: Turn, free: Free, shown: Sequence[Slot]) -> list[Choice]:
    """Buttons that narrow the times that are shown, and those that take a wish back."""
    wanted, t = free.wanted, turn.t
    choices: list[Choice] = []
    if wanted.part or wanted.after or wanted.before:
        choices.append(Choice(id="bookset:part:any", label=t("At any time of the day")))
    elif len(shown) > MOST_CHOICES and all(any(part_fits(part, slot.starts, free.rules.zone) for slot in shown) for part in _HALVES):
        choices += [Choice(id=f"bookset:part:{part}", label=t(PARTS[part])) for part in _HALVES]
    if free.hidden:
        other = ("mine", t("Only in my language")) if wanted.every else ("any", t("Show all times"))
        choices.append(Choice(id=f"bookset:language:{other[0]}", label=other[1]))
    women = {adviser for adviser, row in free.rules.advisers.items() if row.gender == "woman"}
    if wanted.woman:
        choices.append(Choice(id="bookset:woman:no", label=t("With a woman or a man")))
    elif women and {slot.adviser for slot in shown} - women:
        choices.append(Choice(id="bookset:woman:yes", label=t("Only with a woman")))
    return [*choices, *_mode_filters(turn, free)]


def _offices(free: Free, slots: Iterable[Slot]) -> list[int]:
    """The offices of some times: where there are several, and people come in person; otherwise none is worth naming."""
    found = sorted({slot.office for slot in slots} & free.rules.offices.keys())
    in_person = (free.wanted.mode or free.rules.service.modes[0]) == "in_person"
    return found if in_person and len(found) > 1 else []


def _mode_filters(turn: Turn, free: Free) -> list[Choice]:
    """The other ways to meet, where one was named."""
    modes = free.rules.service.modes
    if free.wanted.mode in {"", modes[0]}:
        return []
    return [Choice(id=f"bookset:mode:{mode}", label=turn.t(MODE_BUTTONS[mode])) for mode in modes if mode != free.wanted.mode]


async def nothing_page(turn: Turn, free: Free, *, note: str = "") -> Reply:
    """Nothing fits: the nearest times that do not, every wish that can be given up, the waiting list, and coming without appointment."""
    wanted, t = free.wanted, turn.t
    said = note or (t("Nothing is free as you want it.") if free.every else t("Nothing is free at the moment."))
    any_day = replace(wanted, day="", weekday="", week="")
    close = [slot for slot in free.offered if _fits(free.rules, any_day, slot)]
    nearest = _nearest(close or free.offered, _around(free))
    hours = await walk_in_hours(turn.session, municipality=free.rules.service.municipality_id, day=today_here())
    understood = _understood(turn, free, day=not note)
    text = paragraphs(said, understood, walk_in_words(turn, hours), t("The nearest free times are:") if nearest else "")
    choices = [
        *_time_choices(turn, free, nearest),
        *((Choice(id="bookday:any", label=t("Other days")),) if free.every and (wanted.day or wanted.weekday or wanted.week) else ()),
        *_filters(turn, free, ()),
        *(() if wanted.move else (Choice(id="wait:join:0", label=t("Tell me when something becomes free")),)),
        Choice(id="book", label=t("Another topic")),
    ]
    return _page(turn, free, text, choices, back="book")


def _around(free: Free) -> datetime:
    """The moment that was wanted, or now."""
    day = free.wanted.date
    on_day = [slot.starts for slot in free.every if day and free.day(slot) >= day]
    return on_day[0] if on_day else utcnow()


def _nearest(slots: Sequence[Slot], around: datetime) -> list[Slot]:
    return sorted(sorted(slots, key=lambda slot: abs(slot.starts - around))[:NEAREST])


def _time_choices(turn: Turn, free: Free, slots: Sequence[Slot]) -> list[Choice]:
    labels = [f"{day_words(turn.language, free.day(slot))}, {clock(slot.starts, free.rules.zone)}" for slot in slots]
    return [Choice(id=time_id(slot), label=label) for slot, label in zip(slots, labels, strict=True)]


async def nearest(turn: Turn, rules: Rules, around: datetime, *, wanted: Wanted | None = None, text: str = "") -> Reply:
    """The three free times nearest to a moment, as buttons; whoever shows it keeps the service in the conversation's state."""
    known = wanted or Wanted(service=int(rules.service.id or 0))
    free = await look(turn, rules, replace(known, day="", weekday="", week="", part="", after="", before="", clock=""))
    found = _nearest(free.fitting or free.offered, around)
    if not found:
        return await nothing_page(turn, free, note=text)
    choices = [*_time_choices(turn, free, found), Choice(id="bookday:any", label=turn.t("Other days"))]
    return _page(turn, free, paragraphs(text, turn.t("The nearest free times are:")), choices, back="book")

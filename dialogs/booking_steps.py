"""The steps that all of booking shares: town, service, the pages of times, a time that is gone. Handlers are in `booking`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from dialogs import appointment_words as words
from dialogs import booking_state as states
from dialogs import human, place, slot_pages
from dialogs.article import links
from dialogs.booking_state import DIALOG, Wanted
from dialogs.booking_words import popping, walk_in_words, wishes
from dialogs.model import Choice, Move, Reply, Town, Turn
from dialogs.parts import page_of, paragraphs, say
from locales import formats
from locales.marks import mark
from scheduler import booking, calendar
from scheduler.calendar import Rules
from scheduler.details import walk_in_hours
from scheduler.slots import Slot
from store.scheduling import Service
from store.types import today_here, utcnow

BOOK = mark("Book it")
GONE = mark("Somebody else has taken this time just now.")
_MOST_DIGITS = 9
_MOST_ID_DIGITS = 18
_SLOT_PARTS = 4


async def begin(turn: Turn, wanted: Wanted, *, service: str = "", topics: Mapping[str, float] | None = None, page: int = 0) -> Move:
    """Ask for what is missing: the town, the service (by id, slug, or the topics of a message), then the time."""
    town = turn.town
    if town is None:
        state = {"then": DIALOG, "service": service, "wanted": wanted.state, "topics": dict(topics or {})}
        return await place.ask(turn, then=state)
    offered = await calendar.services(turn.session, municipality=town.id)
    if not offered:
        return await _none_here(turn, town)
    chosen = _chosen(offered, service)
    if chosen is None:
        chosen = states.service_named(offered, turn.inbound.text, turn.language) if turn.inbound.kind == "text" else None
    if chosen is None and (found := states.service_for(offered, topics or {})):
        chosen, wanted = found[0], replace(wanted, topic=found[1])
    if chosen is None:
        return await _services(turn, town, offered, wanted, page=page)
    rules = await calendar.rules_of(turn.session, service=int(chosen.id or 0))
    if rules is None:
        return await _services(turn, town, offered, wanted, page=page)
    mode = wanted.mode if wanted.mode in chosen.modes else ""
    return await show(turn, rules, replace(wanted, service=int(chosen.id or 0), mode=mode))


async def go_on(turn: Turn, state: Mapping[str, Any]) -> Move:
    """Begin with what was kept (by `begin` or a link) while the language or the town was asked for."""
    wanted = states.of_state(state.get("wanted", {}))
    return await begin(popping(turn), wanted, service=str(state.get("service", "")), topics=state.get("topics", {}))


def _chosen(offered: list[Service], key: str) -> Service | None:
    """The service of an id or slug; the only one there is if none was named."""
    if not key and len(offered) == 1:
        return offered[0]
    slug = key.removeprefix("service=")
    return next((service for service in offered if key == str(service.id) or slug == service.slug), None)


async def _services(turn: Turn, town: Town, offered: list[Service], wanted: Wanted, *, page: int) -> Move:
    choices = [Choice(id=f"book:{service.id}", label=words.service_name(turn, service)) for service in offered]
    hours = await walk_in_hours(turn.session, municipality=town.id, day=today_here())
    text = paragraphs(wishes(turn, None, wanted), turn.t("What do you need an appointment for?"), walk_in_words(turn, hours))
    shown = page_of(turn, choices, page=page, more="book:page")
    ahead = await booking.of_person(turn.session, person=turn.standing.person, now=utcnow())
    mine = (Choice(id="appt", label=turn.t("My appointments")),) if ahead else ()
    return at(say(turn, text, title=turn.t("Make an appointment"), choices=(*mine, *shown), screen=True), wanted)


async def _none_here(turn: Turn, town: Town) -> Move:
    """No service can be booked: who helps all the same."""
    hours = await walk_in_hours(turn.session, municipality=town.id, day=today_here())
    text = paragraphs(
        turn.t("In {town} you cannot make an appointment here yet.", town=town.name),
        walk_in_words(turn, hours),
        turn.t("These people help you in person, free of charge:"),
    )
    return Move(replies=(say(turn, text, choices=links(turn, human.HELPERS), screen=True),))


def at(reply: Reply, wanted: Wanted) -> Move:
    """A reply after which the booking stands at `wanted`."""
    return Move(replies=(reply,), dialog=DIALOG, state=wanted.state)


async def old(turn: Turn, sentence: str = "") -> Move:
    """A button of last week, or one that was forged: say so, and begin again."""
    note = Reply(text=sentence or turn.t("This button is old. Please choose again."), language=turn.language)
    again = await begin(popping(turn), Wanted())
    return replace(again, replies=(note, *again.replies))


async def rules_of(turn: Turn, wanted: Wanted) -> Rules | None:
    """The rules of the service that is being booked; None if there is none, it went, or it belongs to another town."""
    rules = await calendar.rules_of(turn.session, service=wanted.service) if wanted.service else None
    if rules is None or wanted.move:
        return rules
    return rules if turn.town and rules.service.municipality_id == turn.town.id else None


async def show(turn: Turn, rules: Rules, wanted: Wanted, *, note: str = "") -> Move:
    """The days, or the times of the day that is meant."""
    free = await slot_pages.look(turn, rules, wanted)
    day = wanted.date or (free.day(free.fitting[0]) if wanted.weekday and free.fitting else None)
    if day:
        return at(await slot_pages.times_page(turn, free, day, note=note), wanted)
    return at(await slot_pages.days_page(turn, free, note=note), wanted)


async def gone(turn: Turn, rules: Rules, wanted: Wanted, *, around: datetime, text: str) -> Move:
    """The time cannot be had: say why, with the nearest three."""
    open_ = replace(wanted, held=0)
    return at(await slot_pages.nearest(turn, rules, around, wanted=open_, text=text), open_)


async def limit(turn: Turn, rules: Rules, wanted: Wanted, slot: Slot) -> Move:
    """The person has an appointment on that day: show it."""
    day = slot.starts.astimezone(rules.zone).date()
    rows = await booking.of_person(turn.session, person=turn.standing.person, now=utcnow())
    other = next((row for row in rows if row.starts_at.astimezone(rules.zone).date() == day), None)
    choices = [Choice(id="bookday:any", label=turn.t("Other days"))]
    text = turn.t("You have an appointment on this day already.")
    if other is not None:
        when = formats.moment(turn.language, other.starts_at, rules.zone)
        text = turn.t("You have an appointment on this day already: {when}.", when=when)
        choices = [
            Choice(id=f"appt:move:{other.id}", label=turn.t("Move")),
            Choice(id=f"appt:cancel:{other.id}", label=turn.t("Cancel")),
            *choices,
        ]
    return at(say(turn, text, choices=choices, back="bookday", screen=True), wanted)


async def slot_of(turn: Turn, rules: Rules, chosen: str) -> Slot | None:
    """The time of a button (`<epoch minutes>.<adviser>.<office>.<group>`); None if it cannot be one of this service."""
    parts = chosen.split(".")
    if len(parts) != _SLOT_PARTS or not all(_is_number(part) for part in parts):
        return None
    minutes, adviser, office, group = map(int, parts)
    starts = datetime.fromtimestamp(minutes * 60, UTC)
    if group:
        service = int(rules.service.id or 0)
        places = await calendar.group_places(turn.session, service=service, first=starts, last=starts, now=utcnow())
        # Full or gone: a place without room, so that the nearest other times are shown.
        full = Slot(starts=starts, ends=starts + timedelta(minutes=rules.service.minutes), adviser=0, office=office, group=group)
        return next((found for found in places if found.group == group), full)
    if adviser not in rules.advisers or office not in rules.offices:
        return None
    return Slot(starts=starts, ends=starts + timedelta(minutes=rules.service.minutes), adviser=adviser, office=office)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def number_of(text: str) -> int:
    """A small number in a button's id; 0 for anything else."""
    return int(text) if _is_number(text) else 0


async def mine(turn: Turn, appointment: str) -> Row[Any] | None:
    """The appointment of the turn's person with this id, in whatever state."""
    if not (appointment.isascii() and appointment.isdigit() and len(appointment) <= _MOST_ID_DIGITS):
        return None
    return await booking.find(turn.session, appointment=int(appointment), person=turn.standing.person)

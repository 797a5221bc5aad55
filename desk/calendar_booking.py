"""Booking for a person from their case: service, way to meet, adviser, free time, confirm. The person is told (`scheduler.office`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from desk import calendar_choice as choice
from desk import calendar_words as words
from desk import trail
from desk.access import Actor, Adviser
from desk.calendar_access import Reach, note_read, reach_of
from desk.calendar_appointment import HERE, state_of
from desk.calendar_choice import Search
from desk.calendar_moving import UNUSUAL, wall_key
from desk.languages import language_name
from desk.pages import back, page
from desk.parts import PartsOf
from handoff import news, rows
from handoff.errors import NotFoundError
from handoff.pseudonyms import pseudonym
from locales.marks import mark
from scheduler import calendar, office
from scheduler.booking import Booking, Interpreter
from scheduler.calendar import Rules
from scheduler.errors import SchedulingError, SlotGoneError
from store.types import utcnow

router = APIRouter()
BOOK = "/desk/calendar/book"
INTERPRETERS = ("none", "brings", "organise")
BOOKED = mark("Booked: {day}, {time}. The person will read it in their language in one minute.")
SPOKEN_MODES = ("in_person", "phone")


@dataclass(frozen=True, kw_only=True)
class Order:
    """What was chosen so far: the case, and of its municipality the service with its rules, the way to meet, the adviser (None: all)."""

    case: Row[Any]
    reach: Reach
    services: Mapping[str, str]
    rules: Rules | None
    mode: str
    adviser: int | None
    first: date
    now: datetime

    def url(self, **more: Any) -> str:
        """The address of this step, or of the next one."""
        service = self.rules.service.id if self.rules else ""
        return choice.link(BOOK, case=self.case.id, service=service, mode=self.mode, adviser=self.adviser or 0, **more)


async def order_of(session: AsyncSession, actor: Actor, given: Mapping[str, Any]) -> Order:
    """Read an order from an address or a form; raises NotFoundError for a case or service that is not here."""
    now = utcnow()
    case = await rows.require(session, municipality=actor.municipality, case=choice.number_of(given.get("case")))
    found = await calendar.services(session, municipality=actor.municipality)
    services = {str(one.id): words.service(actor, one.names) for one in found}
    wanted = str(given.get("service") or "")
    if wanted and wanted not in services:
        raise NotFoundError
    rules = await calendar.rules_of(session, service=int(wanted or next(iter(services)))) if services else None
    modes = rules.service.modes if rules else []
    reach = await reach_of(session, actor, now=now)
    mode = str(given.get("mode") or "")
    adviser = choice.number_of(given["adviser"]) if "adviser" in given else reach.own
    return Order(
        case=case,
        reach=reach,
        services=services,
        rules=rules,
        mode=mode if mode in modes else next(iter(modes), ""),
        adviser=adviser if rules and adviser in rules.advisers else None,
        first=choice.day_of(actor, str(given.get("first") or ""), now=now),
        now=now,
    )


@router.get("/calendar/book")
async def choose(request: Request, actor: Adviser, parts: PartsOf) -> Response:
    """What it is about and free times; with `slot` or `at` that time to confirm. The address: case, service, mode, adviser, first."""
    given = request.query_params
    async with parts.database.read() as session:
        order = await order_of(session, actor, given)
        values = _values(actor, order)
        key = given.get("slot", "") or (wall_key(actor, given.get("at", ""), order.adviser) if given.get("at") else "")
        time, refused = await _looked(session, actor, order, key)
        days = [] if time else await _free(session, actor, order)
    await note_read(parts, actor, action="case.booking", subject=f"case:{order.case.id}")
    if time:
        return page(request, "calendar_book_confirm.html", actor, time=time, unusual=actor.t(UNUSUAL), **values)
    return page(request, "calendar_book.html", actor, days=days, refused=refused, **values)


async def _looked(session: AsyncSession, actor: Actor, order: Order, key: str) -> tuple[choice.Time | None, str]:
    """The time that the address names, in words, or why it cannot be had."""
    if not key or order.rules is None:
        return None, ""
    try:
        found = await choice.slot_of(session, order.rules, order.reach, key, now=order.now)
    except SlotGoneError as error:
        return None, words.refusal(actor, error.code)
    return choice.time_of(actor, order.rules, found.slot, usual=found.usual), ""


async def _free(session: AsyncSession, actor: Actor, order: Order) -> list[choice.FreeDay]:
    if order.rules is None:
        return []
    return await choice.free_days(session, actor, order.rules, Search(first=order.first, adviser=order.adviser), now=order.now)


def _values(actor: Actor, order: Order) -> dict[str, Any]:
    rules = order.rules
    advisers = [("0", actor.t(mark("Everybody")))]
    advisers += [(str(number), one.name) for number, one in rules.advisers.items()] if rules else []
    return {
        "order": order,
        "named": pseudonym(order.case.person_id, actor.interface),
        "language_name": language_name(actor, order.case.language),
        "service_choices": list(order.services.items()),
        "service": str(rules.service.id) if rules else "",
        "service_name": words.service(actor, rules.service.names) if rules else "",
        "modes": [(mode, actor.t(words.MODES.get(mode, mode))) for mode in (rules.service.modes if rules else ())],
        "mode_name": actor.t(words.MODES.get(order.mode, order.mode)) if order.mode else "",
        "advisers": advisers,
        "may_any": order.reach.may(order.adviser) and order.adviser is not None,
        "interpreting": [(kind, actor.t(INTERPRETING[kind])) for kind in INTERPRETERS],
    }


INTERPRETING = {
    "none": mark("No interpreter needed"),
    "brings": mark("The person brings somebody"),
    "organise": mark("We organise an interpreter"),
}


@router.post("/calendar/book")
async def book(request: Request, actor: Adviser, parts: PartsOf) -> Response:
    """Book the chosen time for the person of the case."""
    given = await request.form()
    try:
        async with parts.database.write() as session:
            order = await order_of(session, actor, given)
            row = await _book(session, order, given)
            await trail.note(session, actor, action="appointment.booked", subject=f"appointment:{row.id}", case=order.case.id)
            await news.tell(session, municipality=actor.municipality, kind="calendar", case=order.case.id)
    except SchedulingError as error:
        url = choice.link(BOOK, **{name: given.get(name) for name in ("case", "service", "mode", "adviser")})
        return back(url, notice=words.refusal(actor, state_of(error)), kind="alarm")
    day = words.long_day(actor, row.starts_at.astimezone(actor.zone).date())
    said = actor.t(BOOKED, day=day, time=words.times(row.starts_at, row.ends_at, actor.zone))
    return back(f"{HERE}/{row.id}", notice=said, undo=f"{HERE}/{row.id}/undo/{row.revision}")


async def _book(session: AsyncSession, order: Order, given: Mapping[str, Any]) -> Any:
    if order.rules is None:
        raise NotFoundError
    case = order.case
    found = await choice.slot_of(session, order.rules, order.reach, str(given.get("slot", "")), now=order.now)
    wish = Booking(person=case.person_id, mode=order.mode, language=case.language, topic=case.topic)
    kind = str(given.get("interpreter", "none"))
    organised = kind == "organise"
    wanted = Interpreter(
        kind=kind if kind in INTERPRETERS else "none",
        language=case.language if organised else None,
        mode=order.mode if organised and order.mode in SPOKEN_MODES else None,
    )
    name = order.reach.name
    return await office.book_for(
        session, order.rules, slot=found.slot, wish=wish, actor=name, now=order.now, interpreter=wanted, unusual=not found.usual
    )

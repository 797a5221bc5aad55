"""How many people wait for which course: what a provider can act on. Counting them is in `knowledge.courses.demand`."""

from typing import Any

from fastapi import APIRouter, Request, Response

from desk.access import Actor, Anyone
from desk.pages import page
from desk.parts import PartsOf
from knowledge.courses import demand
from knowledge.courses.demand import Demand

router = APIRouter()


@router.get("/courses/demand")
async def wanted(request: Request, actor: Anyone, parts: PartsOf) -> Response:
    """The groups of people who wait, the largest first."""
    async with parts.database.read() as session:
        found = await demand.counts(session, owner=actor.town.slug)
    most = max((one.people or 0 for one in found), default=0)
    rows = [_row(actor, one) for one in found]
    return page(request, "courses_demand.html", actor, rows=rows, most=most, least=demand.LEAST)


def _row(actor: Actor, one: Demand) -> dict[str, Any]:
    level = actor.t("Reading and writing") if one.level == demand.LITERACY else one.level
    return {
        "level": level or actor.t("any level"),
        "place": one.place or actor.t("anywhere"),
        "childcare": actor.t("with childcare") if one.childcare else "",
        "people": one.people,
    }

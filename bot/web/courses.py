"""The public page of a course, to be shared: what the chat's details say, in the reader's language, with calendar file and QR code.

It needs no script and sets no cookie. What is said of a course is in `dialogs.course_words`; providers confirm theirs in `course_confirm`.
"""

import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import segno
from fastapi import APIRouter, HTTPException, Request, Response

from bot.towns import DEMO
from bot.web import sessions
from bot.web.site import Site, SiteOf, VisitorOf
from dialogs import course_results, course_words
from dialogs.booking_words import MAP
from dialogs.course_calendar import FILE_NAME, calendar_file
from knowledge.courses import freshness
from knowledge.courses.record import Course
from locales.registry import LANGUAGES
from store.types import utcnow

router = APIRouter(include_in_schema=False)

ZONE = ZoneInfo("Europe/Berlin")
_KEPT = "public, max-age=600"
_DAY = "public, max-age=86400"
_MOST_DIGITS = 15
_WEB = ("https://", "http://")


def today_here() -> date:
    """The day in Germany."""
    return datetime.now(ZONE).date()


def language_of(request: Request, fallback: str) -> str:
    """The language that the address names (`?lang=`), else that of the browser."""
    chosen = request.query_params.get("lang", "")
    return chosen if chosen in LANGUAGES else fallback


@dataclass(frozen=True, kw_only=True)
class _Known:
    """A course under its number, whose it is, and whether it is not offered any more."""

    number: int
    owner: str
    course: Course
    gone: bool


async def _find(site: Site, number: str) -> _Known:
    """The course of an address; raises HTTPException 404 for what never was."""
    if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS):
        raise HTTPException(404)
    async with site.app.database.read() as session:
        found = await site.app.world.courses.course(session, int(number))
    if found is None:
        raise HTTPException(404)
    owner, course, gone = found
    return _Known(number=int(number), owner=owner, course=course, gone=gone or freshness.has_ended(course, today_here()))


# Before the page: its address would take this one for a number.
@router.api_route("/courses/{number}.ics", methods=["GET", "HEAD"])
async def calendar(site: SiteOf, visitor: VisitorOf, request: Request, number: str) -> Response:
    """The course for a calendar."""
    known = await _find(site, number)
    language = language_of(request, visitor.language)
    if known.gone:
        raise HTTPException(404)
    body = calendar_file(language, known.course, number=known.number, base_url=site.base_url, now=utcnow())
    if not body:
        raise HTTPException(404)
    headers = {"cache-control": _KEPT, "vary": "Accept-Language", "content-disposition": f'attachment; filename="{FILE_NAME}"'}
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


@router.api_route("/courses/{number}", methods=["GET", "HEAD"])
async def show(site: SiteOf, visitor: VisitorOf, request: Request, number: str) -> Response:
    """A course; 410 with a way on if it is not offered any more."""
    known = await _find(site, number)
    language = language_of(request, visitor.language)
    if known.gone:
        response = site.page("course_gone.html", language=language, status=410, title=known.course.title, start=_start(known.number))
        response.headers["x-robots-tag"] = "noindex"
        return response
    shown = _shown(site, language, known.number, known.course)
    response = site.page("course.html", language=language, **shown, demo=known.owner == DEMO)
    # The same for everybody who reads this language, and no secret.
    response.headers["cache-control"] = _KEPT
    response.headers["vary"] = "Accept-Language"
    return response


def _start(number: int) -> str:
    return f"/?start=course_{number}"


def _shown(site: Site, language: str, number: int, course: Course) -> dict[str, Any]:
    """What the template needs."""
    today, address = today_here(), course_words.address(course)
    url = f"{site.base_url}/courses/{number}"
    return {
        "course": course,
        "number": number,
        "url": url,
        "facts": course_words.facts(language, course, today=today),
        "source": course_words.source(language, course),
        "older": course_results.OLD_ENTRY if freshness.is_older(course, today) else "",
        "map": MAP + quote(address) if address and course.format != "online" else "",
        "school": course.provider_url if course.provider_url.startswith(_WEB) else "",
        "dated": course.start_date is not None,
        "links": {course.contact_phone: _tel(course), course.contact_email: f"mailto:{quote(course.contact_email, safe='@')}"},
        "qr": _picture(url),
        "start": _start(number),
        "order": sessions.languages_for(language),
    }


def _tel(course: Course) -> str:
    return "tel:" + "".join(sign for sign in course.contact_phone if sign in "+0123456789")


def _picture(url: str) -> str:
    """A QR code as SVG for a page, without styles and without a size of its own."""
    drawn = segno.make(url, error="m", micro=False)
    return str(drawn.svg_inline(omitsize=True, border=2, dark="#000", light="#fff", svgclass=None, lineclass=None))


@router.api_route("/courses/{number}/qr.svg", methods=["GET", "HEAD"])
async def qr(site: SiteOf, number: str) -> Response:
    """The QR code of the page, to be printed."""
    known = await _find(site, number)
    drawn = io.BytesIO()
    segno.make(f"{site.base_url}/courses/{known.number}", error="m", micro=False).save(drawn, kind="svg", scale=8, border=4, light="#fff")
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers={"cache-control": _DAY})

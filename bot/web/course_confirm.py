"""The page behind a provider's link: its courses, and a form to say what is still right. What it means is in `desk.courses_confirming`.

The address is a secret: no log names it, and no page gets it as a referrer. Looking at the page changes nothing.
"""

from datetime import date

from babel.dates import format_date
from fastapi import APIRouter, HTTPException, Request, Response

from bot.web import sessions, talk
from bot.web.courses import today_here
from bot.web.forms import read_form
from bot.web.site import Site, SiteOf, VisitorOf
from desk import courses_confirming, courses_links
from desk.access import language_of
from desk.courses_confirming import MOST_SHOWN, WORDS, Answer
from desk.courses_links import Opened
from locales.texts import translate_desk

router = APIRouter(include_in_schema=False)

_FIELDS = 2 * MOST_SHOWN + 8
# The origin alone as a referrer: "no-referrer" would make browsers send "Origin: null" with the form.
_QUIET = {"referrer-policy": "strict-origin", "x-robots-tag": "noindex, nofollow"}


@router.api_route("/courses/confirm/{token}", methods=["GET", "HEAD"])
async def ask(site: SiteOf, request: Request, token: str) -> Response:
    """The courses of the provider, each with the question."""
    opened = _opened(site, token)
    return await _form(site, request, opened) if opened else _page(site, request, status=410)


def _opened(site: Site, token: str) -> Opened | None:
    """What the link opens today."""
    opened = courses_links.read(site.app.desk.index_key, token)
    alive = opened is not None and today_here() <= opened.until and opened.owner in site.app.world.towns
    return opened if alive else None


async def _form(site: Site, request: Request, opened: Opened, *, wrong: bool = False) -> Response:
    today = today_here()
    async with site.app.database.read() as session:
        found = await courses_confirming.offered(session, opened, today=today)
    return _page(site, request, status=422 if wrong else 200, opened=opened, courses=found, wrong=wrong)


def _page(  # noqa: PLR0913 - one keyword for each part
    site: Site,
    request: Request,
    *,
    status: int = 200,
    opened: Opened | None = None,
    courses: object = (),
    wrong: bool = False,
    done: Answer | None = None,
) -> Response:
    spoken = language_of(request)

    def day(value: date) -> str:
        return format_date(value, "long", locale=spoken)

    words = {name: translate_desk(spoken, sentence) for name, sentence in WORDS.items()}
    response = site.page(
        "course_confirm.html",
        language=spoken,
        status=status,
        words=words,
        opened=opened,
        courses=courses,
        wrong=wrong,
        done=done,
        day=day,
        path=request.url.path,
    )
    response.headers.update(_QUIET)
    return response


@router.post("/courses/confirm/{token}")
async def answer(site: SiteOf, visitor: VisitorOf, request: Request, token: str) -> Response:
    """Note what the provider says."""
    if not sessions.from_own_page(request, site.base_url):
        raise HTTPException(403, "This form did not come from a page of Lotse.")
    if not site.sessions.allows(request.client.host if request.client else ""):
        raise talk.too_fast(visitor.language)
    opened = _opened(site, token)
    if opened is None:
        return _page(site, request, status=410)
    form = await read_form(request, most=_FIELDS)
    async with site.app.database.write() as session:
        found = await courses_confirming.offered(session, opened, today=today_here())
        said = courses_confirming.answer_of(form, found)
        if not said.wrong:
            await courses_confirming.say(session, opened, said, today=today_here())
    return await _form(site, request, opened, wrong=True) if said.wrong else _page(site, request, opened=opened, done=said)

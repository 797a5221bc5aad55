"""The pages of newcomers: landing, conversation, farewell, offline. They work without JavaScript; a GET never changes anything."""

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from bot.channels.web import History, Known
from bot.web import chats, headers, sessions, talk, views
from bot.web.forms import read_form
from bot.web.limits import MOST_CHARACTERS
from bot.web.sessions import Visitor
from bot.web.site import Site, SiteOf, VisitorOf
from dialogs.welcome import GREETINGS
from handoff import files
from locales.registry import LANGUAGES
from locales.texts import translate

router = APIRouter(include_in_schema=False)

FRAGMENT = "x-lotse"
MOST_DRAFT = 10_000


@router.api_route("/", methods=["GET", "HEAD"])
async def landing(site: SiteOf, visitor: VisitorOf, town: str = "", start: str = "") -> Response:
    """What Lotse is, and a start in every language; `start` is what a link or QR code leads to, as on Telegram."""
    known = await site.web.known(visitor.token) if visitor.token else None
    language = (known.language if known else None) or visitor.language
    return _welcome(site, language=language, town=town, start=start, going_on=known is not None)


@router.get("/chat")
@router.get("/chat/", include_in_schema=False)
async def chat(site: SiteOf, visitor: VisitorOf, request: Request, town: str = "", before: str = "") -> Response:
    """The conversation; the languages for somebody who has none yet; the farewell for somebody who deleted it."""
    embed = _embedded(request)
    line = int(before) if before.isascii() and before.isdigit() and len(before) <= talk.MOST_DIGITS else None
    history = await site.web.latest(visitor.token, before=line) if visitor.token else None
    if history and visitor.token:
        return await _conversation(site, visitor, history, embed=embed)
    farewell = request.query_params.get("farewell", "")
    if farewell in LANGUAGES:
        return site.page("farewell.html", language=farewell, embed=embed, again=views.chat_url(embed=True) if embed else "/")
    return _welcome(site, language=visitor.language, town=town, embed=embed)


@router.get("/chat/news")
async def news(site: SiteOf, visitor: VisitorOf, request: Request, after: int = 0) -> Response:
    """The newest lines as a piece of the page, for the script."""
    history = await site.web.after(visitor.token, after) if visitor.token else None
    return await _news(site, visitor, history, language=visitor.language, embed=_embedded(request))


@router.post("/chat")
async def say(site: SiteOf, visitor: VisitorOf, request: Request) -> Response:
    """Take what was written or pressed, then show the conversation from its answer on."""
    if not sessions.from_own_page(request, site.base_url):
        raise HTTPException(403, "This form did not come from a page of Lotse.")
    form = await read_form(request)
    known = await site.web.known(visitor.token) if visitor.token else None
    language = (known.language if known else None) or visitor.language
    try:
        if known is None or visitor.token is None:
            return await _first(site, visitor, request, form)
        if not sessions.form_token_fits(site.app.desk, visitor.token, form.get("csrf", "")):
            raise expired(language)
        return await _next(site, visitor, request, form, known)
    except talk.RefusedError as refusal:
        return await refused(site, visitor, request, refusal, draft=form.get("text", ""))


async def _first(site: Site, visitor: Visitor, request: Request, form: dict[str, str]) -> Response:
    """A visitor without a conversation: begin one, then take the message."""
    embed, choice = _embedded(request), form.get("choice", "")
    message = talk.Message(text=form.get("text", ""), choice=choice, key=form.get("key", ""))
    token = await talk.begin(site, request, visitor, message, town=form.get("start") or form.get("town", ""))
    response = RedirectResponse(_where(await site.web.after(token, 0), language=visitor.language, embed=embed), 303)
    sessions.set_cookie(response, token, base_url=site.base_url, embedded=embed)
    return response


async def _next(site: Site, visitor: Visitor, request: Request, form: dict[str, str], known: Known) -> Response:
    screen = request.query_params.get("screen", "")
    message = talk.Message(text=form.get("text", ""), choice=form.get("choice", ""), screen=screen, key=form.get("key", ""))
    await talk.send(site, visitor.token or "", visitor, message, language=known.language or visitor.language)
    return await answered(site, visitor, request, known)


async def answered(site: Site, visitor: Visitor, request: Request, known: Known) -> Response:
    """What was said since somebody was `known`: a piece of the page for the script, else a redirect to it."""
    token, embed = visitor.token or "", _embedded(request)
    language = known.language or visitor.language
    history = await site.web.after(token, known.cursor)
    response: Response
    if FRAGMENT in request.headers:
        response = await _news(site, visitor, history, language=language, embed=embed)
    else:
        response = RedirectResponse(_where(history, language=language, embed=embed), 303)
    if history is None:
        sessions.drop_cookie(response, base_url=site.base_url, embedded=embed)
    else:
        sessions.set_cookie(response, token, base_url=site.base_url, embedded=embed)
    return response


def _where(history: History | None, *, language: str, embed: bool) -> str:
    """Where to go on reading: at the first answer, or at the farewell."""
    if history is None:
        return views.chat_url(embed=embed, farewell=language)
    answers = [line.name for line in history.lines if not line.incoming]
    return views.chat_url(embed=embed, fragment=f"m{answers[0]}" if answers else "newest")


async def refused(site: Site, visitor: Visitor, request: Request, refusal: talk.RefusedError, *, draft: str = "") -> Response:
    """Say why a message was not taken, and give it back."""
    if FRAGMENT in request.headers:
        raise refusal
    history = await site.web.latest(visitor.token) if visitor.token else None
    embed = _embedded(request)
    if history is None:
        response = site.page("problem.html", language=visitor.language, embed=embed, message=refusal.message)
    else:
        response = await _conversation(site, visitor, history, embed=embed, problem=refusal.message, draft=draft[:MOST_DRAFT])
    response.status_code = refusal.status
    return response


async def _conversation(site: Site, visitor: Visitor, history: History, *, embed: bool, problem: str = "", draft: str = "") -> Response:  # noqa: PLR0913 - parts of the page
    spoken = history.language or visitor.language
    too_large = files.RefusedFileError(reason="large")
    response = site.page(
        "chat.html",
        language=spoken,
        embed=embed,
        history=history,
        bubbles=views.bubbles(history, embed=embed, voices=site.listener.voices),
        form_token=sessions.form_token(site.app.desk, visitor.token or ""),
        key=sessions.new_token(),
        action=views.chat_url(embed=embed),
        earlier=views.chat_url(embed=embed, before=str(history.lines[0].id)) if history.earlier else "",
        problem=problem,
        draft=draft,
        limit=MOST_CHARACTERS,
        case=await _has_case(site, visitor),
        upload="/chat/upload" + ("?embed=1" if embed else ""),
        file_limit=files.MOST_BYTES,
        large=translate(spoken, too_large.message, **too_large.data),
    )
    response.headers[headers.PERMISSIONS] = headers.RECORDING
    return response


def _welcome(  # noqa: PLR0913 - one keyword for each part of the page
    site: Site, *, language: str, town: str, start: str = "", embed: bool = False, going_on: bool = False
) -> Response:
    known = site.app.world.towns.get(town)
    return site.page(
        "welcome.html",
        language=language,
        embed=embed,
        town=known,
        start=start if talk.is_link(start) else "",
        going_on=going_on,
        order=sessions.languages_for(language),
        greetings=GREETINGS.split(" · "),
        action=views.chat_url(embed=embed),
    )


async def _news(site: Site, visitor: Visitor, history: History | None, *, language: str, embed: bool) -> Response:
    if history is None:
        return site.page("gone.html", language=language, embed=embed, url=views.chat_url(embed=embed, farewell=language))
    spoken, case = history.language or language, await _has_case(site, visitor)
    bubbles = views.bubbles(history, embed=embed, voices=site.listener.voices)
    return site.page("news.html", language=spoken, embed=embed, history=history, bubbles=bubbles, case=case)


async def _has_case(site: Site, visitor: Visitor) -> bool:
    """Whether advisers have a case of this person, so that files may be sent."""
    async with site.app.database.read() as session:
        owner = await chats.owner(session, site.app.desk, visitor.token or "")
        return owner is not None and await files.case_of(session, person=owner.person) is not None


def _embedded(request: Request) -> bool:
    return request.query_params.get("embed") == "1"


def expired(language: str) -> talk.RefusedError:
    """The refusal of a form whose session is over or another one."""
    return talk.RefusedError(403, "expired", translate(language, "This page was open for too long. Please send it again."))


@router.get("/offline")
async def offline(site: SiteOf, visitor: VisitorOf, lang: str = "") -> Response:
    """What the service worker shows without a connection."""
    return site.page("offline.html", language=lang if lang in LANGUAGES else visitor.language)

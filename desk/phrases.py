"""Reply phrases as pages: the list, one phrase in every language, editing with a preview. What a phrase is lives in `handoff.phrases`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from desk import trail
from desk.access import Actor, Anyone, Editor
from desk.languages import language_name, language_names
from desk.pages import back, page
from desk.parts import Parts, PartsOf
from handoff import news, phrases
from handoff.errors import NotFoundError
from handoff.phrases import PhraseError, Ready
from locales.bidi import clean
from locales.marks import mark
from locales.registry import DEFAULT, LANGUAGES

router = APIRouter()

HERE = "/desk/settings/phrases"
_ROLES = ("editor", "lead", "admin")
_SENTENCES: Mapping[str, str] = {
    "key": mark("Small letters a–z, digits, hyphens, at most 40 of them."),
    "taken": mark("There is a phrase with this short name already."),
    "german": mark("The German text is missing. Everybody whose language has no text reads it."),
    "long": mark("At most {most} characters."),
    "variable": mark("{variable} cannot be filled in. The list below has what can."),
    "different": mark("{variable} stands in only one of the two texts, this one and the German one."),
}


@router.get("/settings/phrases")
async def listed(request: Request, actor: Anyone, parts: PartsOf) -> Response:
    """All phrases, in German."""
    async with parts.database.read() as session:
        found = await phrases.all_(session, municipality=actor.municipality)
    rows = [(phrase, phrases.template(phrase, DEFAULT), len(phrase.texts) if phrase.own else len(LANGUAGES)) for phrase in found]
    return page(request, "phrases.html", actor, rows=rows, languages=len(LANGUAGES), may_edit=actor.role in _ROLES)


@router.get("/settings/new-phrase")
async def blank(request: Request, actor: Editor, parts: PartsOf) -> Response:
    """The form for a new phrase."""
    return _form(request, actor, parts, key="", phrase=None, typed={})


@router.get("/settings/phrases/{key}")
async def one(request: Request, key: str, actor: Anyone, parts: PartsOf, language: str = DEFAULT) -> Response:
    """One phrase as people of a language read it, and the form to change it."""
    async with parts.database.read() as session:
        phrase = await _find(session, actor, key)
    # A built-in phrase is changed from what it is in every language: its own copy must not lose them.
    typed = phrase.texts if phrase.own else {code: phrases.template(phrase, code) for code in LANGUAGES}
    return _form(request, actor, parts, key=key, phrase=phrase, typed=typed, language=language)


async def _find(session: AsyncSession, actor: Actor, key: str) -> Ready:
    found = {phrase.key: phrase for phrase in await phrases.all_(session, municipality=actor.municipality)}
    if key not in found:
        raise NotFoundError
    return found[key]


def _form(  # noqa: PLR0913 - one keyword for each part
    request: Request,
    actor: Actor,
    parts: Parts,
    *,
    key: str,
    phrase: Ready | None,
    typed: Mapping[str, str],
    language: str = DEFAULT,
    error: PhraseError | None = None,
    shown: Ready | None = None,
) -> Response:
    """The page of one phrase; `phrase` is None for a new one, `shown` is what the preview shows instead of it."""
    language = language if language in LANGUAGES else DEFAULT
    previewed = shown or phrase
    return page(
        request,
        "phrase.html",
        actor,
        status=422 if error else 200,
        key=key,
        phrase=phrase,
        typed=typed,
        error=_sentence(actor, error) if error else "",
        wrong=_wrong(error) if error else "",
        fields=[(code, language_name(actor, code), LANGUAGES[code]) for code in LANGUAGES],
        languages=language_names(actor),
        spoken=language_name(actor, language),
        chosen=language,
        preview=_preview(actor, parts, previewed, language) if previewed else None,
        variables=_variables(actor),
        may_edit=actor.role in _ROLES,
    )


def _wrong(error: PhraseError) -> str:
    """The field that an error belongs to."""
    return "key" if error.code in {"key", "taken"} else f"text-{error.data.get('language', DEFAULT)}"


def _sentence(actor: Actor, error: PhraseError) -> str:
    name = str(error.data.get("variable", ""))
    return actor.t(_SENTENCES[error.code], most=phrases.MOST_TEXT, variable=name if name == "{}" else f"{{{name}}}")


def _preview(actor: Actor, parts: Parts, phrase: Ready, language: str) -> dict[str, Any]:
    """The phrase with example values, in the language in which it really is."""
    really = phrases.language_of(phrase, language)
    at = datetime.now(actor.zone).replace(hour=14, minute=30) + timedelta(days=7)
    number = parts.knowledge.contacts["ambulance"].phone[0]
    values = {"name": actor.name, "when": at, "day": at.date(), "place": "Musterstraße 1", "what": "Brief", "number": number}
    text = phrases.fill(phrase, language=language, values=values | {"emergency": number}, zone=actor.zone)
    fallback = "" if really == language else language_name(actor, really)
    return {"text": text, "tag": LANGUAGES[really].tag, "direction": LANGUAGES[really].direction, "fallback": fallback}


def _variables(actor: Actor) -> list[tuple[str, str]]:
    """What can be filled in, and what each is."""
    explained = {
        "name": actor.t("the name of an adviser"),
        "when": actor.t("day and time"),
        "day": actor.t("a day"),
        "place": actor.t("an address"),
        "what": actor.t("anything, as typed"),
        "number": actor.t("a telephone number"),
        "emergency": actor.t("the emergency number"),
    }
    return [(name, explained[name]) for name in phrases.VARIABLES]


@router.post("/settings/phrases")
async def add(request: Request, actor: Editor, parts: PartsOf) -> Response:
    """A new phrase of the municipality."""
    form = await request.form()
    return await _saved(request, actor, parts, key=clean(str(form.get("key", ""))), new=True)


@router.post("/settings/phrases/{key}")
async def change(request: Request, key: str, actor: Editor, parts: PartsOf) -> Response:
    """Change a phrase of the municipality, or put an own one in the place of a built-in one."""
    async with parts.database.read() as session:
        await _find(session, actor, key)
    return await _saved(request, actor, parts, key=key, new=False)


async def _saved(request: Request, actor: Actor, parts: Parts, *, key: str, new: bool) -> Response:
    """Save, or show what was typed: as a preview, or with what is wrong in it."""
    form = await request.form()
    typed = {code: str(form.get(f"text-{code}", "")) for code in LANGUAGES}
    language = str(form.get("language", DEFAULT))
    phrase = None if new else Ready(key=key, source=phrases.BUILT_IN.get(key, ""))
    try:
        if form.get("action") == "preview":
            shown = Ready(key=key, texts=phrases.checked(key, typed))
            return _form(request, actor, parts, key=key, phrase=phrase, typed=typed, language=language, shown=shown)
        async with parts.database.write() as session:
            await phrases.save(session, municipality=actor.municipality, key=key, texts=typed, new=new)
            await _noted(session, actor, "phrase.changed", key)
    except PhraseError as error:
        empty = Ready(key=key, texts={DEFAULT: " "})
        return _form(request, actor, parts, key=key, phrase=phrase, typed=typed, language=language, error=error, shown=empty)
    return back(f"{HERE}/{key}", notice=actor.t("The phrase is saved."))


async def _noted(session: AsyncSession, actor: Actor, action: str, key: str) -> None:
    await trail.note(session, actor, action=action, subject=f"phrase:{key}")
    await news.tell(session, municipality=actor.municipality, kind="settings")


@router.post("/settings/phrases/{key}/remove")
async def remove(key: str, actor: Editor, parts: PartsOf) -> Response:
    """Delete a phrase of the municipality; in the place of a built-in one that comes back."""
    async with parts.database.write() as session:
        if not await phrases.remove(session, municipality=actor.municipality, key=key):
            raise NotFoundError
        await _noted(session, actor, "phrase.removed", key)
    if key in phrases.BUILT_IN:
        return back(f"{HERE}/{key}", notice=actor.t("The phrase is again as it was built in."))
    return back(HERE, notice=actor.t("The phrase is deleted."))

"""The providers of a municipality: how fresh their courses are, and their link to confirm them. Links are made in `courses_links`."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from desk import courses_history, courses_links, courses_rows, courses_words, trail
from desk.access import Actor, Anyone, Editor
from desk.courses import HERE, catalogues_of, may_edit, today_of
from desk.courses_rows import SOON, Provider
from desk.pages import back, page
from desk.parts import Parts, PartsOf
from handoff.errors import NotFoundError
from knowledge.courses import catalogue, freshness

router = APIRouter()

# German, whoever writes: providers are in Germany.
_SUBJECT = "Stimmen Ihre Sprachkurse noch?"
_LETTER = """Guten Tag,

Neuzugewanderte finden Ihre Sprachkurse über Lotse ({town}). Damit alles stimmt, bitten wir Sie um eine Minute:

{url}

Auf der Seite sehen Sie Ihre Kurse. Mit einem Knopf bestätigen Sie, was noch stimmt, und Sie können freie Plätze eintragen. \
Sie brauchen kein Passwort. Der Link gilt bis {until}. Bitte geben Sie ihn nicht weiter.

Kurse, die 30 Tage lang niemand bestätigt hat, werden nicht mehr zuerst gezeigt.

Vielen Dank und freundliche Grüße
{name}
"""


@router.get("/courses/providers")
async def listed(request: Request, actor: Anyone, parts: PartsOf) -> Response:
    """All providers, those that wait longest for a confirmation first."""
    today = today_of(actor)
    found = courses_rows.providers(await catalogues_of(request).of(parts.database, actor.town.slug), today=today)
    rows = [_row(actor, parts, one) for one in found]
    return page(request, "courses_providers.html", actor, rows=rows, days=freshness.OLDER_AFTER.days, may_edit=may_edit(actor))


def _row(actor: Actor, parts: Parts, one: Provider) -> dict[str, Any]:
    today = today_of(actor)
    token = courses_links.make(parts.index_key, owner=actor.town.slug, provider=one.name, today=today)
    url = f"{parts.base_url}/courses/confirm/{token}"
    until = f"{today + courses_links.LIFE:%d.%m.%Y}"
    letter = _LETTER.format(town=actor.town.name, url=url, until=until, name=actor.name)
    age = today - one.oldest
    return {
        "name": one.name,
        "count": one.count,
        "older": one.older,
        "oldest": courses_words.day(actor, one.oldest),
        "late": "alarm" if age > freshness.OLDER_AFTER else "warn" if age > freshness.OLDER_AFTER - SOON else "ok",
        "url": url,
        "mail": f"mailto:{quote(one.email, safe='@')}?subject={quote(_SUBJECT)}&body={quote(letter.replace(chr(10), chr(13) + chr(10)))}",
        "email": one.email,
    }


@router.post("/courses/providers")
async def confirm(request: Request, actor: Editor, parts: PartsOf) -> Response:
    """All courses of a provider that are not over are still true."""
    name, today = str((await request.form()).get("provider", "")), today_of(actor)
    every = await catalogues_of(request).of(parts.database, actor.town.slug)
    keys = [one.course.id for one in every if one.course.provider_name == name and not freshness.has_ended(one.course, today)]
    if not keys:
        raise NotFoundError
    async with parts.database.write() as session:
        done = await catalogue.confirm(session, owner=actor.town.slug, ids=keys, today=today, actor=f"user:{actor.user}", free={})
        await trail.note(session, actor, action="course.confirmed", subject=f"import:{done.import_id}", courses=len(keys))
    sentence = actor.t("1 course is confirmed.") if len(keys) == 1 else actor.t("{count} courses are confirmed.", count=len(keys))
    return back(f"{HERE}/providers", notice=sentence, undo=courses_history.undo_of(done))

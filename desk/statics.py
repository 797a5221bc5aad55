"""The static files of the desk, addressed by content. They are read once, in `pages`; nothing in them is secret."""

from fastapi import APIRouter, HTTPException, Request, Response

from desk.pages import look_of

router = APIRouter()


@router.get("/static/{name}")
async def static(request: Request, name: str, v: str = "") -> Response:
    """A static file, by its name alone."""
    asset = look_of(request).assets.get(name)
    if asset is None:
        raise HTTPException(404)
    return asset.response(v)

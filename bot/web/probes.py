"""For operators and machines: `/healthz`, `/readyz`, `/metrics`, and the webhook that Telegram calls."""

import asyncio
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.metrics import REGISTRY
from bot.web.site import Site, SiteOf

router = APIRouter(include_in_schema=False)
DATABASE_SECONDS = 5


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(site: SiteOf) -> Response:
    """Whether messages can be answered: 503 while the database does not answer."""
    ready = await _database_answers(site)
    brain = site.app.brain
    body = {
        "status": "ready" if ready else "not ready",
        "database": "answers" if ready else "does not answer",
        "engine": brain.engine,
        "note": brain.note,
        "listen": _voices(site),
        "version": version("lotse"),
    }
    return JSONResponse(body, 200 if ready else 503, headers={"cache-control": "no-store"})


def _voices(site: Site) -> str:
    """What reads answers aloud."""
    engine = site.listener.engine
    return f"espeak-ng {engine.version}, {len(engine.languages)} languages" if engine.version else "no voice engine"


async def _database_answers(site: Site) -> bool:
    try:
        async with asyncio.timeout(DATABASE_SECONDS), site.app.database.read() as session:
            await session.execute(text("SELECT 1 FROM vault"))
    except (SQLAlchemyError, OSError, TimeoutError):
        return False
    return True


@router.get("/metrics")
async def metrics() -> Response:
    """Counters for Prometheus; nothing about persons."""
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


@router.post("/telegram/{municipality}")
async def telegram(site: SiteOf, request: Request, municipality: str) -> Response:
    """An update that Telegram pushes; stored before it is confirmed."""
    del municipality  # one bot serves all of them today
    channel: Any = site.app.channels.get("telegram")
    if channel is None:
        raise HTTPException(404, "Telegram is not configured.")
    return Response(status_code=await channel.webhook(request.headers, await request.body()))

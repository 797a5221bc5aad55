"""Static files (read once, addressed by content), the manifest, the service worker, the widget. Pages live in `pages`."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException, Request, Response

if TYPE_CHECKING:
    from bot.web.site import Site

router = APIRouter(include_in_schema=False)

_FOREVER = "public, max-age=31536000, immutable"
_HOUR = "public, max-age=3600"


@dataclass(frozen=True, kw_only=True)
class Asset:
    """One static file; its `url` changes with its content, so that browsers may keep it forever."""

    name: str
    body: bytes
    media_type: str
    digest: str

    @property
    def url(self) -> str:
        """The address to use in pages."""
        return f"/static/{self.name}?v={self.digest}"

    def response(self, *, cache: str = _HOUR, **headers: str) -> Response:
        """The file as an answer; nothing in it is secret, and the widget shows our icon in foreign pages."""
        own = {"cache-control": cache, "etag": f'"{self.digest}"', "cross-origin-resource-policy": "cross-origin"}
        return Response(self.body, media_type=self.media_type, headers=own | headers)


def load_assets(folder: Path) -> Mapping[str, Asset]:
    """All files of a folder by name."""
    return {file.name: _asset(file) for file in sorted(folder.iterdir()) if file.is_file()}


def _asset(file: Path) -> Asset:
    body = file.read_bytes()
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if file.suffix == ".js":
        kind = "text/javascript"
    return Asset(name=file.name, body=body, media_type=kind, digest=hashlib.sha256(body).hexdigest()[:12])


def _assets(request: Request) -> Mapping[str, Asset]:
    site: Site = request.app.state.site
    return site.assets


@router.get("/static/{name}")
async def static(request: Request, name: str) -> Response:
    """A static file."""
    asset = _assets(request).get(name)
    if asset is None:
        raise HTTPException(404)
    return asset.response(cache=_FOREVER if request.query_params.get("v") == asset.digest else _HOUR)


@router.get("/favicon.ico")
async def favicon(request: Request) -> Response:
    """The icon for browsers that ask for it unasked."""
    return _assets(request)["icon-192.png"].response()


@router.get("/widget.js")
async def widget(request: Request) -> Response:
    """The script that other web sites include to show the chat."""
    return _assets(request)["widget.js"].response(**{"access-control-allow-origin": "*"})


@router.get("/sw.js")
async def service_worker(request: Request) -> Response:
    """The service worker; its text names the current static files, so that it changes with them."""
    assets = _assets(request)
    kept = [assets[name].url for name in ("app.css", "app.js", "icon.svg")]
    version = hashlib.sha256("".join(kept).encode()).hexdigest()[:12]
    body = assets["sw.js"].body.decode().replace('"VERSION"', f'"{version}"').replace('["FILES"]', str(kept).replace("'", '"'))
    return Response(body, media_type="text/javascript", headers={"cache-control": "no-cache"})


@router.get("/manifest.webmanifest")
async def manifest(request: Request) -> Response:
    """What makes the page installable."""
    return Response(_assets(request)["manifest.json"].body, media_type="application/manifest+json", headers={"cache-control": _HOUR})

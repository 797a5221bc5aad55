"""Who asks: the signed-in `Actor`, and what a route demands of them. Signing in is in `sign_in`, cookies and tokens in `sessions`.

A route says who may use it by the type of a parameter: `actor: Adviser` (advisers, leads, admins), `Lead` (leads, admins), `Editor`
(editors, leads, admins), `Admin`, `Anyone` (all who are signed in), or `Annotated[Actor, Depends(allow("adviser"))]`. The authorisation
matrix of the tests reads it from there.
"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from fastapi import Depends, HTTPException, Request

from desk import sessions
from desk.parts import parts_of
from dialogs.model import Town
from locales.texts import translate_desk

Role = Literal["adviser", "lead", "editor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
FORBIDDEN = 403


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Somebody who is signed in. `user`, `municipality` and `session` are row ids; `second_factor` says that they use one."""

    user: int
    name: str
    email: str
    role: Role
    municipality: int
    town: Town
    zone: ZoneInfo
    interface: Literal["de", "en"]
    session: int
    second_factor: bool

    def t(self, message: str, /, **values: object) -> str:
        """A sentence of the desk in the actor's language, its `{placeholders}` filled."""
        return translate_desk(self.interface, message, **values)

    @property
    def home(self) -> str:
        """Where work begins for them."""
        return home_of(self.role)

    @property
    def is_lead(self) -> bool:
        """Whether they may do what only leads and admins may."""
        return self.role in {"lead", "admin"}


def home_of(role: str) -> str:
    """The page on which work begins: the inbox, for editors (who see no cases) the articles."""
    return "/desk/knowledge" if role == "editor" else "/desk/"


class SignedOutError(Exception):
    """Nobody is signed in: the browser is sent to the sign-in page."""


@dataclass(frozen=True)
class Allowed:
    """The dependency of a route that only some roles may use."""

    roles: frozenset[Role]

    async def __call__(self, request: Request) -> Actor:
        """The actor; raises SignedOutError, or HTTPException 403 for another role."""
        actor = await actor_of(request)
        if actor is None:
            raise SignedOutError
        if actor.role not in self.roles:
            raise HTTPException(FORBIDDEN)
        return actor


def allow(*roles: Role) -> Allowed:
    """The dependency that lets these roles pass."""
    return Allowed(frozenset(roles))


async def actor_of(request: Request) -> Actor | None:
    """Who is signed in with this request, asked of the database once."""
    if not hasattr(request.state, "actor"):
        request.state.actor = await _find(request)
    found: Actor | None = request.state.actor
    return found


async def _find(request: Request) -> Actor | None:
    parts = parts_of(request)
    token = sessions.token_of(request, https=parts.https)
    found = await sessions.find(parts.database, parts.index_key, token) if token else None
    if found is None or not found.session.confirmed or (found.town.demo and not parts.demo):
        return None
    user, town = found.user, found.town
    return Actor(
        user=user.id or 0,
        name=user.name,
        email=user.email,
        role=user.role,  # type: ignore[arg-type]  # only these four are ever stored
        municipality=user.municipality_id,
        town=Town(id=town.id or 0, slug=town.slug, name=town.name, staffed=town.staffed, demo=town.demo),
        zone=ZoneInfo(found.zone),
        interface="en" if user.interface == "en" else "de",
        session=found.session.id or 0,
        second_factor=user.sealed_totp is not None,
    )


def language_of(request: Request) -> Literal["de", "en"]:
    """The language of somebody who is not signed in: chosen with `?lang=`, else the browser's; German unless English comes first."""
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is not None:
        return actor.interface
    chosen = request.query_params.get("lang", "")
    if chosen in {"de", "en"}:
        return "en" if chosen == "en" else "de"
    tags = [part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return "en" if next((tag for tag in tags if tag in {"de", "en"}), "de") == "en" else "de"


def speaker_of(request: Request) -> partial[str]:
    """`t` for code that answers somebody who may not be signed in."""
    return partial(translate_desk, language_of(request))


Adviser = Annotated[Actor, Depends(allow("adviser", "lead", "admin"))]
Lead = Annotated[Actor, Depends(allow("lead", "admin"))]
Editor = Annotated[Actor, Depends(allow("editor", "lead", "admin"))]
Admin = Annotated[Actor, Depends(allow("admin"))]
Anyone = Annotated[Actor, Depends(allow(*ROLES))]

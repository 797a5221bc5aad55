"""The authorisation matrix: every route × every role (and nobody) × own and foreign municipality, generated from the router.

What is demanded of the answers: nobody → the sign-in page; a role that is not named → 403; a foreign id → the same 404 as an id that never
was, nothing changed; an own id → neither of these. No answer holds a word of the foreign town.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from desk import app as desk_app
from desk.access import ROLES
from tests.desk.conftest import Desk
from tests.desk.every_route import MARK, UNKNOWN, Town, Way, dump, make_town, ways
from tests.web.server import Running

# Everybody may see these; what they give depends on a secret, a password or nothing at all.
OPEN = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/sign-in/code"),
    ("POST", "/sign-in/code"),
    ("POST", "/sign-in/demo"),
    ("GET", "/invitation/{secret}"),
    ("POST", "/invitation/{secret}"),
    ("GET", "/static/{name}"),
}
# Parameters that name no row of a municipality.
PLAIN: dict[str, object] = {"day": "2026-11-23", "revision": 1, "slug": "extension", "number": UNKNOWN}
# Routes on which advisers and editors may only do something about themselves.
SELF = {"/team/{user}/leaves", "/team/{user}/leaves/{leave}/remove", "/team/{user}/leaves/again"}
STATE = ["cases", "case_events", "messages", "users", "people", "appointments", "absences", "openings", "leaves", "work_hours", "phrases"]
STATE += [
    "catalogues",
    "courses",
    "course_imports",
    "course_uploads",
    "attachments",
    "drafts",
    "presences",
    "tasks",
    "conversations",
    "outbox",
    "reminders",
    "unanswered",
    "wish_marks",
    "local_articles",
    "local_parts",
    "article_revisions",
]


class _NoParts:
    https = False


def _app() -> FastAPI:
    return desk_app.create(_NoParts())  # type: ignore[arg-type]  # nothing is asked of it here


ALL = ways(_app())
CLOSED = [way for way in ALL if (way.method, way.path) not in OPEN]


@pytest.fixture(scope="module")
def foreign(server: Running) -> Town:
    return server.run(make_town(server, foreign=True))


@pytest.fixture(scope="module")
def readable(server: Running) -> Town:
    """A town for all reading."""
    return server.run(make_town(server))


@pytest.fixture
def own(server: Running, readable: Town, way: Way) -> Town:
    """The town of who asks: a fresh one for a route that changes it."""
    return readable if way.method == "GET" else server.run(make_town(server))


@pytest.fixture
def desks(server: Running, own: Town) -> Iterator[dict[str, Desk]]:
    """A browser for each role, and for nobody."""
    made = {role: Desk(server, own.tokens[role]) for role in ROLES} | {"nobody": Desk(server)}
    yield made
    for desk in made.values():
        desk.http.close()


def address(way: Way, values: Mapping[str, object]) -> str:
    """Where a route is; the group of an article is no row."""
    return way.url({**values, "group": "residence"} if "slug" in way.names else values)


def ask(desk: Desk, way: Way, values: Mapping[str, object], form: Mapping[str, object]) -> tuple[int, str]:
    """Status and text of an answer; a live stream is left after its first lines."""
    url = address(way, values)
    if way.method == "POST":
        answer = desk.http.post(url, data={"csrf": desk.csrf, **form}, follow_redirects=False)
        return answer.status_code, answer.text
    with desk.http.stream("GET", url, params={"case": str(form["case"])}, follow_redirects=False) as answer:
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            return answer.status_code, ""
        answer.read()
        return answer.status_code, answer.text


def test_every_route_says_who_may_use_it() -> None:
    assert {(way.method, way.path) for way in ALL if way.roles is None} == OPEN
    assert len(CLOSED) > 60
    assert len({(way.method, way.path) for way in ALL}) == len(ALL)


@pytest.mark.parametrize("way", CLOSED, ids=lambda way: f"{way.method} {way.path}")
def test_matrix(server: Running, own: Town, foreign: Town, desks: dict[str, Desk], way: Way) -> None:
    desks["nobody"].get("/desk/sign-in")
    values, form = PLAIN | own.rows, way.form(own)
    assert ask(desks["nobody"], way, values, form)[0] == 303
    assert way.roles is not None
    before = dump(server, STATE)
    for role in set(ROLES) - way.roles:
        assert ask(desks[role], way, values, form)[0] == 403, role
    for role in sorted(way.roles):
        _refused_elsewhere(desks[role], way, own, foreign)
    assert dump(server, STATE) == before, "a refused request changed something"
    for index, role in enumerate(sorted(way.roles, key=_ORDER.index)):
        status, text = ask(desks[role], way, values, form)
        assert status in (_ALLOWED if index == 0 else _later(way)), f"{role}: {status} {heading(text)}"
        assert MARK not in text, role


_ORDER = ["adviser", "lead", "admin", "editor"]  # the rows are those of the adviser
_ALLOWED = {200, 204, 303, 409, 422}


def _later(way: Way) -> set[int]:
    """What others may get: the first one may have deleted it, or it is the first one's alone."""
    return _ALLOWED | {404} | ({403} if way.path in SELF else set())


def _refused_elsewhere(desk: Desk, way: Way, own: Town, foreign: Town) -> None:
    """Each parameter in turn, and all of them, of the foreign town: as if it never was."""
    rows = [] if "slug" in way.names else [name for name in way.names if name in own.rows and name not in PLAIN]
    for names in [[name] for name in rows] + ([rows] if len(rows) > 1 else []):
        theirs = PLAIN | own.rows | {name: foreign.rows[name] for name in names}
        nothing = PLAIN | own.rows | {name: "nie-da" if name == "key" else UNKNOWN for name in names}
        answer, never = ask(desk, way, theirs, way.form(own)), ask(desk, way, nothing, way.form(own))
        assert answer == never, f"{names} of another municipality can be told from none"
        assert answer[0] in ({403, 404} if way.path in SELF else {404}), f"{names}: {answer[0]}"
        assert MARK not in answer[1]


@pytest.mark.parametrize("way", [way for way in CLOSED if way.method == "POST"], ids=lambda way: way.path)
def test_forged_ids_in_forms_reach_nothing(server: Running, own: Town, foreign: Town, desks: dict[str, Desk], way: Way) -> None:
    names = ("to", "user", "substitute", "person", "adviser", "office", "service", "case", "of")
    forged = way.form(own) | {name: foreign.form[name] for name in names}
    status, text = ask(desks["admin"], way, PLAIN | own.rows, forged)
    assert status in _ALLOWED | {400, 403, 404}, heading(text)
    assert MARK not in text
    assert server.run(crossings(server)) == []


@pytest.mark.parametrize("way", [way for way in CLOSED if way.method == "GET"], ids=lambda way: way.path)
def test_forged_ids_in_addresses_show_nothing(own: Town, foreign: Town, desks: dict[str, Desk], way: Way) -> None:
    names = ("adviser", "case", "person", "office", "service", "of", "user")
    query: dict[str, Any] = {name: foreign.form[name] for name in names} | {"phrase": MARK.lower(), "part": "all"}
    answer: httpx.Response
    with desks["admin"].http.stream("GET", address(way, PLAIN | own.rows), params=query) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
            assert answer.status_code in {200, 404, 422}
            assert MARK not in answer.text


_REFERENCES = {
    "cases": ("users", "owner_id"),
    "users": ("advisers", "adviser_id"),
    "absences": ("advisers", "adviser_id"),
    "appointments": ("advisers", "adviser_id"),
    "work_hours": ("users", "user_id"),
    "wish_marks": ("users", "user_id"),
}


async def crossings(server: Running) -> list[tuple[str, object]]:
    """Rows of a municipality that refer to a row of another one; two tables have no municipality of their own."""
    from sqlmodel import SQLModel  # noqa: PLC0415 - its metadata is complete only once everything is imported

    tables, found = SQLModel.metadata.tables, []
    async with server.app.database.read() as session:
        for name, (target, column) in _REFERENCES.items():
            here, there = tables[name], tables[target]
            query = here.select().join(there, here.c[column] == there.c.id).where(here.c.municipality_id != there.c.municipality_id)
            found += [(name, row.id) for row in await session.execute(query)]
        leaves, users, others = tables["leaves"], tables["users"], tables["users"].alias()
        joined = leaves.select().join(users, users.c.id == leaves.c.user_id).join(others, others.c.id == leaves.c.substitute_id)
        found += [("leaves", row.id) for row in await session.execute(joined.where(users.c.municipality_id != others.c.municipality_id))]
    return found


def heading(text: str) -> str:
    """What a page says at its top, for a test that fails."""
    return text.partition("<h1>")[2].partition("</h1>")[0] or text[:200]

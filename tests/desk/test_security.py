"""Attacks on the frame of the desk: forged forms, foreign origins, fixed and stolen sessions, paths, redirects, headers, markup."""

import base64
import json
import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.web.headers import CLOSED
from desk import demo, sessions
from desk.access import Actor
from desk.app import create
from desk.invitations import InvalidUserError, clean_email
from desk.pages import NOTICE, Back, back, is_path
from desk.parts import Parts
from store.desk import DeskSession
from store.tables import User
from store.types import utcnow
from tests.desk.conftest import PASSWORD, BrowseDesk, Desk, MakeUser, SignIn, change_session, change_user
from tests.desk.test_sign_in import attempt
from tests.web.server import Running

SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'
PROFILE = "/desk/account/profile"


def name_of(server: Running, number: int) -> str:
    async def read() -> str:
        async with server.app.database.read() as session:
            return str(await session.scalar(select(col(User.name)).where(col(User.id) == number)))

    return server.run(read())


@pytest.mark.parametrize("csrf", [None, "", "0" * 32, "ä", "x" * 5000])
def test_a_form_without_the_token_of_this_browser_changes_nothing(
    user: MakeUser, sign_in: SignIn, server: Running, csrf: str | None
) -> None:
    anna = user("adviser")
    desk = sign_in(anna)
    form = {"name": "Gefälscht", "interface": "de"} | ({} if csrf is None else {"csrf": csrf})
    answer = desk.http.post(PROFILE, data=form)
    assert (answer.status_code, "Dieses Formular ist abgelaufen" in answer.text) == (403, True)
    assert name_of(server, anna.id) == anna.name


def test_the_token_of_another_browser_does_not_fit(user: MakeUser, sign_in: SignIn, server: Running) -> None:
    anna, bela = user("adviser"), user("adviser")
    desk, foreign = sign_in(anna), sign_in(bela)
    assert desk.http.post(PROFILE, data={"name": "Gefälscht", "csrf": foreign.csrf}).status_code == 403
    assert desk.http.post(PROFILE, data={"name": "Gefälscht", "csrf": sign_in(anna).csrf}).status_code == 403
    assert name_of(server, anna.id) == anna.name


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://boese.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1.boese.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused(user: MakeUser, sign_in: SignIn, server: Running, headers: dict[str, str]) -> None:
    anna = user("adviser")
    desk = sign_in(anna)
    assert desk.post(PROFILE, {"name": "Gefälscht"}, headers=headers).status_code == 403
    assert name_of(server, anna.id) == anna.name
    assert desk.post(PROFILE, {"name": "Echt"}, headers={"origin": server.url}).status_code == 200


def test_the_token_may_come_in_the_header_but_not_in_the_address(user: MakeUser, sign_in: SignIn) -> None:
    desk = sign_in(user("adviser"))
    assert desk.http.post(PROFILE, data={"name": "Neu"}, headers={"x-csrf": desk.csrf}).status_code == 200
    assert desk.http.post(f"{PROFILE}?csrf={desk.csrf}", data={"name": "Neu"}).status_code == 403
    assert desk.http.post(PROFILE, json={"name": "Neu", "csrf": desk.csrf}).status_code in {403, 422}


def test_signing_in_needs_the_token_of_this_browser_too(user: MakeUser, sign_in: SignIn) -> None:
    desk = sign_in(None)
    answer = desk.http.post("/desk/sign-in", data={"email": user("adviser").email, "password": PASSWORD})
    assert answer.status_code == 403
    assert "lotse-desk" not in answer.cookies


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_other_methods_do_nothing(user: MakeUser, sign_in: SignIn, method: str) -> None:
    assert sign_in(user("admin")).http.request(method, "/desk/account").status_code in {403, 405}


def test_a_session_that_an_attacker_chose_is_not_kept(user: MakeUser, sign_in: SignIn, server: Running) -> None:
    anna, chosen = user("adviser"), sessions.new_token()
    victim = sign_in(None)
    victim.http.cookies.set("lotse-desk", chosen, domain="127.0.0.1")
    answer = attempt(victim, anna.email)
    given = answer.cookies["lotse-desk"]
    assert answer.status_code == 303
    assert given != chosen
    attacker = Desk(server, chosen)
    assert attacker.get("/desk/account", follow_redirects=False).status_code == 303
    attacker.http.close()


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "../../etc/passwd", "' OR 1=1 --", "ä" * 43, "x" * 4000])
def test_invented_tokens_open_nothing(sign_in: SignIn, token: str) -> None:
    desk = sign_in(None)
    answer = desk.get("/desk/account", headers={"cookie": f"lotse-desk={token}".encode("latin-1")}, follow_redirects=False)
    assert answer.status_code == 303


def test_the_database_holds_no_token_that_opens_anything(user: MakeUser, sign_in: SignIn, server: Running) -> None:
    desk = sign_in(user("adviser"))
    token = desk.http.cookies["lotse-desk"]
    for file in server.database.parent.glob("lotse.db*"):
        assert token.encode() not in file.read_bytes()

    async def blinds() -> list[bytes]:
        async with server.app.database.read() as session:
            return list(await session.scalars(select(col(DeskSession.blind))))

    for stored in server.run(blinds()):
        other = Desk(server, base64.urlsafe_b64encode(stored.ljust(32, b"0")).decode().rstrip("="))
        assert other.get("/desk/account", follow_redirects=False).status_code == 303
        other.http.close()


def test_a_half_session_is_no_session(user: MakeUser, sign_in: SignIn, server: Running) -> None:
    anna = user("lead")
    desk = sign_in(anna)
    server.run(change_session(server, anna, confirmed=False))
    assert desk.get("/desk/account", follow_redirects=False).status_code == 303
    assert desk.get("/desk/sign-in/code", follow_redirects=False).status_code == 303, "without a second factor there is none to ask for"


def test_a_session_is_not_prolonged_beyond_its_end(user: MakeUser, sign_in: SignIn, server: Running) -> None:
    anna = user("adviser")
    desk = sign_in(anna)
    end = utcnow() + timedelta(minutes=1)
    server.run(change_session(server, anna, expires_at=end, seen_at=utcnow() - timedelta(hours=1)))
    assert desk.get("/desk/account").status_code == 200

    async def row() -> DeskSession:
        async with server.app.database.read() as session:
            return (await session.scalars(select(DeskSession).where(col(DeskSession.user_id) == anna.id))).one()

    found = server.run(row())
    assert found.expires_at == end
    assert utcnow() - found.seen_at < timedelta(minutes=1)


def test_a_change_of_role_or_town_counts_at_once(user: MakeUser, sign_in: SignIn, server: Running, other: str) -> None:
    anna = user("admin")
    desk = sign_in(anna)
    assert desk.get("/desk/settings/audit").status_code == 200
    server.run(change_user(server, anna, role="adviser", municipality_id=server.app.world.towns[other].id))
    assert desk.get("/desk/settings/audit").status_code == 403
    assert server.app.world.towns[other].name in desk.get("/desk/account").text


@pytest.mark.parametrize(
    "name",
    ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "..\\app.py", "....//app.py", "/etc/passwd", "%00", "desk.css%00.js", "", "static", "."],
)
def test_static_files_are_those_of_the_folder_alone(sign_in: SignIn, name: str) -> None:
    answer = sign_in(None).get(f"/desk/static/{name}", follow_redirects=False)
    assert answer.status_code in {303, 307, 404}
    assert "import" not in answer.text


def test_static_files_may_be_kept_and_need_no_sign_in(sign_in: SignIn) -> None:
    desk = sign_in(None)
    address = re.search(r'href="(/desk/static/desk\.css\?v=[0-9a-f]+)"', desk.get("/desk/sign-in").text)
    assert address
    kept = desk.get(address[1])
    assert "immutable" in kept.headers["cache-control"]
    assert kept.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" not in desk.get("/desk/static/desk.css?v=0").headers["cache-control"]


FOREIGN = [
    "https://boese.example/",
    "//boese.example",
    "/\\boese.example",
    "/desk\\..\\..\\boese",
    "/deskboese",
    "/desk/\r\nset-cookie: a=b",
    "javascript:alert(1)",
    "/chat",
    " /desk/",
    "/desk/\x00",
]


@pytest.mark.parametrize("wanted", FOREIGN)
def test_signing_in_leads_to_pages_of_the_desk_alone(user: MakeUser, sign_in: SignIn, wanted: str) -> None:
    desk = sign_in(None)
    assert 'name="next" value=""' in desk.get("/desk/sign-in", params={"next": wanted}).text
    answer = attempt(desk, user("adviser").email, next=wanted)
    assert answer.headers["location"] == "/desk/"
    assert "a" not in answer.cookies
    assert desk.get("/desk/sign-in", params={"next": wanted}, follow_redirects=False).headers["location"] == "/desk/"


@pytest.mark.parametrize("url", FOREIGN)
def test_redirects_after_forms_lead_to_pages_of_the_desk_alone(url: str) -> None:
    assert not is_path(url)
    assert back(url).headers["location"] == "/desk/"


@pytest.mark.parametrize("url", ["/desk", "/desk/", "/desk?a=1", "/desk/cases/1#note", "/desk/settings/hours?of=user-1"])
def test_pages_of_the_desk_are_recognised(url: str) -> None:
    assert is_path(url)
    assert isinstance(back(url), Back)


def test_a_forged_notice_is_not_shown(user: MakeUser, sign_in: SignIn) -> None:
    anna, bela = user("adviser"), user("adviser")
    mine, theirs = sign_in(anna), sign_in(bela)
    body = base64.urlsafe_b64encode(json.dumps({"text": "Gefälscht", "undo": "/desk/sign-out"}).encode()).decode()
    stolen = theirs.post(PROFILE, {"name": "Bela"}, follow_redirects=False).cookies[NOTICE]
    for forged in (body, f"{body}.", f"{body}.{'0' * 32}", stolen, stolen[:-1] + "0", "ä.ä"):
        answer = mine.get(
            "/desk/account", headers={"cookie": f"lotse-desk={mine.http.cookies['lotse-desk']}; {NOTICE}={forged}".encode("latin-1")}
        )
        assert answer.status_code == 200
        assert "data-flash" not in answer.text


def test_pages_are_closed_to_everything_from_elsewhere_and_never_stored(user: MakeUser, sign_in: SignIn) -> None:
    for desk, path in (
        (sign_in(None), "/desk/sign-in"),
        (sign_in(user("lead")), "/desk/account"),
        (sign_in(user("lead")), "/desk/nowhere"),
    ):
        headers = desk.get(path).headers
        assert headers["content-security-policy"] == CLOSED
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert "unsafe" not in CLOSED


INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+\s*=|javascript:|hx-on|hx-vals=.js:", re.IGNORECASE)


def test_no_template_has_code_or_style_of_its_own(user: MakeUser, sign_in: SignIn) -> None:
    from desk.pages import HERE  # noqa: PLC0415 - for this test alone

    for template in sorted((HERE / "templates").glob("*.html")):
        assert INLINE.findall(template.read_text(encoding="utf-8")) == [], template.name
    desk = sign_in(user("lead"))
    for path in ("/desk/sign-in", "/desk/account", "/desk/account/second-factor", "/desk/nowhere"):
        assert INLINE.findall(desk.get(path).text) == []


def test_cookies_are_for_this_host_alone(user: MakeUser, sign_in: SignIn) -> None:
    given = attempt(sign_in(None), user("adviser").email).headers.get_list("set-cookie")
    session = next(line for line in given if line.startswith("lotse-desk="))
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(session.split("; "))
    assert "Domain" not in session


def test_cookies_are_locked_to_an_encrypted_line(server: Running) -> None:
    parts: Parts = server.desk.state.parts
    secure = Parts(**{**vars(parts), "base_url": "https://lotse.example"})
    lines = server.run(_cookies(secure))
    assert [line.partition("=")[0] for line in lines] == ["__Host-lotse-desk-form", "__Host-lotse-desk"]
    assert all({"Secure", "HttpOnly", "Path=/"} <= set(line.split("; ")) for line in lines)


async def _cookies(secure: Parts) -> list[str]:
    """What the sign-in page and signing in set, in the loop to which the database belongs."""
    transport = httpx.ASGITransport(app=create(secure), root_path="/desk")
    async with httpx.AsyncClient(transport=transport, base_url="https://lotse.example") as client:
        page = await client.get("/sign-in")
        csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
        assert csrf
        answer = await client.post("/sign-in/demo", data={"csrf": csrf[1], "role": "lead"})
    return [*page.headers.get_list("set-cookie"), *answer.headers.get_list("set-cookie")]


def test_markup_in_names_and_addresses_is_shown_as_text(user: MakeUser, sign_in: SignIn, browse_desk: BrowseDesk) -> None:
    anna = user("admin", name=SCRIPT[:80], email=f"x{SCRIPT[:200]}@lotse.test")
    page = sign_in(anna).get("/desk/account").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "{{7*7}}" not in page or "&gt;{{7*7}}" in page
    shown = browse_desk(anna)
    dialogs: list[str] = []
    shown.on("dialog", lambda dialog: dialogs.append(dialog.message))
    for path in ("/desk/account", "/desk/account/second-factor", "/desk/team"):
        shown.goto(path)
        assert shown.locator("main").is_visible()
    assert dialogs == []
    assert shown.locator("img[src=x]").count() == 0


def test_markup_typed_at_the_door_is_shown_as_text(sign_in: SignIn) -> None:
    answer = attempt(sign_in(None), SCRIPT, next=SCRIPT)
    assert "<script>alert" not in answer.text
    assert "&#34;&gt;&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    "email", ["a\r\nBcc: b@c.de", "a b@c.de", "a@b", "<a@b.de>", "a@b.de,c@d.de", "a@b.de\x00", "", "x" * 250 + "@b.de"]
)
def test_addresses_that_could_smuggle_something_are_refused(email: str) -> None:
    with pytest.raises(InvalidUserError):
        clean_email(email)


def test_no_answer_tells_what_it_runs_on(sign_in: SignIn) -> None:
    answer = sign_in(None).get("/desk/nowhere")
    assert "traceback" not in answer.text.lower()
    assert "Lotse" in answer.text
    assert {"x-powered-by", "via"} & set(answer.headers) == set()


def test_nobody_learns_the_password_hash_or_the_key_of_the_second_factor(user: MakeUser, sign_in: SignIn, server: Running) -> None:
    anna = user("admin")
    page = sign_in(anna).get("/desk/account").text + sign_in(anna).get("/desk/team").text
    assert "argon2" not in page
    assert "sealed_totp" not in page
    assert "argon2" not in repr(Actor.__dataclass_fields__)
    assert demo.PASSWORD not in page
    assert server.count("users") > 0

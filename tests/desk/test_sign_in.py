"""Signing in as an adviser does: password, one-time code, invitation; what is refused, and that refusals tell nobody anything."""

import time
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from argon2 import extract_parameters
from sqlalchemy import select
from sqlmodel import col

from desk import demo, invitations, passwords, totp
from desk.browsers import describe
from desk.limits import Attempts, Tries
from store.tables import Audit, User
from store.types import utcnow
from tests.desk.conftest import PASSWORD, Colleague, Desk, MakeUser, SignIn, change_session, change_user
from tests.web.server import Running

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105 - of RFC 6238


def attempt(desk: Desk, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    """Open the page and send its form."""
    desk.get("/desk/sign-in")
    return desk.post("/desk/sign-in", {"email": email, "password": password, **more}, follow_redirects=False)


def token_of(answer: httpx.Response) -> str:
    return answer.cookies.get("lotse-desk") or ""


def with_codes(server: Running, colleague: Colleague) -> str:
    """Give a colleague a second factor; returns its secret."""
    secret = totp.new_secret()
    server.run(change_user(server, colleague, sealed_totp=server.app.desk.keyring.seal(secret, purpose="totp")))
    return secret


def test_password_opens_the_desk(user: MakeUser, sign_in: SignIn, server: Running) -> None:
    anna, desk = user("adviser"), sign_in(None)
    answer = attempt(desk, f" {anna.email.upper()} ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/")
    assert desk.get("/desk/account").status_code == 200

    async def noted() -> tuple[list[str], bool]:
        async with server.app.database.read() as session:
            actions = await session.scalars(select(col(Audit.action)).where(col(Audit.actor) == f"user:{anna.id}"))
            return list(actions), (await session.get_one(User, anna.id)).seen_at is not None

    assert server.run(noted()) == (["signed in"], True)


def test_wrong_password_unknown_address_and_ended_account_get_the_same_answer(user: MakeUser, sign_in: SignIn) -> None:
    anna, gone, invited = user("adviser"), user("adviser", active=False), user("adviser", password_hash=None)
    answers = [
        attempt(sign_in(None), anna.email, "Falsch-Falsch-9"),
        attempt(sign_in(None), "nobody@lotse.test"),
        attempt(sign_in(None), gone.email),
        attempt(sign_in(None), invited.email),
        attempt(sign_in(None), ""),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert all("E-Mail-Adresse oder Passwort stimmt nicht." in answer.text for answer in answers)
    assert not any(token_of(answer) for answer in answers)


async def test_an_unknown_address_costs_as_much_as_a_wrong_password() -> None:
    stored = await passwords.hash_password(PASSWORD)
    assert extract_parameters(passwords.NOBODY) == extract_parameters(stored)
    assert [await passwords.fits(PASSWORD, known) for known in (stored, None)] == [True, False]
    assert not passwords.is_outdated(stored)


def test_the_page_that_was_wanted_comes_after_signing_in(user: MakeUser, sign_in: SignIn) -> None:
    anna, desk = user("adviser"), sign_in(None)
    sent = desk.get("/desk/account?a=1", follow_redirects=False)
    assert sent.headers["location"] == "/desk/sign-in?next=%2Fdesk%2Faccount%3Fa%3D1"
    assert 'value="/desk/account?a=1"' in desk.get(sent.headers["location"]).text
    assert attempt(desk, anna.email, next="/desk/account?a=1").headers["location"] == "/desk/account?a=1"


def test_htmx_is_sent_to_the_sign_in_page_too(sign_in: SignIn) -> None:
    answer = sign_in(None).get("/desk/account", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/desk/sign-in")


def test_signing_out_ends_the_session(user: MakeUser, sign_in: SignIn) -> None:
    desk = sign_in(user("editor"))
    token = desk.http.cookies["lotse-desk"]
    assert "Sie sind abgemeldet." in desk.post("/desk/sign-out").text
    desk.http.cookies.set("lotse-desk", token)
    assert desk.get("/desk/account", follow_redirects=False).status_code == 303


def test_every_sign_in_has_a_token_of_its_own_and_ends_the_old_one(user: MakeUser, sign_in: SignIn) -> None:
    anna, desk = user("adviser"), sign_in(None)
    first = token_of(attempt(desk, anna.email))
    desk.http.cookies.delete("lotse-desk")
    desk.http.cookies.set("lotse-desk", first, domain="127.0.0.1")
    second = token_of(desk.post("/desk/sign-in", {"email": anna.email, "password": PASSWORD}, follow_redirects=False))
    assert first
    assert second
    assert first != second
    old = sign_in(None)
    old.http.cookies.set("lotse-desk", first)
    assert old.get("/desk/account", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "values", [{"expires_at": utcnow() - timedelta(seconds=1)}, {"seen_at": utcnow() - timedelta(hours=12, seconds=1)}]
)
def test_sessions_end_by_themselves(user: MakeUser, sign_in: SignIn, server: Running, values: dict[str, object]) -> None:
    anna = user("adviser")
    desk = sign_in(anna)
    assert desk.get("/desk/account").status_code == 200
    server.run(change_session(server, anna, **values))
    assert desk.get("/desk/account", follow_redirects=False).status_code == 303


def test_who_is_ended_is_out_at_once(user: MakeUser, sign_in: SignIn, server: Running) -> None:
    anna = user("adviser")
    desk = sign_in(anna)
    server.run(change_user(server, anna, active=False))
    assert desk.get("/desk/account", follow_redirects=False).status_code == 303


def test_too_many_wrong_passwords_close_the_account_for_a_while(user: MakeUser, sign_in: SignIn) -> None:
    anna, bela, desk = user("adviser"), user("adviser"), sign_in(None)
    assert [attempt(desk, anna.email, "Falsch-Falsch-9").status_code for _ in range(11)] == [401] * 10 + [429]
    refused = attempt(desk, anna.email)
    assert refused.status_code == 429
    assert "Zu viele Versuche." in refused.text
    assert attempt(desk, bela.email).status_code == 303


def test_attempts_are_counted_per_address_too() -> None:
    attempts = Attempts(address=Tries(3))
    assert [attempts.address.allows("10.0.0.1") for _ in range(4)] == [True, True, True, False]
    assert attempts.address.allows("10.0.0.2")
    attempts.address.forgive("10.0.0.1")
    assert attempts.address.allows("10.0.0.1")


def test_attempts_are_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    tries = Tries(1, seconds=600)
    assert tries.allows("a")
    now = 1599.0
    assert not tries.allows("a")
    now = 1601.0
    assert tries.allows("a")


@pytest.mark.parametrize(("moment", "expected"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")])
def test_codes_are_those_of_rfc_6238(moment: int, expected: str) -> None:
    assert totp.code(RFC_SECRET, moment // 30) == expected


def test_codes_of_neighbouring_steps_count_and_none_counts_twice() -> None:
    now = totp.current_step()
    assert totp.matching_step(RFC_SECRET, totp.code(RFC_SECRET, now), after=0) == now
    assert totp.matching_step(RFC_SECRET, totp.code(RFC_SECRET, now), after=now) is None
    assert totp.matching_step(RFC_SECRET, totp.code(RFC_SECRET, now - 5), after=0) is None
    assert totp.matching_step(RFC_SECRET, "", after=0) is None
    assert totp.matching_step(RFC_SECRET, "۱۲۳۴۵۶", after=0) is None


def test_the_second_factor_is_asked_for(user: MakeUser, sign_in: SignIn, server: Running) -> None:
    anna, desk = user("lead"), sign_in(None)
    secret = with_codes(server, anna)
    half = attempt(desk, anna.email, next="/desk/account")
    assert half.headers["location"].startswith("/desk/sign-in/code?")
    assert desk.get("/desk/account", follow_redirects=False).status_code == 303, "the password alone opens nothing"
    assert desk.get(half.headers["location"]).status_code == 200
    wrong = desk.post("/desk/sign-in/code", {"code": "000000"})
    assert wrong.status_code == 401
    assert "Dieser Code stimmt nicht" in wrong.text
    code = totp.code(secret, totp.current_step())
    done = desk.post("/desk/sign-in/code", {"code": f"{code[:3]} {code[3:]}", "next": "/desk/account"}, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, "/desk/account")
    assert token_of(done) != token_of(half)
    assert desk.get("/desk/account").status_code == 200
    again = sign_in(None)
    attempt(again, anna.email)
    assert again.post("/desk/sign-in/code", {"code": code}).status_code == 401, "a code counts once"


def test_guessing_codes_is_limited(user: MakeUser, sign_in: SignIn, server: Running) -> None:
    anna, desk = user("lead"), sign_in(None)
    with_codes(server, anna)
    attempt(desk, anna.email)
    assert [desk.post("/desk/sign-in/code", {"code": "000000"}).status_code for _ in range(7)] == [401] * 6 + [429]


def test_the_code_page_needs_the_password_first(sign_in: SignIn) -> None:
    desk = sign_in(None)
    assert desk.get("/desk/sign-in/code", follow_redirects=False).headers["location"] == "/desk/sign-in"
    desk.get("/desk/sign-in")
    assert desk.post("/desk/sign-in/code", {"code": "123456"}, follow_redirects=False).headers["location"] == "/desk/sign-in"


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("kurz", "short"),
        ("x" * 201, "long"),
        ("aaaaaaaaaaaaaa", "common"),
        ("Passwort123456", "common"),
        ("Willkommen2026!", "common"),
        ("anna.lang2026!", "common"),
        ("Mond-Kanne-7-Regal", None),
        ("vier zufällige wörter hier", None),
    ],
)
def test_weak_passwords_are_named(password: str, reason: str | None) -> None:
    assert passwords.weakness(password, email="anna.lang@kreis.example") == reason


def invite(server: Running, email: str) -> str:
    async def work() -> str:
        async with server.app.database.write() as session:
            key, town = server.app.desk.index_key, server.app.world.towns["demo"].id
            _, secret = await invitations.invite(session, key, municipality=town, email=email, name="Neu", role="adviser")
            return secret

    return server.run(work())


def test_an_invitation_opens_the_desk_once(sign_in: SignIn, server: Running) -> None:
    secret, desk = invite(server, "once@lotse.test"), sign_in(None)
    address = f"/desk/invitation/{secret}"
    assert "once@lotse.test" in desk.get(address).text
    assert "zu kurz" in desk.post(address, {"password": "kurz", "again": "kurz"}).text
    assert "nicht gleich" in desk.post(address, {"password": PASSWORD, "again": PASSWORD + "x"}).text
    assert "leicht zu erraten" in desk.post(address, {"password": "Passwort123456", "again": "Passwort123456"}).text
    done = desk.post(address, {"password": PASSWORD, "again": PASSWORD}, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, "/desk/")
    assert desk.get("/desk/account").status_code == 200
    late = sign_in(None)
    assert late.get(address).status_code == 404
    assert late.post(address, {"password": PASSWORD, "again": PASSWORD}).status_code == 404
    assert attempt(late, "once@lotse.test").status_code == 303


def test_an_old_or_replaced_invitation_opens_nothing(sign_in: SignIn, server: Running) -> None:
    secret = invite(server, "late@lotse.test")

    async def age(*, renew: bool) -> None:
        async with server.app.database.write() as session:
            row = await session.scalar(select(User).where(col(User.email) == "late@lotse.test"))
            assert row
            if renew:
                await invitations.renew(session, server.app.desk.index_key, user=row.id or 0)
            else:
                row.invite_until = utcnow() - timedelta(seconds=1)
                session.add(row)

    server.run(age(renew=False))
    assert sign_in(None).get(f"/desk/invitation/{secret}").status_code == 404
    server.run(age(renew=True))
    assert sign_in(None).get(f"/desk/invitation/{secret}").status_code == 404


def test_a_new_link_ends_password_and_sessions(user: MakeUser, sign_in: SignIn, server: Running) -> None:
    anna = user("adviser")
    desk = sign_in(anna)

    async def renew() -> None:
        async with server.app.database.write() as session:
            await invitations.renew(session, server.app.desk.index_key, user=anna.id)

    server.run(renew())
    assert desk.get("/desk/account", follow_redirects=False).status_code == 303
    assert attempt(sign_in(None), anna.email).status_code == 401


@pytest.mark.parametrize("role", sorted(demo.ACCOUNTS))
def test_a_demonstration_has_one_button_per_role(sign_in: SignIn, role: str) -> None:
    desk = sign_in(None)
    desk.get("/desk/sign-in")
    assert desk.post("/desk/sign-in/demo", {"role": role}).status_code == 200
    assert demo.ACCOUNTS[role].name in desk.get("/desk/account").text


def test_demo_accounts_open_nothing_without_the_demonstration(sign_in: SignIn, server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = sign_in(None)
    inside.get("/desk/sign-in")
    inside.post("/desk/sign-in/demo", {"role": "lead"})
    assert inside.get("/desk/account").status_code == 200
    parts = server.desk.state.parts
    monkeypatch.setitem(server.desk.state._state, "parts", replace(parts, demo=False))
    assert inside.get("/desk/account", follow_redirects=False).status_code == 303
    outside = sign_in(None)
    assert "Vorführung" not in outside.get("/desk/sign-in").text
    assert outside.post("/desk/sign-in/demo", {"role": "lead"}).status_code == 404
    assert attempt(outside, demo.ACCOUNTS["lead"].email, demo.PASSWORD).status_code == 401


def test_the_language_follows_the_browser_and_can_be_chosen(sign_in: SignIn) -> None:
    desk = sign_in(None)
    assert '<html lang="de">' in desk.get("/desk/sign-in", headers={"accept-language": "fr, de;q=0.5"}).text
    assert '<html lang="en">' in desk.get("/desk/sign-in", headers={"accept-language": "en-GB, de;q=0.5"}).text
    page = desk.get("/desk/sign-in?lang=en").text
    assert '<html lang="en">' in page
    assert "Sign in" in page


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox · Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36", "Chrome · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge · Windows"),
        ("curl/8", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_only_browser_and_system_are_kept(sent: str, kept: str) -> None:
    assert describe(sent) == kept

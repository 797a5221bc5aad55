"""One's own account: name and language, password, second factor, sessions; and that everybody can use these pages and the sign-in."""

import re

import pytest
from playwright.sync_api import Page, expect

from desk import demo, totp
from tests.axe import check_page
from tests.desk.conftest import PASSWORD, BrowseDesk, MakeUser, SignIn
from tests.desk.test_sign_in import attempt, invite, with_codes
from tests.web.server import Running

NEW = "Regal-Kanne-8-Mond"


def test_name_and_language_change(user: MakeUser, sign_in: SignIn) -> None:
    desk = sign_in(user("editor"))
    page = desk.post("/desk/account/profile", {"name": "  Berta   Neu ", "interface": "en"}).text
    assert "Saved." in page
    assert 'value="Berta Neu"' in page
    assert '<html lang="en">' in page
    assert "Saved." not in desk.get("/desk/account").text, "a notice is shown once"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "Anna\u202eBerta", "An\u0000na"])
def test_a_name_that_cannot_be_read_is_refused(user: MakeUser, sign_in: SignIn, name: str) -> None:
    answer = sign_in(user("editor")).post("/desk/account/profile", {"name": name, "interface": "de"})
    assert answer.status_code == 422
    assert "Ein Name hat 1 bis 80 sichtbare Zeichen." in answer.text


def test_a_new_password_ends_all_other_sessions(user: MakeUser, sign_in: SignIn) -> None:
    anna = user("adviser")
    here, elsewhere = sign_in(anna), sign_in(anna)
    page = here.post("/desk/account/password", {"old": PASSWORD, "password": NEW, "again": NEW})
    assert "Das Passwort ist geändert." in page.text
    assert here.get("/desk/account").status_code == 200
    assert elsewhere.get("/desk/account", follow_redirects=False).status_code == 303
    assert attempt(sign_in(None), anna.email).status_code == 401
    assert attempt(sign_in(None), anna.email, NEW).status_code == 303


@pytest.mark.parametrize(
    ("old", "password", "again", "words"),
    [
        ("falsch", NEW, NEW, "Ihr jetziges Passwort stimmt nicht."),
        (PASSWORD, "kurz", "kurz", "Das Passwort ist zu kurz"),
        (PASSWORD, NEW, NEW + "x", "nicht gleich"),
    ],
)
def test_a_refused_password_changes_nothing(  # noqa: PLR0917 - what is typed
    user: MakeUser, sign_in: SignIn, old: str, password: str, again: str, words: str
) -> None:
    anna = user("adviser")
    here, elsewhere = sign_in(anna), sign_in(anna)
    answer = here.post("/desk/account/password", {"old": old, "password": password, "again": again})
    assert (answer.status_code, words in answer.text) == (422, True)
    assert elsewhere.get("/desk/account").status_code == 200
    assert attempt(sign_in(None), anna.email).status_code == 303


def test_guessing_the_password_in_a_foreign_browser_is_limited(user: MakeUser, sign_in: SignIn) -> None:
    desk = sign_in(user("adviser"))
    pages = [desk.post("/desk/account/password", {"old": "falsch", "password": NEW, "again": NEW}).text for _ in range(7)]
    assert ["Zu viele Versuche." in page for page in pages] == [False] * 6 + [True]


def test_the_second_factor_is_set_up_and_taken_away(user: MakeUser, sign_in: SignIn) -> None:
    anna = user("lead")
    here, elsewhere = sign_in(anna), sign_in(anna)
    page = here.get("/desk/account/second-factor").text
    assert "<svg" in page
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    assert secret
    assert sealed
    key = secret[1].replace(" ", "")
    assert "Dieser Code passt nicht." in here.post("/desk/account/second-factor", {"sealed": sealed[1], "code": "000000"}).text
    code = totp.code(key, totp.current_step())
    assert "ist an." in here.post("/desk/account/second-factor", {"sealed": sealed[1], "code": code}).text
    assert elsewhere.get("/desk/account", follow_redirects=False).status_code == 303
    fresh = sign_in(None)
    assert attempt(fresh, anna.email).headers["location"].startswith("/desk/sign-in/code")
    assert fresh.post("/desk/sign-in/code", {"code": code}).status_code == 401, "the code of the set-up counts once"
    assert "stimmt nicht" in here.post("/desk/account/second-factor/remove", {"old": "falsch"}).text
    assert "ist aus." in here.post("/desk/account/second-factor/remove", {"old": PASSWORD}).text
    assert attempt(sign_in(None), anna.email).headers["location"] == "/desk/"


def test_a_secret_shown_to_somebody_else_is_not_taken(user: MakeUser, sign_in: SignIn) -> None:
    anna, bela = user("adviser"), user("adviser")
    page = sign_in(bela).get("/desk/account/second-factor").text
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    assert sealed
    desk = sign_in(anna)
    for given in (sealed[1], "nonsense", "", "ÄÄÄÄ"):
        desk.post("/desk/account/second-factor", {"sealed": given, "code": "123456"})
    assert attempt(sign_in(None), anna.email).headers["location"] == "/desk/"


def test_sessions_are_ended_one_by_one_or_all(user: MakeUser, sign_in: SignIn) -> None:
    anna = user("adviser")
    here, second, third, fourth = (sign_in(anna) for _ in range(4))
    numbers = re.findall(r"/desk/account/sessions/(\d+)/end\"", here.get("/desk/account").text)
    assert len(numbers) == 3
    assert "Dieser Browser ist abgemeldet." in here.post(f"/desk/account/sessions/{numbers[0]}/end").text
    alive = [desk.get("/desk/account", follow_redirects=False).status_code for desk in (here, second, third, fourth)]
    assert sorted(alive) == [200, 200, 200, 303]
    here.post("/desk/account/sessions/end-others")
    alive = [desk.get("/desk/account", follow_redirects=False).status_code for desk in (here, second, third, fourth)]
    assert alive == [200, 303, 303, 303]


def test_nobody_ends_the_session_of_somebody_else(user: MakeUser, sign_in: SignIn) -> None:
    anna, bela = user("adviser"), user("admin")
    victim, other = sign_in(anna), sign_in(anna)
    number = re.findall(r"/desk/account/sessions/(\d+)/end\"", other.get("/desk/account").text)[0]
    sign_in(bela).post(f"/desk/account/sessions/{number}/end")
    assert [desk.get("/desk/account").status_code for desk in (victim, other)] == [200, 200]


def test_leads_and_admins_are_told_to_use_a_second_factor(user: MakeUser, sign_in: SignIn, server: Running, other: str) -> None:
    words = "Anmeldung in zwei Schritten einrichten"
    lead = user("lead", municipality=other)
    assert words in sign_in(lead).get("/desk/account").text
    assert words in sign_in(user("admin", municipality=other)).get("/desk/account").text
    assert words not in sign_in(user("adviser", municipality=other)).get("/desk/account").text
    desk = sign_in(lead)
    with_codes(server, lead)
    assert words not in desk.get("/desk/account").text


def test_every_page_is_accessible_on_a_phone(
    browse_desk: BrowseDesk,
    user: MakeUser,
    server: Running,
    other: str,
) -> None:
    page = browse_desk(phone=True)
    for path in ("/desk/sign-in", "/desk/sign-in?lang=en&out=1", f"/desk/invitation/{invite(server, 'axe@lotse.test')}"):
        page.goto(path)
        check_page(page)
    page.goto("/desk/sign-in")
    page.get_by_label("E-Mail-Adresse").fill("nobody@lotse.test")
    page.get_by_label("Passwort").fill("falsch")
    page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    check_page(page)
    lead = user("lead", municipality=other)
    page = browse_desk(lead, phone=True)
    for path in ("/desk/account", "/desk/account/second-factor", "/desk/nowhere"):
        page.goto(path)
        check_page(page)
    page.goto("/desk/account")
    page.get_by_label("Name").fill(" ")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    check_page(page)
    with_codes(server, lead)
    page.goto("/desk/account/second-factor")
    check_page(page)
    half_signed_in(page, lead.email)
    check_page(page)


def half_signed_in(page: Page, email: str) -> None:
    """Sign out and come as far as the page of the one-time code."""
    page.locator('form[action="/desk/sign-out"] button').click()
    page.get_by_label("E-Mail-Adresse").fill(email)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.get_by_label("Einmalcode").wait_for()


@pytest.mark.parametrize("javascript", [True, False])
def test_signing_in_and_out_with_the_keyboard_alone(browse_desk: BrowseDesk, user: MakeUser, javascript: bool) -> None:  # noqa: FBT001 - a parameter of the test
    anna = user("editor")
    page = browse_desk(javascript=javascript)
    page.goto("/desk/sign-in?next=/desk/account")
    press_until(page, "email")
    page.keyboard.type(anna.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Konto").wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_text("Zum Inhalt springen")).to_be_focused()
    page.keyboard.press("Enter")
    press_until(page, "name")
    page.keyboard.press("Control+A")
    page.keyboard.type("Neuer Name")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Gespeichert.")
    expect(page.get_by_label("Name")).to_have_value("Neuer Name")


def press_until(page: Page, name: str) -> None:
    """Press Tab until the field of that name has the focus."""
    field = page.locator(f"[name={name}]")
    for _ in range(30):
        page.keyboard.press("Tab")
        if field.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(name)


def test_the_demonstration_opens_with_one_button(browse_desk: BrowseDesk) -> None:
    page = browse_desk(locale="en-GB")
    page.goto("/desk/sign-in")
    page.get_by_role("button", name="Sign in as editor (demo)").click()
    page.goto("/desk/account")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text(demo.ACCOUNTS["editor"].email)).to_be_visible()


def test_the_key_of_the_second_factor_can_be_copied(browse_desk: BrowseDesk, user: MakeUser) -> None:
    page = browse_desk(user("adviser"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/desk/account/second-factor")
    page.get_by_role("button", name="Kopieren").click()
    page.get_by_role("button", name="Kopiert").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#secret").inner_text()

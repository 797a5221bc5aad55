"""The public page of a course in four languages, its calendar file and QR code; and the page on which providers confirm their courses."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from itertools import count
from typing import Any

import httpx
import pytest
import segno
from icalendar import Calendar
from playwright.sync_api import expect

from bot.logs import Redacting
from bot.web.headers import CLOSED
from desk import courses_links
from dialogs import course_words
from knowledge.courses import catalogue
from knowledge.courses.record import Course
from knowledge.courses.rows import course_of, courses
from locales.texts import translate_desk
from tests.axe import check_page
from tests.desk.courses.shop import course, today
from tests.web.conftest import Open
from tests.web.server import Running

_feeds = count(1)
EVIL = '"><script>alert(1)</script>{{7*7}}'


class Stock:
    """Courses of one feed of a municipality, with their numbers by key."""

    def __init__(self, server: Running, owner: str) -> None:
        self.server, self.owner, self.feed = server, owner, f"web{next(_feeds)}"

    def put(self, *found: Course) -> dict[str, int]:
        """Make these the courses of the feed; returns the numbers of those that changed."""

        async def apply() -> dict[str, int]:
            async with self.server.app.database.write() as session:
                done = await catalogue.apply(session, owner=self.owner, feed=self.feed, courses=found, actor="cli", today=today())
            return {one.after.id: one.course for one in done.changes if one.after}

        return self.server.run(apply())

    def now(self, number: int) -> Course | None:
        """A course as it is now; None if it is gone."""

        async def read() -> Course | None:
            async with self.server.app.database.read() as session:
                row = (await session.execute(courses.select().where(courses.c.id == number))).one()
                return None if row.gone else course_of(row.record)

        return self.server.run(read())


def mine(key: str, **changes: Any) -> Course:
    """A course with everything that a page shows; keys are of this feed alone."""
    given = {
        "contact_phone": "+49 000 0000000",
        "provider_url": "https://muster.example/kurse",
        "address": "Musterstraße 1",
        "childcare": "on_site",
        "nearest_stop": "Rathaus",
        "certificate": "DTZ",
        "source_name": "Musterliste",
    }
    return course(key, **(given | changes))


@pytest.fixture(scope="module")
def town(server: Running) -> str:
    """The slug of a municipality that is not the demonstration's."""
    return next(slug for slug in server.app.world.towns if slug != "demo")


@pytest.fixture
def stock(server: Running, town: str) -> Iterator[Stock]:
    """A feed that goes with the test."""
    made = Stock(server, town)
    yield made
    made.put()


def key(name: str) -> str:
    """A key that no other test has."""
    return f"{name}-{next(_feeds)}"


def put(stock: Stock, **changes: Any) -> int:
    """One course; its number."""
    name = key("kurs")
    return stock.put(mine(name, **changes))[name]


@pytest.mark.parametrize("language", ["de", "en", "ar", "fa"])
def test_the_page_says_what_the_chat_says(client: httpx.Client, stock: Stock, server: Running, language: str) -> None:
    number = put(stock, title="Deutsch am Abend")
    answer = client.get(f"/courses/{number}", params={"lang": language})
    assert answer.status_code == 200
    text = unescape(answer.text)
    assert 'dir="rtl"' in text[:200] or language in {"de", "en"}
    found = stock.now(number)
    assert found
    facts = course_words.facts(language, found, today=today())
    assert len(facts) > 12
    for label, value in facts:
        assert f"<dt>{label}</dt>" in text
        assert f"<bdi>{value}</bdi>" in text
    assert course_words.source(language, found) in text
    assert 'href="tel:+490000000000"' in text
    assert f'href="{server.url}/courses/{number}?lang=ar"' in text
    assert "<h1><bdi>Deutsch am Abend</bdi></h1>" in text


def test_the_language_is_that_of_the_address_or_the_browser(client: httpx.Client, stock: Stock) -> None:
    number = put(stock)
    asked = {"accept-language": "fa-AF, de;q=0.5"}
    assert 'lang="fa-AF" dir="rtl"' in client.get(f"/courses/{number}", headers=asked).text
    assert '<html lang="uk"' in client.get(f"/courses/{number}?lang=uk", headers=asked).text
    assert 'lang="fa-AF"' in client.get(f"/courses/{number}?lang=xx", headers=asked).text


def test_the_page_is_the_same_for_everybody_and_sets_no_cookie(client: httpx.Client, stock: Stock) -> None:
    answer = client.get(f"/courses/{put(stock)}")
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "public, max-age=600"
    assert answer.headers["vary"].startswith("Accept-Language")
    assert "Cookie" not in answer.headers["vary"]
    assert answer.headers["content-security-policy"] == CLOSED
    assert len(answer.content) < 20_000
    assert re.findall(r"<style|\sstyle=|\son[a-z]+\s*=|<script(?![^>]*\bsrc=)", answer.text) == []


def test_what_never_was_is_404_and_what_is_over_is_410(client: httpx.Client, stock: Stock) -> None:
    name = key("weg")
    number = stock.put(mine(name))[name]
    assert client.get(f"/courses/{number}").status_code == 200
    stock.put()
    for gone in (number, put(stock, start_date=today() - timedelta(9), end_date=today() - timedelta(1))):
        answer = client.get(f"/courses/{gone}", params={"lang": "en"})
        assert answer.status_code == 410
        assert "This course is not offered any more." in answer.text
        assert f'href="/?start=course_{gone}"' in answer.text
        assert client.get(f"/courses/{gone}.ics").status_code == 404
    for path in ("0", "999999999", "-1", "x", "1e3", "²", "9" * 5000, "1%00", "confirm", "%2e%2e"):
        for end in ("", ".ics", "/qr.svg"):
            # "confirm/qr.svg" is the link of a provider, and one that opens nothing.
            assert client.get(f"/courses/{path}{end}").status_code == (410 if path == "confirm" and "/" in end else 404), path[:9]


def test_demonstrations_are_marked(client: httpx.Client, server: Running) -> None:
    demo = Stock(server, "demo")
    page = client.get(f"/courses/{put(demo)}", params={"lang": "en"}).text
    demo.put()
    assert "This course is invented. It does not exist." in page
    assert '<meta name="robots" content="noindex">' in page


def test_old_entries_say_so_and_no_places_that_are_not_known(client: httpx.Client, stock: Stock) -> None:
    page = unescape(client.get(f"/courses/{put(stock, last_checked=today() - timedelta(40))}", params={"lang": "en"}).text)
    assert "This entry is older than 30 days." in page
    assert "<bdi>8 (" not in page
    assert "<bdi>8 (" in client.get(f"/courses/{put(stock)}", params={"lang": "en"}).text


def test_hostile_texts_and_addresses_are_harmless(client: httpx.Client, stock: Stock) -> None:
    hostile = {"title": EVIL, "provider_name": EVIL, "notes": EVIL, "entry_condition_text": EVIL, "provider_url": "javascript:alert(1)"}
    number = put(stock, **hostile, contact_phone='0" onclick="x', contact_email="a@b.example?bcc=c@d.example&body=<x>")
    page = client.get(f"/courses/{number}").text
    assert "<script>alert" not in page
    assert "javascript:" not in page
    assert 'href="tel:0"' in page
    assert "mailto:a@b.example%3Fbcc%3Dc@d.example%26body%3D%3Cx%3E" in page
    assert "49" not in page.partition("<h1>")[2].partition("</h1>")[0]


def test_the_calendar_file_and_the_qr_code(client: httpx.Client, stock: Stock, server: Running) -> None:
    number = put(stock)
    answer = client.get(f"/courses/{number}.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event.get("url")) == f"{server.url}/courses/{number}"
    assert event.get("rrule")["byday"] == ["MO", "WE"]
    picture = client.get(f"/courses/{number}/qr.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    drawn = segno.make(f"{server.url}/courses/{number}", error="m", micro=False)
    path = re.search(r' d="([^"]+)"', drawn.svg_inline(border=4))
    assert path
    assert path[1] in picture.text
    assert client.head(f"/courses/{number}").status_code == 200
    dateless = put(stock, start_date=None, end_date=None)
    assert client.get(f"/courses/{dateless}.ics").status_code == 404
    assert f"/courses/{dateless}.ics" not in client.get(f"/courses/{dateless}").text


def test_the_page_leads_into_the_chat(browse: Open, stock: Stock) -> None:
    number = put(stock, title="Deutsch am Abend")
    page = browse(locale="de-DE")
    page.goto(f"/courses/{number}")
    page.locator("a.start").click()
    page.locator('button[value="language:en"]').click()
    expect(page.locator("#log")).to_contain_text("Deutsch am Abend")


@pytest.mark.parametrize("language", ["de", "ar", "prs"])
def test_the_page_is_accessible(browse: Open, stock: Stock, language: str) -> None:
    page = browse(javascript=True)
    page.goto(f"/courses/{put(stock)}?lang={language}")
    check_page(page)
    page.locator("details.others summary").click()
    check_page(page)
    stock.put()
    page.goto(f"/courses/{put(stock, end_date=today() - timedelta(1), start_date=None)}?lang={language}")
    check_page(page)


# The page of providers


def link(stock: Stock, provider: str, *, days: int = 0, owner: str = "") -> str:
    """The path of a provider's link that was made so many days ago."""
    desk = stock.server.app.desk
    made = courses_links.make(desk.index_key, owner=owner or stock.owner, provider=provider, today=today() - timedelta(days))
    return f"/courses/confirm/{made}"


def offer(stock: Stock) -> tuple[str, dict[str, int]]:
    """A provider with three courses that were confirmed long ago, and a course of somebody else."""
    name = f"Schule {key('x')} & Söhne"
    old: dict[str, Any] = {"provider_name": name, "last_checked": today() - timedelta(40)}
    names = [key(word) for word in ("a", "b", "c", "fremd")]
    found = [mine(names[0], **old), mine(names[1], **old), mine(names[2], **old), mine(names[3], last_checked=old["last_checked"])]
    numbers = stock.put(*found)
    return name, {word: numbers[one] for word, one in zip(("a", "b", "c", "fremd"), names, strict=True)}


def test_a_provider_says_what_is_still_right(client: httpx.Client, stock: Stock) -> None:
    provider, numbers = offer(stock)
    path = link(stock, provider)
    page = client.get(path)
    assert unescape(page.text).count(f'name="say-{numbers["a"]}"') == 3
    assert f"say-{numbers['fremd']}" not in page.text
    before = stock.now(numbers["a"])
    assert before
    assert before.last_checked < today(), "looking changes nothing"
    answers = {
        f"say-{numbers['a']}": "true",
        f"free-{numbers['a']}": "3",
        f"say-{numbers['b']}": "gone",
        f"say-{numbers['c']}": "",
        f"free-{numbers['c']}": "9",
        f"say-{numbers['fremd']}": "gone",
    }
    done = client.post(path, data=answers)
    assert translate_desk("de", "Thank you!") in done.text
    after = stock.now(numbers["a"])
    assert after
    assert (after.last_checked, after.places_free) == (today(), 3)
    assert stock.now(numbers["b"]) is None
    untouched = stock.now(numbers["c"])
    assert untouched
    assert untouched.last_checked < today()
    assert stock.now(numbers["fremd"]) is not None
    assert f"say-{numbers['b']}" not in client.get(path).text


def test_a_number_that_is_none_saves_nothing(client: httpx.Client, stock: Stock) -> None:
    provider, numbers = offer(stock)
    for typed in ("viele", "-1", "99999", "²", "1.5"):
        answer = client.post(link(stock, provider), data={f"say-{numbers['a']}": "true", f"free-{numbers['a']}": typed})
        assert answer.status_code == 422
        found = stock.now(numbers["a"])
        assert found
        assert found.last_checked < today()


def test_links_that_open_nothing(client: httpx.Client, stock: Stock) -> None:
    provider, numbers = offer(stock)
    good = link(stock, provider)
    said = {f"say-{numbers['a']}": "gone"}
    for path in (link(stock, provider, days=41), good[:-3], f"{good}A", "/courses/confirm/x", link(stock, provider, owner="nirgends")):
        assert client.get(path).status_code == 410
        assert client.post(path, data=said).status_code == 410
    assert client.post(good, data=said, headers={"origin": "https://boese.example"}).status_code == 403
    assert client.post(good, json=said).status_code == 415
    assert client.post(good, data={f"say-{n}": "gone" for n in range(3000)}).status_code in {400, 413}
    assert stock.now(numbers["a"]) is not None
    assert client.get(link(stock, "Niemand")).status_code == 200


def test_the_secret_stays_secret(client: httpx.Client, stock: Stock) -> None:
    import logging  # noqa: PLC0415 - for this test alone

    path = link(stock, offer(stock)[0])
    headers = client.get(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "strict-origin"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert "set-cookie" not in headers
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, f'"GET {path} HTTP/1.1" 200', None, None)
    shown = Redacting(secrets=[], processors=[lambda _l, _m, event: event["event"]]).format(record)
    assert shown == '"GET /courses/confirm/[secret] HTTP/1.1" 200'


@pytest.mark.parametrize("locale", ["de-DE", "en-GB"])
def test_the_page_of_providers_in_a_browser(browse: Open, stock: Stock, locale: str) -> None:
    provider, numbers = offer(stock)
    page = browse(locale=locale)
    page.goto(link(stock, provider))
    check_page(page)
    page.locator(f'input[name="say-{numbers["b"]}"][value="gone"]').check()
    page.locator(f'input[name="free-{numbers["a"]}"]').fill("0")
    page.locator("button.start").click()
    expect(page.locator("h1")).to_have_text(translate_desk(locale[:2], "Thank you!"))
    check_page(page)
    assert stock.now(numbers["b"]) is None
    found = stock.now(numbers["a"])
    assert found
    assert found.places_free == 0
    page.goto(link(stock, provider, days=41))
    check_page(page)

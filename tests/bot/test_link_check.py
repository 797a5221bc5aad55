"""Asking the addresses of the content: what is gone, what has moved, what cannot be said; against sites of this machine."""

import asyncio

import pytest
from aiohttp import web

from bot import link_check, politeness
from bot.link_check import Asked, Patience
from knowledge.links import Link
from tests.bot.sites import says, sites


def at(*urls: str, file: str = "contacts.yml") -> list[Link]:
    return [Link(file=file, line=line, url=url) for line, url in enumerate(urls, start=1)]


async def ask(*urls: str, waits: list[float] | None = None, seconds: float = link_check.SECONDS) -> Asked:
    async def wait(pause: float) -> None:
        (waits if waits is not None else []).append(pause)

    return await link_check.ask(at(*urls), patience=Patience(seconds=seconds, inner=True, wait=wait))


def codes(asked: Asked) -> list[tuple[int, str]]:
    return [(found.line, found.code) for found in asked.findings]


def by_name(url: str) -> str:
    """The same site under another name of its host, which every machine knows."""
    return url.replace("127.0.0.1", "127.1")


async def test_what_is_there_has_no_finding_and_costs_one_question() -> None:
    async with sites(1) as (site,):
        asked = await ask(f"{site.url}/a?b=c", f"{site.url}/d")
        assert asked == Asked(findings=(), addresses=2, answered=2)
        assert site.asked == ["HEAD /a?b=c", "HEAD /d"]
        assert site.agents == {politeness.AGENT}


@pytest.mark.parametrize("status", [404, 410])
async def test_what_is_gone_is_an_error_with_line_and_remedy(status: int) -> None:
    async with sites(1) as (site,):
        site.answers["/b"] = [says(status)]
        asked = await ask(f"{site.url}/a", f"{site.url}/b")
    (found,) = asked.findings
    assert (found.file, found.line, found.code, found.severity) == ("contacts.yml", 2, "dead-link", "error")
    assert f"{site.url}/b leads nowhere: the server answers {status}" in found.message
    assert found.remedy
    assert asked.answered == 2


@pytest.mark.parametrize("status", [405, 501, 404, 403, 500])
async def test_who_refuses_to_give_the_head_is_asked_for_the_whole(status: int) -> None:
    async with sites(1) as (site,):
        site.answers["/a"] = [says(status), says(200)]
        assert (await ask(f"{site.url}/a")).findings == ()
        assert site.asked == ["HEAD /a", "GET /a"]


async def test_one_address_in_several_places_is_asked_once_and_found_everywhere() -> None:
    async with sites(1) as (site,):
        site.answers["/a"] = [says(404)]
        asked = await ask(f"{site.url}/a", f"{site.url}/a#part", f"{site.url}/a#other")
        assert codes(asked) == [(1, "dead-link"), (2, "dead-link"), (3, "dead-link")]
        assert site.asked == ["HEAD /a", "GET /a"]
    assert asked.addresses == 1


async def test_a_move_for_good_to_another_host_is_a_warning_that_names_it() -> None:
    async with sites(2) as (old, new):
        old.answers["/a"] = [says(301, location="/b")]
        old.answers["/b"] = [says(308, location=by_name(new.url) + "/c")]
        (found,) = (await ask(f"{old.url}/a")).findings
    assert (found.code, found.severity) == ("moved-link", "warning")
    assert f"write {by_name(new.url)}/c" in found.remedy


async def test_what_moved_within_its_host_or_for_a_while_is_left() -> None:
    async with sites(2) as (old, new):
        old.answers["/a"] = [says(301, location="/b")]
        old.answers["/c"] = [says(302, location=by_name(new.url))]
        old.answers["/d"] = [says(302, location="/e")]
        old.answers["/e"] = [says(301, location=by_name(new.url))]
        assert (await ask(f"{old.url}/a", f"{old.url}/c", f"{old.url}/d")).findings == ()


async def test_where_it_leads_can_be_gone() -> None:
    async with sites(2) as (old, new):
        old.answers["/a"] = [says(302, location=f"{new.url}/b")]
        new.answers["/b"] = [says(404)]
        (found,) = (await ask(f"{old.url}/a")).findings
    assert (found.code, f"{old.url}/a" in found.message) == ("dead-link", True)


async def test_a_circle_and_a_long_way_end() -> None:
    async with sites(1) as (site,):
        site.answers["/a"] = [says(302, location="/a")]
        for step in range(link_check.MOST_REDIRECTS + 1):
            site.answers[f"/{step}"] = [says(302, location=f"/{step + 1}")]
        asked = await ask(f"{site.url}/a", f"{site.url}/0", f"{site.url}/1")
        assert codes(asked) == [(1, "dead-link"), (2, "dead-link")]
        assert all("more than 5 times" in found.message for found in asked.findings)
        assert site.asked.count("HEAD /a") == link_check.MOST_REDIRECTS + 1


async def test_a_busy_site_is_asked_again_after_the_time_it_wants() -> None:
    waits: list[float] = []
    async with sites(1) as (site,):
        site.answers["/a"] = [says(429, retry_after="7"), says(503), says(200)]
        assert (await ask(f"{site.url}/a", waits=waits)).findings == ()
    assert waits == [7.0, 14.0]


async def test_a_site_that_stays_busy_is_left_alone_and_noted_once() -> None:
    async with sites(1) as (site,):
        site.answers["/a"] = [says(429, retry_after="86400")]
        waits: list[float] = []
        asked = await ask(f"{site.url}/a", f"{site.url}/b", waits=waits)
        assert codes(asked) == [(1, "unreachable-host")]
        assert asked.findings[0].severity == "note"
        assert (asked.addresses, asked.answered) == (2, 0)
        assert "/b" not in " ".join(site.asked)
    assert waits == [60.0, 60.0]


@pytest.mark.parametrize("status", [401, 403, 500])
async def test_what_programs_may_not_see_is_a_note(status: int) -> None:
    async with sites(1) as (site,):
        site.answers["/a"] = [says(status)]
        asked = await ask(f"{site.url}/a", f"{site.url}/b")
    assert codes(asked) == [(1, "unreachable-host")]
    assert f"{site.url}/a could not be checked: the server answers {status}" in asked.findings[0].message
    assert asked.answered == 1


async def test_a_slow_answer_is_not_waited_for() -> None:
    never = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        await never.wait()
        return says(200)

    async with sites(1) as (site,):
        site.answers["/a"] = [slow]
        asked = await ask(f"{site.url}/a", f"{site.url}/b", seconds=0.2)
        never.set()
    (found,) = asked.findings
    assert (found.code, "no answer within 0.2 s" in found.message) == ("unreachable-host", True)
    assert [word.split()[0] for word in site.asked] == list(link_check.TRIES)


async def test_no_server_no_tls_and_no_such_name_are_notes() -> None:
    async with sites(1) as (gone,):
        pass
    async with sites(1) as (site,):
        secure = site.url.replace("http:", "https:")
        asked = await ask(f"{secure}/a", f"{gone.url}/a", "http://no-such-host.invalid/", seconds=2)
    assert codes(asked) == [(1, "unreachable-host"), (2, "unreachable-host"), (3, "unreachable-host")]
    assert asked.answered == 0


@pytest.mark.parametrize(
    "url", ["", "https://", "http://[1/", "https://a b.de/", "ftp://example.org/", "javascript:alert(1)", "example.org"]
)
async def test_what_is_no_web_address_is_an_error(url: str) -> None:
    assert codes(await ask(url)) == [(1, "dead-link")]


@pytest.mark.parametrize("location", ["javascript:alert(1)", "http://[1/", "file:///etc/passwd"])
async def test_a_site_that_leads_to_no_address_is_an_error(location: str) -> None:
    async with sites(1) as (site,):
        site.answers["/a"] = [says(302, location=location)]
        assert codes(await ask(f"{site.url}/a")) == [(1, "dead-link")]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]"])
async def test_inner_networks_are_not_asked(host: str) -> None:
    asked = await link_check.ask(at(f"http://{host}:9/a", f"http://{host}:9/b"))
    assert codes(asked) == [(1, "unreachable-host")]
    assert "not on the public internet" in asked.findings[0].message


async def test_each_host_has_one_connection_and_hosts_do_not_wait_for_each_other() -> None:
    met = asyncio.Barrier(2)

    async def together(_: web.Request) -> web.Response:
        await met.wait()  # only if the other site is asked at the same time
        return says(200)

    async with sites(3) as (first, second, third):
        first.answers["/a"] = [together]
        second.answers["/a"] = [together]
        third.answers["/a"] = [says(302, location=f"{first.url}/b")]
        addresses = [f"{site.url}/{path}" for site in (first, second, third) for path in ("a", "b", "c", "d")]
        assert (await ask(*addresses)).findings == ()
        assert [site.busiest for site in (first, second, third)] == [1, 1, 1]


async def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    async with sites(2) as (first, second):
        links = at(f"{first.url}/a", f"{second.url}/a", f"{first.url}/b")
        await link_check.ask(links, patience=Patience(inner=True), progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


async def test_cookies_of_a_site_are_not_kept() -> None:
    heard: list[str] = []

    async def curious(request: web.Request) -> web.Response:
        heard.append(request.headers.get("Cookie", ""))
        return says(200, set_cookie="id=1")

    async with sites(1) as (site,):
        site.answers |= {"/a": [curious], "/b": [curious]}
        await ask(f"{site.url}/a", f"{site.url}/b")
    assert heard == ["", ""]

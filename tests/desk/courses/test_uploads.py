"""Bodies of the upload page: who may send one, how much, and what broken, forged and endless ones do."""

import tracemalloc
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.web.limits import BodyLimit
from desk import uploads
from desk.uploads import MOST_BYTES
from tests.desk import scenes
from tests.desk.conftest import MakeUser, SignIn
from tests.desk.courses.shop import IMPORT, Shop, course, table, upload, words
from tests.web.server import Running

EDGE = b'--x\r\ncontent-disposition: form-data; name="%s"%s\r\n\r\n'
MEGABYTE = 1024 * 1024


async def endless(csrf: str, megabytes: int) -> AsyncIterator[bytes]:
    """A form with a file of so many megabytes, without a length."""
    yield EDGE % (b"csrf", b"") + csrf.encode() + b"\r\n"
    yield EDGE % (b"file", b'; filename="a.csv"')
    for _ in range(megabytes):
        yield b"a" * MEGABYTE
    yield b"\r\n--x--\r\n"


HEADERS = {"content-type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize("announced", [False, True])
async def test_a_file_of_200_mb_is_refused_and_never_held(shop: Shop, announced: bool) -> None:  # noqa: FBT001 - a parameter of the test
    desk = await shop.desk()
    headers = HEADERS | ({"content-length": str(200 * MEGABYTE)} if announced else {})
    tracemalloc.start()
    answer = await desk.http.post(IMPORT, headers=headers, content=endless(desk.csrf, 200))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 413
    assert "This file is too large" in words(answer)
    assert "64 MB" in words(answer)
    assert peak < (8 if announced else 3 * 64) * MEGABYTE


async def test_a_file_at_the_limit_arrives_whole(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", MEGABYTE)
    desk = await shop.desk()
    assert (await desk.http.post(IMPORT, headers=HEADERS, content=endless(desk.csrf, 1))).status_code == 200
    assert (await desk.http.post(IMPORT, headers=HEADERS, content=endless(desk.csrf, 2))).status_code == 413
    assert MOST_BYTES == 64 * MEGABYTE


async def test_nothing_is_read_of_somebody_who_may_not_send_files(shop: Shop) -> None:
    read: list[int] = []

    async def counted(csrf: str) -> AsyncIterator[bytes]:
        async for chunk in endless(csrf, 20):
            read.append(len(chunk))
            yield chunk

    adviser = await shop.desk("adviser")
    assert (await adviser.http.post(IMPORT, headers=HEADERS, content=counted(adviser.csrf))).status_code == 403
    nobody = await shop.desk("editor")
    nobody.http.cookies.clear()
    assert (await nobody.http.post(IMPORT, headers=HEADERS, content=counted("x"), follow_redirects=False)).status_code == 303
    assert read == []


async def test_a_file_with_a_forged_token_is_not_kept(shop: Shop) -> None:
    desk = await shop.desk()
    for csrf in ("", "x", "0" * 32):
        answer = await desk.http.post(IMPORT, data={"csrf": csrf}, files={"file": ("a.csv", table([course("a")]))})
        assert answer.status_code == 403
        assert "This form has expired" in words(answer)
    foreign = await desk.http.post(
        IMPORT, data={"csrf": desk.csrf}, files={"file": ("a.csv", b"x")}, headers={"origin": "https://boese.example"}
    )
    assert foreign.status_code == 403


BROKEN = (
    b"",
    b"--x",
    b"--x--",
    b"no multipart at all",
    b"--x\r\n\r\n\r\n--x--",
    b"--x\r\ncontent-disposition: form-data\r\n\r\nabc\r\n--x--",
    b'--x\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n' + b"a" * 100_000 + b"\r\n--x--",
    b"".join(EDGE % (b"f%d" % number, b"") + b"a\r\n" for number in range(50)) + b"--x--",
    (EDGE % (b"file", b'; filename="a"') + b"a\r\n") * 5 + b"--x--",
)


async def test_broken_forms_are_refused(shop: Shop) -> None:
    desk = await shop.desk()
    for body in BROKEN:
        for headers in (HEADERS, HEADERS | {"x-csrf": desk.csrf}, {"content-type": "multipart/form-data"}):
            answer = await desk.http.post(IMPORT, headers=headers, content=body)
            assert answer.status_code in {400, 403, 422}, body[:60]


async def test_a_form_without_a_file_asks_for_one(shop: Shop) -> None:
    desk = await shop.desk()
    assert "Please choose a file." in words(await upload(desk, b"", name=""))
    assert "Please choose a file." in words(await desk.post(IMPORT))
    assert "Please choose a file." in words(await upload(desk, b"", name="leer.csv"))


async def test_a_forged_host_does_not_lead_past_the_limit(shop: Shop) -> None:
    desk = await shop.desk()
    headers = HEADERS | {"host": "desk.test?x", "content-length": str(200 * MEGABYTE)}
    answer = await desk.http.post(IMPORT, headers=headers, content=endless(desk.csrf, 1))
    assert answer.status_code == 413


def test_the_whole_server_lets_large_files_through_here_alone(server: Running, user: MakeUser, sign_in: SignIn) -> None:
    desk = sign_in(user("editor", municipality=scenes.town(server), interface="en"))
    large = table([course(f"k{number}", notes="Bitte anrufen. " * 30) for number in range(600)])
    assert len(large) > 300_000
    answer = desk.http.post(IMPORT, data={"csrf": desk.csrf}, files={"file": ("kurse.csv", large)})
    assert (answer.status_code, "600 new" in words(answer)) == (200, True)


async def test_nothing_else_may_be_large(shop: Shop) -> None:
    desk = await shop.desk()
    transport = httpx.ASGITransport(BodyLimit(shop.app))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test", cookies=desk.http.cookies) as limited:
        large = b"x" * 70_000
        assert (await limited.post("/desk/courses", data={"csrf": desk.csrf}, files={"file": ("a.csv", large)})).status_code == 413
        assert (await limited.post(IMPORT, data={"csrf": desk.csrf, "file": large.decode()})).status_code == 413
        assert (await limited.post(IMPORT, data={"csrf": desk.csrf}, files={"file": ("a.csv", large)})).status_code == 303

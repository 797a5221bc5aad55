"""Listening to answers: where a voice exists, a sound that browsers play; where none does, no button."""

import io
import struct

import httpx
import numpy as np
import pytest
from playwright.sync_api import expect

from bot.channels.web import History, Line
from bot.web import views
from bot.web.listening import VOICES, Listener, find_engine, mulaw
from dialogs.listen import speakable
from dialogs.model import Reply
from locales.registry import LANGUAGES
from store.types import utcnow
from tests.axe import check
from tests.web.conftest import Open
from tests.web.server import Running
from tests.web.test_browser import begin as begin_page
from tests.web.test_pages import begin, write

WITHOUT = {"ps", "ckb", "so"}


def sounds(page: httpx.Response) -> list[str]:
    """The addresses behind the buttons."""
    return [part.partition('"')[0] for part in page.text.split('class="choice listen" href="')[1:]]


def seconds(sound: bytes) -> float:
    """How long a WAV file plays; it is µ-law, mono, at most 64 kB a second."""
    assert (sound[:4], sound[8:12]) == (b"RIFF", b"WAVE")
    kind, channels, rate, bytes_a_second = map(int, struct.unpack("<HHII", sound[20:32]))
    assert (kind, channels) == (7, 1)
    assert rate == bytes_a_second <= 64_000
    return (len(sound) - 58) / rate


def test_an_answer_can_be_listened_to(client: httpx.Client) -> None:
    address = sounds(begin(client, town="demo"))[-1]
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"], answer.headers["cache-control"]) == (200, "audio/wav", "no-store")
    assert 3 < seconds(answer.content) < 90


def test_players_get_parts(client: httpx.Client) -> None:
    (address,) = sounds(begin(client))
    whole = client.get(address).content
    for wanted, part in (("bytes=0-1", whole[:2]), ("bytes=100-", whole[100:]), (f"bytes=5-{10**9}", whole[5:])):
        answer = client.get(address, headers={"range": wanted, "accept-encoding": "gzip"})
        assert (answer.status_code, answer.content) == (206, part)
        assert answer.headers["content-range"].endswith(f"/{len(whole)}")
    assert client.get(address, headers={"range": f"bytes={len(whole)}-"}).status_code == 416
    assert client.get(address, headers={"range": "nonsense"}).content == whole


def test_only_ones_own_answers(server: Running, client: httpx.Client) -> None:
    (address,) = sounds(begin(client))
    page = write(client, "Guten Tag")
    mine = page.text.split('class="message mine"')[1].split('id="m')[1].split('"')[0]
    assert client.get(f"/chat/listen/{mine}").status_code == 404
    assert client.get("/chat/listen/99999999-1").status_code == 404
    assert client.get("/chat/listen/²").status_code == 404
    with httpx.Client(base_url=server.url) as stranger:
        assert stranger.get(address).status_code == 404
        begin(stranger)
        assert stranger.get(address).status_code == 404


def test_who_listens_too_much_is_told(client: httpx.Client) -> None:
    (address,) = sounds(begin(client))
    assert [client.get(address).status_code for _ in range(41)] == [200] * 40 + [429]


@pytest.mark.parametrize("language", ["so", "ps", "ckb"])
def test_there_is_no_button_without_a_voice(client: httpx.Client, language: str) -> None:
    assert sounds(begin(client, language)) == []


def test_every_other_language_has_a_voice() -> None:
    engine = find_engine()
    assert engine.languages == LANGUAGES.keys() - WITHOUT == set(VOICES)


async def test_all_voices_speak() -> None:
    listener = Listener(find_engine())
    spoken = {language: await listener.speak(LANGUAGES[language].autonym, language=language) for language in listener.voices}
    assert all(0.3 < seconds(sound) < 5 for sound in spoken.values())
    assert len(set(spoken.values())) > len(spoken) - 4


async def test_a_text_is_no_command() -> None:
    listener = Listener(find_engine())
    plain, nul = await listener.speak("-h", language="de"), await listener.speak("a\x00b", language="de")
    assert seconds(plain) < 3
    assert seconds(nul) < 3


async def test_the_same_text_is_spoken_once() -> None:
    listener = Listener(find_engine())
    first = await listener.speak("Guten Tag", language="de")
    assert await listener.speak("Guten Tag", language="de-simple") is first


def test_without_an_engine_the_button_is_gone(server: Running) -> None:
    engine = find_engine(("/nowhere/espeak",))
    assert (engine.version, engine.languages) == ("", frozenset())
    line = Line(id=1, version=1, at=utcnow(), incoming=False, reply=Reply(text="Hallo", language="de"))
    history = History(language="de", lines=(line,), cursor=1)
    assert [bubble.listen for bubble in views.bubbles(history, embed=False, voices=engine.languages)] == [""]
    assert [bubble.listen for bubble in views.bubbles(history, embed=False, voices={"de"})] == ["/chat/listen/1-1"]
    assert httpx.get(f"{server.url}/readyz").json()["listen"].startswith("espeak-ng 1.")


def test_mulaw_is_that_of_the_standard() -> None:
    samples = np.array([0, -1, 8, 32767, -32768, 1000, -1000], "<i2")
    assert mulaw(samples).tolist() == [0xFF, 0x7F, 0xFE, 0x80, 0x00, 0xCE, 0x4E]


@pytest.mark.parametrize(
    ("language", "written", "read"),
    [
        ("de", "Montag, 14:30 Uhr, oder 9:00 Uhr", "Montag, 14 Uhr 30, oder 9 Uhr."),
        ("de", "Um 10.30 Uhr, kostet 10.30 Euro am 3.11.2026", "Um 10 Uhr 30, kostet 10.30 Euro am 3.11.2026."),
        ("en", "Open 9:00-17:30", "Open 9-17 30."),
        ("de", "Rufen Sie 116 016 oder +49 261/12-34 an.", "Rufen Sie 1 1 6 0 1 6 oder + 4 9 2 6 1 1 2 3 4 an."),
        ("de", "Seite: https://www.bamf.de/a?b=c (BAMF)\n• Ja!", "Seite:   (BAMF).\n  Ja!"),
        ("ar", "الساعة \u206814:30\u2069", "الساعة 14 30."),
    ],
)
def test_what_is_read(language: str, written: str, read: str) -> None:
    assert speakable(Reply(text=written, language=language)) == read


def test_listening_in_place(browse: Open) -> None:
    page = browse()
    begin_page(page, "de")
    button = page.locator("a.listen").last
    label = button.inner_text()
    with page.expect_response("**/chat/listen/**") as heard:
        button.click()
    assert heard.value.status in {200, 206}
    expect(button).not_to_have_attribute("aria-busy", "true")
    expect(button).not_to_have_text(label)
    check(page)
    button.press("Enter")
    expect(button).to_have_text(label)


def test_listening_without_javascript(browse: Open) -> None:
    page = browse(javascript=False)
    begin_page(page, "de")
    address = page.locator("a.listen").last.get_attribute("href") or ""
    answer = page.request.get(address)
    assert seconds(io.BytesIO(answer.body()).getvalue()) > 3

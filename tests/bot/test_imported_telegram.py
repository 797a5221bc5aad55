"""Imported pages over Telegram: what the messenger accepts, escaped, with buttons that fit."""

import pytest

from tests.bot.conftest import Serve
from tests.bot.test_telegram import SECONDS, welcomed
from tests.botapi import BotApi
from tests.pages.publisher import page, publishing
from tests.pages.towns import GERMAN, brought

pytestmark = pytest.mark.service

LONG = "sehr-lange-adresse-einer-seite-" * 6
EVIL = page(
    LONG,
    "Drachenfest &lt;b&gt; &amp; mehr" + " und noch mehr" * 15,
    "<p>Das Drachenfest &lt;b&gt;ist im Herbst&amp;nbsp;auf der Wiese.</p>" + "<p>Weiter im Text.</p>" * 60,
)


async def test_pages_reach_the_messenger_whole(api: BotApi, serve: Serve) -> None:
    async with serve() as app, publishing({"demo/de/pages": [*GERMAN, EVIL]}) as publisher:
        await brought(app, publisher)
        ada = await welcomed(api, "de", "Deutsch", link="demo")
        ada.send("Was kostet der Eintritt ins Freibad?")
        await ada.wait_for("3 Euro", timeout=SECONDS)
        ada.press(ada.last.labels[0])
        await ada.wait_for("Das Freibad liegt am Lotsensee", timeout=SECONDS)
        ada.send("Wann ist das Drachenfest auf der Wiese im Herbst?")
        await ada.wait_for(1, timeout=SECONDS)
        assert "Drachenfest <b> & mehr" in ada.last.labels[0]
        ada.press(ada.last.labels[0])
        await ada.wait_for("auf der Wiese", timeout=SECONDS)
        ada.press(ada.last.labels[0])
        await ada.wait_for("Weiter im Text", timeout=SECONDS)
        assert api.world.refused == []

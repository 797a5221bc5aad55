"""`lotse ask --municipality`: what a town wrote itself answers there as in the chat, and nowhere else."""

import json
from pathlib import Path

from tests.bot.test_cli import lotse
from tests.local.conftest import OWN, Office

QUESTION = "Wohin mit meinem alten Sofa?"


async def test_own_articles_answer_in_their_town_alone(office: Office, cache: Path, database_url: str) -> None:
    await office.own()
    rows = "\n".join(json.dumps({"id": town, "text": QUESTION, "municipality": town}) for town in ("musterhausen", "nebenan"))
    done = lotse(cache, "ask", "--batch", "-", given=rows, LOTSE_DATABASE_URL=database_url)
    here, elsewhere = map(json.loads, done.stdout.splitlines())
    assert (here["decision"], here["entry"]) == ("answer", OWN)
    assert OWN not in {elsewhere["entry"], *(each["entry"] for each in elsewhere["candidates"])}
    shown = lotse(cache, "ask", QUESTION, "--municipality", "musterhausen", LOTSE_DATABASE_URL=database_url)
    assert "Sperrmüll holt die Stadt 2 Mal im Jahr ab." in shown.stdout
    assert "does not know the municipality" not in shown.stderr

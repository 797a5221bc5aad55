"""Looking over HTTP: the list and its filters, trying a question, the checks."""

import asyncio
import shutil
from datetime import date
from pathlib import Path
from typing import Any

from desk.articles_checks import Checked
from knowledge import loader
from nlu.model import Match
from tests.desk.articles.room import ENTRY, NEW, URL, Newsroom, Oracle, send, words
from tests.desk.every_route import dump_of
from tests.desk.scenes import HOSTILE
from tests.desk.settings.console import Signed


def count(text: str) -> int:
    """How many articles a list says that it shows."""
    before, _, _ = text.partition(" article")
    return int(before.rsplit(" ", 1)[-1])


async def listed(desk: Signed, query: str = "") -> str:
    page = await desk.get(f"/desk/knowledge{query}")
    assert page.status_code == 200
    return words(page).partition("Topic")[2].partition("Show")[2]


async def test_the_list_and_its_filters(newsroom: Newsroom) -> None:
    edda, mira = await newsroom.desk(), await newsroom.desk("adviser")
    every = len(newsroom.knowledge.articles)
    text = await listed(edda)
    assert f"{every} articles" in text
    assert "No articles of your own yet" in text
    assert "No articles of your own yet" not in await listed(mira)
    await send(edda)
    await edda.post("/desk/knowledge/new", NEW)
    assert "2 articles have drafts that are not published." in words(await edda.get("/desk/knowledge"))
    for query, shown in (
        ("?state=draft", 2),
        ("?group=local", 1),
        ("?q=cafe+fur", 1),
        ("?q=musterstadt", 1),
        ("?group=money&state=draft", 1),
    ):
        assert f"{shown} article" in await listed(edda, query), query
    assert "Nothing found" in await listed(edda, "?q=gibt-es-nicht")
    assert f"{every + 1} articles" in await listed(edda, "?state=nonsense&language=xx&group=nowhere")
    await edda.post(f"{URL}/publish")
    assert "own text" in await listed(edda, "?state=local")
    assert "Arabic" in words(await edda.get("/desk/knowledge?language=ar"))
    elsewhere = await newsroom.desk(municipality=newsroom.elsewhere)
    assert "Nothing found" in await listed(elsewhere, "?state=local")


async def test_a_language_narrows_what_a_state_means(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    missing = {code for code, article in newsroom.knowledge.articles.items() if not _readable(article, "ti")}
    assert f"{len(missing)} articles" in await listed(edda, "?state=missing&language=ti")
    assert "Nothing found" in await listed(edda, "?state=missing&language=de")


def _readable(article: Any, code: str) -> bool:
    return code in article.translations and article.translations[code].readable


async def test_a_question_is_tried_and_not_stored(newsroom: Newsroom) -> None:
    oracle = newsroom.oracle = Oracle()
    mira = await newsroom.desk("adviser")
    assert "Nothing is stored." in words(await mira.get("/desk/knowledge/try"))
    before = await dump_of(newsroom.base)
    page = await mira.post("/desk/knowledge/try", {"question": f"بدي حساب {HOSTILE}", "language": "ar"})
    assert await dump_of(newsroom.base) == before
    text = words(page)
    assert "Lotse offers topics to choose from" in text
    assert "Opening a bank account" in text or newsroom.knowledge.articles[ENTRY].translations["en"].title in text
    assert "61 %" in text
    assert "حساب بنكي" in text
    assert "No danger." in text
    assert oracle.asked == [("testort", f"بدي حساب {HOSTILE}", "ar")]
    assert "<img src=x" not in page.text
    empty = await mira.post("/desk/knowledge/try", {"question": " ", "language": "zz"})
    assert len(oracle.asked) == 1
    assert empty.status_code == 200
    await mira.post("/desk/knowledge/try", {"question": "konto", "language": "zz"})
    assert oracle.asked[-1] == ("testort", "konto", None)


async def test_danger_is_told(newsroom: Newsroom) -> None:
    match = Match(language="de", decision="crisis", intent="crisis_suicide", entry="safety/suicidal-thoughts")
    newsroom.oracle = Oracle(match=match, danger=("crisis_suicide",), examples=())
    text = words(await (await newsroom.desk()).post("/desk/knowledge/try", {"question": "ich will nicht mehr", "language": ""}))
    assert "Lotse answers with the fixed words for danger" in text
    assert "Danger: thoughts of suicide." in text
    newsroom.oracle = Oracle(hints=("crisis_violence",))
    assert "No danger, but words that hint at it: violence." in words(
        await (await newsroom.desk()).post("/desk/knowledge/try", {"question": "x", "language": ""})
    )


async def test_the_checks_name_what_the_municipality_has_to_mend(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    await send(edda, answer="Rufen Sie an. " * 60)
    text = words(await edda.get("/desk/knowledge/checks?where=local"))
    assert "The answer has" in text
    assert "German · Short answer" in text
    assert "To be mended" in text
    assert "Nothing found" in words(await edda.get("/desk/knowledge/checks?where=local&q=gibt-es-nicht"))
    elsewhere = await newsroom.desk(municipality=newsroom.elsewhere)
    assert "The answer has" not in words(await elsewhere.get("/desk/knowledge/checks"))


async def complete(checked: Checked, root: Path, today: date) -> list[str]:
    """Wait until the files are checked; the codes of what was found."""
    while (found := await checked.of(root, today)) is None:
        assert checked.running
        await asyncio.wait([checked.running])
    return [one.code for one in found]


async def test_common_content_is_checked_again_when_it_changes(tmp_path: Path) -> None:
    root = tmp_path / "knowledge"
    shutil.copytree(loader.ROOT, root, ignore=shutil.ignore_patterns("*.py", "content", "__pycache__", "places", "courses", "pages"))
    shutil.copytree(loader.ROOT / "content" / ENTRY, root / "content" / ENTRY)
    article, checked = root / "content" / ENTRY / "article.yml", Checked()
    today = loader.shipped().articles[ENTRY].checked_on
    before = await complete(checked, root, today)
    assert "review-overdue" not in before
    assert await checked.of(root, today) is await checked.of(root, today)  # kept
    assert "review-overdue" in await complete(checked, root, date(2099, 1, 1))
    text = article.read_text(encoding="utf-8")
    article.write_text(text.replace("https://robertkoop", "http://robertkoop"), encoding="utf-8")
    assert (await complete(checked, root, today)).count("insecure-address") == 1 + before.count("insecure-address")

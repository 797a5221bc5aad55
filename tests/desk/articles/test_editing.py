"""Editing an article over HTTP without JavaScript: drafts, publishing, what stops it, conflicts, withdrawing, history."""

from tests.desk.articles.room import ENTRY, GERMAN, NEW, URL, Newsroom, send, value, words


async def test_a_draft_is_seen_by_editors_alone_until_it_is_published(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    page = await send(edda)
    assert "The draft is saved. People see it when it is published." in words(page)
    assert value(page, "answer") == GERMAN["answer"]
    assert "Gehen Sie zur Sparkasse am Markt" in words(page)  # the preview
    assert await newsroom.read() == {}
    page = await edda.post(f"{URL}/publish")
    assert "Published: German. People read it from now on." in words(page), words(page)
    read = await newsroom.read()
    assert read[ENTRY].translations["de"].answer == GERMAN["answer"]
    assert await newsroom.read(municipality=newsroom.elsewhere) == {}
    assert [row.subject for row in await newsroom.audited("article.published")] == [f"article:{ENTRY}"]


async def test_pages_open(newsroom: Newsroom) -> None:
    edda, mira = await newsroom.desk(), await newsroom.desk("adviser")
    await send(edda)
    await send(edda, part="ar", title="حساب", answer="اذهبوا إلى البنك.", details="", questions="حساب")
    await edda.post(f"{URL}/publish")
    new = await edda.post("/desk/knowledge/new", NEW)
    assert new.status_code == 200, words(new)
    for desk in (edda, mira):
        for url in (
            "",
            "/try",
            "/checks",
            f"/{ENTRY}?part=ar",
            f"/{ENTRY}?part=meta",
            f"/{ENTRY}?part=so&step=details",
            f"/{ENTRY}/history",
            "/local/cafe-fuer-alle",
            "/local/cafe-fuer-alle?part=meta",
        ):
            page = await desk.get(f"/desk/knowledge{url}")
            assert page.status_code == 200, (url, words(page)[:300])

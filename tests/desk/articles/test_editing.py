"""Editing an article over HTTP without JavaScript: drafts, publishing, what stops it, conflicts, taking back, history."""

from datetime import timedelta
from typing import Any

import httpx

from knowledge.local.record import GROUP
from store.types import today_here
from tests.desk.articles.room import ENTRY, GERMAN, NEW, URL, Newsroom, send, value, words
from tests.desk.scenes import HOSTILE

ARABIC = {
    "part": "ar",
    "title": "حساب في البلدة",
    "answer": "اذهبوا إلى البنك (Sparkasse).",
    "details": "- اسألوا هناك.",
    "questions": "حساب",
}
TODAY = today_here()
META: dict[str, Any] = {
    "part": "meta",
    "checked_on": (TODAY - timedelta(days=2)).isoformat(),
    "review_by": (TODAY + timedelta(days=60)).isoformat(),
    "related": ["money/asylum-benefits"],
    "audience": ["everyone", "women"],
    "source-name-0": "Sparkasse Musterstadt",
    "source-url-0": "https://sparkasse.example/konto",
}


async def test_a_draft_is_seen_by_editors_alone_until_it_is_published(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    page = await send(edda)
    assert "The draft is saved. People see it when it is published." in words(page)
    assert value(page, "answer") == GERMAN["answer"]
    assert await newsroom.read() == {}
    page = await edda.post(f"{URL}/publish")
    assert "Published: German. People read it from now on." in words(page)
    assert (await newsroom.read())[ENTRY].translations["de"].answer == GERMAN["answer"]
    assert await newsroom.read(municipality=newsroom.elsewhere) == {}
    assert [row.subject for row in await newsroom.audited("article.published")] == [f"article:{ENTRY}"]


async def test_the_preview_is_what_the_dialog_says(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    page = await send(edda, "see:ask", answer="Montags ist offen.")
    assert page.status_code == 200
    assert "Montags ist offen." in seen(page)
    assert "Did this help?" in seen(page) or "Hat das geholfen?" in seen(page)  # the buttons of the dialog
    assert not (await newsroom.opened()).texts  # nothing is stored
    assert "Fragen Sie nach dem Basiskonto." in seen(await send(edda, "see:details"))
    arabic = await send(edda, "see:ask", **ARABIC)
    assert '<div class="phone-message" lang="ar" dir="rtl">' in arabic.text
    assert ARABIC["title"] in seen(arabic)
    fallback = await edda.get(f"{URL}?part=de&see=tr")
    assert '<div class="phone-message" lang="tr" dir="ltr">' in fallback.text


def seen(page: httpx.Response) -> str:
    """What is to be read in the preview, without the isolates around numbers and Latin words."""
    part = page.text.partition('id="seen"')[2].partition("</section>")[0]
    return words(httpx.Response(200, text=part)).replace("\u2068", "").replace("\u2069", "")


async def test_what_is_typed_is_judged_without_being_stored(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    piece = await edda.post(f"{URL}/look", GERMAN | {"answer": "x" * 601})
    assert 'id="remarks-answer" hx-swap-oob="true"' in piece.text
    assert "The answer has 601 characters." in words(piece)
    assert "<html" not in piece.text
    assert not (await newsroom.opened()).texts


async def test_errors_stop_a_publication_beside_their_field_and_the_draft_is_kept(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    await send(edda, "publish")
    page = await send(edda, "publish", **ARABIC | {"answer": "اتصلوا بالرقم 4711."})
    assert page.status_code == 422
    assert "Not published yet: please mend what is marked. The draft is kept." in words(page)
    assert "The numbers are not those of the German text: 4711 too many." in words(page)
    assert value(page, "answer") == "اتصلوا بالرقم 4711."
    assert set((await newsroom.opened()).drafted) == {"ar"}
    page = await send(edda, "publish", **META | {"source-url-0": "http://sparkasse.example"})
    assert page.status_code == 422
    assert "http://sparkasse.example is no safe address." in words(page)
    assert (await newsroom.opened()).published == ["de"]


async def test_sources_and_dates_of_the_municipality(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    page = await send(edda, "publish", **META)
    assert "Published: Sources and dates." in words(page), words(page)
    article = (await newsroom.read())[ENTRY]
    assert [source.name for source in article.sources] == ["Sparkasse Musterstadt"]
    assert article.review_by.isoformat() == META["review_by"]
    assert (article.offices, article.related, article.audience) == ((), ("money/asylum-benefits",), ("everyone", "women"))
    assert article.translations["de"] == newsroom.knowledge.articles[ENTRY].translations["de"]


async def test_translations_with_other_numbers_are_named(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    page = await edda.get(URL)
    assert "The common translations have numbers" not in words(page)
    page = await send(edda)  # without the ten days of the common answer
    assert "people read another language instead of: Plain German, English, Arabic" in words(page)


async def test_who_is_late_loses_nothing(newsroom: Newsroom) -> None:
    edda, lena = await newsroom.desk(name="Edda"), await newsroom.desk("lead", name="Lena")
    before = value(await edda.get(f"{URL}?part=de"), "revision")
    await send(lena, answer="Gehen Sie zur Volksbank.")
    page = await edda.post(URL, GERMAN | {"revision": before, "action": "save"})
    assert page.status_code == 409
    assert "Somebody was faster: Lena changed this part while you had it open." in words(page)
    assert value(page, "answer") == GERMAN["answer"]
    assert "<del>" in page.text
    assert "<ins>" in page.text
    kept = (await newsroom.opened()).texts["de"].draft
    assert kept
    assert kept.answer == "Gehen Sie zur Volksbank."
    history = words(await edda.get(f"{URL}/history"))
    assert "Kept beside: somebody else was faster German Edda" in history
    page = await edda.post(URL, GERMAN | {"revision": value(page, "revision"), "action": "save"})
    assert page.status_code == 200
    mine = (await newsroom.opened()).texts["de"].draft
    assert mine
    assert mine.answer == GERMAN["answer"]


async def test_withdrawing_and_taking_back(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    await send(edda, "publish")
    page = await edda.post(f"{URL}/withdraw", {"part": "de"})
    assert "People read the common text again." in words(page)
    assert await newsroom.read() == {}
    undo = page.text.partition('class="flash')[2].partition('action="')[2].partition('"')[0]
    page = await edda.post(undo)
    assert "Taken back. The article is as it was before." in words(page)
    assert ENTRY in await newsroom.read()
    assert "This can no longer be taken back" in words(await edda.post(undo))
    assert "Nothing of it was published." in words(await edda.post(f"{URL}/withdraw", {"part": "uk"}))
    assert len(await newsroom.audited("article.withdrawn")) == 1


async def test_a_draft_is_thrown_away_and_comes_back(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    page = await send(edda)
    page = await edda.post(f"{URL}/discard", {"part": "de", "revision": value(page, "revision")})
    assert "The draft is thrown away." in words(page)
    assert (await newsroom.opened()).drafted == []
    assert "The draft is still there" in words(await edda.post(f"{URL}/discard", {"part": "de", "revision": "0"}))
    undo = page.text.partition('class="flash')[2].partition('action="')[2].partition('"')[0]
    await edda.post(undo)
    assert (await newsroom.opened()).drafted == ["de"]


async def test_history_shows_differences_and_takes_older_texts_up(newsroom: Newsroom) -> None:
    edda, mira = await newsroom.desk(name="Edda"), await newsroom.desk("adviser")
    await send(edda, answer="Die Sparkasse ist offen.")
    await send(edda, answer="Die Volksbank ist offen.")
    page = await mira.get(f"{URL}/history")
    assert "Draft saved German Edda" in words(page)
    assert "Die <del>Sparkasse</del><ins>Volksbank</ins> ist offen." in page.text
    assert "/restore" not in page.text  # an adviser only reads
    page = await edda.get(f"{URL}/history")
    number = page.text.partition("/restore")[2].partition('name="number" value="')[2].partition('"')[0]
    page = await edda.post(f"{URL}/restore", {"part": "de", "number": number})
    assert value(page, "answer") == "Die Sparkasse ist offen."
    assert "This text is not there any more." in words(await edda.post(f"{URL}/restore", {"part": "de", "number": "999"}))
    assert [row.detail for row in await newsroom.audited("article.restored")] == [{"part": "de"}]


async def test_an_article_of_ones_own_from_the_first_word_to_its_readers(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    page = await edda.post("/desk/knowledge/begin", {"title": "Café", "question": ["wo ist das", "kaffee"], "language": "ar"})
    assert value(page, "title") == "Café"
    assert value(page, "questions") == "wo ist das\nkaffee"
    assert 'name="language" value="ar"' in page.text
    wrong = await edda.post("/desk/knowledge/new", NEW | {"source": "", "url": "http://x.example", "review_by": "bald"})
    assert wrong.status_code == 422
    assert "An address begins with https://" in words(wrong)
    assert value(wrong, "answer") == NEW["answer"]
    page = await edda.post("/desk/knowledge/new", NEW)
    entry = f"{GROUP}/cafe-fuer-alle"
    assert page.url.path == f"/desk/knowledge/{entry}"
    assert "People cannot read this article yet." in words(page)
    assert "not published" in words(await edda.get("/desk/knowledge?group=local"))
    page = await edda.post(f"{page.url.path}/publish")
    assert "Published: German, Sources and dates." in words(page), words(page)
    article = (await newsroom.read())[entry]
    assert article.translations["de"].questions == ("wo ist das café", "kaffee trinken und deutsch reden")
    assert await newsroom.read(municipality=newsroom.elsewhere) == {}
    stranger = await newsroom.desk(municipality=newsroom.elsewhere)
    assert (await stranger.get(f"/desk/knowledge/{entry}")).status_code == 404
    assert (await stranger.get("/desk/knowledge/local/gibt-es-nicht")).status_code == 404
    assert "Café" not in (await stranger.get("/desk/knowledge?group=local")).text


async def test_questions_in_another_language_begin_a_text_of_their_own(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    await edda.post("/desk/knowledge/new", NEW | {"language": "uk", "questions": "де кафе"})
    article = await newsroom.opened("local/cafe-fuer-alle")
    ukrainian, german = article.text("uk"), article.text("de")
    assert ukrainian
    assert german
    assert (ukrainian.questions, ukrainian.readable, german.questions) == (("де кафе",), False, ())


async def test_questions_that_people_asked_become_example_questions_of_the_draft(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    before = newsroom.knowledge.articles[ENTRY].translations["uk"].questions
    page = await edda.post(f"{URL}/questions", {"language": "uk", "question": ["де банк у місті", "ДЕ БАНК у місті?", before[0].upper()]})
    assert "The questions are in the draft." in words(page)
    assert page.url.path == URL
    draft = (await newsroom.opened()).texts["uk"].draft
    assert draft
    assert draft.questions == (*before, "де банк у місті")
    assert "Nothing was changed." in words(await edda.post(f"{URL}/questions", {"language": "uk", "question": before[0]}))
    await edda.post(f"{URL}/publish")
    assert (await newsroom.read())[ENTRY].translations["uk"].questions == draft.questions


async def test_an_adviser_reads_and_changes_nothing(newsroom: Newsroom) -> None:
    mira = await newsroom.desk("adviser")
    page = await mira.get(f"{URL}?part=ar")
    assert "<textarea" not in page.text
    assert "Save draft" not in words(page)
    assert '<div class="phone-message" lang="ar" dir="rtl">' in page.text
    assert (await mira.post(URL, GERMAN | {"action": "save"})).status_code == 403


async def test_a_foreign_form_is_refused(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    for url in (URL, f"{URL}/publish", f"{URL}/withdraw", f"{URL}/look", "/desk/knowledge/new", "/desk/knowledge/try"):
        answer = await edda.http.post(url, data=GERMAN | {"csrf": "forged"})
        assert answer.status_code == 403, url
    assert not (await newsroom.opened()).texts


async def test_nothing_that_was_typed_acts_on_a_page(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    hostile = dict.fromkeys(("title", "answer", "details", "questions"), HOSTILE)
    pages = [await send(edda, **hostile), await send(edda, "see:details", **hostile), await send(edda, **ARABIC | hostile)]
    sources = {"source-name-0": HOSTILE, "source-url-0": "javascript:alert(1)", "source-date-0": "<b>x</b>", "open": "javascript:alert(2)"}
    pages += [await send(edda, **META | sources), await send(edda, "publish", **META | sources)]
    pages += [await edda.post("/desk/knowledge/new", NEW | dict.fromkeys(("title", "answer", "questions", "source"), HOSTILE))]
    pages += [await edda.post("/desk/knowledge/new", NEW | {"title": "", "url": HOSTILE, "answer": HOSTILE})]
    for url in (
        "",
        f"?q={HOSTILE}",
        "/checks",
        f"/{ENTRY}/history",
        f"/{ENTRY}?see={HOSTILE}&part=de",
        f"/new?title={HOSTILE}&question={HOSTILE}",
    ):
        pages.append(await edda.get(f"/desk/knowledge{url}"))
    for page in pages:
        assert page.status_code in {200, 422}, page.url
        assert not [
            sign for sign in ("<img src=x", "<script>alert", "<svg onload", 'href="javascript', "49<", "<b>x") if sign in page.text
        ], page.url


async def test_unknown_articles_are_none(newsroom: Newsroom) -> None:
    edda = await newsroom.desk()
    for entry in ("money/nothing", "local/nothing", "a/b"):
        for way in ("", "/history"):
            assert (await edda.get(f"/desk/knowledge/{entry}{way}")).status_code == 404
        for way in ("", "/publish", "/withdraw", "/discard", "/restore", "/look", "/undo/1", "/questions"):
            assert (await edda.post(f"/desk/knowledge/{entry}{way}", GERMAN)).status_code == 404, way

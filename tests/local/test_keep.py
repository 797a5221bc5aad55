"""Drafts and publications: who sees what, who comes late, what can be taken back."""

import re
from dataclasses import replace

import pytest

from knowledge import view
from knowledge.local import keep, look, publish
from knowledge.local.record import META, Conflict, Meta, Saved
from knowledge.local.shelf import LocalShelf
from knowledge.model import Article, Knowledge, Source, Translation
from store import database
from store.database import Database
from store.errors import LotseError
from tests.local.conftest import ENGLISH, GERMAN, META_OF_OWN, NOW, OWN, Office

BANK = "money/bank-account"


async def shown(office: Office, entry: str = OWN) -> Article | None:
    """The article as people of the municipality get it."""
    async with office.base.read() as session:
        _, articles = await look.published(session, municipality=office.municipality, knowledge=office.knowledge)
    return articles.get(entry)


def local(office: Office, language: str, **changes: object) -> Translation:
    """The common text about bank accounts, changed."""
    return replace(office.knowledge.articles[BANK].translations[language], **changes)  # type: ignore[arg-type]  # fields of a text


async def test_nobody_sees_a_draft(office: Office) -> None:
    await office.save(OWN, GERMAN)
    await office.save(OWN, META_OF_OWN)
    assert await shown(office) is None
    async with office.base.read() as session:
        article = await look.opened(session, municipality=office.municipality, knowledge=office.knowledge, entry=OWN)
        [row] = [row for row in await look.overview(session, municipality=office.municipality, knowledge=office.knowledge) if row.own]
    assert (article.text("de"), article.about, article.drafted, article.published) == (GERMAN, META_OF_OWN, ["de", META], [])
    assert (row.title, row.live, row.cells["de"].draft, row.changed_by) == ("Sperrmüll", False, True, "Erika")


async def test_what_is_published_is_seen_in_this_municipality_alone(office: Office) -> None:
    done = await office.own()
    assert (done.number, set(done.parts)) == (4, {"de", "en", META})
    assert {remark.code for remark in done.remarks} == {"too-few-questions", "unknown-phone"}
    found = await shown(office)
    assert found is not None
    assert found.translations["de"] == GERMAN
    assert found.sources == META_OF_OWN.sources
    neighbour = office.other("nebenan", office.municipality + 1)
    assert await shown(neighbour) is None
    async with office.base.read() as session:
        elsewhere = await look.opened(session, municipality=neighbour.municipality, knowledge=office.knowledge, entry=OWN)
        assert not elsewhere.exists
        assert await look.history(session, municipality=neighbour.municipality, entry=OWN) == []
        assert not [row for row in await look.overview(session, municipality=neighbour.municipality, knowledge=office.knowledge) if row.own]


async def test_a_local_version_stands_in_the_place_of_the_common_text(office: Office) -> None:
    text = local(office, "en", title="Bank account in Musterhausen", reviewed_by="Erika")
    await office.save(BANK, text)
    assert (await office.publish(BANK)).parts == ("en",)
    found = await shown(office, BANK)
    assert found is not None
    assert view.title(found, language="en") == "Bank account in Musterhausen"
    assert found.translations["ar"] == office.knowledge.articles[BANK].translations["ar"]
    assert found.sources == office.knowledge.articles[BANK].sources


async def test_a_translation_with_a_number_that_the_local_german_has_no_more_is_not_shown(office: Office) -> None:
    common = office.knowledge.articles[BANK]
    german = common.translations["de"]
    plain = {name: re.sub(r"\d", "x", getattr(german, name)) for name in ("answer", "details")}
    assert plain["details"] != german.details
    await office.save(BANK, local(office, "de", **plain))
    done = await office.publish(BANK)
    behind = {remark.part for remark in done.remarks if remark.code == "numbers-differ"}
    assert {"en", "ar"} <= behind
    found = await shown(office, BANK)
    assert found is not None
    assert view.best(found, language="ar").language == "de"
    assert found.translations["ar"].questions == common.translations["ar"].questions


async def test_who_comes_late_is_told_and_nothing_is_lost(office: Office) -> None:
    first = await office.save(OWN, GERMAN)
    assert isinstance(first, Saved)
    assert first.revision == 1
    theirs, mine = replace(GERMAN, title="Schneller"), replace(GERMAN, title="Langsamer")
    await office.save(OWN, theirs, revision=1)
    late = await office.save(OWN, mine, revision=1)
    assert isinstance(late, Conflict)
    assert (late.mine, late.theirs, late.by) == (mine, theirs, "Erika")
    async with office.base.read() as session:
        [newest, *_] = await look.history(session, municipality=office.municipality, entry=OWN)
        article = await look.opened(session, municipality=office.municipality, knowledge=office.knowledge, entry=OWN)
    assert (newest.what, newest.after, newest.before) == ("set_aside", mine, theirs)
    assert article.text("de") == theirs
    again = await office.save(OWN, mine, revision=late.revision)
    assert isinstance(again, Saved)


async def test_saving_the_same_again_is_no_change(office: Office) -> None:
    await office.save(OWN, GERMAN)
    assert await office.save(OWN, replace(GERMAN, answer=GERMAN.answer.replace("\n", "\r\n") + " "), revision=0) == Saved(
        number=0, revision=1
    )
    same = office.knowledge.articles[BANK].translations["de"]
    assert await office.save(BANK, same) == Saved(number=0, revision=0)
    async with office.base.read() as session:
        assert await look.history(session, municipality=office.municipality, entry=BANK) == []


async def test_errors_stop_a_publication(office: Office) -> None:
    await office.save(OWN, replace(GERMAN, answer="x" * 601))
    await office.save(OWN, replace(META_OF_OWN, review_by=None, sources=()))
    await office.save(OWN, replace(ENGLISH, answer="3 times"))
    done = await office.publish(OWN)
    assert (done.number, done.parts) == (0, ())
    errors = {(remark.part, remark.field, remark.code) for remark in done.remarks if remark.severity == "error"}
    assert errors == {
        ("de", "answer", "answer-too-long"),
        (META, "review_by", "missing-field"),
        (META, "sources", "missing-field"),
        ("en", "answer", "numbers-differ"),
    }
    assert await shown(office) is None


async def test_an_own_article_needs_its_german_text_and_its_source(office: Office) -> None:
    await office.save(OWN, ENGLISH)
    done = await office.publish(OWN)
    assert {remark.part for remark in done.remarks if remark.code == "missing-field"} == {"de", META}
    assert not done.parts


async def test_withdrawing_goes_back_to_the_common_article_and_can_be_undone(office: Office) -> None:
    text = local(office, "en", title="Ours", reviewed_by="Erika")
    await office.save(BANK, text)
    await office.publish(BANK)
    async with office.base.write() as session:
        taken = await publish.withdraw(session, municipality=office.municipality, entry=BANK, parts=None, editor=office.editor, now=NOW)
    assert taken is not None
    assert await shown(office, BANK) is None
    async with office.base.read() as session:
        article = await look.opened(session, municipality=office.municipality, knowledge=office.knowledge, entry=BANK)
    assert (article.drafted, article.published) == (["en"], [])
    async with office.base.write() as session:
        assert await publish.undo(session, municipality=office.municipality, entry=BANK, number=taken.number, editor=None, now=NOW)
        # What is undone already, or was changed since, is not undone again.
        assert not await publish.undo(session, municipality=office.municipality, entry=BANK, number=taken.number, editor=None, now=NOW)
    again = await shown(office, BANK)
    assert again is not None
    assert again.translations["en"].title == "Ours"


async def test_taking_away_the_german_text_takes_an_own_article(office: Office) -> None:
    await office.own()
    async with office.base.write() as session:
        await publish.withdraw(session, municipality=office.municipality, entry=OWN, parts=["de"], editor=None, now=NOW)
    async with office.base.read() as session:
        article = await look.opened(session, municipality=office.municipality, knowledge=office.knowledge, entry=OWN)
    assert (article.published, sorted(article.drafted)) == ([], ["de", "en", META])


async def test_any_line_of_the_history_can_be_restored(office: Office) -> None:
    await office.own()
    await office.save(OWN, replace(GERMAN, title="Neu"), revision=2)
    async with office.base.read() as session:
        lines = await look.history(session, municipality=office.municipality, entry=OWN, part="de")
    assert [(line.number, line.what, line.by) for line in lines] == [
        (5, "saved", "Erika"),
        (4, "published", "Erika"),
        (1, "saved", "Erika"),
    ]
    assert (lines[0].before, lines[1].before, lines[2].before) == (GERMAN, None, None)
    async with office.base.write() as session:
        done = await publish.restore(
            session, municipality=office.municipality, entry=OWN, number=1, part="de", editor=office.editor, now=NOW
        )
        assert done is not None
        assert not await publish.restore(session, municipality=office.municipality, entry=OWN, number=99, part="de", editor=None, now=NOW)
    async with office.base.read() as session:
        article = await look.opened(session, municipality=office.municipality, knowledge=office.knowledge, entry=OWN)
    # It is what people read: no draft is left.
    assert (article.text("de"), article.drafted) == (GERMAN, [])


async def test_a_draft_can_be_thrown_away(office: Office) -> None:
    await office.save(BANK, local(office, "de", title="Anders"))
    async with office.base.write() as session:
        where = {"municipality": office.municipality, "entry": BANK, "part": "de", "editor": None, "now": NOW}
        assert await keep.discard(session, **where, revision=0) is None  # type: ignore[arg-type]  # as it is called
        done = await keep.discard(session, **where, revision=1)  # type: ignore[arg-type]  # as it is called
        assert done
        assert await publish.undo(session, municipality=office.municipality, entry=BANK, number=done.number, editor=None, now=NOW)
    async with office.base.read() as session:
        article = await look.opened(session, municipality=office.municipality, knowledge=office.knowledge, entry=BANK)
    assert article.drafted == ["de"]


async def test_another_process_sees_it_at_once(office: Office, database_url: str) -> None:
    shelf = LocalShelf(office.knowledge)
    other = database.connect(database_url)
    assert OWN not in (await articles_of(shelf, other, office)).articles
    await office.own()
    assert OWN in (await articles_of(shelf, other, office)).articles
    assert await articles_of(shelf, other, office) is await articles_of(shelf, other, office)
    async with other.read() as session:
        assert await shelf.knowledge(session, None) is office.knowledge
        assert await shelf.knowledge(session, office.municipality + 1) is office.knowledge
    await other.close()


async def articles_of(shelf: LocalShelf, base: Database, office: Office) -> Knowledge:
    async with base.read() as session:
        return await shelf.knowledge(session, office.municipality)


async def test_ids_come_from_titles_and_are_free(office: Office) -> None:
    await office.save("local/sperrmuell-abholen", GERMAN)
    async with office.base.read() as session:
        names = [
            await keep.new_entry(session, municipality=office.municipality, title=title)
            for title in ("Sperrmüll abholen!", "Straßenfest", "أين", "x" * 100)
        ]
    assert names == ["local/sperrmuell-abholen-2", "local/strassenfest", "local/article", f"local/{'x' * 36}"]


@pytest.mark.parametrize("entry", ["local/", "local/Ä", "other/thing", "local/a/b", f"local/{'x' * 41}", "local/a--b", ""])
async def test_other_ids_are_refused(office: Office, entry: str) -> None:
    with pytest.raises(LotseError):
        await office.save(entry, GERMAN)


async def test_hostile_signs_go(office: Office) -> None:
    await office.save(OWN, replace(GERMAN, title=" A\u202e\nB\x00 ", questions=("  a\tb ", "a b", "", "- c")))
    await office.save(OWN, Meta(sources=(Source(name=" X\u2066 "),)))
    async with office.base.read() as session:
        article = await look.opened(session, municipality=office.municipality, knowledge=office.knowledge, entry=OWN)
    text = article.text("de")
    assert text is not None
    assert (text.title, text.questions) == ("A B", ("a b", "c"))
    assert article.about.sources is not None
    assert article.about.sources[0].name == "X"

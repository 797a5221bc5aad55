"""Export and import: nothing is lost, mistakes change nothing and are all listed with file and line."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot.cli import app
from knowledge import loader
from knowledge.local import checks, files, look, written
from knowledge.local.files import Folder, Imported
from knowledge.local.record import META, Meta, Opened
from knowledge.local.tidy import tidy, tidy_meta
from knowledge.model import Source, Translation
from store.database import Database
from tests.local.conftest import ENGLISH, GERMAN, META_OF_OWN, NOW, OWN, TODAY, Office

BANK = "money/bank-account"
lines = st.text(max_size=40)
texts = st.lists(st.one_of(lines, st.sampled_from(["## details", "\\## x", "---", "- a", "# b", "", "## questions"])), max_size=6).map(
    "\n".join
)
translations = st.builds(
    Translation,
    language=st.sampled_from(["de", "en", "ar"]),
    title=lines,
    answer=texts,
    details=texts,
    questions=st.lists(lines, max_size=4).map(tuple),
    translated_by=st.none() | lines,
    reviewed_by=st.none() | lines,
    source=st.none() | lines,
)
words = st.none() | st.lists(lines, max_size=3).map(tuple)
sources = st.builds(Source, name=lines.map("x{}".format), url=st.none() | lines, date=st.none() | lines)
metas = st.builds(
    Meta,
    checked_on=st.none() | st.dates(),
    review_by=st.none() | st.dates(),
    sources=st.none() | st.lists(sources, max_size=3).map(tuple),
    **dict.fromkeys(("facts", "offices", "contacts", "related", "actions", "audience"), words),
)


@given(text=translations)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_comes_back_from_its_file(text: Translation, tmp_path: Path) -> None:
    kept = tidy(text)
    assert tidy(kept) == kept
    file = tmp_path / f"{text.language}.md"
    file.write_text(written.text_file(kept), encoding="utf-8", newline="\n")
    assert tidy(loader.read_translation(file)) == kept


@given(meta=metas)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_meta_part_comes_back_from_its_file(meta: Meta, tmp_path: Path) -> None:
    kept = tidy_meta(meta)
    file = tmp_path / "article.yml"
    file.write_text(written.meta_file(kept), encoding="utf-8", newline="\n")
    assert tidy_meta(written.meta_of(loader.read_yaml(file))) == kept


async def everything(office: Office, municipality: int) -> dict[str, Opened]:
    """All that is kept, without who and when."""
    async with office.base.read() as session:
        found = await look.every(session, municipality=municipality, knowledge=office.knowledge)
    bare: dict[str, Any] = {"revision": 0, "at": None, "by": ""}
    return {
        entry: replace(
            article, meta=replace(article.meta, **bare), texts={code: replace(part, **bare) for code, part in article.texts.items()}
        )
        for entry, article in found.items()
    }


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where files are written; the database is beside it."""
    return tmp_path / "out"


async def exported(office: Office, folder: Path, *, drafts: bool = True) -> None:
    async with office.base.read() as session:
        made = await files.export(session, municipality=office.municipality, knowledge=office.knowledge, drafts=drafts)
    for path, text in made.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="\n")


def names_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def read(office: Office, folder: Path, today: date = TODAY) -> Folder:
    return files.read(folder, knowledge=office.knowledge, known=checks.known(), today=today)


async def imported(office: Office, folder: Folder, municipality: int) -> Imported:
    async with office.base.write() as session:
        return await files.write(session, folder, municipality=municipality, knowledge=office.knowledge, editor=None, now=NOW)


async def busy(office: Office) -> None:
    """Published texts, drafts over them, drafts alone, a local version, a draft that files cannot check."""
    await office.own()
    await office.save(OWN, replace(GERMAN, title="Sperrmüll neu", answer="## details\nx" * 100), revision=2)
    await office.save(OWN, replace(META_OF_OWN, offices=("registration_office",), related=()), revision=2)
    common = office.knowledge.articles[BANK].translations
    await office.save(BANK, replace(common["uk"], title="Наш рахунок", reviewed_by="Erika"))
    await office.publish(BANK)
    await office.save(BANK, replace(common["de"], title="Unser Konto"))
    await office.save("local/nur-entwurf", ENGLISH)


async def test_a_round_trip_loses_nothing_and_a_second_import_changes_nothing(office: Office, out: Path) -> None:
    await busy(office)
    await exported(office, out)
    folder = read(office, out)
    assert not folder.wrong
    neighbour = office.municipality + 1
    assert set((await imported(office, folder, neighbour)).changed) == {OWN, BANK, "local/nur-entwurf"}
    assert await everything(office, neighbour) == await everything(office, office.municipality)
    for municipality in (neighbour, office.municipality):
        assert (await imported(office, read(office, out), municipality)).changed == ()
    # Years later the review dates have passed: the files can still be read in.
    assert not read(office, out, today=date(2030, 1, 1)).wrong


async def test_without_drafts_only_what_is_published_is_written(office: Office, out: Path) -> None:
    await busy(office)
    await exported(office, out, drafts=False)
    assert names_in(out) == [f"{OWN}/article.yml", f"{OWN}/de.md", f"{OWN}/en.md", f"{BANK}/uk.md"]
    # What has the shape of the common content can be read as such.
    assert loader.read_translation(out / OWN / "de.md") == GERMAN
    before = await everything(office, office.municipality)
    assert (await imported(office, read(office, out), office.municipality)).changed == ()
    assert await everything(office, office.municipality) == before


async def test_a_file_that_is_gone_is_withdrawn_and_its_text_stays_in_the_history(office: Office, out: Path) -> None:
    await office.own()
    await exported(office, out)
    (out / OWN / "en.md").unlink()
    await imported(office, read(office, out), office.municipality)
    async with office.base.read() as session:
        article = await look.opened(session, municipality=office.municipality, knowledge=office.knowledge, entry=OWN)
        [line, *_] = await look.history(session, municipality=office.municipality, entry=OWN, part="en")
    assert sorted(article.published) == ["de", META]
    assert (line.what, line.by) == ("imported", "")


MISTAKES = {
    "local/a/de.md": ("---\ntitle: A\n---\nZu lang: " + "x" * 600 + "\n", "local/a/de.md:4: answer-too-long"),
    "local/b/article.yml": ("checked_on: heute\n", "local/b/article.yml:1: unreadable"),
    "local/c/de.md": ("---\ntitle: a: b\n---\nx\n", "local/c/de.md:2: unreadable"),
    "local/d/xx.md": ("x", "local/d/xx.md:1: stray-file"),
    "local/Ä/de.md": ("x", "local/Ä/de.md:1: unreadable"),
    "money/no-such/de.md": ("x", "money/no-such/de.md:1: unreadable"),
    "money/bank-account/article.yml": (
        'sources:\n  - {name: X, url: "http://x.de"}\n',
        "money/bank-account/article.yml:2: insecure-address",
    ),
    "readme.txt": ("x", "readme.txt:1: stray-file"),
    "local/e/de.copy.md": ("x", "local/e/de.copy.md:1: stray-file"),
    "local/f/de.md": ("---\ntitle: F\n---\nGut.\n", "local/f/article.yml:1: missing-file"),
    "local/g/en.md": ("\udcff", "local/g/en.md:1: unreadable"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with all mistakes."""
    for name, (text, _) in MISTAKES.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    return tmp_path / "in"


def test_every_mistake_is_found_with_file_and_line(folder: Path) -> None:
    found = files.read(folder, knowledge=loader.shipped(), known=checks.known(), today=TODAY)
    assert found.wrong
    listed = {f"{each.file}:{each.line}: {each.code}" for each in found.findings}
    assert {expected for _, expected in MISTAKES.values()} <= listed


def test_the_commands_write_and_read(
    base: Database, database_url: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del base
    monkeypatch.setenv("LOTSE_DATABASE_URL", database_url)
    monkeypatch.setenv("LOTSE_DATA_DIR", str(tmp_path / "data"))
    runner = CliRunner()

    def call(command: str, where: Path, *more: str) -> tuple[int, str]:
        result = runner.invoke(app, ["knowledge", command, str(where), "--municipality", "landau", *more])
        return result.exit_code, re.sub(r"\s+", " ", result.output)

    code, told = call("import", folder)
    assert code == 1
    assert "local/a/de.md:4: error: answer has" in told
    source = tmp_path / "good"
    for path, text in {
        "local/fest/article.yml": written.meta_file(META_OF_OWN),
        "local/fest/de.md": written.text_file(GERMAN),
        "local/fest/en.draft.md": written.text_file(ENGLISH),
    }.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(text, encoding="utf-8")
    assert call("import", source)[0] == 0
    code, told = call("import", source)
    assert "0 articles are as the files say now, 1 were so before." in told
    target = tmp_path / "out"
    assert call("export", target, "--drafts")[0] == 0
    same = {path.relative_to(source).as_posix(): path.read_text(encoding="utf-8") for path in source.rglob("*") if path.is_file()}
    assert {path.relative_to(target).as_posix(): path.read_text(encoding="utf-8") for path in target.rglob("*") if path.is_file()} == same
    assert "is not empty" in str(runner.invoke(app, ["knowledge", "export", str(target), "--municipality", "landau"]).exception)
    assert "landau" in str(runner.invoke(app, ["knowledge", "export", str(tmp_path / "x"), "--municipality", "landua"]).exception)

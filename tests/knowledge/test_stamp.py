"""A translation says which German text it is of."""

from pathlib import Path

from knowledge.loader import load, read_translation
from knowledge.stamp import fingerprint, stale, stamp
from tests.knowledge.conftest import edit


def _files(root: Path) -> dict[Path, str]:
    return {file: file.read_text(encoding="utf-8") for file in root.rglob("*.md")}


def test_stamping_twice_changes_nothing(root: Path) -> None:
    before = _files(root)
    assert stamp(root) == []
    assert _files(root) == before


def test_stamp_is_the_start_of_the_german_hash_and_keeps_the_rest(root: Path) -> None:
    folder = root / "content/health/emergency"
    german, english = read_translation(folder / "de.md"), read_translation(folder / "en.md")
    assert english.source == fingerprint(german)
    assert len(fingerprint(german)) == 12
    assert (english.title, english.translated_by, len(english.questions)) == ("Emergency", "machine", 15)
    assert read_translation(folder / "vi.md").source is None
    assert german.source is None


def test_changed_german_makes_translations_stale_until_stamped_again(root: Path) -> None:
    folder = root / "content/health/emergency"
    edit(folder / "de.md", "gefährlich", "sehr gefährlich")
    assert stamp(root) == []
    assert _stale(root) == {"en", "ar", "de-simple", "es"}
    assert stamp(root, again=[folder / "en.md"]) == [folder / "en.md"]
    assert _stale(root) == {"ar", "de-simple", "es"}


def _stale(root: Path) -> set[str]:
    translations = load(root).articles["health/emergency"].translations
    return {code for code, translation in translations.items() if stale(translation, german=translations["de"])}


def test_questions_do_not_make_a_translation_stale(root: Path) -> None:
    edit(root / "content/health/emergency/de.md", "- Notruf de 1\n", "")
    assert _stale(root) == set()


def test_direction_controls_are_taken_out(root: Path) -> None:
    file = root / "content/health/emergency/ar.md"
    before = file.read_text(encoding="utf-8")
    edit(file, "0800 111 0 222", "\u2066\u202a0800 111 0 222\u202c\u2069")
    assert stamp(root) == [file]
    assert file.read_text(encoding="utf-8") == before

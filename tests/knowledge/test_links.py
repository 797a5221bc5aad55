"""The addresses of the content with file and line, and the command that asks them; what a site can answer is in `tests/bot`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from knowledge import loader
from knowledge.links import Link, links
from tests.knowledge.conftest import edit

HERE = "content/health/emergency"


def found(root: Path, file: str) -> list[tuple[int, str]]:
    return [(link.line, link.url) for link in links(root) if link.file == file]


def test_addresses_of_all_files_by_file_and_line(root: Path) -> None:
    assert links(root)[:4] == [
        Link(file="contacts.yml", line=1, url="https://hilfe-beispiel.de"),
        Link(file="contacts.yml", line=2, url="https://portal-beispiel.de"),
        Link(file="content/health/doctor/ar.md", line=10, url="https://hilfe-beispiel.de"),
        Link(file="content/health/doctor/article.yml", line=5, url="https://seen.de"),
    ]
    assert found(root, f"{HERE}/article.yml") == [(5, "https://seen.de"), (9, "https://seen.de/page")]
    assert found(root, "overlays/testkreis/overlay.yml") == [(3, "https://testkreis.de")]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("Mehr auf www.hilfe.de/seite-1.", ["https://www.hilfe.de/seite-1"]),
        ("(https://hilfe.de/a?b=c#d), oder hilfe.de/", ["https://hilfe.de/", "https://hilfe.de/a?b=c#d"]),
        ("„hilfe.de/ämter“ und http://alt.de!", ["http://alt.de", "https://hilfe.de/ämter"]),
        ("schreiben Sie an info@hilfe.de", []),
        ("am 1.12.2026 um 8.30 Uhr, z.B. hier", []),
        ("المزيد على hilfe.de، اليوم", ["https://hilfe.de"]),
    ],
)
def test_addresses_in_texts(root: Path, text: str, urls: list[str]) -> None:
    (root / "overlays/testkreis/additions/health/emergency/de.md").write_text(f"{text}\n\n## questions\n- frage.de\n", encoding="utf-8")
    assert [url for _, url in found(root, "overlays/testkreis/additions/health/emergency/de.md")] == urls


@pytest.mark.parametrize("spoilt", [b"\xff\xfe", b"x: [", b"a: &a [*a]", b"- 1", b"url: 5", b""])
def test_what_cannot_be_read_is_left_to_the_check(root: Path, spoilt: bytes) -> None:
    (root / HERE / "article.yml").write_bytes(spoilt)
    assert found(root, f"{HERE}/article.yml") == []
    assert found(root, "contacts.yml")


def test_the_real_content_has_addresses_in_all_kinds_of_files() -> None:
    kinds = {Path(link.file).parts[0] + Path(link.file).suffix for link in links(loader.ROOT)}
    assert kinds >= {"contacts.yml.yml", "content.yml", "content.md", "rules.yml"}


def test_the_command_asks_on_request_and_says_how_far_it_is(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No address here is on the internet, so that nobody is asked; that is a note and no failure."""
    for file in (file for file in root.rglob("*") if file.suffix in {".md", ".yml"} and "places" not in file.parts):
        text = file.read_text(encoding="utf-8")
        for name in ("hilfe-beispiel.de", "portal-beispiel.de", "seen.de", "testkreis.de"):
            text = text.replace(f"https://{name}", "https://localhost").replace(name, "hier")
        file.write_text(text, encoding="utf-8")
    edit(root / "overlays/testkreis/overlay.yml", "https://localhost", "https://127.0.0.1")
    monkeypatch.setattr(loader, "ROOT", root)
    plain = CliRunner().invoke(app, ["knowledge", "check", "--json"])
    asked = CliRunner().invoke(app, ["knowledge", "check", "--links", "--json"])
    more = [each for each in json.loads(asked.stdout) if each not in json.loads(plain.stdout)]
    assert [(each["file"], each["line"], each["code"], each["severity"]) for each in more] == [
        ("contacts.yml", 1, "unreachable-host", "note"),
        ("overlays/testkreis/overlay.yml", 3, "unreachable-host", "note"),
    ]
    assert asked.exit_code == plain.exit_code
    assert "asking web addresses: 3 of 3" in asked.stderr
    assert "0 of 3 addresses gave an answer" in asked.stderr
    assert "2 notes" in asked.stderr

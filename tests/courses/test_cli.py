"""`lotse courses …` as an operator uses it: what is printed, what fails, what is asked."""

import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli_courses import app
from knowledge.courses import csv_file, json_file
from store.errors import ConfigurationError, LotseError
from tests.bot.test_cli import environment, lotse
from tests.courses.sample import course, many
from tests.courses.test_files import FILES

ABC = [course("A"), course("B", title="Deutsch am Abend"), course("C")]


class Line:
    """The command line with a database of its own, in this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    def file(self, name: str, content: bytes) -> str:
        (self.folder / name).write_bytes(content)
        return str(self.folder / name)


@pytest.fixture
def line(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    (tmp_path / "lotse.db").write_bytes(sqlite_template.read_bytes())
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return Line(tmp_path)


def test_check_lists_what_is_wrong_and_fails(line: Line) -> None:
    done = line("check", str(FILES / "end-before-start.csv"))
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "error: Row 2, column Ende, “28.02.2027”: The course ends before it begins (01.03.2027). One of the two dates is wrong.",
        "error: Row 2, column Uhrzeit bis, “17:30”: The lesson must end after it begins (18:00).",
        "0 of 1 courses are in order.",
    ]


def test_check_of_a_good_file_and_for_machines(line: Line) -> None:
    done = line("check", str(FILES / "excel-windows-1252.csv"))
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "3 of 3 courses are in order.")
    found = json.loads(line("check", str(FILES / "html.csv"), "--json").stdout)
    assert (found["rows"], found["courses"], found["errors"]) == (2, 1, 1)
    assert [(each["row"], each["column"], each["severity"]) for each in found["problems"]] == [
        (2, "Titel", "warning"),
        (3, "Titel", "error"),
    ]
    assert set(found["problems"][0]["sentence"]) == {"en", "de"}


def test_a_file_of_200_megabytes_is_refused_without_reading_it(line: Line) -> None:
    file = line.folder / "large.csv"
    with file.open("wb") as opened:
        opened.truncate(200 * 2**20)
    for command in ("check", "import"):
        done = line(command, str(file))
        assert done.exit_code == 1
        assert "error: The file: It has 200 MB; at most 64 MB can be read." in done.stdout


def test_import_shows_what_changes_and_the_history_keeps_it(line: Line) -> None:
    done = line("import", line.file("eins.csv", csv_file.write(ABC)))
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == "Imported as change 1 of the whole installation. “lotse courses undo” takes it back."
    second = line.file("zwei.json", json_file.write([ABC[0], replace(ABC[1], places_max=12), course("D")]))
    shown = line("import", second).stdout.splitlines()
    assert [each for each in shown if each and each[0] in "+~-"] == [
        "+ D  Kurs D",
        "~ B  Deutsch am Abend: places_max – → 12",
        "- C  Kurs C",
    ]
    assert line("import", second).stdout.splitlines()[-1] == "The catalogue was as the file says; nothing changed."
    entries = json.loads(line("history", "--json").stdout)
    assert [(each["id"], each["file_name"], each["new"], each["changed"], each["gone"]) for each in entries] == [
        (2, "zwei.json", 1, 1, 1),
        (1, "eins.csv", 3, 0, 0),
    ]


def test_a_file_with_errors_changes_nothing(line: Line) -> None:
    done = line("import", str(FILES / "duplicate-id.csv"))
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (1, "Nothing was changed: mend the errors first.")
    found = json.loads(line("import", str(FILES / "duplicate-id.csv"), "--json").stdout)
    assert (found["applied"], found["errors"]) == (False, 1)
    assert json.loads(line("history", "--json").stdout) == []


def test_export_and_undo_give_back_every_byte(line: Line) -> None:
    content = csv_file.write(ABC)
    line("import", line.file("eins.csv", content))
    assert line("export").stdout_bytes == content
    line("import", line.file("zwei.csv", csv_file.write(ABC[1:])))
    assert line("export", "--format", "json").stdout_bytes == json_file.write(ABC[1:])
    undone = line("undo")
    assert undone.stdout.splitlines() == ["Change 2 (import zwei.csv): 0 new, 0 changed, 1 gone.", "Taken back."]
    target = line.folder / "aus.csv"
    assert line("export", str(target)).exit_code == 0
    assert target.read_bytes() == content
    assert line("undo", "--yes").exit_code == 0
    empty = line("undo")
    assert (empty.exit_code, empty.stdout) == (1, "There is no change that can be taken back.\n")


def test_most_courses_do_not_vanish_unasked(line: Line) -> None:
    line("import", line.file("viele.csv", csv_file.write(many(20))))
    few = line.file("wenige.csv", csv_file.write(many(2)))
    done = line("import", few)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (
        1,
        "Nothing was changed: most courses would vanish. If that is meant, add --yes.",
    )
    assert json.loads(line("import", few, "--json").stdout)["applied"] is False
    found = json.loads(line("import", few, "--json", "--yes").stdout)
    assert (found["applied"], found["gone"], found["owner"], found["feed"]) == (True, 18, "", "file")


def test_in_a_terminal_it_asks(line: Line) -> None:
    command = [sys.executable, "-c", "from bot.cli import main; main()", "courses", "import", line.file("eins.csv", csv_file.write(ABC))]
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=line.folder, env=environment(line.folder), stdin=theirs, stdout=subprocess.PIPE) as process:  # noqa: S603
        os.write(ours, b"n\n")
        output, _ = process.communicate(timeout=120)
    os.close(ours)
    os.close(theirs)
    assert b"Import this? [Y/n]" in output
    assert (process.returncode, json.loads(line("history", "--json").stdout)) == (1, [])


def test_long_files_tell_how_far_they_are(line: Line) -> None:
    done = line("import", line.file("lang.csv", csv_file.write(many(2500))))
    told = [each.strip() for each in done.stderr.splitlines()]
    assert [each for each in told if each.startswith("writing")] == [
        "writing: 1000 of 2500",
        "writing: 2000 of 2500",
        "writing: 2500 of 2500",
    ]
    assert any(each.startswith("reading: ") for each in told)
    assert "+ … and 2490 more" in done.stdout


def test_municipalities_have_catalogues_of_their_own_and_near_names_are_offered(line: Line) -> None:
    line("import", line.file("eins.csv", csv_file.write(ABC)), "--municipality", "landau")
    assert line("export", "--municipality", "landau").stdout_bytes == csv_file.write(ABC)
    assert line("export").stdout_bytes == csv_file.write([])
    wrong = line("export", "--municipality", "landua")
    assert isinstance(wrong.exception, ConfigurationError)
    assert str(wrong.exception) == "there is no municipality 'landua'; similar: landau"


def test_a_number_of_another_source_is_explained(line: Line) -> None:
    line("import", line.file("eins.csv", csv_file.write(ABC)), "--feed", "liste-a")
    done = line("import", line.file("zwei.csv", csv_file.write([replace(ABC[0], title="Anders")])), "--feed", "liste-b")
    assert done.exit_code == 1
    assert "error: Column id, “A”: A course with this number came from another source (“liste-a”) and is different there." in done.stdout
    assert done.stdout.splitlines()[-1] == "Nothing was changed: mend the errors first."


def test_a_missing_file_and_a_page_that_is_not_there(line: Line) -> None:
    for source, words in (
        ("nirgends.csv", "cannot read nirgends.csv: No such file"),
        ("http://127.0.0.1:9/x", "cannot fetch http://127.0.0.1:9/x"),
    ):
        error = line("check", source).exception
        assert isinstance(error, LotseError)
        assert str(error).startswith(words)


@pytest.fixture
def page() -> Iterator[str]:
    """A provider's page on a server of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write((FILES / "page-vhs.html").read_bytes())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/kurse/kurs/271L40405"
    server.shutdown()
    server.server_close()


def test_a_providers_page_is_imported_as_a_source_of_its_own(line: Line, page: str) -> None:
    found = json.loads(line("import", page, "--json").stdout)
    assert (found["applied"], found["new"], found["feed"]) == (True, 1, "jsonld:127.0.0.1")
    exported = json.loads(line("export", "--format", "json").stdout)
    assert [(each["id"], each["title"]) for each in exported] == [("127.0.0.1/271L40405", "Deutsch B1 am Abend (für Berufstätige)")]


def test_find_says_what_somebody_would_be_shown(line: Line) -> None:
    courses = [
        course("A", title="Deutsch am Abend", level_from="B1", level_to="B1", time_from=18 * 60, postcode="76829", town="Landau"),
        course("B", title="Deutsch am Morgen", level_from="A1", level_to="A2", time_from=9 * 60, postcode="76829", town="Landau"),
    ]
    line("import", line.file("eins.csv", csv_file.write(courses)))
    found = json.loads(line("find", "B1 Deutschkurs abends in Landau", "--language", "de", "--json").stdout)
    assert [each["id"] for each in found["courses"]] == ["A"]
    assert (found["total"], found["filters"]["level"], found["filters"]["part"]) == (1, "B1", "evening")
    assert line("find", "B1 Deutschkurs abends in Landau").stdout.splitlines()[-1] == "1 courses fit."


def test_wrong_use_ends_with_one_sentence_and_2(tmp_path: Path) -> None:
    done = lotse(tmp_path, "courses", "check", "nirgends.csv")
    assert (done.returncode, done.stderr.strip()) == (2, "Lotse: cannot read nirgends.csv: No such file or directory")

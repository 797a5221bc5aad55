"""The command line as an operator uses it: every command in a process of its own, its exit code and its words."""

import array
import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import termios
import urllib.request
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).parent.parent.parent
SECONDS = 120
PIPE = 65_536  # bytes that Linux holds for a reader


def environment(folder: Path, **changes: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    database = f"sqlite+aiosqlite:///{folder}/lotse.db"
    return clean | {"LOTSE_DATA_DIR": str(folder), "LOTSE_DATABASE_URL": database, "PYTHONPATH": str(ROOT)} | changes


def lotse(folder: Path, *arguments: str, given: str = "", **changes: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from bot.cli import main; main()", *arguments]
    return subprocess.run(  # noqa: S603 - our own program
        command, cwd=folder, env=environment(folder, **changes), input=given, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def test_ask_answers_in_the_shape_of_the_contract(cache: Path) -> None:
    done = lotse(cache, "ask", "Ich kann nicht lesen. Wie lerne ich Deutsch?", "--json")
    answer = json.loads(done.stdout)
    assert set(answer) == {"id", "language", "decision", "entry", "intent", "candidates", "entities", "ms"}
    assert (answer["decision"], answer["entry"], answer["language"]) == ("answer", "language/literacy-course", "de")
    assert answer["candidates"][0]["entry"] == "language/literacy-course"
    assert 0 <= answer["candidates"][0]["score"] <= 1


def test_a_batch_goes_on_after_a_broken_line(cache: Path) -> None:
    rows = ['{"id": "a", "text": "Kita Platz wie anmelden", "language": "de", "municipality": "muenchen"}', "{broken", '{"id": "c"}', ""]
    rows.append('{"id": "d", "text": "x", "language": "klingon"}')
    done = lotse(cache, "ask", "--batch", "-", "--json", given="\n".join(rows))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in lines] == ["a", None, None, None]
    assert lines[0]["entry"] == "education/kita"
    assert all("error" in line for line in lines[1:])
    assert [line.get("line") for line in lines[1:]] == [2, 3, 5]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ask", "hello", "--language", "klingon"], "does not speak"),
        (["ask", "--batch", "missing.jsonl"], "cannot read"),
        (["ask"], "write a question"),
        (["db", "restore", "missing.gz"], "not a complete backup"),
        (["serve", "--port", "99999"], "65535"),
    ],
)
def test_mistakes_end_with_a_clear_sentence(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = lotse(tmp_path, *arguments)
    assert done.returncode == 2
    assert words in re.sub(r"\s+", " ", done.stderr)
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    done = lotse(tmp_path, "serve", LOTSE_TELEGRAM_MODE="pulling")
    assert done.returncode == 2
    assert "LOTSE_TELEGRAM_MODE" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = lotse(tmp_path, "serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "--port" in done.stderr


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    done = lotse(tmp_path, "serve", "--port", "0", LOTSE_DATABASE_URL="postgresql+asyncpg://nobody@127.0.0.1:1/none")
    assert done.returncode == 2
    assert "LOTSE_DATABASE_URL does not answer" in done.stderr


def test_knowledge_check_is_clean_and_stats_count_the_topics(tmp_path: Path) -> None:
    assert lotse(tmp_path, "knowledge", "check").returncode == 0
    stats = json.loads(lotse(tmp_path, "knowledge", "stats", "--json").stdout)
    assert "language/literacy-course" in json.dumps(stats)


def test_output_is_whole_when_the_process_is_halted_in_a_write_without_buffer(tmp_path: Path) -> None:
    # Containers set PYTHONUNBUFFERED; a write to a full pipe ends early when its process is stopped and goes on.
    command = [sys.executable, "-c", "from bot.cli import main; main()", "knowledge", "stats", "--json"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(tmp_path, PYTHONUNBUFFERED="1"), stdout=subprocess.PIPE) as process:  # noqa: S603 - our own program
        assert process.stdout
        while _waiting(process.stdout) < PIPE and process.poll() is None:
            os.sched_yield()
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        process.send_signal(signal.SIGCONT)
        printed, _ = process.communicate(timeout=SECONDS)
    assert len(printed) > PIPE
    assert json.loads(printed)["topics"]


def _waiting(pipe: IO[bytes]) -> int:
    held = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, held)
    return held[0]


def test_backup_restore_and_rotation(tmp_path: Path) -> None:
    assert lotse(tmp_path, "db", "upgrade").returncode == 0
    assert lotse(tmp_path, "db", "upgrade").stdout.startswith("The database was up to date")
    assert lotse(tmp_path, "db", "backup", "b.gz").returncode == 0
    fresh = {"LOTSE_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/new.db"}
    assert lotse(tmp_path, "db", "restore", "b.gz", **fresh).returncode == 0
    assert lotse(tmp_path, "db", "rotate").returncode == 0


def test_chat_in_the_terminal(cache: Path, tmp_path: Path) -> None:
    url = {"LOTSE_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/chat.db"}
    done = lotse(cache, "chat", "--language", "de", given="Wie bekomme ich einen Kitaplatz?\n/privacy\n", **url)
    assert done.returncode == 0
    assert "Kita" in done.stdout
    assert "Datenschutz" in done.stdout


def test_serve_says_what_to_open_and_stops_gracefully(cache: Path, tmp_path: Path) -> None:
    url = {"LOTSE_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/serve.db"}
    command = [sys.executable, "-c", "from bot.cli import main; main()", "serve", "--demo", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(cache, **url), stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stderr
        address = next(found[0] for line in process.stderr if (found := re.search(r"http://[^ ]+", line)))
        with urllib.request.urlopen(address + "healthz", timeout=SECONDS) as response:  # noqa: S310 - our own server
            assert response.status == 200
        with urllib.request.urlopen(address + "readyz", timeout=SECONDS) as response:  # noqa: S310 - our own server
            assert json.load(response)["engine"] in {"embedding", "lexical"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=SECONDS) == 0

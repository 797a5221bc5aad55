"""Settings: a typo is answered with the variable's name and what is allowed; secrets never appear in an error or a log line."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bot import logs
from bot.settings import read_settings
from store.errors import ConfigurationError

TOKEN = "123456789:AAExample_TokenThatMustNeverShow-0123"  # noqa: S105 - invented


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("line", "names", "hints"),
    [
        ("LOTSE_TELEGRAM_MODE=pulling", "LOTSE_TELEGRAM_MODE", "'polling' or 'webhook'"),
        ("LOTSE_LOG_FORMAT=xml", "LOTSE_LOG_FORMAT", "'console' or 'json'"),
        ("LOTSE_DATABASE_URL=mysql://x", "LOTSE_DATABASE_URL", "sqlite"),
        ("LOTSE_BASE_URL=lotse.example", "LOTSE_BASE_URL", "http://"),
        ("LOTSE_TELEGRAM_RATE=fast", "LOTSE_TELEGRAM_RATE", "integer"),
        ("LOTSE_TELEGRAM_TOKN=1", "LOTSE_TELEGRAM_TOKN", "LOTSE_TELEGRAM_TOKEN"),
    ],
)
def test_a_typo_in_env_names_the_variable_and_what_is_allowed(tmp_path: Path, line: str, names: str, hints: str) -> None:
    (tmp_path / ".env").write_text(line)
    with pytest.raises(ConfigurationError) as caught:
        read_settings()
    assert names in str(caught.value)
    assert hints in str(caught.value)


def test_an_unknown_variable_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTSE_TELEGRAM_TOKN", "x")
    with pytest.raises(ConfigurationError, match="Unknown setting LOTSE_TELEGRAM_TOKN"):
        read_settings()


def test_without_anything_a_first_try_works_and_the_key_stays(tmp_path: Path) -> None:
    settings = read_settings()
    sealed = settings.keyring.seal("x", purpose="m")
    assert read_settings().keyring.open(sealed, purpose="m") == "x"
    assert (tmp_path / "var" / "secret.key").exists()


def test_a_wrong_secret_key_is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigurationError) as caught:
        _ = read_settings(secret_keys="c2VjcmV0").keyring  # noqa: S106 - of this test
    assert "c2VjcmV0" not in str(caught.value)


def test_no_secret_reaches_a_log_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", secrets=["s3cret-value"])
    logging.getLogger("library").warning("calling https://api/bot%s/getMe with %s", TOKEN, "s3cret-value")
    try:
        raise ValueError(TOKEN)  # noqa: TRY301 - the traceback is what is looked at
    except ValueError:
        logging.getLogger("library").exception("failed")
    printed = capsys.readouterr().err
    assert "calling" in printed
    assert TOKEN not in printed
    assert "s3cret-value" not in printed


def test_personal_fields_are_dropped_from_log_lines(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    structlog.get_logger("x").warning("event", text="Ich heiße Ada", address="12345", channel="web")
    printed = capsys.readouterr().err
    assert "channel" in printed
    assert "Ada" not in printed
    assert "12345" not in printed

"""Logging: structlog to the console or as JSON. Secrets are cut out of every line, and no personal data is ever logged."""

import logging
import re
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import structlog
from structlog.types import EventDict

_TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}")
_SECRET_PATH = re.compile(r"(/(?:link|calendar|courses/confirm)/)[A-Za-z0-9_%-]{20,}")
SENSITIVE = frozenset({"text", "address", "payload", "token", "name", "username"})


class Redacting(structlog.stdlib.ProcessorFormatter):
    """Cuts bot tokens, the given secrets, and secret addresses of pages out of every finished line, also those of libraries."""

    def __init__(self, *, secrets: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        """The line without secrets."""
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "[secret]")
        return _SECRET_PATH.sub(r"\1[secret]", _TOKEN.sub("[token]", line))


def _drop_personal(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {key: value for key, value in event.items() if key not in SENSITIVE}


def _bare_exception(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Where an error happened and of which kind; never its message, which may quote what a person wrote."""
    info = event.pop("exc_info", None)
    error = info if isinstance(info, BaseException) else info[1] if isinstance(info, tuple) else None
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        event["error"] = type(error).__name__
        event["at"] = [f"{frame.filename.rsplit('/', 2)[-2]}/{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[-6:]]
    return event


def configure(log_format: str, *, secrets: Sequence[str] = (), level: int = logging.INFO) -> None:
    """Set up logging for the process; `secrets` never appear in any line."""
    shared: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.dev.set_exc_info,
        _exc_info_now,
        _bare_exception,
        _drop_personal,
    ]
    renderer = structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(secrets=secrets, foreign_pre_chain=shared, processors=last))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("aiogram", "alembic", "apscheduler", "aiosqlite", "asyncio", "httpx", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _exc_info_now(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """`exc_info=True` becomes the exception that is being handled."""
    if event.get("exc_info") is True:
        event["exc_info"] = sys.exc_info()
    return event

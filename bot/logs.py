"""Logging: structlog to the console or as JSON. Secrets are cut out at the root handler, and no personal data is ever logged."""

import logging
import re
from collections.abc import Sequence
from typing import Any

import structlog

_TOKEN = re.compile(r"\b\d{5,}:[A-Za-z0-9_-]{20,}")
SENSITIVE = frozenset({"text", "address", "payload", "token", "name", "username"})


class Redact(logging.Filter):
    """Cuts bot tokens and the given secrets out of every record, also those of libraries."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        super().__init__()
        self._secrets = [secret for secret in secrets if secret]

    def clean(self, text: str) -> str:
        """`text` without tokens and secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return _TOKEN.sub("[token]", text)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; it is always kept."""
        record.msg, record.args = self.clean(record.getMessage()), ()
        if record.exc_info:
            # A traceback shows source lines and messages, and a message may show what a person wrote.
            record.exc_text = self.clean(logging.Formatter().formatException(record.exc_info))
        return True


def _drop_personal(_logger: Any, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    return {key: value for key, value in event.items() if key not in SENSITIVE}


def configure(log_format: str, *, secrets: Sequence[str] = (), level: int = logging.INFO) -> None:
    """Set up logging for the process; `secrets` never appear in any line."""
    shared: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _drop_personal,
    ]
    renderer = structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    handler = logging.StreamHandler()
    handler.addFilter(Redact(secrets))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("aiogram", "alembic", "aiosqlite", "asyncio", "httpx", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )

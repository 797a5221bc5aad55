"""Column types that keep promises the databases do not: UTC datetimes; and the clock. Encryption lives in `crypto`."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator

GERMANY = ZoneInfo("Europe/Berlin")


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC. SQLite drops offsets silently, so naive values are refused (ValueError)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values; turn the others into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a naive datetime cannot be stored"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give back an aware datetime in UTC."""
        del dialect
        if value is None:
            return None
        aware: datetime = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware


def utcnow() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)


def today_here(now: datetime | None = None) -> date:
    """The day that it is in Germany (at `now`): after midnight there, "tomorrow" is another day than in UTC."""
    return (now or utcnow()).astimezone(GERMANY).date()

"""All settings of one installation, read once from the environment and `.env`; nothing else in Lotse reads the environment."""

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import smtp
from store.crypto import Keyring, load_or_create_key, parse_keys
from store.database import parse_url
from store.errors import ConfigurationError

PREFIX = "LOTSE_"


class Settings(BaseSettings):
    """One frozen value per variable of `docs/operators.md`; made by `read_settings`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: str = "sqlite+aiosqlite:///var/lotse.db"
    secret_keys: SecretStr = SecretStr("")
    base_url: str = "http://127.0.0.1:8080"
    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_secret: SecretStr = SecretStr("")
    telegram_rate: int = Field(default=30, ge=1, le=10_000)
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""
    log_format: Literal["console", "json"] = "console"
    data_dir: Path = Path("var")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        parse_url(value)
        return value

    @field_validator("base_url", "telegram_api_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            message = "must start with http:// or https://"
            raise ValueError(message)
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _smtp_address(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            smtp.parse(value.get_secret_value())
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        if value:
            smtp.parse_sender(value)
        return value

    @model_validator(mode="after")
    def _mail_needs_a_sender(self) -> Self:
        if self.smtp_url.get_secret_value() and not self.mail_from:
            message = "LOTSE_MAIL_FROM is needed for LOTSE_SMTP_URL"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _webhook_needs_a_secret(self) -> Self:
        if (
            self.telegram_mode == "webhook"
            and self.telegram_token.get_secret_value()
            and not self.telegram_webhook_secret.get_secret_value()
        ):
            message = "LOTSE_TELEGRAM_WEBHOOK_SECRET is needed for LOTSE_TELEGRAM_MODE=webhook"
            raise ValueError(message)
        return self

    @property
    def secrets(self) -> list[str]:
        """What must not appear in any log line."""
        hidden = [self.telegram_token, self.telegram_webhook_secret, self.secret_keys, self.smtp_url]
        parts = [part for secret in hidden for part in secret.get_secret_value().split(",")]
        return [*parts, smtp.parse(self.smtp_url.get_secret_value()).password] if self.smtp_url.get_secret_value() else parts

    @property
    def keyring(self) -> Keyring:
        """The secret keys; without `LOTSE_SECRET_KEYS` one is made in the data folder, for a first try."""
        keys = parse_keys(self.secret_keys.get_secret_value())
        return Keyring(keys or [load_or_create_key(self.data_dir / "secret.key")])


def read_settings(**overrides: object) -> Settings:
    """Settings from the environment; raises ConfigurationError that names each wrong variable and what is allowed."""
    unknown = [name for name in os.environ if name.startswith(PREFIX) and name[len(PREFIX) :].lower() not in Settings.model_fields]
    if unknown:
        raise ConfigurationError(_unknown(unknown))
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # checked by pydantic itself
    except ValidationError as error:
        raise ConfigurationError(_explain(error)) from error


def _unknown(names: list[str]) -> str:
    known = ", ".join(PREFIX + name.upper() for name in Settings.model_fields)
    return f"Unknown setting {', '.join(sorted(names))}. Lotse knows: {known}."


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        if not problem["loc"]:
            lines.append(problem["msg"].removeprefix("Value error, ") + ".")
            continue
        name = str(problem["loc"][0])
        variable = name.upper() if name.lower().startswith(PREFIX.lower()) else PREFIX + name.upper()
        if problem["type"] == "extra_forbidden":
            lines.append(_unknown([variable]))
        else:
            lines.append(f"{variable}: {problem['msg']}.")
    return "\n".join(lines)

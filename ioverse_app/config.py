"""The settings: frozen, typed, read once from the environment and `.env`."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Settings(BaseSettings):
    """Every setting of IOverse with its default. None is required."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    port: int = Field(default=3000, ge=1, le=65535)
    host: str = "127.0.0.1"
    public_url: str | None = None
    data_dir: Path = Path("data")
    database_url: str | None = None
    redis_url: str | None = None
    secret_key: SecretStr | None = None

    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    anthropic_api_key: SecretStr | None = None
    embedded_model: str = "small"

    admin_email: str | None = None
    admin_password: SecretStr | None = None
    registration: Literal["open", "invite", "closed"] = "open"
    banner: str = Field(default="", max_length=300, description="a line on top of every page")
    rate_limits: Literal["on", "off"] = "on"
    rate_chat: int = Field(default=60, ge=1, description="questions a minute, one person")
    rate_write: int = Field(default=300, ge=1, description="changes a minute, one person")
    rate_read: int = Field(default=1200, ge=1, description="reads a minute, one person")
    rate_upload: int = Field(default=120, ge=1, description="files a minute, one person")
    rate_image: int = Field(default=10, ge=1, description="requests for images a minute")
    rate_auth: int = Field(default=60, ge=1, description="sign-ins a minute, one address")
    trusted_proxy_hops: int = Field(default=0, ge=0, le=10)
    allowed_hosts: str | None = Field(
        default=None, description="names it answers to, with commas; any"
    )
    cors_origins: str | None = Field(
        default=None, description="websites whose scripts may use the API"
    )
    request_max_mb: float = Field(default=8, gt=0, description="a body that is not a file")
    outside_private: bool = Field(default=False, description="private addresses may be reached")

    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_label: str = "single sign-on"
    google_client_id: str | None = None
    google_client_secret: SecretStr | None = None
    github_client_id: str | None = None
    github_client_secret: SecretStr | None = None
    github_url: str = "https://github.com"

    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_from: str | None = None
    smtp_tls: Literal["starttls", "tls", "off"] = "starttls"

    runs_per_user: int = Field(
        default=8, ge=1, description="answers in progress at once, one person"
    )
    runs_in_all: int = Field(
        default=200, ge=1, description="answers in progress at once, everybody"
    )
    image_runs_per_user: int = Field(
        default=4, ge=1, description="requests for images at once, one person"
    )
    image_max_mb: float = Field(default=50, gt=0, description="the size of one image")
    image_seconds: int = Field(
        default=600, ge=1, le=3600, description="the longest that images may take"
    )
    import_max_mb: int = Field(default=500, ge=1, description="a file of chats to bring along")
    continuations: int = Field(
        default=3,
        ge=0,
        le=50,
        description="how often an answer cut by its length goes on by itself",
    )
    message_max_chars: int = Field(default=200_000, ge=1)

    attachment_max_mb: float = Field(default=20, gt=0, description="the size of one file")
    attachments_per_message: int = Field(default=10, ge=0)
    attachments_per_user_mb: float = Field(default=1000, gt=0, description="all that one has")
    attachment_max_chars: int = Field(default=200_000, ge=1, description="what is read of a file")
    attachment_max_pages: int = Field(default=500, ge=1, description="what is read of a PDF")

    log_level: LogLevel = "INFO"
    log_json: bool = False

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database, with its async driver."""
        url = self.database_url or f"sqlite:///{self.data_dir.resolve() / 'ioverse.db'}"
        for plain, driven in (
            ("sqlite://", "sqlite+aiosqlite://"),
            ("postgresql://", "postgresql+psycopg://"),
            ("postgres://", "postgresql+psycopg://"),
        ):
            if url.startswith(plain):
                return driven + url[len(plain) :]
        return url

    @property
    def hosts(self) -> list[str]:
        """The names that it answers to, `*.` for any below; none means every name."""
        given = _listed(self.allowed_hosts)
        own = [urlsplit(self.address).hostname or "", "localhost", "127.0.0.1", "[::1]"]
        return [*given, *own] if given else []

    @property
    def cors(self) -> list[str]:
        """The websites whose scripts may use the API, with a token and without cookies."""
        return [origin.rstrip("/") for origin in _listed(self.cors_origins)]

    @property
    def address(self) -> str:
        """Where people reach the app, without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")


def _listed(text: str | None) -> list[str]:
    return [part.strip().lower() for part in (text or "").split(",") if part.strip()]


_changed: dict[str, Any] = {}


@functools.cache
def settings() -> Settings:
    """The settings of this process: the environment's, but for what was changed since."""
    return Settings().model_copy(update=_changed)


def change(values: Mapping[str, Any]) -> None:
    """Let these checked values, and no others, stand in place of the environment's."""
    if values != _changed:
        _changed.clear()
        _changed.update(values)
        settings.cache_clear()

"""The environment, read once into one frozen object. Wrong variables are refused by name."""

import base64
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from shop.settings.bucket import Bucket
from shop.settings.data_dir import load_or_create, running_url
from shop.settings.environment import (
    EMBEDDED_URL,
    missing_variables,
    unknown_variables,
)
from shop.settings.hosts import is_loopback, served_hosts
from shop.settings.secret_files import with_secret_files
from shop.settings.smtp import SmtpServer
from shop.settings.table import SETTINGS, Setting
from shop.settings.types import Network

__all__ = [
    "EMBEDDED_URL",
    "SETTINGS",
    "Setting",
    "Settings",
    "SettingsError",
    "load_settings",
    "load_settings_or_exit",
]


class SettingsError(Exception):
    """The shop cannot start with this environment; the message says why, a line for each reason."""


@dataclass(frozen=True)
class Settings:
    """Every setting, checked. Secrets are not in its repr."""

    database_url: str | None = field(repr=False)
    embedded_url: str | None
    data_dir: Path
    media_url: Bucket | None = field(repr=False)
    host: str
    port: int
    workers: int
    secret: tuple[str, ...] = field(repr=False)
    demo: bool
    trusted_gateways: tuple[Network, ...]
    user_id: Literal["id", "username"]
    trusted_proxies: tuple[Network, ...]
    metrics_from: tuple[Network, ...]
    external_url: str | None
    external_secret: tuple[str, ...] = field(repr=False)
    external_timeout: float
    rate_limits: bool
    shutdown_timeout: int
    drain: int
    database_pool: int
    session_days: int
    session_idle_hours: int
    staff_session_idle_hours: int
    https: bool
    public_url: str | None
    hosts: frozenset[str] | None
    log_format: Literal["text", "json"]
    traces_url: str | None
    statement_cache: int
    welcome_points: int
    external_recipient: bool
    keep_recipient_days: int
    return_days: int
    carriers: tuple[tuple[str, str], ...]
    code_min_days: int
    smtp_url: SmtpServer | None = field(repr=False)
    mail_from: str | None

    @property
    def embedded(self) -> bool:
        """Whether PostgreSQL runs embedded, in the data folder."""
        return self.database_url is None

    @property
    def has_mail(self) -> bool:
        """Whether a mail server is set up."""
        return self.smtp_url is not None

    @property
    def known_passwords(self) -> bool:
        """Whether the demo's accounts have the published passwords."""
        return self.demo and is_loopback(self.host)

    @property
    def database_dsn(self) -> str:
        """Where the database is now; raises SettingsError if the embedded one is not running."""
        dsn = self.database_url or self.embedded_url or running_url(self.data_dir)
        if dsn is None:
            raise SettingsError(
                f"The embedded database in {self.data_dir} is not running: start the shop first, "
                "or set DATABASE_URL."
            )
        return dsn


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this environment (by default `os.environ`).

    Generates the secrets that are unset, where that is allowed, and stores them in the data folder.
    Raises SettingsError, which names every variable that is unknown, bad or missing; if files of
    secrets cannot be used, only these.
    """
    environ, unreadable = with_secret_files(os.environ if environ is None else environ)
    problems = [*unknown_variables(environ), *missing_variables(environ)]
    values: dict[str, Any] = {"embedded_url": environ.get(EMBEDDED_URL)}
    for setting in SETTINGS:
        text = environ.get(setting.name, setting.default)
        try:
            values[setting.attribute] = None if text is None else setting.read(text)
        except ValueError as problem:
            problems.append(str(problem))
    if unreadable or problems:
        raise SettingsError("\n".join(unreadable or problems))
    return Settings(**_completed(values))


def load_settings_or_exit() -> Settings:
    """As `load_settings`, for a process that starts: says what is wrong, and ends with status 2."""
    try:
        return load_settings()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


def _completed(values: dict[str, Any]) -> dict[str, Any]:
    """With values for the unset settings that are worked out or generated."""
    for attribute, work_out in WORKED_OUT.items():
        if values[attribute] is None:
            values[attribute] = work_out(values)
    for setting in SETTINGS:
        if setting.attribute in GENERATED and values[setting.attribute] is None:
            values[setting.attribute] = _load_or_create(setting, values["data_dir"])
    return values


LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def _gateways(values: dict[str, Any]) -> tuple[Network, ...]:
    tried_out = values["demo"] and values["database_url"] is None and not values["https"]
    return LOOPBACK if tried_out else ()


# In this order: a later one may need an earlier one. With HTTPS there is a proxy in front, and
# behind one on the same machine everybody comes from loopback.
WORKED_OUT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "demo": lambda values: values["database_url"] is None,
    "trusted_gateways": _gateways,
    "metrics_from": lambda values: () if values["https"] else LOOPBACK,
    "hosts": served_hosts,
}
GENERATED = {
    "secret": lambda: secrets.token_urlsafe(48),
    "external_secret": lambda: "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
}


def _load_or_create(setting: Setting, data_dir: Path) -> Any:
    path = data_dir / setting.attribute.replace("_", "-")
    try:
        return setting.read(load_or_create(path, GENERATED[setting.attribute]))
    except OSError as problem:
        raise SettingsError(f"SHOP_DATA_DIR: {path} cannot be kept ({problem.strerror}).") from None
    except ValueError as problem:
        raise SettingsError(f"{problem} It was read from {path}.") from None

"""The settings: environment, `.env` file or `--config niaouli.toml`, the same names everywhere.

This module alone reads the environment. A wrong or unknown setting stops the start with one line.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from calendars.kernel.errors import InvalidInput

PREFIX = "NIAOULI_"


class BadSetting(InvalidInput):
    """A setting that cannot be used; the message names it."""


class Settings(BaseModel):
    """What an operator may choose (docs/operations.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: Path = Path("var")
    database_url: str = ""
    listen: str = "127.0.0.1:8008"
    workers: int = Field(1, ge=1, le=64)
    base_url: str = ""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    behind_proxy: bool = False
    trusted_proxies: str = ""
    timezone: str = "Pacific/Noumea"
    removed_days: int = Field(400, ge=1, le=36_500)
    minutes_days: int = Field(5, ge=1, le=60)  # MTG-6: minutes due, remarks taken
    language: Literal["fr", "en"] = "fr"
    organisation: str = "Niaouli"
    mail_from: str = "agenda@localhost"
    smtp_url: str = ""
    smtp_connections: int = Field(2, ge=1, le=4)
    mail_per_minute: int = Field(0, ge=0, le=1_000_000)
    dkim_key: Path | None = None
    dkim_selector: str = ""
    dkim_domain: str = ""
    home_domains: str = ".nc"
    organizer_address: Literal["service", "real"] = "service"
    mail_occurrences: int = Field(30, ge=0, le=200)
    answer_days: int = Field(2, ge=0, le=60)
    mail_delay_seconds: int = Field(60, ge=0, le=86_400)
    imap_url: str = ""
    lmtp_listen: str = ""
    lmtp_peers: str = "127.0.0.0/8 ::1/128"
    trusted_relays: str = ""
    mail_senders: Literal["authenticated", "as-written"] = "authenticated"
    quarantine_days: int = Field(30, ge=1, le=3_650)
    mail_log_days: int = Field(365, ge=1, le=3_650)
    mail_body_days: int = Field(30, ge=1, le=3_650)
    mail_proof_days: int = Field(3_653, ge=1, le=36_500)
    believed_deletions: int = Field(5, ge=0, le=10_000)
    believed_deletions_seconds: int = Field(300, ge=1, le=86_400)
    free_busy: Literal["everybody", "delegates"] = "everybody"
    free_busy_per_minute: int = Field(1_200, ge=1, le=1_000_000)
    claim_minutes: int = Field(120, ge=1, le=10_080)
    hold_working_days: int = Field(5, ge=1, le=60)
    hold_reminder_hours: int = Field(16, ge=1, le=720)
    personnel_group: str = Field("", max_length=255)
    reminder_hours: str = "07:00-19:00"
    webhook_hosts: str = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"« {value} » n'est pas le nom d'un fuseau horaire") from None
        return value

    @field_validator("reminder_hours")
    @classmethod
    def _known_hours(cls, value: str) -> str:
        try:
            opens, closes = _clocks(value)
        except ValueError:
            opens = closes = time()
        if opens >= closes:
            raise ValueError("deux heures sont attendues, comme 07:00-19:00")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("elle commence par sqlite:/// ou postgresql://")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _known_relay(cls, value: str) -> str:
        from notifications.channels.relay import Relay

        if value:
            Relay.parse(value)
        return value

    @field_validator("imap_url")
    @classmethod
    def _known_mailbox(cls, value: str) -> str:
        from notifications.arrivals.mailbox_url import MailboxUrl

        if value:
            MailboxUrl.parse(value)
        return value

    @field_validator("lmtp_listen")
    @classmethod
    def _known_place(cls, value: str) -> str:
        from notifications.arrivals.place import Place

        if value:
            Place.parse(value)
        return value

    @field_validator("lmtp_peers")
    @classmethod
    def _known_networks(cls, value: str) -> str:
        for one in value.split():
            try:
                ipaddress.ip_network(one)
            except ValueError:
                raise ValueError(
                    f"« {one} » n'est pas un réseau, par exemple 10.0.0.8/32"
                ) from None
        return value

    @field_validator("mail_from")
    @classmethod
    def _address(cls, value: str) -> str:
        if value.count("@") != 1 or "+" in value:
            raise ValueError("une adresse sans « + » est attendue, par exemple agenda@example.org")
        return value

    @model_validator(mode="after")
    def _safe_to_listen(self) -> Settings:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("NIAOULI_TLS_CERT et NIAOULI_TLS_KEY vont ensemble")
        if self.tls_cert is None and not self.behind_proxy and not self.is_loopback:
            raise ValueError(
                f"NIAOULI_LISTEN : sur {self.listen}, les mots de passe passeraient en clair ; "
                "réglez NIAOULI_TLS_CERT et NIAOULI_TLS_KEY, ou NIAOULI_BEHIND_PROXY=true"
            )
        return self

    @model_validator(mode="after")
    def _can_sign(self) -> Settings:
        if self.dkim_key is None:
            return self
        from notifications.channels.signer import BadKey, Signer

        if not self.dkim_selector:
            raise ValueError("NIAOULI_DKIM_KEY et NIAOULI_DKIM_SELECTOR vont ensemble")
        try:
            Signer.load("", "", self.dkim_key)
        except BadKey as error:
            raise ValueError(f"NIAOULI_DKIM_KEY : {error}") from None
        return self

    @property
    def sending_hours(self) -> tuple[time, time]:
        """Between which hours people are reminded (TIM-11)."""
        return _clocks(self.reminder_hours)

    @property
    def host(self) -> str:
        """The address to listen on."""
        return self.listen.rpartition(":")[0].strip("[]") or "127.0.0.1"

    @property
    def port(self) -> int:
        """The port to listen on. Raises BadSetting."""
        port = self.listen.rpartition(":")[2]
        if not port.isdigit() or int(port) > 65_535:
            raise BadSetting(
                f"NIAOULI_LISTEN : « {self.listen} » n'est pas de la forme adresse:port"
            )
        return int(port)

    @property
    def is_loopback(self) -> bool:
        """Nobody outside this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """The public URL, without a slash at the end."""
        if self.base_url:
            return self.base_url.rstrip("/")
        scheme = "https" if self.tls_cert else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"

    @property
    def home_domain_list(self) -> tuple[str, ...]:
        """The ends of domains whose people have our clocks."""
        names = self.home_domains.replace(",", " ").split()
        return tuple("." + name.lower().strip(".") for name in names)

    @property
    def webhook_host_list(self) -> frozenset[str]:
        """The hosts of our own network that may be told of events."""
        return frozenset(self.webhook_hosts.replace(",", " ").lower().split())

    @property
    def store(self) -> str:
        """The URL of the database."""
        return self.database_url or f"sqlite:///{(self.data / 'niaouli.sqlite').absolute()}"


def _clocks(text: str) -> tuple[time, time]:
    """Two hours of a day. Raises ValueError."""
    opens, closes = (time.fromisoformat(part.strip()) for part in text.split("-"))
    return opens.replace(tzinfo=None), closes.replace(tzinfo=None)


def load(config: Path | None = None, **overrides: object) -> Settings:
    """Settings from the file, `.env` and the environment, the later ones winning.

    Raises BadSetting, in one line that names the setting.
    """
    values: dict[str, object] = {}
    if config is not None:
        values.update(_from_file(config))
    values.update(_named(_from_env_file(Path(".env")), ".env"))
    values.update(_named(os.environ, "environnement"))
    values.update({key: value for key, value in overrides.items() if value is not None})
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise BadSetting(_in_one_line(error)) from None


# What an operator reads instead of pydantic's own words.
_WRONG = {
    "int_parsing": "un nombre entier est attendu",
    "int_type": "un nombre entier est attendu",
    "bool_parsing": "true ou false est attendu",
    "bool_type": "true ou false est attendu",
    "string_type": "un texte est attendu",
    "path_type": "un chemin est attendu",
    "greater_than_equal": "au moins {ge}",
    "less_than_equal": "au plus {le}",
    "literal_error": "l'un de : {expected}",
}


def _in_one_line(error: ValidationError) -> str:
    """The first wrong setting, by its name."""
    first = error.errors()[0]
    words = _WRONG.get(first["type"], "")
    message = words.format(**first.get("ctx", {})) or first["msg"].removeprefix("Value error, ")
    message = message.replace(" or ", " ou ")
    if not first["loc"]:
        return message
    name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
    return f"{name} : {message}"


def _named(source: Mapping[str, str], where: str) -> dict[str, str]:
    found = {
        key.removeprefix(PREFIX).lower(): value
        for key, value in source.items()
        if key.startswith(PREFIX)
    }
    for key in found:
        if key not in Settings.model_fields:
            raise BadSetting(f"{PREFIX}{key.upper()} ({where}) n'est pas un réglage")
    return {key: value for key, value in found.items() if value != ""}


def _from_file(path: Path) -> dict[str, object]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(f"{path} : {_reason(error)}") from None
    lower = {key.lower().removeprefix(PREFIX.lower()): value for key, value in values.items()}
    for key in lower:
        if key not in Settings.model_fields:
            raise BadSetting(f"{path} : « {key} » n'est pas un réglage")
    return lower


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return "fichier illisible ou absent"
    return f"ce n'est pas du TOML ({error})"


def _from_env_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            found[name.strip()] = value.strip().strip("\"'")
    return found

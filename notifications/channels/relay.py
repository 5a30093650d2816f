"""Where mail goes, as an operator writes it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit


class BadRelay(ValueError):
    """A URL that names no relay."""


@dataclass(frozen=True, slots=True)
class Relay:
    """`smtp://user:pass@host:587?starttls=required`, `smtps://…`."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    tls: bool = False
    starttls: bool | None = None
    """True: required; None: if the relay offers it; False: never."""

    @classmethod
    def parse(cls, url: str) -> Relay:
        """Raises BadRelay."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise BadRelay("smtp://hôte:port ou smtps://hôte:port est attendu")
        wanted = parse_qs(parts.query).get("starttls", ["auto"])[0]
        choices = {"required": True, "auto": None, "never": False}
        if wanted not in choices:
            raise BadRelay("starttls=required, auto ou never est attendu")
        tls = parts.scheme == "smtps"
        return cls(
            parts.hostname,
            parts.port or (465 if tls else 25),
            None if parts.username is None else unquote(parts.username),
            None if parts.password is None else unquote(parts.password),
            tls,
            False if tls else choices[wanted],
        )

"""The setting that says which mailbox is read, over which kind of connection."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

DONE, TO_SEE = "Traités", "À voir"
_OPTIONS = frozenset({"starttls", "ca", "done", "see"})


class BadMailbox(ValueError):
    """A URL that names no mailbox; the message never repeats the URL, which holds a password."""


@dataclass(frozen=True, slots=True)
class MailboxUrl:
    """`imaps://user:pass@host/INBOX?ca=/etc/ca.pem`, `imap://…?starttls=required|never`."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    tls: bool = True
    starttls: bool = False
    ca: Path | None = None
    """Certificates of an authority of one's own; else those of the system count."""
    done: str = DONE
    to_see: str = TO_SEE

    @classmethod
    def parse(cls, url: str) -> MailboxUrl:
        """Raises BadMailbox."""
        parts = urlsplit(url)
        if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
            raise BadMailbox("imaps://utilisateur:motdepasse@hôte/INBOX est attendu")
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if unknown := sorted(options.keys() - _OPTIONS):
            raise BadMailbox(f"« {unknown[0]} » n'est pas une option (starttls, ca, done, see)")
        tls = parts.scheme == "imaps"
        wanted = options.get("starttls", "required")
        if wanted not in {"required", "never"}:
            raise BadMailbox("starttls=required ou never est attendu")
        done, to_see = options.get("done", DONE), options.get("see", TO_SEE)
        folder = unquote(parts.path.strip("/")) or "INBOX"
        if len({folder, done, to_see}) < 3:
            raise BadMailbox("les dossiers à lire, traités (done) et à voir (see) diffèrent")
        return cls(
            parts.hostname,
            parts.port or (993 if tls else 143),
            unquote(parts.username),
            unquote(parts.password or ""),
            folder,
            tls,
            not tls and wanted == "required",
            Path(options["ca"]) if "ca" in options else None,
            done,
            to_see,
        )

    @property
    def key(self) -> str:
        """What the mailbox is remembered by; nothing secret."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"[:320]

    def context(self) -> ssl.SSLContext:
        """Certificates and names are verified, always."""
        return ssl.create_default_context(cafile=None if self.ca is None else str(self.ca))

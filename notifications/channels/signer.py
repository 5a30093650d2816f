"""DKIM (RFC 6376): relays usually sign, but where none does, the service can."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# What says who writes to whom about what; one that is not there cannot be added on the way either.
_HEADERS = (
    b"from", b"sender", b"to", b"subject", b"date", b"message-id", b"in-reply-to", b"references",
    b"auto-submitted", b"mime-version", b"content-type",
)  # fmt: skip


class BadKey(ValueError):
    """A file that holds no key to sign with."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for one domain; the public key stands in the DNS below the selector."""

    domain: str
    selector: str
    key: bytes

    @classmethod
    def load(cls, domain: str, selector: str, path: Path) -> Signer:
        """With the private key of a PEM file (RSA). Raises BadKey."""
        from dkim.crypto import (  # type: ignore[import-untyped]
            UnparsableKeyError,
            parse_pem_private_key,
        )

        try:
            key = path.read_bytes()
            parse_pem_private_key(key)
        except (OSError, UnparsableKeyError):
            raise BadKey(f"{path} : pas de clé RSA lisible, au format PEM") from None
        return cls(domain, selector, key)

    def signed(self, octets: bytes) -> bytes:
        """The mail with its signature before it."""
        import dkim  # type: ignore[import-untyped]

        signature: bytes = dkim.sign(
            octets,
            self.selector.encode(),
            self.domain.encode(),
            self.key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=_HEADERS,
        )
        return signature + octets

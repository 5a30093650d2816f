"""The identifiers that rows and resources go by."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import NewType

PrincipalId = NewType("PrincipalId", int)
CollectionId = NewType("CollectionId", int)
ObjectId = NewType("ObjectId", int)
CredentialId = NewType("CredentialId", int)
VersionId = NewType("VersionId", int)
FeedId = NewType("FeedId", int)
DelegationId = NewType("DelegationId", int)
HeldId = NewType("HeldId", int)
ProposalId = NewType("ProposalId", int)

Login = NewType("Login", str)
Etag = NewType("Etag", str)
"""An opaque tag without its quotes (RFC 9110 §8.8.3); always strong here."""


def etag_of(data: bytes) -> Etag:
    """The strong entity tag of a representation: equal octets, equal tag."""
    return Etag(sha256(data).hexdigest()[:32])


def random_token() -> str:
    """128 random bits, safe in URLs."""
    return secrets.token_urlsafe(16)

"""Who asks: HTTP Basic and bearer tokens, with a cache so that a poll does not pay for Argon2.

The cache only spares the hash: each request still reads that the credential stands, so that a
revoked password ends at once, in every process.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from typing import NamedTuple

from calendars.kernel.audit import Face, Origin
from calendars.kernel.clock import Clock
from calendars.kernel.database import Database, Db
from calendars.kernel.identifiers import CredentialId
from calendars.model.principal import Principal
from calendars.services import sign_in
from calendars.services.sign_in import Attempt, TooManyTries, WrongPassword
from calendars.storage import credentials, principals

REALM = "Niaouli"
CACHE_SECONDS = 600
CACHE_SIZE = 4_096
HASHERS = 2


class Proof(NamedTuple):
    """A credential that was verified, with the stored secret it was verified against."""

    credential: CredentialId
    secret: str


class NotSignedIn(WrongPassword):
    """No credentials, or none of a kind that is taken here."""


class Identity:
    """Turns an Authorization header into a proof, and a proof into a principal."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._key = os.urandom(32)
        self._known: dict[bytes, tuple[Proof, float]] = {}
        # Few hashes at once: guessing must not take the machine from those who work.
        self._hashers = ThreadPoolExecutor(HASHERS, thread_name_prefix="argon2")

    def _mark(self, header: str) -> bytes:
        octets = header.encode("utf-8", "surrogateescape")
        return blake2b(octets, key=self._key, digest_size=32).digest()

    def recall(self, header: str | None) -> Proof | None:
        """The proof of a header that was right a short time ago."""
        if header is None:
            return None
        known = self._known.get(self._mark(header))
        if known is None or known[1] < time.monotonic():
            return None
        return known[0]

    async def prove(self, header: str | None, address: str) -> Proof:
        """Verify a header. Raises NotSignedIn, WrongPassword, TooManyTries."""
        attempt = attempt_of(header, address)
        now = int(self._clock.now().timestamp())
        if attempt.login == "":
            credential = await self._database.read(_token, attempt)
        else:
            found = await self._database.read(sign_in.candidates, attempt, now=now)
            try:
                credential = await asyncio.get_running_loop().run_in_executor(
                    self._hashers, sign_in.verify, attempt, found
                )
            except WrongPassword:
                if await self._database.run(sign_in.record_failure, attempt, now=now):
                    raise TooManyTries from None
                raise
            await self._database.run(sign_in.record_success, credential, attempt, now=now)
        proof = Proof(credential.id, credential.secret)
        if len(self._known) >= CACHE_SIZE:
            self._known.clear()
        self._known[self._mark(header or "")] = (proof, time.monotonic() + CACHE_SECONDS)
        return proof

    def forget(self, header: str | None) -> None:
        """The proof of this header holds no more."""
        if header is not None:
            self._known.pop(self._mark(header), None)


def holder(db: Db, proof: Proof, face: Face, address: str) -> Principal | None:
    """The principal whose proof it is, None once it was revoked or his account disabled."""
    origin = Origin(face, address, proof.credential)
    return principals.holder_of(db, proof.credential, proof.secret, origin)


def attempt_of(header: str | None, address: str) -> Attempt:
    """Login and secret of an Authorization header; a bearer token has no login.

    Raises NotSignedIn.
    """
    scheme, _, rest = (header or "").strip().partition(" ")
    if scheme.lower() == "bearer" and rest.strip():
        return Attempt("", rest.strip(), address)
    if scheme.lower() != "basic":
        raise NotSignedIn("sign in with login and password")
    try:
        login, colon, secret = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise NotSignedIn("the Authorization header cannot be read") from None
    if not colon or not login or "\0" in login + secret or len(login) > 255:
        raise NotSignedIn("the Authorization header cannot be read")
    return Attempt(login, secret, address)


def _token(db: Db, attempt: Attempt) -> credentials.Credential:
    found = credentials.find_token(db, sign_in.digest_of(attempt.secret))
    if found is None or found.kind != sign_in.TOKEN:
        raise WrongPassword("that token is not known")
    return found

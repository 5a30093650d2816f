"""A new password for who knows the old one; guesses count as failed attempts to sign in."""

from __future__ import annotations

from dataclasses import replace
from threading import BoundedSemaphore

from calendars.kernel.errors import Forbidden
from calendars.services import sign_in
from calendars.services.sign_in import Attempt, Candidates, WrongPassword

# Few hashes at once: they must not take the machine from those who work.
_HASHING = BoundedSemaphore(2)


class WrongOldPassword(Forbidden):
    """The old password is not the one of the account."""


def new_password_hash(attempt: Attempt, found: Candidates, new: str) -> str:
    """The hash of the new password, once the attempt has shown the old one.

    No database is open while it hashes. Application passwords do not count here.
    Raises WrongOldPassword, InvalidInput.
    """
    own = tuple(held for held in found.held if held.kind == sign_in.PASSWORD)
    with _HASHING:
        try:
            sign_in.verify(attempt, replace(found, held=own))
        except WrongPassword:
            raise WrongOldPassword("the old password is wrong") from None
        return sign_in.hash_password(new)

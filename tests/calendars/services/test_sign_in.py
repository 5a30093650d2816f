"""Signing in: wrong tries are slowed down, and nobody is locked out of his own devices."""

from __future__ import annotations

import time
from statistics import median

import pytest

from calendars.kernel.audit import CONSOLE
from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.model.principal import Principal
from calendars.services import sign_in
from calendars.services.sign_in import (
    MAX_FAILURES_PER_ADDRESS,
    MAX_FAILURES_PER_LOGIN,
    MAX_FAILURES_PER_LOGIN_AND_ADDRESS,
    WINDOW,
    Attempt,
    TooManyTries,
    WrongPassword,
)
from calendars.storage import credentials, principals
from tests.stores import NOW, a_person

PASSWORD = "cheval correct"
HASHED = sign_in.hash_password(PASSWORD)
PHONE, ELSEWHERE = "10.0.0.1", "203.0.113.9"


@pytest.fixture
def anne(db: Db) -> Principal:
    """A person with a password."""
    person = a_person(db)
    sign_in.set_password(db, person.id, HASHED, by=CONSOLE, now=NOW)
    return person


def try_in(
    db: Db, login: str, secret: str = PASSWORD, address: str = PHONE, now: int = NOW
) -> None:
    """One try, as the web face makes it."""
    attempt = Attempt(login, secret, address)
    found = sign_in.candidates(db, attempt, now=now)
    try:
        credential = sign_in.verify(attempt, found)
    except WrongPassword:
        sign_in.record_failure(db, attempt, now=now)
        raise
    sign_in.record_success(db, credential, attempt, now=now)


def guess(db: Db, login: str, times: int, address: str = ELSEWHERE, now: int = NOW) -> None:
    """So many wrong tries that were let through."""
    for _ in range(times):
        sign_in.record_failure(db, Attempt(login, "wrong", address), now=now)


def test_the_right_password_signs_in(db: Db, anne: Principal) -> None:
    try_in(db, "anne")


@pytest.mark.parametrize(
    ("login", "secret"),
    [("anne", "cheval"), ("anne", ""), ("nobody", PASSWORD), ("anne", "x" * 10_000)],
    ids=["wrong", "empty", "unknown", "long"],
)
def test_anything_else_does_not(db: Db, anne: Principal, login: str, secret: str) -> None:
    with pytest.raises(WrongPassword):
        try_in(db, login, secret)


def test_a_new_password_ends_the_old_one(db: Db, anne: Principal) -> None:
    sign_in.set_password(db, anne.id, sign_in.hash_password("un autre mot"), by=CONSOLE, now=NOW)

    try_in(db, "anne", "un autre mot")
    with pytest.raises(WrongPassword):
        try_in(db, "anne")


def test_a_disabled_account_does_not_sign_in(db: Db, anne: Principal) -> None:
    principals.set_disabled(db, anne.id, NOW)

    with pytest.raises(WrongPassword):
        try_in(db, "anne")


def test_an_application_password_signs_in_until_it_is_revoked(db: Db, anne: Principal) -> None:
    added, secret = sign_in.add_application_password(db, anne.id, "téléphone", by=CONSOLE, now=NOW)
    try_in(db, "anne", secret)
    [held] = [c for c in credentials.list_of(db, anne.id) if c.id == added]

    sign_in.revoke_application_password(db, anne.id, added, by=CONSOLE, now=NOW)

    assert secret not in held.secret
    assert principals.holder_of(db, added, held.secret) is None
    with pytest.raises(WrongPassword):
        try_in(db, "anne", secret)
    try_in(db, "anne")


def test_nobody_revokes_what_is_not_his(db: Db, anne: Principal) -> None:
    paul = a_person(db, "paul")
    added, secret = sign_in.add_application_password(db, anne.id, "téléphone", by=CONSOLE, now=NOW)

    with pytest.raises(NotFound):
        sign_in.revoke_application_password(db, paul.id, added, by=CONSOLE, now=NOW)
    try_in(db, "anne", secret)


def test_the_password_itself_is_no_application_password_to_revoke(db: Db, anne: Principal) -> None:
    [password] = credentials.list_of(db, anne.id)

    with pytest.raises(NotFound):
        sign_in.revoke_application_password(db, anne.id, password.id, by=CONSOLE, now=NOW)


def test_too_many_wrong_tries_at_one_place_are_refused_without_a_hash(
    db: Db, anne: Principal
) -> None:
    guess(db, "anne", MAX_FAILURES_PER_LOGIN_AND_ADDRESS)

    with pytest.raises(TooManyTries) as refused:
        try_in(db, "anne", address=ELSEWHERE)

    assert refused.value.retry_after <= WINDOW
    try_in(db, "anne", address=ELSEWHERE, now=NOW + WINDOW + 1)


def test_guessing_elsewhere_does_not_lock_a_known_device_out(db: Db, anne: Principal) -> None:
    try_in(db, "anne", address=PHONE)
    for number in range(20):
        guess(db, "anne", MAX_FAILURES_PER_LOGIN, f"203.0.113.{number}")

    try_in(db, "anne", address=PHONE)
    with pytest.raises(TooManyTries):
        try_in(db, "anne", address="198.51.100.1")  # her password, from a place never seen


def test_neighbours_behind_one_address_do_not_lock_a_known_device_out(
    db: Db, anne: Principal
) -> None:
    try_in(db, "anne", address=PHONE)
    for number in range(MAX_FAILURES_PER_ADDRESS * 2):
        guess(db, f"someone{number}", 1, PHONE)

    try_in(db, "anne", address=PHONE)


def test_a_device_with_an_old_password_is_slowed_down_and_the_right_one_works(
    db: Db, anne: Principal
) -> None:
    try_in(db, "anne", address=PHONE)
    guess(db, "anne", MAX_FAILURES_PER_LOGIN_AND_ADDRESS * 3, PHONE)

    with pytest.raises(TooManyTries):
        try_in(db, "anne", "an old password", address=PHONE)
    try_in(db, "anne", address=PHONE)


def test_trying_many_logins_from_one_address_is_refused(db: Db, anne: Principal) -> None:
    for number in range(MAX_FAILURES_PER_ADDRESS):
        guess(db, f"someone{number}", 1)

    with pytest.raises(TooManyTries):
        try_in(db, "anne", address=ELSEWHERE)
    try_in(db, "anne", address=PHONE)


def test_an_unknown_login_costs_what_a_wrong_password_costs(db: Db, anne: Principal) -> None:
    without = a_person(db, "paul")  # has an application password alone
    sign_in.add_application_password(db, without.id, "téléphone", by=CONSOLE, now=NOW)

    costs = {login: median(cost(db, login) for _ in range(5)) for login in ("anne", "paul", "?")}

    assert max(costs.values()) < 2 * min(costs.values())


def cost(db: Db, login: str) -> float:
    """The time that this thread computes for one wrong try."""
    attempt = Attempt(login, "not the password", PHONE)
    started = time.thread_time()
    found = sign_in.candidates(db, attempt, now=NOW)
    with pytest.raises(WrongPassword):
        sign_in.verify(attempt, found)
    return time.thread_time() - started


@pytest.mark.parametrize("password", ["court", "x" * 257], ids=["short", "long"])
def test_a_password_has_a_length(password: str) -> None:
    with pytest.raises(InvalidInput):
        sign_in.hash_password(password)

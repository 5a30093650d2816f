"""Whom an address names."""

from __future__ import annotations

import pytest

from calendars.kernel.database import Db
from calendars.model.calendar_user_address import calendar_user_address
from calendars.services.find_calendar_users import find_calendar_user, find_calendar_users
from calendars.storage import principals
from tests.stores import NOW, a_person


@pytest.mark.rfc("6638 §2.4.1")
def test_everybody_is_found_by_mail_path_and_uuid(db: Db) -> None:
    anne, paul = a_person(db), a_person(db, "paul")
    uuid = next(a for a in anne.addresses if a.startswith("urn:uuid:"))

    for address in ("MAILTO:Anne@example.org", "/dav/principals/anne", uuid.upper()):
        assert find_calendar_user(db, address) == anne

    asked = ["mailto:paul@example.org", uuid, "mailto:nobody@example.org", "/dav/principals/no/"]
    found = find_calendar_users(db, map(calendar_user_address, asked))
    assert {address: user.login for address, user in found.items()} == {
        "mailto:paul@example.org": "paul",
        uuid: "anne",
    }
    assert found[calendar_user_address("mailto:paul@example.org")] == paul


def test_a_closed_account_is_nobody(db: Db) -> None:
    anne = a_person(db)
    principals.set_disabled(db, anne.id, NOW)

    assert find_calendar_user(db, "mailto:anne@example.org") is None
    assert find_calendar_user(db, "/dav/principals/anne/") is None

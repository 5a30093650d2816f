"""`niaouli receive` behind a mail server: nothing that goes wrong here loses a mail."""

from __future__ import annotations

import os

import pytest

from tests.command_line import CommandLine

MAIL = b"From: a@b.example\r\nTo: agenda@localhost\r\nSubject: bonjour\r\n\r\nRappelez-moi.\r\n"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_goes_wrong_is_tried_again_and_only_unknown_addresses_are_refused(
    niaouli: CommandLine,
) -> None:
    niaouli.add_person("anne")
    known, own = "agenda@localhost", "anne@example.org"
    guessed = f"agenda+{'a' * 26}@localhost"

    for recipient, status in ((known, 0), (own, 0), (guessed, 67), ("x@example.org", os.EX_NOUSER)):
        niaouli("receive", "--recipient", recipient, stdin=MAIL, fails=status)
    assert niaouli("receive", "--json", stdin=MAIL).json["decision"] == "quarantined"

    niaouli("receive", stdin=b"x" * (10 * 2**20 + 1), fails=os.EX_UNAVAILABLE)
    niaouli.set(DATABASE_URL="postgresql://niaouli:secret@127.0.0.1:1/niaouli")
    away = niaouli("receive", stdin=MAIL, fails=os.EX_TEMPFAIL)
    assert "secret" not in away.err
    niaouli.set(TIMEZONE="Pacific/Atlantis")
    niaouli("receive", stdin=MAIL, fails=os.EX_TEMPFAIL)

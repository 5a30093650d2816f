"""Which mailbox is read: TLS unless it is said aloud, and the password never in a message."""

from __future__ import annotations

import pytest

from notifications.arrivals.mailbox_url import BadMailbox, MailboxUrl


@pytest.mark.parametrize(
    ("url", "port", "tls", "starttls"),
    [
        ("imaps://agenda:secret@mail.example", 993, True, False),
        ("imap://agenda:secret@mail.example:1143", 1143, False, True),
        ("imap://agenda:secret@mail.example?starttls=never", 143, False, False),
    ],
    ids=["TLS", "STARTTLS unless told otherwise", "in clear only if it is said"],
)
def test_the_connection_is_as_safe_as_it_can_be(
    url: str, port: int, tls: bool, starttls: bool
) -> None:
    box = MailboxUrl.parse(url)

    assert (box.port, box.tls, box.starttls, box.folder) == (port, tls, starttls, "INBOX")
    assert "secret" not in repr(box)


def test_folders_and_odd_passwords() -> None:
    box = MailboxUrl.parse(
        "imaps://agenda%40dpass.example:m%C3%B4t%2F%40@mail.example/R%C3%A9ponses?see=Z&ca=/etc/a.pem"
    )

    assert (box.user, box.password) == ("agenda@dpass.example", "môt/@")
    assert (box.folder, box.done, box.to_see) == ("Réponses", "Traités", "Z")
    assert str(box.ca) == "/etc/a.pem"
    assert "môt" not in box.key


@pytest.mark.parametrize(
    "url",
    [
        "pop3://agenda:secret@mail.example",
        "imaps://mail.example/INBOX",
        "imap://agenda:secret@mail.example?starttls=auto",
        "imaps://agenda:secret@mail.example?verify=no",
        "imaps://agenda:secret@mail.example/INBOX?done=INBOX",
    ],
)
def test_what_is_no_mailbox_is_said_so_without_the_password(url: str) -> None:
    with pytest.raises(BadMailbox) as refused:
        MailboxUrl.parse(url)
    assert "secret" not in str(refused.value)

"""One conversation with a mailbox: what is new is taken in and put away; nothing is deleted.

The folder that is read holds what nobody took in yet: a mail leaves it for "Traités" or "À voir"
after the transaction that took it in. A crash in between is harmless, since whoever takes in the
same mail twice has taken it in once. Where a server cannot move (RFC 6851), what was taken in is
remembered by UIDVALIDITY and UID, and stays where it is.
"""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from imaplib import IMAP4

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError
from imap_tools.utils import encode_folder

from calendars.kernel.clock import Clock
from calendars.kernel.database import Database, StoreUnavailable
from notifications import read_marks
from notifications.arrivals.mailbox_url import MailboxUrl
from notifications.arrivals.stumble import told as told_of
from notifications.imip.mail import MAX_OCTETS, NO_ENVELOPE, Envelope

TIMEOUT = 30.0
MAX_TRIES = 3
"""A mail at which the service stumbles that often waits for a person; the others go on."""

AWAY = (ImapToolsError, IMAP4.error, OSError, ssl.SSLError, EOFError)
"""Whatever the connection may raise: the mailbox is away, and asked again later."""

Take = Callable[[bytes, Envelope], bool]
"""Takes a mail in, once however often it is given; False where a person must look at it."""

log = logging.getLogger(__name__)
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True, slots=True)
class Conversation:
    """A connection on which the folder is selected."""

    mailbox: BaseMailBox
    validity: int
    """UIDs mean something only together with it (RFC 9051 §2.3.1.1)."""

    def can(self, capability: str) -> bool:
        """Whether the server says so, after the sign-in."""
        return capability in self.mailbox.client.capabilities


@contextmanager
def connected(box: MailboxUrl) -> Iterator[Conversation]:
    """A conversation with the mailbox. Raises what AWAY names."""
    mailbox = _opened(box)
    try:
        # LOGIN knows no accents, and some servers have it switched off.
        plain = "AUTH=PLAIN" in mailbox.client.capabilities
        sign_in = mailbox.login_utf8 if plain else mailbox.login
        sign_in(box.user, box.password, None)
        _ask_capabilities(mailbox)
        mailbox.folder.set(box.folder)
        yield Conversation(mailbox, _validity(mailbox))
    finally:
        with suppress(*AWAY):
            mailbox.logout()
        with suppress(*AWAY):
            mailbox.client.shutdown()


def _ask_capabilities(mailbox: BaseMailBox) -> None:
    """Many servers say more to who has signed in; imaplib asks only before."""
    status, found = mailbox.client.capability()
    if status == "OK" and isinstance(found[-1], bytes):
        mailbox.client.capabilities = tuple(found[-1].decode("ascii", "replace").upper().split())


def _validity(mailbox: BaseMailBox) -> int:
    _, answer = mailbox.client.response("UIDVALIDITY")
    found = answer[0] if answer else None
    return int(found) if isinstance(found, bytes) and found.isdigit() else 0


def _opened(box: MailboxUrl) -> BaseMailBox:
    if box.tls:
        return MailBox(box.host, box.port, timeout=TIMEOUT, ssl_context=box.context())
    if box.starttls:
        return MailBoxStartTls(box.host, box.port, timeout=TIMEOUT, ssl_context=box.context())
    return MailBoxUnencrypted(box.host, box.port, timeout=TIMEOUT)


class Inbox:
    """The mails of one mailbox, and what becomes of each."""

    def __init__(self, box: MailboxUrl, take: Take, database: Database, clock: Clock) -> None:
        self._box, self._take, self._database, self._clock = box, take, database, clock
        self._tries: dict[tuple[int, str], int] = {}

    def clear(self, talk: Conversation, *, go_on: Callable[[], bool] = lambda: True) -> int:
        """Take in whatever is new; how many mails were. Raises what AWAY names."""
        taken = 0
        for uid in self._new(talk):
            if not go_on():
                break
            settled = self._settled(talk, uid)
            if settled is not None:
                self._put_away(talk, uid, settled=settled)
                taken += 1
        return taken

    def _new(self, talk: Conversation) -> list[str]:
        found = talk.mailbox.uids("UNDELETED", charset=None)
        with self._database.reading() as db:
            known = read_marks.list_of(db, self._box.key, talk.validity)
        return [uid for uid in found if int(uid) not in known]

    def _settled(self, talk: Conversation, uid: str) -> bool | None:
        """Whether it is done with or needs a person; None where it is tried again."""
        octets = self._octets(talk, uid)
        if octets is None:
            return False
        try:
            return self._take(octets, NO_ENVELOPE)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - told, and the others go on
            place = (talk.validity, uid)
            self._tries[place] = tries = self._tries.get(place, 0) + 1
            log.error("imap.stumbled", extra={"uid": uid, "tries": tries, **told_of(error)})
            return None if tries < MAX_TRIES else False

    def _octets(self, talk: Conversation, uid: str) -> bytes | None:
        """The mail as it is, still unread; None where it is larger than anybody reads."""
        client = talk.mailbox.client
        _, sized = client.uid("FETCH", uid, "(RFC822.SIZE)")
        size = _SIZE.search(sized[0] if sized and isinstance(sized[0], bytes) else b"")
        if size is not None and int(size[1]) > MAX_OCTETS:
            log.warning("imap.too_large", extra={"uid": uid, "octets": int(size[1])})
            return None
        _, found = client.uid("FETCH", uid, "(BODY.PEEK[])")
        for part in found:
            if isinstance(part, tuple):
                return bytes(part[1])
        raise IMAP4.abort("a mail that was listed is not given")

    def _put_away(self, talk: Conversation, uid: str, *, settled: bool) -> None:
        client = talk.mailbox.client
        self._tries.pop((talk.validity, uid), None)
        client.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)" if settled else r"(\Flagged)")
        folder = self._box.done if settled else self._box.to_see
        if talk.can("MOVE") and _moved(talk.mailbox, uid, folder):
            return
        log.warning("imap.cannot_move", extra={"uid": uid})
        now = int(self._clock.now().timestamp())
        with self._database.transaction() as db:
            read_marks.add(db, self._box.key, talk.validity, int(uid), now=now)


def _moved(mailbox: BaseMailBox, uid: str, folder: str) -> bool:
    """Into the folder, which is made where there is none; some servers want all below INBOX."""
    for name in (folder, _below_inbox(mailbox, folder)):
        for _ in range(2):
            status, _answer = mailbox.client.uid("MOVE", uid, encode_folder(name).decode("ascii"))
            if status == "OK":
                return True
            with suppress(ImapToolsError):
                mailbox.folder.create(name)
                mailbox.folder.subscribe(name, value=True)
    return False


def _below_inbox(mailbox: BaseMailBox, folder: str) -> str:
    found = mailbox.folder.list("", "INBOX")
    return f"INBOX{found[0].delim if found else '/'}{folder}"

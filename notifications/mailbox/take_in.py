"""The one door in: a mail is read, judged once, and does what it may do (RFC 6047).

A mail is believed when it was sent to the address that only the one who was invited got, or when
our relay has proven its sender. Any other changes nothing: it is kept, and somebody looks at it.
What was decided is noted with what it did, in one transaction.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from hashlib import sha256

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.services.record_mail import record_mail
from notifications.imip.authentication import verdict
from notifications.imip.mail import NO_ENVELOPE, Envelope, Mail, Unreadable, read_mail
from notifications.mailbox import decisions
from notifications.mailbox.decisions import Came
from notifications.mailbox.judge import judge, read
from notifications.mailbox.outcome import Aside, Decision, Taken, Why
from notifications.mailbox.room import Mailroom
from notifications.mailbox.set_aside import REFUSED, for_whom, is_one_too_many, keep

log = logging.getLogger(__name__)


class _Twice(Exception):
    """Another process has decided on the same mail meanwhile: nothing is done again."""


def take_in(room: Mailroom, octets: bytes, *, now: int, envelope: Envelope = NO_ENVELOPE) -> Taken:
    """Read one mail and do what it says, or keep it for a person; twice is once.

    Nothing that anybody sends raises: a carrier may forget the mail when this returns, and brings
    it again when it raises (StoreUnavailable).
    """
    try:
        mail: Mail | None = read_mail(octets, envelope)
    except Unreadable:
        mail = None
    came = Came(sha256(octets).hexdigest()) if mail is None else _came(room, mail)
    known = _known(room, came)
    taken = known
    if taken is None:
        try:
            taken = _decide(room, octets, mail, came, now=now)
        except _Twice:
            taken = _known(room, came) or REFUSED
    extra = {"decision": str(taken.decision), "why": str(taken.why), "again": known is not None}
    log.info("mail.taken_in", extra=extra)
    return taken


def _came(room: Mailroom, mail: Mail) -> Came:
    """A mail is the same by whichever way it came: its trace is no part of it."""
    told = verdict(mail.fields("authentication-results"), mail.sender, room.trusted_relays)
    said = (mail.message_id, mail.sender, " ".join(sorted(mail.recipients)), told)
    digest = sha256("\0".join(said).encode("utf-8", "surrogatepass"))
    digest.update(b"\0" + mail.body)
    return Came(digest.hexdigest(), mail.message_id, mail.sender)


def _known(room: Mailroom, came: Came) -> Taken | None:
    with room.database.reading() as db:
        found = decisions.find(db, came.identity)
    return None if found is None else found.taken


def _decide(room: Mailroom, octets: bytes, mail: Mail | None, came: Came, *, now: int) -> Taken:
    """Raises _Twice."""
    others: tuple[PrincipalId, ...] = ()
    try:
        if mail is None:
            raise Aside(Why.UNREADABLE)
        reading = read(room, mail, now=now)
        with room.database.transaction() as db:
            taken = judge(db, room, reading, now=now)
            if taken.decision is not Decision.QUARANTINED:
                _note(db, came, taken, now=now)
                return taken
    except Aside as aside:
        taken, others = aside.taken, aside.others
    # Nothing of it was done; that is noted by itself.
    with room.database.transaction() as db:
        if taken.decision is not Decision.QUARANTINED:
            _note(db, came, taken, now=now)
        elif is_one_too_many(db, came, taken, now=now):
            taken = REFUSED
        else:
            taken, others = for_whom(db, mail, taken, others)
            keep(db, _note(db, came, taken, now=now), mail, octets, taken, now=now)
            for owner in others:
                also = replace(taken, owner_id=owner)
                number = _note(db, came.next_to(owner), also, now=now)
                keep(db, number, mail, octets, also, now=now)
    return taken


def _note(db: Db, came: Came, taken: Taken, *, now: int) -> int:
    """Raises _Twice."""
    number = decisions.add(db, came, taken, now=now)
    if number is None:
        raise _Twice
    record_mail(db, taken.owner_id, number, taken.decision, taken.why, now=now)
    return number

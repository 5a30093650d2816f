"""A mail without a scheduling message: a bounce, an automatic answer, or words for people.

Nothing that is decided here makes an answer to whoever sent it.
"""

from __future__ import annotations

from calendars.kernel.database import Db
from notifications.bounces import find_by_bounce, token_in
from notifications.failure import failed
from notifications.imip.automatic import Nature, Report, is_automatic, report_in
from notifications.imip.human_text import words_of
from notifications.imip.mail import Mail
from notifications.imip.reply_address import Thread, thread_of
from notifications.mailbox.forward import forward
from notifications.mailbox.outcome import Decision, Taken, Why
from notifications.mailbox.room import Mailroom
from notifications.queued import Queued

_KNOWN = {Nature.DELAYED: Why.DELAYED, Nature.ARRIVED: Why.ARRIVED}
MOST_IDS, MOST_OF_NOTE = 20, 500


def take_words(db: Db, room: Mailroom, mail: Mail, *, now: int) -> Taken:
    """What becomes of it; in the transaction in which the decision is noted.

    What is QUARANTINED is kept by the caller. Raises Aside.
    """
    report = report_in(mail)
    if report is not None:
        return _take_report(db, mail, report, now=now)
    thread = next(filter(None, (thread_of(db, token) for token in mail.tokens)), None)
    if is_automatic(mail):
        return _note_absence(db, mail, thread)
    if _returned(db, mail) is not None:
        return Taken(Decision.QUARANTINED, Why.BOUNCE)  # of a shape that nobody knows
    text = words_of(mail)
    if thread is None or not text:
        return Taken(Decision.QUARANTINED, Why.WORDS, None if thread is None else thread.owner_id)
    return forward(db, room, mail, text, thread, now=now)


def _take_report(db: Db, mail: Mail, report: Report, *, now: int) -> Taken:
    message = _returned(db, mail) or _reported(db, report)
    whose = (None, "") if message is None else (message.owner_id, message.uid)
    if report.nature is not Nature.FAILED:
        return Taken(Decision.IGNORED, _KNOWN[report.nature], *whose)
    if message is not None:
        failed(db, message, report.why or "le courriel est revenu", now=now)
    return Taken(Decision.BOUNCED, Why.BOUNCE, *whose)


def _returned(db: Db, mail: Mail) -> Queued | None:
    """The message that this mail's own address stands for."""
    tokens = filter(None, map(token_in, mail.recipients))
    found = (find_by_bounce(db, token=token) for token in tokens)
    return next(filter(None, found), None)


def _reported(db: Db, report: Report) -> Queued | None:
    """The message that a report names, by ENVID or by Message-ID."""
    found = find_by_bounce(db, token=report.envelope_id) if report.envelope_id else None
    ids = report.message_ids[:MOST_IDS]
    by_id = (find_by_bounce(db, message_id=one) for one in ids)
    return found or next(filter(None, by_id), None)


def _note_absence(db: Db, mail: Mail, thread: Thread | None) -> Taken:
    """Logged with whose meeting it is about and what it says, and no answer of anybody."""
    about = thread or _returned(db, mail)
    if about is None:
        return Taken(Decision.IGNORED, Why.AUTOMATIC)
    note = words_of(mail)[:MOST_OF_NOTE]
    return Taken(Decision.IGNORED, Why.AUTOMATIC, about.owner_id, about.uid, note=note)

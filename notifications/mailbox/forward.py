"""Words of a person go on to those who schedule for the organizer, in the thread that they were in.

Whoever presses "Reply" there writes to the sender himself. The subject says of which day the
meeting is, nothing else (SEC-6); files go along under neutral names, programs do not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.message import Message
from hashlib import sha256

from calendars.itip.people import attendees
from calendars.kernel.database import Db
from calendars.model.calendar_user_address import mailto, preferred_address
from calendars.model.principal import Principal
from calendars.services.choose_language import language_of
from calendars.services.collection_zone import zone_of
from calendars.services.find_calendar_users import find_calendar_user
from calendars.services.find_keepers import in_charge_of
from calendars.services.find_meeting import HeldMeeting, find_own_meeting
from notifications import outbox
from notifications.imip.facts import facts_of
from notifications.imip.human_text import is_file
from notifications.imip.mail import Mail, payload_of
from notifications.imip.reply_address import Thread
from notifications.mailbox import decisions
from notifications.mailbox.outcome import Aside, Decision, Taken, Why
from notifications.mailbox.room import Mailroom
from notifications.post import JSON, Paper, Post

KIND = "forward"
HOUR = 3600
MOST_OF_ONE = 20
"""Mails of one sender that go on in an hour: whoever writes more is read where mail waits."""
MOST_PAPERS, MOST_OCTETS = 10, 5 * 2**20

_MESSAGE_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{3,180}")
# What people send each other and what runs by itself nowhere.
_HARMLESS = re.compile(
    r"\.(pdf|odt|ods|odp|docx?|xlsx?|pptx?|rtf|txt|csv|jpe?g|png|gif|heic|tiff?)$", re.IGNORECASE
)
_CALENDARS = frozenset({"text/calendar", "application/ics"})


def forward(db: Db, room: Mailroom, mail: Mail, text: str, thread: Thread, *, now: int) -> Taken:
    """The words go on. Raises Aside where they wait for a person instead."""
    if _wrote_much(db, mail, now=now):
        raise Aside(Why.TOO_MANY, thread.owner_id).about(thread.uid, "")
    if not _send(db, room, mail, text, thread, now=now):
        raise Aside(Why.WORDS, thread.owner_id).about(thread.uid, "")
    return Taken(Decision.FORWARDED, Why.WORDS, thread.owner_id, thread.uid)


def forward_beside(
    db: Db, room: Mailroom, mail: Mail, text: str, thread: Thread, *, now: int
) -> None:
    """What somebody wrote beside his answer; the answer itself has had its effect."""
    if text and not _wrote_much(db, mail, now=now):
        _send(db, room, mail, text, thread, now=now)


def _wrote_much(db: Db, mail: Mail, *, now: int) -> bool:
    most = MOST_OF_ONE
    return decisions.count_forwarded(db, mail.sender, since=now - HOUR, most=most) >= most


def _send(db: Db, room: Mailroom, mail: Mail, text: str, thread: Thread, *, now: int) -> int:
    """To how many it goes: to nobody, where there is no sender or no meeting any more."""
    meeting = find_own_meeting(db, [thread.owner_id], thread.uid)
    if meeting is None or not mail.sender:
        return 0
    papers, left_out = _papers(mail)
    facts = _facts(meeting, thread, now=now) | {
        "address": mail.sender, "words": text, "papers": len(papers), "left_out": left_out,
    }  # fmt: skip
    known = _MESSAGE_ID.fullmatch(mail.message_id) is not None
    readers = in_charge_of(db, thread.owner_id, thread.uid, now=now)
    for reader in readers:
        if (to := _address(db, reader, mail)) is not None:
            language = language_of(db, to, default=room.language)
            post = Post(
                KIND, KIND, language, facts, thread.owner_id, thread.owner_id, to,
                _occasion(mail), thread.uid, papers=papers,
                reply_to=mail.sender if mail.sender.isascii() else None,
                thread=f"<{mail.message_id}>" if known else None,
            )  # fmt: skip
            outbox.post(db, post, now=now)
    return sum(_address(db, reader, mail) is not None for reader in readers)


def _address(db: Db, reader: Principal, mail: Mail) -> str | None:
    """His address; None for who wrote it himself."""
    writer = find_calendar_user(db, mailto(mail.sender))
    return None if writer is not None and writer.id == reader.id else preferred_address(reader)


def _occasion(mail: Mail) -> str:
    """One mail goes on once, by whichever way and however often it comes."""
    return sha256(mail.message_id.encode("utf-8", "replace") + b"\0" + mail.body).hexdigest()


def _facts(meeting: HeldMeeting, thread: Thread, *, now: int) -> dict[str, JSON]:
    said: Mapping[str, object] = facts_of(
        meeting.calendar, None, zone_of(meeting.collection), now=now
    )
    found = (attendees(part).get(thread.recipient) for part in meeting.calendar.components)
    line = next((one for one in found if one is not None), None)
    name = "" if line is None else (line.parameter("CN") or "").strip('"')
    start = None if said["repeats"] else said["start"]
    return {
        "sender": name,
        "title": str(said["title"]),
        "start": None if start is None else str(start),
    }


def _papers(mail: Mail) -> tuple[tuple[Paper, ...], int]:
    """The files that go along, under neutral names, and how many do not."""
    kept: list[Paper] = []
    left_out, octets = 0, 0
    for part in mail.parts:
        message = part.message
        if not is_file(message) or message.get_content_type() in _CALENDARS:
            continue
        payload = payload_of(message, most=MOST_OCTETS)
        ending = _HARMLESS.search(_name_of(message))
        octets += len(payload or b"")
        if payload is None or ending is None or octets > MOST_OCTETS or len(kept) >= MOST_PAPERS:
            left_out += 1
            continue
        name = f"piece-{len(kept) + 1}.{ending[1].lower()}"
        kept.append(Paper(name, "application/octet-stream", payload))
    return tuple(kept), left_out


def _name_of(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except (LookupError, ValueError, TypeError):
        return ""

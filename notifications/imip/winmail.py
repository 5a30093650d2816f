"""winmail.dat: what Exchange sends to those whom it takes for its own kind ([MS-OXTNEF]).

There is no calendar in it, but the kind of answer and the meeting's name in Outlook's own form;
now and then a calendar is attached. What cannot be read is for people.
"""

from __future__ import annotations

import base64
import binascii
import json
import subprocess
import sys
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

from calendars.model.component import Component, ContentLine, escape, parse
from calendars.model.invalid import InvalidCalendarData
from notifications.imip import winmail_reader
from notifications.imip.mail import payload_of

_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_ANSWERS = {
    "ipm.microsoft schedule.mtgrespp": "ACCEPTED",
    "ipm.microsoft schedule.mtgrespn": "DECLINED",
    "ipm.microsoft schedule.mtgrespa": "TENTATIVE",
    "ipm.schedule.meeting.resp.pos": "ACCEPTED",
    "ipm.schedule.meeting.resp.neg": "DECLINED",
    "ipm.schedule.meeting.resp.tent": "TENTATIVE",
}
_SECONDS = 5
_HEAD = bytes.fromhex("040000008200E00074C5B7101A82E008")
_DATE, _DATA = slice(16, 20), 40
_FOREIGN = b"vCal-Uid\x01\x00\x00\x00"


def is_winmail(part: Message) -> bool:
    """The type says so, or the name that it is known by."""
    if part.get_content_type() in _TYPES:
        return True
    disposition = str(part.get("Content-Disposition", "")) + str(part.get("Content-Type", ""))
    return "winmail.dat" in disposition.lower()


def calendars_in(part: Message, sender: str) -> Iterator[Component]:
    """What its calendars and its kind of answer say, as `sender` would have written it."""
    payload = payload_of(part, most=winmail_reader.MOST)
    found = None if payload is None else _read(payload)
    if found is None:
        return
    for text in found["calendars"]:
        try:
            yield parse(base64.b64decode(text).decode("utf-8", "replace"))
        except (InvalidCalendarData, binascii.Error):
            continue
    answer, uid = _ANSWERS.get(found["kind"].strip().lower()), _uid_of(bytes.fromhex(found["uid"]))
    if answer is not None and uid and sender and not found["calendars"]:
        yield _reply(uid, answer, sender)


def _read(payload: bytes) -> dict[str, str] | None:
    """None for what no honest program wrote."""
    command = [sys.executable, "-I", str(Path(winmail_reader.__file__))]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, nothing of the mail in the command
            command, input=payload, capture_output=True, timeout=_SECONDS, check=True
        )
        found: dict[str, str] = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        return None
    return found


def _uid_of(named: bytes) -> str:
    """The UID in a GlobalObjectId ([MS-OXCICAL] §2.1.3.1.1.20.26); empty for one occurrence: it is
    named by a day, and of which hour nobody knows.
    """
    if len(named) <= _DATA or not named.startswith(_HEAD) or any(named[_DATE]):
        return ""
    data = named[_DATA:]
    if data.startswith(_FOREIGN):
        return data[len(_FOREIGN) :].split(b"\0")[0].decode("utf-8", "replace")
    size = int.from_bytes(named[_DATA - 4 : _DATA], "little")
    return named[: _DATA + size].hex().upper()


def _reply(uid: str, answer: str, sender: str) -> Component:
    lines = [
        ContentLine("UID", "", escape(uid)),
        ContentLine("ATTENDEE", f";PARTSTAT={answer}", f"mailto:{sender}"),
    ]
    head = [ContentLine("VERSION", "", "2.0"), ContentLine("METHOD", "", "REPLY")]
    return Component("VCALENDAR", head, [Component("VEVENT", lines, [])])

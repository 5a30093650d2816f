"""Takes a winmail.dat apart, in a process of its own: the library that does it counts on nobody
meaning harm, and one that is made for it keeps it busy until memory ends.

Run by `winmail`, with the file on standard input; what it found leaves as JSON.
"""

from __future__ import annotations

import base64
import json
import logging
import resource
import sys

CPU_SECONDS, MEMORY = 2, 512 * 2**20
MOST = 2 * 2**20
_MEETING = "6ed8da90-450b-101b-98da-00aa003f1305"
_UIDS = (0x23, 0x03)
"""PidLidCleanGlobalObjectId, PidLidGlobalObjectId ([MS-OXOCAL] §2.2.1.27, §2.2.1.28)."""


def found_in(octets: bytes) -> dict[str, object]:
    """The kind of message, the name of its meeting, and the calendars that are attached."""
    from tnefparse import TNEF

    tnef = TNEF(octets, do_checksum=False)
    kinds = [one.data for one in tnef.msgprops if one.name == TNEF.ATTMESSAGECLASS]
    uids = {
        one.guid_prop: b"".join(one.raw_data)
        for one in tnef.mapiprops
        if str(one.guid) == _MEETING and one.guid_prop in _UIDS and isinstance(one.raw_data, list)
    }
    calendars = [
        base64.b64encode(one.data).decode()
        for one in tnef.attachments
        if isinstance(one.data, bytes) and one.data[:32].lstrip().upper().startswith(b"BEGIN:VCAL")
    ]
    uid = next((uids[number] for number in _UIDS if number in uids), b"")
    return {"kind": str(kinds[0]) if kinds else "", "uid": uid.hex(), "calendars": calendars[:5]}


def main() -> None:
    """Limits first."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.disable(logging.CRITICAL)
    sys.stdout.write(json.dumps(found_in(sys.stdin.buffer.read(MOST))))


if __name__ == "__main__":
    main()

"""Replay a hostile corpus against a CalDAV server on the loopback interface.

    python hostile [options] --corpus DIRECTORY BASE_URL USER PASSWORD CALENDAR_URL

Prints cases, requests, 5xx, time-outs, latencies and memory, and what went wrong; exit status 0
if nothing did. Standard library only; any address that is not loopback is refused.
"""

import argparse
import json
import re
import sys
import time
from pathlib import Path

from corpus import cases
from replay import Replay
from service import Service


def main():
    options = _options()
    service = Service(options)
    replay, started, memory = Replay(service), time.monotonic(), service.memory()
    replay.start()
    for case in cases(options.corpus):
        if options.only and not re.search(options.only, case.id):
            continue
        if (case.heavy and not options.heavy) or time.monotonic() - started > options.budget:
            replay.findings.skipped.append(case.id)
            continue
        replay.run(case)
    guessed = {} if options.only else service.guess_passwords()
    service.bystander.stop()
    service.ask("DELETE", service.calendar + "control.ics")

    findings = replay.findings
    figures = {
        "cases": replay.cases,
        "requests": findings.requests,
        "skipped": findings.skipped,
        "dead": findings.dead,
        "slowest_s": round(findings.slowest, 2),
        "slowest_case": findings.slowest_case,
        "bystander": service.bystander.figures(),
        "memory_mb": {"start": memory, "end": service.memory()},
        "guessed": guessed,
        "connections": findings.connections,
        "statuses": findings.statuses,
        "seconds": round(time.monotonic() - started),
        **findings.lists,
    }
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=1))
    print(json.dumps(figures, indent=1))
    bad = ("5xx", "timeouts", "wrong", "altered")
    return 1 if findings.dead or any(findings.lists[name] for name in bad) else 0


def _options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    for name in ("base_url", "user", "password", "calendar_url"):
        add(name)
    add("--corpus", action="append", required=True, help="directory with index.csv")
    add("--only", help="regular expression on the case id")
    add("--heavy", action="store_true", help="also cases of tier heavy")
    add("--timeout", type=float, default=7)
    add("--recover", type=float, default=10, help="seconds to wait for life after a case")
    add("--budget", type=float, default=1500, help="stop sending after so many seconds")
    add("--pid", type=int, help="process of the service, for its memory")
    add("--email", default="user@corpus.example", help="calendar user address of USER")
    add("--attendee", default="bob@corpus.example")
    add("--inbox", default="calendar@corpus.example")
    add("--other-url", help="calendar of another user, with control.ics in it")
    add("--outbox-url", help="turns scheduling cases on")
    add("--rsvp-url", help="a fresh RSVP link of an attendee in NEEDS-ACTION")
    add("--rsvp-event", help="URL of that event in USER's calendar")
    add("--mail-cmd", help="shell command that feeds one mail on stdin to the service")
    add("--sent-cmd", help="shell command that prints how many mails were sent so far")
    add("--mail-wait", type=float, default=2)
    add("--json", help="write the figures to this file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

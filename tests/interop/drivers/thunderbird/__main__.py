"""Drive a real, headless Thunderbird against a CalDAV server and report PASS/FAIL.

    python thunderbird [options] BASE_URL CALENDAR_URL USER PASSWORD

BASE_URL      what a user types in "New calendar > On the network" (server root;
              Thunderbird must find CALENDAR_URL from it by itself)
CALENDAR_URL  the calendar collection to subscribe to and work in (writable)

Only the Python standard library and a `thunderbird` binary are needed.  All of
Thunderbird's HTTP goes through a small logging proxy started by this script, which
refuses any host that is not loopback; its SMTP server is a sink in this script.
Everything lives in a temporary directory that is removed at the end.

Output: one line per check, "PASS name - detail", "FAIL ...", "SKIP ..." or "INFO ...".
Exit status: 0 no FAIL, 1 at least one FAIL, 2 the check could not run.
"""

import argparse
import sys

from checks import Checks
from program import CannotRun


def main():
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("base_url")
    p.add_argument("calendar_url")
    p.add_argument("user")
    p.add_argument("password")
    p.add_argument(
        "--email",
        help="e-mail of Thunderbird's identity (default: the server's "
        "calendar-user-address, else USER)",
    )
    p.add_argument("--attendee", default="guest@tbcheck.invalid", help="address to invite")
    p.add_argument("--timezone", default="Pacific/Noumea")
    p.add_argument(
        "--peer",
        nargs=3,
        metavar=("CALENDAR_URL", "USER", "PASSWORD"),
        help="a second account of the server, to test scheduling in both directions",
    )
    p.add_argument("--trace", metavar="DIR", help="write the recorded HTTP, one file per step")
    p.add_argument("--screenshots", metavar="DIR")
    p.add_argument("--thunderbird", metavar="PATH", help="binary to run")
    p.add_argument(
        "--insecure", action="store_true", help="accept a self-signed certificate (https)"
    )
    p.add_argument("--timeout", type=int, default=60, help="seconds for one action")
    p.add_argument("--keep", action="store_true", help="keep the temporary profile")
    p.add_argument("-v", "--verbose", action="store_true")
    opts = p.parse_args()
    if not opts.calendar_url.endswith("/"):
        opts.calendar_url += "/"
    try:
        return Checks(opts).run()
    except CannotRun as e:
        print(f"ERROR {e}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

"""Which series Outlook can hold, by the rule of its makers that each case is about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calendars.itip.copy import Copy
from calendars.model.component import parse
from notifications.imip.outlook import Unfit, unfit
from tests.builders import NOUMEA, START, a_series, a_vevent

OXCICAL = "MS-OXCICAL 2.1.3.2.2"
KB = "KB 2643084"

# START is Tuesday 3 March 2026, the first Tuesday of its month.
FIT = [
    ("FREQ=DAILY;COUNT=5", f"{OXCICAL}.1"),
    ("FREQ=DAILY;INTERVAL=3;UNTIL=20260901T000000Z", f"{OXCICAL}.1"),
    ("FREQ=WEEKLY", f"{OXCICAL}.2"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=MO", f"{OXCICAL}.2"),
    ("FREQ=WEEKLY;BYDAY=TU;BYHOUR=14;BYMINUTE=30", f"{OXCICAL} common-parts"),
    ("FREQ=MONTHLY", f"{OXCICAL}.3"),
    ("FREQ=MONTHLY;BYMONTHDAY=3", f"{OXCICAL}.3"),
    ("FREQ=MONTHLY;INTERVAL=2;BYDAY=1TU", f"{OXCICAL}.4"),
    ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1", f"{OXCICAL}.4"),
    ("FREQ=YEARLY", f"{OXCICAL}.5"),
    ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=3", f"{OXCICAL}.5"),
    ("FREQ=YEARLY;BYMONTH=3;BYDAY=TU;BYSETPOS=1;INTERVAL=2", f"{OXCICAL}.6"),
]
UNFIT = [
    ("FREQ=HOURLY;INTERVAL=6;COUNT=3", Unfit.FREQUENCY, f"{OXCICAL}: no template"),
    ("FREQ=DAILY;INTERVAL=1000", Unfit.INTERVAL, f"{OXCICAL}.1, the dialogue"),
    ("FREQ=WEEKLY;COUNT=1000", Unfit.INTERVAL, f"{OXCICAL} count-part: three digits"),
    ("FREQ=DAILY;BYDAY=MO,TU,WE", Unfit.DAYS, f"{OXCICAL}.1"),
    ("FREQ=DAILY;BYHOUR=9,14;COUNT=9", Unfit.CLOCK, f"{OXCICAL} byhour-part: one"),
    ("FREQ=WEEKLY;BYMONTH=3,6;BYDAY=TU", Unfit.DAYS, f"{OXCICAL}.2"),
    ("FREQ=MONTHLY;BYMONTHDAY=3,17", Unfit.DAYS, f"{KB}: nth day and nth day"),
    ("FREQ=MONTHLY;BYMONTHDAY=31", Unfit.DAYS, f"{OXCICAL}.3: taken as the last day"),
    ("FREQ=MONTHLY;BYMONTHDAY=-2", Unfit.DAYS, f"{OXCICAL}.3: only -1"),
    ("FREQ=MONTHLY;BYDAY=1TU,3TU", Unfit.DAYS, f"{KB}: nth weekday and nth weekday"),
    ("FREQ=MONTHLY;BYDAY=5TU", Unfit.DAYS, f"{OXCICAL}.4: 1 to 4 and -1"),
    ("FREQ=MONTHLY;BYDAY=TU,TH;BYSETPOS=1", Unfit.DAYS, f"{OXCICAL}.4: which sets of days"),
    ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1,3", Unfit.DAYS, f"{OXCICAL} bysetpos-part: one"),
    ("FREQ=MONTHLY;BYDAY=TU;BYMONTHDAY=1,2,3,4,5,6,7", Unfit.DAYS, f"{OXCICAL}.4"),
    ("FREQ=MONTHLY;BYMONTH=3,9;BYMONTHDAY=3", Unfit.DAYS, f"{OXCICAL}.3"),
    ("FREQ=YEARLY;BYMONTH=3,9", Unfit.DAYS, f"{OXCICAL} bymonth-part: one"),
    ("FREQ=YEARLY;BYMONTHDAY=3", Unfit.DAYS, "RFC 5545 3.3.10: of every month"),
    ("FREQ=YEARLY;BYDAY=10TU", Unfit.DAYS, f"{OXCICAL}.6 wants a month"),
    ("FREQ=YEARLY;BYWEEKNO=10", Unfit.DAYS, f"{OXCICAL}: no template"),
    ("FREQ=YEARLY;BYYEARDAY=62", Unfit.DAYS, f"{OXCICAL}: no template"),
    ("FREQ=WEEKLY;BYDAY=MO", Unfit.START, "RFC 5545 3.8.5.3: the start counts, not there"),
    ("FREQ=MONTHLY;BYDAY=2TU", Unfit.START, "RFC 5545 3.8.5.3"),
]  # fmt: skip


def because(rule: str, **parts: object) -> Unfit | None:
    text = a_series(rrule=rule, **parts)  # type: ignore[arg-type]
    return unfit(Copy(parse(text), NOUMEA))


@pytest.mark.rfc("5546 §3.2.2")
@pytest.mark.parametrize(("rule", "source"), FIT, ids=[rule for rule, _ in FIT])
def test_what_fits_a_template_goes_as_a_series(rule: str, source: str) -> None:
    assert because(rule) is None, source


@pytest.mark.parametrize(("rule", "why", "source"), UNFIT, ids=[rule for rule, _, _ in UNFIT])
def test_what_fits_none_does_not(rule: str, why: Unfit, source: str) -> None:
    assert because(rule) is why, source


def test_dates_beside_the_rule_do_not_fit() -> None:
    """KB 2643084 and MS-OXCICAL 2.1.3.1.1.20.22; Outlook drops an event with RDATE alone."""
    assert because("FREQ=WEEKLY;COUNT=3", rdates=[START + timedelta(days=1)]) is Unfit.DATES
    assert because("FREQ=WEEKLY", extra=["RRULE:FREQ=MONTHLY"]) is Unfit.DATES
    onwards = a_vevent(recurrence_id=START, extra=["X-A:b"]).replace(
        "RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;"
    )
    assert unfit(Copy(parse(a_series(onwards)), NOUMEA)) is Unfit.DATES


def test_occurrences_may_not_run_into_each_other() -> None:
    """Outlook: "the duration must be shorter than how frequently it occurs"."""
    assert because("FREQ=DAILY;COUNT=3", duration=timedelta(hours=25)) is Unfit.OVERLAP
    assert because("FREQ=DAILY;COUNT=3", duration=timedelta(hours=24)) is None


def test_holes_and_single_meetings_fit() -> None:
    assert because("FREQ=WEEKLY;COUNT=9", exdates=[START + timedelta(days=7)]) is None
    assert because("FREQ=MONTHLY;BYMONTHDAY=-1", start=START.replace(day=31)) is None

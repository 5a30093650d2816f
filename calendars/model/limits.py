"""How much one calendar object may be: what goes beyond is refused when it is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from calendars.model.budget import MAX_INSTANCES


@dataclass(frozen=True, slots=True)
class Limits:
    """The figures of one service; the defaults suit real diaries many times over.

    How deep components nest and how long a line may be is fixed in `component`.
    """

    max_resource_size: int = 2**20
    """Octets of one object (RFC 4791 §5.2.5)."""
    first_day: date = date(1900, 1, 1)
    """RFC 4791 §5.2.6."""
    last_day: date = date(2100, 12, 31)
    """RFC 4791 §5.2.7."""
    max_instances: int = MAX_INSTANCES
    """Instances that may be looked at to answer for one object (RFC 4791 §5.2.8)."""
    max_instances_a_month: int = 5_000
    """A rule may not be denser: a month of it must be answered at any rate."""
    max_attendees: int = 300
    """In one component (RFC 4791 §5.2.9)."""
    max_attachment_size: int = 10 * 2**20
    """Octets of one managed attachment (RFC 8607 §6.2)."""
    max_attachments: int = 20
    """Managed attachments of one object (RFC 8607 §6.3)."""

    max_properties: int = 2_000
    """In one component."""
    max_overrides: int = 1_000
    """Components with a RECURRENCE-ID: three years of a daily series, each day changed."""
    max_ranges: int = 100
    """Overrides for THISANDFUTURE: each bears on all that come after."""
    max_rules: int = 10
    """RRULE and EXRULE in one component; RFC 5545 wants one at most, programs write two."""
    max_dates: int = 2_000
    """Values of RDATE in one component, and as many of EXDATE."""
    max_alarms: int = 20
    """In one component."""
    max_alarm_repeats: int = 10
    max_time_zones: int = 100
    max_observances: int = 1_000
    """In one VTIMEZONE."""
    max_uid_octets: int = 1_024
    """An index of a database bears no more than some 2 700."""


LIMITS = Limits()

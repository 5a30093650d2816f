"""How often a property may stand in a component, table by table of the standards.

What is not named here, X- properties and those of standards to come, may stand as often as it
likes, and is kept.
"""

from __future__ import annotations

from collections.abc import Mapping

DATED = frozenset(("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY"))
"""The components that a calendar object is made of (RFC 4791 §4.1, RFC 7953 §7.2)."""

TOP_LEVEL = DATED | {"VTIMEZONE", "VCALENDAR"}
"""Inside of any other component these would be read by some programs, skipped by others."""

_COMMON = "UID DTSTAMP DTSTART CLASS CREATED LAST-MODIFIED ORGANIZER RECURRENCE-ID SEQUENCE STATUS"
_WORDS = "SUMMARY DESCRIPTION LOCATION PRIORITY GEO URL COLOR"

_AT_MOST_ONCE: Mapping[str, str] = {
    # RFC 5545 §3.6, RFC 7986 §4
    "VCALENDAR": "VERSION PRODID CALSCALE METHOD UID LAST-MODIFIED URL REFRESH-INTERVAL SOURCE"
    " COLOR",
    # RFC 5545 §3.6.1, RFC 7986 §4
    "VEVENT": f"{_COMMON} {_WORDS} DTEND DURATION TRANSP",
    # RFC 5545 §3.6.2
    "VTODO": f"{_COMMON} {_WORDS} DUE DURATION COMPLETED PERCENT-COMPLETE",
    # RFC 5545 §3.6.3: a journal may have several descriptions
    "VJOURNAL": f"{_COMMON} SUMMARY URL COLOR",
    # RFC 5545 §3.6.4
    "VFREEBUSY": "UID DTSTAMP DTSTART DTEND CONTACT ORGANIZER URL",
    # RFC 5545 §3.6.5, RFC 7808 §7
    "VTIMEZONE": "TZID LAST-MODIFIED TZURL TZUNTIL",
    "STANDARD": "DTSTART TZOFFSETFROM TZOFFSETTO",
    "DAYLIGHT": "DTSTART TZOFFSETFROM TZOFFSETTO",
    # RFC 5545 §3.6.6, RFC 9074
    "VALARM": "ACTION TRIGGER DURATION REPEAT SUMMARY DESCRIPTION UID ACKNOWLEDGED PROXIMITY",
    # RFC 7953 §3.1
    "VAVAILABILITY": "UID DTSTAMP DTSTART DTEND DURATION BUSYTYPE CLASS CREATED DESCRIPTION"
    " LAST-MODIFIED LOCATION ORGANIZER PRIORITY SEQUENCE SUMMARY URL",
    "AVAILABLE": "UID DTSTAMP DTSTART DTEND DURATION CREATED DESCRIPTION LAST-MODIFIED LOCATION"
    " RECURRENCE-ID RRULE SUMMARY",
    # RFC 9073 §7
    "PARTICIPANT": "UID PARTICIPANT-TYPE CALENDAR-ADDRESS CREATED DESCRIPTION DTSTAMP GEO"
    " LAST-MODIFIED PRIORITY SEQUENCE STATUS SUMMARY URL",
    "VLOCATION": "UID DESCRIPTION GEO LOCATION-TYPE NAME",
    "VRESOURCE": "UID DESCRIPTION GEO RESOURCE-TYPE NAME",
}

# Written twice by real programs; nobody decides who, when or how secret by them.
_HARMLESS_TWICE = frozenset((*_WORDS.split(), "CREATED", "LAST-MODIFIED", "PERCENT-COMPLETE"))

SINGLETONS: Mapping[str, frozenset[str]] = {
    component: frozenset(names.split()) - _HARMLESS_TWICE
    for component, names in _AT_MOST_ONCE.items()
}
"""By component: properties of which a second, different one is refused, since readers would
disagree which of the two counts."""

REQUIRED: Mapping[str, frozenset[str]] = {
    "VTIMEZONE": frozenset(("TZID",)),
    "STANDARD": frozenset(("DTSTART", "TZOFFSETFROM", "TZOFFSETTO")),
    "DAYLIGHT": frozenset(("DTSTART", "TZOFFSETFROM", "TZOFFSETTO")),
    "AVAILABLE": frozenset(("DTSTART",)),
}
"""By component: properties without which nothing can be said of it.

The standards want more (DTSTAMP, PRODID, ACTION, ...), and real programs leave it out. VERSION
and UID have refusals of their own. A VEVENT starts at its DTSTART, or where its RECURRENCE-ID
says.
"""

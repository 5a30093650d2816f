"""The value type of each property (RFC 5545 §3.8 and the standards that add to it)."""

from __future__ import annotations

from collections.abc import Mapping

from calendars.model.component import ContentLine

_BY_TYPE: Mapping[str, str] = {
    "TEXT": "ACTION BUSYTYPE CALSCALE CATEGORIES CLASS COLOR COMMENT CONTACT DESCRIPTION LOCATION"
    " LOCATION-TYPE METHOD NAME PARTICIPANT-TYPE PRODID PROXIMITY REFID RELATED-TO REQUEST-STATUS"
    " RESOURCE-TYPE RESOURCES STATUS STRUCTURED-DATA STYLED-DESCRIPTION SUMMARY TRANSP TZID"
    " TZID-ALIAS-OF TZNAME UID VERSION",
    "URI": "ATTACH CONCEPT CONFERENCE IMAGE LINK SOURCE TZURL URL",
    "CAL-ADDRESS": "ATTENDEE CALENDAR-ADDRESS ORGANIZER",
    "DATE-TIME": "ACKNOWLEDGED COMPLETED CREATED DTEND DTSTAMP DTSTART DUE EXDATE LAST-MODIFIED"
    " RDATE RECURRENCE-ID TZUNTIL",
    "DURATION": "DURATION REFRESH-INTERVAL TRIGGER",
    "PERIOD": "FREEBUSY",
    "RECUR": "EXRULE RRULE",
    "INTEGER": "PERCENT-COMPLETE PRIORITY REPEAT SEQUENCE",
    "FLOAT": "GEO",
    "UTC-OFFSET": "TZOFFSETFROM TZOFFSETTO",
}

DEFAULT_TYPES: Mapping[str, str] = {
    name: value_type for value_type, names in _BY_TYPE.items() for name in names.split()
}

LISTS = frozenset(("CATEGORIES", "EXDATE", "FREEBUSY", "LOCATION-TYPE", "RDATE", "RESOURCES"))
"""Properties whose value is a list with commas; in others a comma is part of the text."""


def value_type(line: ContentLine) -> str:
    """VALUE, else what the property is by default; UNKNOWN for properties not known here."""
    return (line.parameter("VALUE") or DEFAULT_TYPES.get(line.name, "UNKNOWN")).upper()

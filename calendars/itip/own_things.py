"""What an attendee has put into his own copy, and no message takes away from him."""

from __future__ import annotations

from calendars.itip.changes import is_own
from calendars.model.component import Component, ContentLine

_STRICTNESS = ("PUBLIC", "PRIVATE", "CONFIDENTIAL")
_OF_SENDER = ("X-ALT-DESC", "X-MICROSOFT-CDO-APPT-SEQUENCE")
"""X- properties that belong to the meeting and follow the message."""


def with_own_things(new: Component, known: Component) -> Component:
    """The message's component with alarms, TRANSP, CLASS, CATEGORIES, COLOR and X- of the copy.

    Of two classes the stricter one counts: what the organizer makes confidential later is
    confidential everywhere.
    """
    own: dict[str, list[ContentLine]] = {}
    for line in known.lines:
        if is_own(line[0]) and not line[0].startswith(_OF_SENDER):
            own.setdefault(line[0], []).append(line)
    if "CLASS" in own and _strictness(new) > _strictness(known):
        del own["CLASS"]
    lines = [line for line in new.lines if line[0] not in own]
    for kept in own.values():
        lines += kept
    alarms = [child for child in known.components if child.name == "VALARM"]
    return Component(new.name, lines, [*new.components, *alarms])


def _strictness(component: Component) -> int:
    value = (component.value("CLASS") or "PUBLIC").strip().upper()
    return _STRICTNESS.index(value) if value in _STRICTNESS else 1

"""Changes of which nobody outside is told: the agenda in the description, a priority (MTG-4).

Colleagues' copies follow by themselves; a mail for each word would teach people not to read them.
"""

from __future__ import annotations

from datetime import tzinfo

from calendars.itip.changes import changed_names
from calendars.itip.copy import Copy
from calendars.model.component import Component
from calendars.model.entry import entries_of

SLIGHT = frozenset(("DESCRIPTION", "STYLED-DESCRIPTION", "PRIORITY", "CONTACT", "RESOURCES"))


def is_slight(
    calendar: Component, former: Component | None, *, zone: tzinfo, back: bool = False
) -> bool:
    """A REQUEST says nothing that matters beyond what its recipient was told.

    Nothing new at all is slight where he waits to be told otherwise (`back`); else somebody wants
    it to be said once more (SCHEDULE-FORCE-SEND, RFC 6638 §7.2).
    """
    parts = entries_of(calendar)
    was = None if former is None else _same(former, parts[0])
    if former is None or was is None or len(parts) != 1:
        return False
    names = changed_names(Copy(former, zone), was, Copy(calendar, zone), parts[0])
    return names <= SLIGHT and (bool(names) or back)


def _same(former: Component, part: Component) -> Component | None:
    wanted = part.value("RECURRENCE-ID")
    found = (one for one in entries_of(former) if one.value("RECURRENCE-ID") == wanted)
    return next(found, None)

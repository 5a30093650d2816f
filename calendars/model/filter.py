"""What CALDAV:calendar-query asks for (RFC 4791 §9.7), and how far an index can answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from calendars.model.collation import Collation
from calendars.model.window import Window

INDEXED_COMPONENTS = frozenset(("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY"))
"""What the component type of a calendar object can be (RFC 4791 §4.1, RFC 7953 §7.2)."""


@dataclass(frozen=True, slots=True)
class TextMatch:
    """CALDAV:text-match (RFC 4791 §9.7.5): a substring of a value."""

    text: str
    collation: Collation = Collation.ASCII_CASEMAP
    negate: bool = False

    def holds(self, value: str) -> bool:
        """Whether a value, unescaped, passes."""
        return self.collation.contains(value, self.text) is not self.negate


@dataclass(frozen=True, slots=True)
class ParamFilter:
    """CALDAV:param-filter (RFC 4791 §9.7.3)."""

    name: str
    text_match: TextMatch | None = None
    is_not_defined: bool = False


@dataclass(frozen=True, slots=True)
class PropFilter:
    """CALDAV:prop-filter (RFC 4791 §9.7.2): all that it says holds for one property."""

    name: str
    time_range: Window | None = None
    text_match: TextMatch | None = None
    params: tuple[ParamFilter, ...] = ()
    is_not_defined: bool = False


@dataclass(frozen=True, slots=True)
class CompFilter:
    """CALDAV:comp-filter (RFC 4791 §9.7.1): all that it says holds for one component."""

    name: str
    time_range: Window | None = None
    props: tuple[PropFilter, ...] = ()
    comps: tuple[CompFilter, ...] = ()
    is_not_defined: bool = False

    @property
    def only_time(self) -> bool:
        """It asks for a type of component, and for a time at most."""
        return not (self.props or self.comps or self.is_not_defined)


class IndexPlan(NamedTuple):
    """What rows alone can say of a filter.

    `component`: only objects of this type can match; None leaves the type open.
    `window`: only objects with an instance that overlaps it can match; None leaves time open.
    `exact`: the objects found by these two are the answer, no text need be read.
    `needs_text`: they are candidates, and `filter_match.matches` decides on each of them.

    The window speaks of the index, where floating times and dates are read in the collection's
    zone: for a query with a CALDAV:timezone of its own (§9.8) look two days wider, and let
    `matches` decide.
    """

    component: str | None
    window: Window | None
    exact: bool
    needs_text: bool


def index_plan(wanted: CompFilter) -> IndexPlan:
    """How to answer a filter from rows, as far as they go.

    Exact for a bare VCALENDAR, and for VCALENDAR with one comp-filter that has a time-range at
    most (most of what clients ask). In every other case the rows narrow the search.
    """
    if wanted.only_time and wanted.time_range is None:
        return IndexPlan(None, None, exact=True, needs_text=False)
    inner = next((comp for comp in wanted.comps if _indexed(comp)), None)
    if inner is None:
        return IndexPlan(None, None, exact=False, needs_text=True)
    exact = (
        len(wanted.comps) == 1
        and not wanted.props
        and not wanted.is_not_defined
        and inner.only_time
    )
    return IndexPlan(inner.name, inner.time_range, exact=exact, needs_text=not exact)


def _indexed(comp: CompFilter) -> bool:
    return comp.name in INDEXED_COMPONENTS and not comp.is_not_defined

"""CALDAV:filter, CALDAV:calendar-data and CALDAV:time-range as values (RFC 4791 §9.6-9.9)."""

from __future__ import annotations

from calendars.dav.names import CALDAV
from calendars.dav.xml import Element, InvalidXml, children
from calendars.model.calendar_data import (
    CALENDAR_TYPES,
    CalendarData,
    ComponentSelection,
    PropertySelection,
)
from calendars.model.collation import Collation
from calendars.model.filter import CompFilter, ParamFilter, PropFilter, TextMatch
from calendars.model.invalid import (
    InvalidCalendarData,
    InvalidFilter,
    UnsupportedCalendarData,
    UnsupportedFilter,
)
from calendars.model.values import parse_datetime
from calendars.model.window import NEVER_AFTER, NEVER_BEFORE, Window

MAX_FILTERS = 64
"""comp-, prop- and param-filters of one query."""

MAX_COMPONENT_DEPTH = 4
"""VCALENDAR, VEVENT, VALARM, and one more (RFC 9074)."""

_COMP_FILTER, _PROP_FILTER, _PARAM_FILTER = (
    CALDAV(name) for name in ("comp-filter", "prop-filter", "param-filter")
)
_TIME_RANGE, _TEXT_MATCH, _IS_NOT_DEFINED = (
    CALDAV(name) for name in ("time-range", "text-match", "is-not-defined")
)
_PROP, _COMP = CALDAV("prop"), CALDAV("comp")

# RFC 4791 §9.9: what a time-range can be asked of.
_TIMED_COMPONENTS = frozenset(
    ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VALARM", "VAVAILABILITY")
)
_TIMED_PROPERTIES = frozenset(
    (
        *("DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "RDATE", "EXDATE", "FREEBUSY"),
        *("DTSTAMP", "CREATED", "LAST-MODIFIED", "COMPLETED", "TRIGGER", "ACKNOWLEDGED"),
    )
)
# Where the components of RFC 5545 stand: the only parents that they may have.
_PARENTS = {
    **dict.fromkeys(
        ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY"),
        frozenset(("VCALENDAR",)),
    ),
    "VCALENDAR": frozenset[str](),
    "VALARM": frozenset(("VEVENT", "VTODO")),
    "STANDARD": frozenset(("VTIMEZONE",)),
    "DAYLIGHT": frozenset(("VTIMEZONE",)),
    "AVAILABLE": frozenset(("VAVAILABILITY",)),
}


def filter_from_xml(element: Element) -> CompFilter:
    """A CALDAV:filter (RFC 4791 §9.7).

    Raises InvalidFilter, UnsupportedFilter or UnsupportedCollation.
    """
    _check_size(element)
    roots = list(children(element, _COMP_FILTER))
    if len(roots) != 1:
        raise InvalidFilter("a filter has exactly one comp-filter")
    root = _comp_filter(roots[0], None)
    if root.name != "VCALENDAR":
        raise InvalidFilter("the outermost comp-filter is VCALENDAR")
    return root


def _check_size(element: Element) -> None:
    for number, found in enumerate(element.iter(_COMP_FILTER, _PROP_FILTER, _PARAM_FILTER), 1):
        if number > MAX_FILTERS:
            raise UnsupportedFilter(f"more than {MAX_FILTERS} filters in one query")
        depth = sum(1 for _ in found.iterancestors(_COMP_FILTER)) + (found.tag == _COMP_FILTER)
        if depth > MAX_COMPONENT_DEPTH:
            raise UnsupportedFilter("comp-filters nested too deeply")


def _comp_filter(element: Element, parent: str | None) -> CompFilter:
    name = _name(element)
    _check_parent(name, parent)
    _check_children(element, _TIME_RANGE, _PROP_FILTER, _COMP_FILTER)
    if _is_not_defined(element):
        return CompFilter(name, is_not_defined=True)
    time_range = _at_most_one(element, _TIME_RANGE)
    if time_range is not None and name not in _TIMED_COMPONENTS:
        raise InvalidFilter(f"{name[:40]} has no time for a time-range")
    return CompFilter(
        name,
        time_range=None if time_range is None else time_range_from_xml(time_range),
        props=tuple(map(_prop_filter, children(element, _PROP_FILTER))),
        comps=tuple(_comp_filter(child, name) for child in children(element, _COMP_FILTER)),
    )


def _check_parent(name: str, parent: str | None) -> None:
    """RFC 4791 §7.8: a filter cannot nest a VEVENT in a VTODO."""
    parents = _PARENTS.get(name)
    if parent is not None and parents is not None and parent not in parents:
        raise InvalidFilter(f"{name} does not stand inside {parent[:40]}")


def _prop_filter(element: Element) -> PropFilter:
    name = _name(element)
    _check_children(element, _TIME_RANGE, _TEXT_MATCH, _PARAM_FILTER)
    if _is_not_defined(element):
        return PropFilter(name, is_not_defined=True)
    time_range, text = _at_most_one(element, _TIME_RANGE), _at_most_one(element, _TEXT_MATCH)
    if time_range is not None and text is not None:
        raise InvalidFilter("a prop-filter has a time-range or a text-match")
    if time_range is not None and not (name in _TIMED_PROPERTIES or name.startswith("X-")):
        raise InvalidFilter(f"{name[:40]} has no time for a time-range")
    return PropFilter(
        name,
        time_range=None if time_range is None else time_range_from_xml(time_range),
        text_match=None if text is None else _text_match(text),
        params=tuple(map(_param_filter, children(element, _PARAM_FILTER))),
    )


def _param_filter(element: Element) -> ParamFilter:
    name = _name(element)
    _check_children(element, _TEXT_MATCH)
    if _is_not_defined(element):
        return ParamFilter(name, is_not_defined=True)
    text = _at_most_one(element, _TEXT_MATCH)
    return ParamFilter(name, None if text is None else _text_match(text))


def _text_match(element: Element) -> TextMatch:
    negate = element.get("negate-condition", "no")
    if negate not in {"yes", "no"}:
        raise InvalidFilter("negate-condition is yes or no")
    collation = Collation.named(element.get("collation", Collation.ASCII_CASEMAP.value))
    # Not stripped: blanks are part of what is looked for.
    text = "".join(str(part) for part in element.itertext())
    return TextMatch(text, collation, negate == "yes")


def time_range_from_xml(element: Element, *, closed: bool = False) -> Window:
    """A CALDAV:time-range, or an element with the same attributes (RFC 4791 §9.9).

    One bound may be missing unless the range must be closed. Raises InvalidFilter.
    """
    start, end = element.get("start"), element.get("end")
    if start is None and end is None:
        raise InvalidFilter("a time-range has a start or an end")
    if closed and (start is None or end is None):
        raise InvalidFilter("this range needs a start and an end")
    window = Window(
        NEVER_BEFORE if start is None else _utc(start), NEVER_AFTER if end is None else _utc(end)
    )
    if window.start >= window.end:
        raise InvalidFilter("a time-range ends after its start")
    return window


def _utc(text: str) -> int:
    """RFC 4791 §9.9: date with UTC time. Raises InvalidFilter."""
    if not text.endswith("Z"):
        raise InvalidFilter("a time-range is written in UTC, as in 20260924T000000Z")
    try:
        return int(parse_datetime(text).timestamp())
    except InvalidCalendarData as error:
        raise InvalidFilter(str(error)) from None


def calendar_data_from_xml(element: Element) -> CalendarData:
    """A CALDAV:calendar-data inside DAV:prop (RFC 4791 §9.6).

    Raises UnsupportedCalendarData, InvalidFilter for a bad range, InvalidXml.
    """
    media_type = element.get("content-type", "text/calendar").strip().lower()
    if media_type not in CALENDAR_TYPES or element.get("version", "2.0") != "2.0":
        raise UnsupportedCalendarData("calendar data is iCalendar 2.0 or jCal here")
    comp = _at_most_one(element, _COMP)
    selection = None if comp is None else _selection(comp)
    if selection is not None and selection.name != "VCALENDAR":
        raise InvalidXml("the outermost comp of calendar-data is VCALENDAR")
    expand = _range_of(element, "expand")
    limit = _range_of(element, "limit-recurrence-set")
    if expand is not None and limit is not None:
        raise InvalidXml("calendar-data has expand or limit-recurrence-set")
    return CalendarData(
        media_type=media_type,
        selection=selection,
        expand=expand,
        limit_recurrence_set=limit,
        limit_freebusy_set=_range_of(element, "limit-freebusy-set"),
    )


def _range_of(element: Element, name: str) -> Window | None:
    """RFC 4791 §9.6.5-9.6.7: these have both bounds."""
    found = _at_most_one(element, CALDAV(name))
    return None if found is None else time_range_from_xml(found, closed=True)


def _selection(element: Element) -> ComponentSelection:
    """CALDAV:comp (RFC 4791 §9.6.1); an empty one stands for the whole component."""
    properties = list(children(element, _PROP))
    components = list(children(element, _COMP))
    all_properties = next(children(element, CALDAV("allprop")), None) is not None
    all_components = next(children(element, CALDAV("allcomp")), None) is not None
    if not (properties or components or all_properties or all_components):
        return ComponentSelection(_name(element))
    return ComponentSelection(
        _name(element),
        properties=None if all_properties else tuple(map(_selected_property, properties)),
        components=None if all_components else tuple(map(_selection, components)),
    )


def _selected_property(element: Element) -> PropertySelection:
    return PropertySelection(_name(element), no_value=element.get("novalue") == "yes")


def _name(element: Element) -> str:
    """Names are compared without case in ASCII (RFC 5545 §2)."""
    name = element.get("name", "").strip()
    if not name:
        raise InvalidFilter("a filter names what it looks at")
    return name.upper() if name.isascii() else name


def _is_not_defined(element: Element) -> bool:
    """CALDAV:is-not-defined stands alone (RFC 4791 §9.7.4). Raises InvalidFilter."""
    names = [child.tag for child in children(element)]
    if _IS_NOT_DEFINED not in names:
        return False
    if any(name in _CONDITIONS for name in names):
        raise InvalidFilter("is-not-defined stands alone")
    return True


_CONDITIONS = frozenset((_TIME_RANGE, _TEXT_MATCH, _COMP_FILTER, _PROP_FILTER, _PARAM_FILTER))


def _check_children(element: Element, *known: str) -> None:
    """Elements of other name spaces are ignored (RFC 4918 §17), CalDAV's own are not."""
    for child in children(element):
        name = str(child.tag)
        if name.startswith(CALDAV("")) and name not in known and name != _IS_NOT_DEFINED:
            raise InvalidFilter(f"no {name.removeprefix(CALDAV(''))[:40]} stands here")


def _at_most_one(element: Element, name: str) -> Element | None:
    found = list(children(element, name))
    if len(found) > 1:
        raise InvalidFilter(f"more than one {name.removeprefix(CALDAV(''))}")
    return found[0] if found else None

"""Change single lines of a component and leave every other one as it was written."""

from __future__ import annotations

from datetime import UTC, date, tzinfo

from calendars.model.component import Component, ContentLine, escape
from calendars.model.utc_text import utc_text
from calendars.model.wall_clock import epoch_to_local


def put_line(component: Component, line: ContentLine) -> None:
    """The line in the place of the first one of its name, the only one of it from now on."""
    kept: list[ContentLine] = []
    placed = False
    for old in component.lines:
        if old.name != line.name:
            kept.append(old)
        elif not placed:
            kept.append(line)
            placed = True
    if not placed:
        kept.append(line)
    component.lines[:] = kept


def drop_lines(component: Component, *names: str) -> None:
    """No line of these names is left."""
    component.lines[:] = [line for line in component.lines if line.name not in names]


def put_value(component: Component, name: str, value: str | None) -> None:
    """A value without parameters; None drops the property."""
    if value is None:
        drop_lines(component, name)
    else:
        put_line(component, ContentLine(name, "", value))


def put_text(component: Component, name: str, text: str | None) -> None:
    """A TEXT value; None drops the property, an equal text leaves its line as it is.

    ALTREP and LANGUAGE spoke of the former text and go with it.
    """
    if text is not None and component.value(name) == escape(text):
        return
    put_value(component, name, None if text is None else escape(text))


def put_moment(
    component: Component, name: str, moment: date | int | None, tzid: str, zone: tzinfo
) -> None:
    """A DATE, or a DATE-TIME by the clocks of a zone; None drops the property."""
    if moment is None:
        drop_lines(component, name)
    else:
        put_line(component, moment_line(name, moment, tzid, zone))


def moment_line(name: str, moment: date | int, tzid: str, zone: tzinfo) -> ContentLine:
    """A day as VALUE=DATE, an instant in UTC, with a TZID, or floating where the TZID is empty."""
    if not isinstance(moment, int):
        return ContentLine(name, ";VALUE=DATE", f"{moment:%Y%m%d}")
    if zone is UTC and tzid == "UTC":
        return ContentLine(name, "", utc_text(moment))
    wall = f"{epoch_to_local(moment, zone):%Y%m%dT%H%M%S}"
    return ContentLine(name, f";TZID={_quoted(tzid)}" if tzid else "", wall)


def stamp(component: Component, now: int, *, revised: bool) -> None:
    """The component was changed now; a revised one is to be answered anew (RFC 5545 §3.8.7.4)."""
    put_value(component, "DTSTAMP", utc_text(now))
    put_value(component, "LAST-MODIFIED", utc_text(now))
    if revised:
        sequence = component.value("SEQUENCE") or "0"
        number = int(sequence) if sequence.isascii() and sequence.isdigit() else 0
        put_value(component, "SEQUENCE", str(number + 1))


def _quoted(value: str) -> str:
    return f'"{value}"' if any(mark in value for mark in ":;,") else value

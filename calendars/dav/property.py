"""What a live property is: a name, the kinds of resource that bear it, how it is read and set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from calendars.dav.resource import Kind, Resource
from calendars.dav.xml import Element
from calendars.kernel.errors import InvalidInput

Read: TypeAlias = Callable[[Resource], str | None]
"""The XML inside the property, None where this resource does not bear it."""

Write: TypeAlias = Callable[[Element | None], dict[str, object]]
"""The columns of the collection that a new value sets; None removes the property."""

WriteAt: TypeAlias = Callable[[Resource, Element | None], dict[str, object]]
"""The same, where it depends on the resource what can be set."""


class BadPropertyValue(InvalidInput):
    """A value that the property cannot take; `condition` is the precondition it breaks."""

    def __init__(self, message: str, condition: str | None = None) -> None:
        super().__init__(message)
        self.condition = condition


@dataclass(frozen=True, slots=True)
class Property:
    """One row of the tables in `dav/properties`."""

    name: str
    on: frozenset[Kind]
    read: Read
    write: Write | None = None
    in_allprop: bool = False
    at_creation: Write | None = None
    """Set when the calendar is made, protected afterwards."""
    write_at: WriteAt | None = None

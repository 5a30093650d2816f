"""A calendar of somebody else that stands in one's own home (SEC-5, protocol T19).

Clients such as Thunderbird look nowhere but into the home of the login they are given. What a
delegation opens is therefore found there too, under a name that tells whose it is; rights are
those of the delegation at each request, whatever stands here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from textwrap import shorten

from calendars.kernel.identifiers import Login
from calendars.model.calendar_collection import CalendarCollection

SEPARATOR = "~"
"""It stands in no login and in no name that a calendar is given here."""

# Told apart on a white page, and from the blues and greens that clients give to a first calendar.
_COLORS = ("#8E44AD", "#C0392B", "#B9770E", "#117A65", "#1F618D", "#7B241C", "#6C3483", "#4D5656")


_OWNER_WIDTH = 24
"""Characters; a service has a longer name than the side bar of a calendar program is wide."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one member sees one mounted calendar; None stands for what is usual."""

    display_name: str | None = None
    color: str | None = None
    display_order: str | None = None
    transparent: bool = True
    hidden: bool = False


def mount_name(owner: str, name: str) -> str:
    """The last path segment of a mounted calendar."""
    return f"{owner}{SEPARATOR}{name}"


def owner_and_name(mounted: str) -> tuple[str, str] | None:
    """Whose calendar a mount name speaks of, and which one; None where it is no such name."""
    owner, separator, name = mounted.partition(SEPARATOR)
    return (owner, name) if owner and separator and name else None


def mounted(
    collection: CalendarCollection, member: Login, owner_name: str, look: Look
) -> CalendarCollection:
    """The calendar as the member sees it in his own home: it says whose it is.

    What it is comes first: lists of calendars are narrow, and many are of one owner.
    """
    usual = collection.display_name or collection.name
    if owner_name not in usual:
        usual = f"{usual} — {shorten(owner_name, _OWNER_WIDTH, placeholder='…')}"
    return replace(
        collection,
        display_name=look.display_name or usual,
        color=look.color or collection.color or _COLORS[collection.id % len(_COLORS)],
        display_order=look.display_order,
        transparent=look.transparent,
        mounted_at=(member, mount_name(collection.owner_login, collection.name)),
    )

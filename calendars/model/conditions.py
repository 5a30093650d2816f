"""Conditional requests (RFC 9110 §13.1, RFC 6638 §8.3), decided in the transaction of the deed."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.kernel.errors import PreconditionFailed


@dataclass(frozen=True, slots=True)
class Precondition:
    """If-Match and If-None-Match as sets of tags, "*" stands for any; If-Schedule-Tag-Match."""

    if_match: frozenset[str] | None = None
    if_none_match: frozenset[str] | None = None
    if_schedule_tag: str | None = None

    def check(self, etag: str | None, schedule_tag: str | None = None) -> None:
        """Raises PreconditionFailed unless all hold for the present tags, None if there is none."""
        if self.if_match is not None and not _fits(self.if_match, etag):
            raise PreconditionFailed(
                "the object was changed or removed in the meantime" if etag else "no such object"
            )
        if self.if_none_match is not None and _fits(self.if_none_match, etag):
            raise PreconditionFailed("there is an object of that name already")
        if self.if_schedule_tag is not None and self.if_schedule_tag != schedule_tag:
            raise PreconditionFailed("the meeting was changed in the meantime")


NO_CONDITION = Precondition()


def _fits(tags: frozenset[str], etag: str | None) -> bool:
    return etag is not None and ("*" in tags or etag in tags)


def tags_of(header: str) -> frozenset[str]:
    """The opaque tags of an If-Match or If-None-Match header.

    Unquoted tags are taken too: the CalDav Synchronizer sends them. A weak tag never matches
    strongly (RFC 9110 §8.8.3.2), so it is kept with its mark.
    """
    return frozenset(part.strip().strip('"') for part in header.split(",") if part.strip())


def schedule_tag_of(header: str) -> str:
    """The one opaque tag of If-Schedule-Tag-Match (RFC 6638 §8.3), quoted or not."""
    return header.strip().strip('"')

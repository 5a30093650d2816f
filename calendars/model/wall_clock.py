"""Between what clocks on the wall show and epoch seconds (RFC 5545 §3.3.5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clock, on purpose
_LOWEST = -62_135_000_000  # in year 1, a good day from its start
_HIGHEST = 253_402_200_000  # in year 9999, a good day from its end


def local_to_epoch(naive: datetime, zone: tzinfo) -> int:
    """The instant at which the clocks of a zone show that time.

    A time that the clocks skip counts with the offset before the gap, one that they show twice is
    the first of the two (RFC 5545 §3.3.5): `fold=0` of Python's zones means just that.
    """
    since = naive - _EPOCH
    seconds = since.days * 86_400 + since.seconds
    if zone is UTC:
        return seconds
    offset = zone.utcoffset(naive)
    if offset is None:
        return seconds
    return seconds - offset.days * 86_400 - offset.seconds


def epoch_to_local(epoch: int, zone: tzinfo) -> datetime:
    """What the clocks of a zone show at an instant; instants beyond all dates are drawn in."""
    instant = _EPOCH + timedelta(seconds=min(max(epoch, _LOWEST), _HIGHEST))
    if zone is UTC:
        return instant
    return instant.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None, fold=0)


def minutes_of_clock(clock: str) -> int:
    """Minutes after midnight of `07:30`; its form is the caller's to have checked."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def clock_of_minutes(minutes: int) -> str:
    """`07:30`; `24:00` is the midnight that ends the day."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"

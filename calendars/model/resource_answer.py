"""What a resource answers to a request, occurrence by occurrence, and why (RES-1).

Pure: the policy, what is asked and what is taken come in, an answer goes out. Who books, and the
title of a booking, are not known here, so that no answer can tell them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from typing import NamedTuple

from calendars.model.blocks import Blocks
from calendars.model.free_period import is_open, next_free
from calendars.model.resource_policy import DAY, MINUTE, AnswerMode, Closure, ResourcePolicy
from calendars.model.window import Window


class Answer(StrEnum):
    """PARTSTAT, as far as a resource has it (RFC 5545 §3.2.12)."""

    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    OPEN = "NEEDS-ACTION"


class Reason(StrEnum):
    """Why a resource does not say yes."""

    NOT_LENT = "not-lent"
    """It is lent to nobody at present."""
    NOT_ALLOWED = "not-allowed"
    """Not to this person."""
    TOO_MANY = "too-many-people"
    TOO_LONG = "too-long"
    TOO_SOON = "too-soon"
    """Less time before the start than it takes."""
    TOO_FAR = "too-far"
    """Beyond the last day for which it is lent already."""
    HOURS = "outside-hours"
    OUT_OF_SERVICE = "out-of-service"
    BUSY = "busy"
    TOO_CLOSE = "too-close"
    """Free, but with less time to the next booking than it needs between two."""
    AWAITING = "awaiting-approval"
    """A person will answer."""


class Slot(NamedTuple):
    """One occurrence that is asked for."""

    starts_at: int
    ends_at: int
    recurrence_id: int | None = None
    """Its original start; None for what does not recur."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRequest:
    """What is asked for."""

    slots: Sequence[Slot]
    """The occurrences that are judged one by one, by start."""
    people: int = 1
    may_book: bool = True
    whole_days: bool = False
    last_end: int | None = None
    """Where a series ends of which `slots` holds only a part; NEVER_AFTER if it does not."""
    granted: frozenset[Slot] = frozenset()
    """What was accepted before: a new title does not put it at risk."""


class Refusal(NamedTuple):
    """An occurrence that is not possible, why, and what is in the way."""

    slot: Slot
    reason: Reason
    block: Window | None = None
    note: str = ""
    """Why it is out of service, in the words of who closed it."""


@dataclass(frozen=True, slots=True)
class ResourceAnswer:
    """The answer, the exceptions from it, and what people are told."""

    answer: Answer
    """To everything that `exceptions` does not name."""
    exceptions: dict[int, Answer]
    """By original start."""
    reason: Reason | None = None
    refusals: tuple[Refusal, ...] = ()
    total: int = 1
    """Occurrences that were judged."""
    next_free: Window | None = None
    """The next period of the same length, where the time is what stood in the way."""
    searched: bool = False
    """A free period was looked for."""


class _Search(NamedTuple):
    """The next free period, and whether it was looked for."""

    found: Window | None
    done: bool


_NOT_SEARCHED = _Search(None, done=False)
_OF_TIME = frozenset(
    (Reason.TOO_SOON, Reason.HOURS, Reason.OUT_OF_SERVICE, Reason.BUSY, Reason.TOO_CLOSE)
)


def decide(
    policy: ResourcePolicy,
    request: BookingRequest,
    busy: Iterable[tuple[int, int]],
    closures: Sequence[Closure] = (),
    *,
    now: int,
    zone: tzinfo,
) -> ResourceAnswer:
    """What the policy says to a request; `busy` are the bookings of others."""
    total = len(request.slots)
    if policy.mode is AnswerMode.NONE:
        return ResourceAnswer(Answer.OPEN, {}, Reason.AWAITING, total=total)
    if policy.mode is AnswerMode.ACCEPT:
        return ResourceAnswer(Answer.ACCEPTED, {}, total=total)
    judge = _Judge(policy, busy, closures, now=now, zone=zone)
    against = judge.whole(request)
    if against is not None:
        return _not_accepted(policy, against, (), total)
    refusals = tuple(filter(None, map(judge.slot, _open_slots(request))))
    if not refusals:
        return _nothing_against(policy, request)
    free = judge.next_free(refusals[0], whole_days=request.whole_days)
    if len(refusals) > policy.tolerated(total) or len(refusals) == total:
        return _not_accepted(policy, refusals[0].reason, refusals, total, free)
    return _in_part(policy, request, refusals, free)


def _open_slots(request: BookingRequest) -> Iterable[Slot]:
    return (slot for slot in request.slots if slot not in request.granted)


def _nothing_against(policy: ResourcePolicy, request: BookingRequest) -> ResourceAnswer:
    total = len(request.slots)
    if policy.mode in {AnswerMode.AUTOMATIC, AnswerMode.ACCEPT_IF_FREE}:
        return ResourceAnswer(Answer.ACCEPTED, {}, total=total)
    return _asked(request, {}, (), total)


def _asked(
    request: BookingRequest,
    declined: dict[int, Answer],
    refusals: tuple[Refusal, ...],
    total: int,
    free: _Search = _NOT_SEARCHED,
) -> ResourceAnswer:
    """A person answers what was not granted before."""
    kept = [slot for slot in request.slots if slot in request.granted]
    if len(kept) == total:
        return ResourceAnswer(Answer.ACCEPTED, {}, total=total)
    exceptions = {
        slot.recurrence_id: Answer.ACCEPTED for slot in kept if slot.recurrence_id is not None
    }
    return ResourceAnswer(
        Answer.OPEN, exceptions | declined, Reason.AWAITING, refusals, total, *free
    )


def _not_accepted(
    policy: ResourcePolicy,
    reason: Reason,
    refusals: tuple[Refusal, ...],
    total: int,
    free: _Search = _NOT_SEARCHED,
) -> ResourceAnswer:
    """A plain no, or the question to a person where the policy only accepts by itself."""
    answer = Answer.OPEN if policy.mode is AnswerMode.ACCEPT_IF_FREE else Answer.DECLINED
    return ResourceAnswer(answer, {}, reason, refusals, total, *free)


def _in_part(
    policy: ResourcePolicy,
    request: BookingRequest,
    refusals: tuple[Refusal, ...],
    free: _Search,
) -> ResourceAnswer:
    """A series but for the occurrences that are in the way of something."""
    total = len(request.slots)
    against = Answer.OPEN if policy.mode is AnswerMode.ACCEPT_IF_FREE else Answer.DECLINED
    exceptions = {
        one.slot.recurrence_id: against for one in refusals if one.slot.recurrence_id is not None
    }
    if policy.mode in {AnswerMode.AUTOMATIC, AnswerMode.ACCEPT_IF_FREE}:
        reason = refusals[0].reason
        return ResourceAnswer(Answer.ACCEPTED, exceptions, reason, refusals, total, *free)
    return _asked(request, exceptions, refusals, total, free)


class _Judge:
    """The rules of one policy at one instant."""

    def __init__(
        self,
        policy: ResourcePolicy,
        busy: Iterable[tuple[int, int]],
        closures: Sequence[Closure],
        *,
        now: int,
        zone: tzinfo,
    ) -> None:
        # An event without length is indexed with a second.
        taken = [(start, end) for start, end in busy if end - start > 1]
        gap = policy.gap
        self._policy, self._closures, self._now, self._zone = policy, closures, now, zone
        self._horizon = now + (policy.max_ahead or 0) * DAY
        self._bookings = Blocks(taken)
        self._all = Blocks(
            [
                *((start - gap, end + gap) for start, end in taken),
                *((closure.starts_at, closure.ends_at) for closure in closures),
            ]
        )

    def whole(self, request: BookingRequest) -> Reason | None:
        """What speaks against all of it, whenever it is."""
        policy = self._policy
        if policy.max_attendees is not None and request.people > policy.max_attendees:
            return Reason.TOO_MANY
        if all(slot in request.granted for slot in request.slots):
            return None
        if policy.mode is AnswerMode.DECLINE:
            return Reason.NOT_LENT
        if not request.may_book:
            return Reason.NOT_ALLOWED
        beyond = policy.max_ahead is not None and (request.last_end or 0) > self._horizon
        return Reason.TOO_FAR if beyond else None

    def slot(self, slot: Slot) -> Refusal | None:
        """What speaks against one occurrence."""
        policy, start, end = self._policy, slot.starts_at, slot.ends_at
        if policy.max_duration is not None and end - start > policy.max_duration * MINUTE:
            return Refusal(slot, Reason.TOO_LONG)
        # What is over needs no notice: it is written down afterwards.
        if end > self._now and start < self._now + policy.min_notice * MINUTE:
            return Refusal(slot, Reason.TOO_SOON)
        if policy.max_ahead is not None and end > self._horizon:
            return Refusal(slot, Reason.TOO_FAR)
        if not is_open(policy, start, end, self._zone):
            return Refusal(slot, Reason.HOURS)
        return self._closed(slot) or self._taken(slot)

    def _closed(self, slot: Slot) -> Refusal | None:
        window = Window(slot.starts_at, max(slot.ends_at, slot.starts_at + 1))
        for closure in self._closures:
            if window.overlaps(closure.starts_at, closure.ends_at):
                block = Window(closure.starts_at, closure.ends_at)
                return Refusal(slot, Reason.OUT_OF_SERVICE, block, closure.reason)
        return None

    def _taken(self, slot: Slot) -> Refusal | None:
        start, end = slot.starts_at, max(slot.ends_at, slot.starts_at + 1)
        block = self._bookings.first_in(start, end)
        if block is not None:
            return Refusal(slot, Reason.BUSY, block)
        gap = self._policy.gap
        block = self._bookings.first_in(start - gap, end + gap) if gap else None
        return None if block is None else Refusal(slot, Reason.TOO_CLOSE, block)

    def next_free(self, refusal: Refusal, *, whole_days: bool) -> _Search:
        """The next period of the same length, and whether one was looked for."""
        if refusal.reason not in _OF_TIME:
            return _NOT_SEARCHED
        slot = refusal.slot
        found = next_free(
            self._policy,
            self._all,
            slot.ends_at - slot.starts_at,
            after=slot.starts_at,
            now=self._now,
            zone=self._zone,
            whole_days=whole_days,
        )
        return _Search(found, done=True)

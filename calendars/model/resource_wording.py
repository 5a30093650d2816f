"""The answer of a resource in French (FR-1, FR-2): the reason, and the next free period.

It tells when the resource is taken, never by whom or for what (SEC-3).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo
from typing import NamedTuple

from calendars.model.french_dates import NBSP, hour, lasting, long_date, moment
from calendars.model.resource_answer import Answer, Reason, Refusal, ResourceAnswer
from calendars.model.resource_policy import DAY, MINUTE, Category, ResourcePolicy
from calendars.model.wall_clock import epoch_to_local
from calendars.model.window import Window

LISTED = 5
"""Occurrences that are named one by one in a text."""


class _Noun(NamedTuple):
    """How a text speaks of a resource."""

    subject: str
    ending: str
    """Of what agrees with it."""


_NOUNS = {
    Category.ROOM: _Noun("La salle", "e"),
    Category.VEHICLE: _Noun("Le véhicule", ""),
    Category.EQUIPMENT: _Noun("Le matériel", ""),
}


def comment(
    answer: ResourceAnswer, policy: ResourcePolicy, category: Category, *, now: int, zone: tzinfo
) -> str:
    """What the organizer reads; empty where there is nothing to explain."""
    if answer.reason is None:
        return ""
    words = _Words(policy, _NOUNS[category], now, zone)
    if answer.refusals and answer.total > 1:
        sentences = [words.of_series(answer)]
    elif answer.refusals:
        sentences = [words.refusal(answer.refusals[0])]
    else:
        sentences = [words.whole(answer.reason)]
    if answer.answer is Answer.OPEN:
        sentences.append(words.awaiting())
    elif answer.searched:
        sentences.append(words.next_free(answer.next_free))
    return " ".join(filter(None, sentences))


class _Words:
    """Sentences about one resource."""

    def __init__(self, policy: ResourcePolicy, noun: _Noun, now: int, zone: tzinfo) -> None:
        self._policy, self._noun, self._now, self._zone = policy, noun, now, zone

    def whole(self, reason: Reason) -> str:
        """What speaks against the whole request."""
        subject, ending = self._noun
        people = self._policy.max_attendees
        return {
            Reason.NOT_LENT: f"{subject} n'est pas prêté{ending} en ce moment.",
            Reason.NOT_ALLOWED: f"{subject} est réservé{ending} à d'autres personnes ou services.",
            Reason.TOO_MANY: f"{subject} n'a que {people}{NBSP}places.",
            Reason.TOO_FAR: self._too_far(),
        }.get(reason, "")

    def refusal(self, refusal: Refusal) -> str:
        """What speaks against one time."""
        subject, ending = self._noun
        policy = self._policy
        match refusal.reason:
            case Reason.BUSY if refusal.block is not None:
                return f"{subject} est déjà réservé{ending} {self.period(refusal.block)}."
            case Reason.TOO_CLOSE if refusal.block is not None:
                gap = lasting(policy.gap // MINUTE)
                return (
                    f"{subject} est déjà réservé{ending} {self.period(refusal.block)}, et il faut "
                    f"{gap} entre deux réservations."
                )
            case Reason.OUT_OF_SERVICE if refusal.block is not None:
                note = f" ({refusal.note})" if refusal.note else ""
                return f"{subject} est hors service {self.period(refusal.block)}{note}."
            case Reason.TOO_SOON:
                notice = lasting(policy.min_notice)
                return f"{subject} se réserve au moins {notice} à l'avance."
            case Reason.TOO_LONG:
                return f"{subject} se réserve pour {lasting(policy.max_duration or 0)} au plus."
            case Reason.TOO_FAR:
                return self._too_far()
            case Reason.HOURS:
                return f"{subject} n'est pas prêté{ending} à ces heures."
            case _:
                return ""

    def _too_far(self) -> str:
        last = epoch_to_local(self._now + (self._policy.max_ahead or 0) * DAY, self._zone)
        subject = self._noun.subject
        return f"{subject} se réserve jusqu'au {long_date(last.date())} pour l'instant."

    def of_series(self, answer: ResourceAnswer) -> str:
        """Which occurrences are not possible, and why the first one is not."""
        count, total = len(answer.refusals), answer.total
        listed = [self._day(one) for one in answer.refusals[:LISTED]]
        rest = count - LISTED
        more = "" if rest < 1 else " et une autre" if rest == 1 else f" et {rest}{NBSP}autres"
        verb = "ne sont pas possibles" if count > 1 else "n'est pas possible"
        head = f"{count} des {total}{NBSP}occurrences {verb}{NBSP}: {', '.join(listed)}{more}."
        why = self.refusal(answer.refusals[0])
        if count > 1:
            why = f"Pour la première{NBSP}: {why[0].lower()}{why[1:]}"
        return f"{head} {why}"

    def _day(self, refusal: Refusal) -> str:
        return long_date(epoch_to_local(refusal.slot.starts_at, self._zone).date())

    def awaiting(self) -> str:
        """A person will answer."""
        return f"La demande est transmise{NBSP}; une personne y répondra."

    def next_free(self, found: Window | None) -> str:
        """The next period, or that there is none soon."""
        if found is None:
            return "Aucun créneau libre de cette durée dans les deux mois qui suivent."
        start, end = (epoch_to_local(instant, self._zone) for instant in found)
        if _is_midnight(start) and _is_midnight(end) and end > start:
            return f"Prochain créneau libre{NBSP}: {long_date(start.date())}."
        return f"Prochain créneau libre{NBSP}: {moment(found.start, self._zone)}."

    def period(self, block: Window) -> str:
        """`de 14 h à 15 h 30`; with the days where it goes over several."""
        start, end = (epoch_to_local(instant, self._zone) for instant in block)
        if _is_midnight(start) and _is_midnight(end):
            last = end.date() - timedelta(days=1)
            if last == start.date():
                return f"toute la journée du {long_date(last)}"
            return f"du {long_date(start.date())} au {long_date(last)}"
        if start.date() == end.date():
            return f"de {hour(start)} à {hour(end)}"
        return f"du {moment(block.start, self._zone)} au {moment(block.end, self._zone)}"


def _is_midnight(clock: datetime) -> bool:
    return clock.time() == time()

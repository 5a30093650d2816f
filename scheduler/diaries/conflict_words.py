"""Conflicts in words that tell neither a title nor a name that the reader may not know (SEC-1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from calendars.model.french_dates import hour, long_date
from calendars.model.typeset import typeset
from calendars.model.wall_clock import epoch_to_local
from scheduler.diaries.rules import Conflict
from scheduler.slots.codes import ConflictCode
from scheduler.slots.wording import explained

OCCUPIED = "Occupé"
"""Who has a time, where the reader may not know."""
_WORDS = {
    ConflictCode.OVERLAP: "deux engagements à la fois",
    ConflictCode.OVERLAP_TENTATIVE: "une option ou une invitation sans réponse au même moment",
    ConflictCode.RESOURCE: "la ressource demandée n'est pas disponible",
    ConflictCode.ABSENT: "pendant une absence",
    ConflictCode.TRAVEL: "trop peu de temps pour le trajet",
    ConflictCode.HOURS: "hors des heures de travail",
    ConflictCode.HOLIDAY: "un jour férié",
    ConflictCode.CLOSURE: "un jour de fermeture",
    ConflictCode.DAY_LOAD: "une journée chargée",
    ConflictCode.LUNCH: "pause déjeuner réduite",
    ConflictCode.NOT_TOGETHER: "deux personnes qui ne s'absentent pas en même temps",
}


def words_of(conflict: Conflict, zone: tzinfo) -> str:
    """« deux engagements à la fois, mardi 3 mars 2026 de 14 h à 15 h ».

    A resource says why in its own words, which name nobody (RES-1).
    """
    told = _WORDS[conflict.code]
    if conflict.because:
        unit = " min" if conflict.code is ConflictCode.TRAVEL else ""
        told = f"{told} ({conflict.because}{unit})"
    dated = f"{told}, {when(conflict.starts_at, conflict.ends_at, zone)}"
    return typeset(explained(dated, conflict.answer))


FIRST_DATES = 3


def words_of_many(conflicts: Sequence[Conflict], zone: tzinfo) -> Iterator[str]:
    """One line a code: « un jour férié : lundi 1er mai 2028, … et 5 autres dates »."""
    by_code: dict[ConflictCode, list[Conflict]] = {}
    for one in conflicts:
        by_code.setdefault(one.code, []).append(one)
    for code, found in by_code.items():
        if len(found) == 1:
            yield words_of(found[0], zone)
            continue
        first = [_dated(one, zone) for one in found[:FIRST_DATES]]
        more = len(found) - FIRST_DATES
        if more <= 0:
            listed = f"{', '.join(first[:-1])} et {first[-1]}"
        else:
            others = "une autre date" if more == 1 else f"{more} autres dates"
            listed = f"{', '.join(first)} et {others}"
        yield typeset(f"{_WORDS[code]} : {listed}")


def _dated(one: Conflict, zone: tzinfo) -> str:
    """A day that is closed is told by its name, everything else by its hours."""
    if one.code in {ConflictCode.HOLIDAY, ConflictCode.CLOSURE}:
        day = long_date(epoch_to_local(one.starts_at, zone).date())
        return f"{day} ({one.because})" if one.because else day
    return when(one.starts_at, one.ends_at, zone)


def when(starts_at: int, ends_at: int, zone: tzinfo) -> str:
    """« mardi 3 mars 2026 de 14 h à 15 h »."""
    start, end = (epoch_to_local(at, zone) for at in (starts_at, ends_at))
    if start.date() != end.date():
        return f"du {long_date(start.date())} au {long_date(end.date())}"
    return f"{long_date(start.date())} de {hour(start)} à {hour(end)}"

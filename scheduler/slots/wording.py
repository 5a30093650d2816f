"""Slots in words: why each is not perfect, and why there are no others (MTG-3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calendars.model.french_dates import long_date
from calendars.model.typeset import typeset
from scheduler.slots.codes import ConflictCode
from scheduler.slots.model import FoundSlot, Hindrance, Reason, Shortcoming
from scheduler.slots.request import Answer

_NAMED = 4
_WHY = {
    ConflictCode.OVERLAP: "agenda pris",
    ConflictCode.ABSENT: "absence",
    ConflictCode.TRAVEL: "temps de trajet",
    ConflictCode.HOURS: "hors des heures de travail",
    ConflictCode.LUNCH: "pause déjeuner",
    ConflictCode.NOT_TOGETHER: "ne s'absente pas en même temps qu'une autre personne",
    ConflictCode.RESOURCE: "réservation",
}
_NEEDS = {"room": "une salle", "vehicle": "un véhicule", "equipment": "du matériel"}
_OF_PEOPLE = {
    Shortcoming.TENTATIVE: "une option est posée, ou une invitation sans réponse, pour {}",
    Shortcoming.LUNCH: "pause déjeuner réduite pour {}",
    Shortcoming.LOAD: "journée chargée pour {}",
}
_OF_ALL = {
    Shortcoming.AVOIDED: "à éviter : {}",
    Shortcoming.BREAK: "vacances scolaires : {}",
}


def reasons(slot: FoundSlot, answer: Answer) -> list[str]:
    """What is less than ideal about a slot, one sentence a kind."""
    told = []
    missing = [_missing(one, answer) for one in slot.reasons if one.kind is Shortcoming.MISSING]
    if missing:
        told.append(f"il manque {_listed(missing)}")
    for kind, words in _OF_PEOPLE.items():
        names = [answer.names[one.key] for one in slot.reasons if one.kind is kind]
        if names:
            told.append(words.format(_listed(names)))
    for one in slot.reasons:
        if one.kind in _OF_ALL:
            told.append(_OF_ALL[one.kind].format(one.key))
        elif one.kind is Shortcoming.APPROVAL:
            told.append(f"{answer.names[one.key]} : réservation à faire valider")
    return [typeset(one) for one in told]


def _missing(reason: Reason, answer: Answer) -> str:
    name = answer.names.get(reason.key) or _need(reason.key)
    if reason.key not in answer.open_to:
        return name
    return f"{name} ({', '.join(why(reason.codes))})"


def _need(label: str) -> str:
    """« une salle », of what is asked for by what it is and not by name."""
    return _NEEDS.get(label.partition(" ")[0], "une ressource")


def why(codes: Sequence[ConflictCode]) -> list[str]:
    """Codes in words."""
    return list(dict.fromkeys(_WHY[code] for code in codes if code in _WHY))


def _listed(names: Sequence[str]) -> str:
    if len(names) > _NAMED:
        rest = len(names) - _NAMED + 1
        return f"{', '.join(names[: _NAMED - 1])} et {rest} autres"
    return " et ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def hindrance(one: Hindrance, answer: Answer) -> str:
    """Who or what refuses slots, and what it would change to do without."""
    because = f" ({', '.join(why(one.codes))})" if one.key in answer.open_to else ""
    name = answer.names.get(one.key)
    if not one.key:
        what = "il y aurait trop peu de participants"
    elif name is None:
        what = "aucune ressource qui convienne n'est libre"
    else:
        what = f"{name} n'est pas disponible{because}"
    told = f"{what} : {_slots(one.refused)} de moins"
    if one.alone:
        told += f", dont {_slots(one.alone)} pour cette seule raison"
    return typeset(told)


def _slots(count: int) -> str:
    return f"{count} créneau{'x' if count > 1 else ''}"


def refusal(answer: Answer) -> str | None:
    """Why there is no slot at all; None where there is one."""
    outcome = answer.outcome
    if outcome.free:
        return None
    if not outcome.tried:
        return typeset("Aucun créneau : la période n'a pas de jour ouvré à venir assez long.")
    worst = outcome.hindrances[0] if outcome.hindrances else None
    if worst is None or not worst.alone:
        if outcome.compromises:
            best = reasons(outcome.compromises[0], answer)
            return typeset(f"Aucun créneau commun ; au mieux, {best[0]}.")
        return typeset("Aucun créneau : plusieurs personnes ou ressources s'y opposent à la fois.")
    name = answer.names.get(worst.key, "cette ressource" if worst.key else "ce minimum")
    possible = "serait possible" if worst.alone == 1 else "seraient possibles"
    return typeset(f"Aucun créneau : sans {name}, {_slots(worst.alone)} {possible}.")


def unavailable(name: str, answer: str) -> str:
    """« Salle Ocre n'est pas disponible : la salle n'a que 10 places »."""
    return typeset(explained(f"{name} n'est pas disponible", answer))


def explained(told: str, answer: str) -> str:
    """A refusal, and what the resource itself gives as its reason, if it gives one."""
    return f"{told} : {answer[0].lower()}{answer[1:].removesuffix('.')}" if answer else told


def closed(answer: Answer) -> Iterator[str]:
    """The days that were left out."""
    for one in answer.closed:
        yield typeset(f"{long_date(one.day)} : {one.label}")

"""What is wrong with one field, in French: of a body's form, and of what it asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from calendars.model.event_draft import DraftFault
from calendars.model.resource_policy import PolicyFault

DRAFT_FAULTS: Mapping[DraftFault, str] = {
    DraftFault.NEEDS_START: "un début est nécessaire",
    DraftFault.NEEDS_END: "une fin ou une durée est nécessaire",
    DraftFault.END_AND_DURATION: "donnez la fin ou la durée, pas les deux",
    DraftFault.END_BEFORE_START: "la fin précède le début",
    DraftFault.MIXED_KINDS: "début et fin sont deux dates, ou deux instants",
    DraftFault.WHOLE_DAYS: "un objet d'une journée entière dure un nombre entier de jours",
    DraftFault.UNKNOWN_ZONE: "ce fuseau horaire est inconnu",
    DraftFault.NOT_FOR_KIND: "ce champ n'existe pas pour ce type d'objet",
    DraftFault.BAD_STATUS: "cet état n'existe pas pour ce type d'objet",
    DraftFault.BAD_REPEAT: "cette répétition n'est pas possible",
    DraftFault.START_NOT_IN_REPEAT: "le début ne tombe pas un jour de la répétition",
    DraftFault.REPEAT_OF_ONE: "une occurrence seule ne peut pas se répéter",
    DraftFault.ALARM_NEEDS_TIME: "un rappel suppose un début ou une échéance",
}

POLICY_FAULTS: Mapping[PolicyFault, str] = {
    PolicyFault.NEGATIVE: "cette valeur ne peut pas être négative",
    PolicyFault.TOO_LARGE: "cette valeur est trop grande",
    PolicyFault.PERCENT: "un pourcentage va de 0 à 100",
    PolicyFault.HOURS: "des heures qui se suivent, dans une même journée",
    PolicyFault.WINDOW: "le délai maximal précède le délai minimal",
}

# Types of pydantic's errors; what stands in braces comes from our own constraints.
_FORM_FAULTS: Mapping[str, str] = {
    "missing": "ce champ est nécessaire",
    "extra_forbidden": "ce champ est inconnu",
    "string_type": "un texte est attendu",
    "string_unicode": "ce texte n'est pas de l'Unicode valable",
    "string_too_short": "longueur minimale : {min_length}",
    "string_too_long": "longueur maximale : {max_length}",
    "string_pattern_mismatch": "ce texte contient un caractère qui n'est pas admis",
    "int_type": "un nombre entier est attendu",
    "int_parsing": "un nombre entier est attendu",
    "int_from_float": "un nombre entier est attendu",
    "int_parsing_size": "ce nombre est trop grand",
    "bool_type": "vrai ou faux est attendu",
    "bool_parsing": "vrai ou faux est attendu",
    "greater_than_equal": "au moins {ge}",
    "less_than_equal": "au plus {le}",
    "less_than": "moins de {lt}",
    "too_long": "nombre maximal d'éléments : {max_length}",
    "too_short": "nombre minimal d'éléments : {min_length}",
    "enum": "une de ces valeurs : {expected}",
    "literal_error": "une de ces valeurs : {expected}",
    "list_type": "une liste est attendue",
    "model_type": "un objet JSON est attendu",
    "model_attributes_type": "un objet JSON est attendu",
    "json_invalid": "le corps n'est pas du JSON valable",
}
_OWN = frozenset({"instant", "day", "moment", "range", "character", "email", "field"})
MAX_FAULTS = 20


def faults_of(found: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The faults of a request's form; what was sent is not repeated."""
    faults: dict[tuple[str, str], None] = {}
    for error in found:
        where = ".".join(map(_plain, error["loc"]))
        faults[where[:200], _message(error)] = None
    return [{"field": field, "message": message} for field, message in list(faults)[:MAX_FAULTS]]


def _plain(part: object) -> str:
    """A key as sent may hold half a surrogate pair, which no answer can hold."""
    return str(part)[:60].encode("utf-8", "replace").decode()


def _message(error: Mapping[str, Any]) -> str:
    kind: str = error["type"]
    if kind in _OWN:
        return str(error["msg"])
    template = _FORM_FAULTS.get(kind, "cette valeur n'est pas admise")
    return template.format_map(error.get("ctx", {}))

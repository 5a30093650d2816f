"""Examples that the document gives for bodies; each of them can be sent as it stands."""

from __future__ import annotations

from fastapi.openapi.models import Example

MEETINGS: dict[str, Example] = {
    "planifier": {
        "summary": "Un comité de direction, convoqué à une date",
        "value": {
            "kind": "CODIR",
            "title": "Comité de direction",
            "chair_function": "le directeur",
            "series": "codir",
            "start": "2027-03-09T08:00:00+11:00",
            "minutes": 120,
            "location": "Salle Turquoise",
            "required": ["sophie@partenaires.example"],
            "agenda_closes_at": "2027-03-05T16:00:00+11:00",
        },
    },
    "demander": {
        "summary": "Une réunion dont la date est à trouver",
        "value": {"kind": "COPIL", "title": "Comité de pilotage", "minutes": 90},
    },
}

CHANGES: dict[str, Example] = {
    "déplacer": {
        "summary": "Déplacer au lendemain",
        "value": {"start": "2027-03-10T09:00:00+11:00", "minutes": 90},
    },
    "changer de lieu": {
        "summary": "Changer de salle",
        "value": {"location": "Salle Indigo"},
    },
}

STATES: dict[str, Example] = {
    "arrêter": {"summary": "Arrêter l'ordre du jour", "value": {"state": "agenda_set"}},
}

ITEMS: dict[str, Example] = {
    "décision": {
        "summary": "Un point pour décision, avec une pièce attendue",
        "value": {
            "title": "Budget supplémentaire : arbitrages",
            "kind": "decision",
            "minutes": 40,
            "papers": ["DOC-2026-031"],
        },
    },
}

ITEM_CHANGES: dict[str, Example] = {
    "reporter": {"summary": "Reporter à la prochaine fois", "value": {"state": "postponed"}},
}

ATTENDANCES: dict[str, Example] = {
    "émargement": {
        "summary": "Une personne extérieure excusée",
        "value": {"items": [{"person": "sophie@partenaires.example", "presence": "excused"}]},
    },
}

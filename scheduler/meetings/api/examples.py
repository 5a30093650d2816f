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

MINUTES: dict[str, Example] = {
    "brouillon": {
        "summary": "Un point, une décision, une action",
        "value": {
            "sections": [
                {
                    "title": "Budget supplémentaire : arbitrages",
                    "text": "Les demandes des pôles sont **présentées**.",
                    "decisions": ["Les arbitrages sont retenus."],
                    "actions": [
                        {
                            "label": "Transmettre les arbitrages au secrétariat général",
                            "owner": "sophie@partenaires.example",
                            "due": "2027-03-16",
                        }
                    ],
                }
            ]
        },
    },
}

CORRECTIONS: dict[str, Example] = {
    "rectifier": {
        "summary": "Une erreur de date",
        "value": {
            "reason": "erreur de date au point 3",
            "sections": [{"title": "Calendrier", "text": "Le 3 avril."}],
        },
    },
}

RETURNS: dict[str, Example] = {
    "renvoyer": {"summary": "À compléter", "value": {"reason": "Le point 2 est incomplet."}},
}

ACTIONS: dict[str, Example] = {
    "action": {
        "summary": "Une action pour soi-même",
        "value": {"label": "Réserver la salle Turquoise", "due": "2027-03-16"},
    },
}

ACTION_CHANGES: dict[str, Example] = {
    "faite": {"summary": "C'est fait", "value": {"state": "done"}},
}

SERIES: dict[str, Example] = {
    "codir": {
        "summary": "Le comité de direction, chaque lundi à 8 h 30",
        "value": {
            "code": "codir-2027",
            "kind": "CODIR",
            "title": "Comité de direction",
            "rule": "FREQ=WEEKLY;BYDAY=MO",
            "first_day": "2027-03-01",
            "last_day": "2027-12-20",
            "start": "08:30",
            "minutes": 120,
            "on_closed": "next",
            "chair_function": "le directeur",
            "location": "Salle Turquoise",
            "items": [
                {"title": "Actualités des pôles", "minutes": 30},
                {"title": "Divers", "kind": "other"},
            ],
            "closes_before": 3870,
        },
    },
    "bureau": {
        "summary": "La réunion de bureau, le premier jeudi du mois, sauf jour fermé",
        "value": {
            "code": "bureau-2027",
            "kind": "BUREAU",
            "title": "Réunion de bureau",
            "rule": "FREQ=MONTHLY;BYDAY=1TH",
            "first_day": "2027-03-01",
            "start": "13:30",
            "minutes": 90,
            "on_closed": "skip",
        },
    },
}

SERIES_CHANGES: dict[str, Example] = {
    "points": {
        "summary": "D'autres points permanents",
        "value": {"items": [{"title": "Tour de table", "minutes": 20}]},
    },
}

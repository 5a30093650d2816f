"""Examples that the document gives for bodies."""

from __future__ import annotations

from fastapi.openapi.models import Example

DRAFTS: dict[str, Example] = {
    "réunion": {
        "summary": "Une réunion hebdomadaire, avec rappel",
        "value": {
            "title": "Réunion de service",
            "start": "2026-03-03T14:30:00+11:00",
            "duration": 60,
            "location": "Salle Niaouli",
            "alarms": [15],
            "repeat": {"freq": "weekly", "byday": ["TU"], "until": "2026-06-30"},
        },
    },
    "journées": {
        "summary": "Deux journées entières, qui ne rendent pas occupé",
        "value": {
            "title": "Vacances scolaires",
            "start": "2026-04-04",
            "end": "2026-04-06",
            "busy": False,
        },
    },
    "confidentiel": {
        "summary": "Une évaluation, dont le contenu est réservé",
        "value": {
            "title": "Évaluation IS-2026-0421",
            "start": "2026-03-05T08:00:00+11:00",
            "end": "2026-03-05T09:30:00+11:00",
            "class": "CONFIDENTIAL",
        },
    },
    "tâche": {
        "summary": "Une tâche et son échéance",
        "value": {
            "type": "task",
            "title": "Répondre au courrier 3134-25-0973/SR",
            "end": "2026-03-20T16:00:00+11:00",
            "alarms": [1440],
        },
    },
}

CHANGES: dict[str, Example] = {
    "déplacer": {
        "summary": "Déplacer, en gardant la durée",
        "value": {"start": "2026-03-04T09:00:00+11:00"},
    },
    "terminer": {"summary": "Terminer une tâche", "value": {"status": "COMPLETED"}},
    "retirer": {
        "summary": "Retirer le lieu et la répétition",
        "value": {"location": None, "repeat": None},
    },
}

POLICIES: dict[str, Example] = {
    "salle": {
        "summary": "Une salle qui répond d'elle-même, aux heures ouvrées",
        "value": {
            "category": "room",
            "site": "SIEGE",
            "features": ["écran"],
            "mode": "automatic",
            "max_ahead": 365,
            "max_duration": 480,
            "buffer_after": 15,
            "max_attendees": 10,
            "conflicts_allowed": 3,
            "hours": [{"days": ["MO", "TU", "WE", "TH", "FR"], "from": "07:00", "to": "18:00"}],
        },
    },
    "véhicule": {
        "summary": "Un véhicule dont une personne valide les réservations",
        "value": {
            "category": "vehicle",
            "site": "SPE",
            "features": ["4x4"],
            "mode": "approval",
            "min_notice": 1440,
            "max_attendees": 5,
            "bookers": ["spe"],
            "approvers": ["solange.vanille"],
        },
    },
}

CLOSURES: dict[str, Example] = {
    "contrôle": {
        "summary": "Une journée au contrôle technique",
        "value": {
            "start": "2026-03-09T07:30:00+11:00",
            "end": "2026-03-09T16:00:00+11:00",
            "reason": "contrôle technique",
        },
    },
}

BUSY_TIMES: dict[str, Example] = {
    "réunion à trois": {
        "summary": "Une collègue, une salle, et un identifiant que personne ne porte",
        "value": {
            "items": [
                {
                    "login": "anne",
                    "found": True,
                    "busy": [
                        {
                            "start": "2026-03-03T00:00:00+11:00",
                            "end": "2026-03-03T07:30:00+11:00",
                            "kind": "unavailable",
                        },
                        {
                            "start": "2026-03-03T09:00:00+11:00",
                            "end": "2026-03-03T10:30:00+11:00",
                            "kind": "busy",
                        },
                    ],
                },
                {"login": "salle-ocre", "found": True, "busy": []},
                {"login": "inconnu", "found": False, "busy": []},
            ]
        },
    },
}

REFUSALS: dict[str, Example] = {
    "révision": {
        "summary": "Un véhicule qui part en révision",
        "value": {"reason": "Le véhicule part en révision ce jour-là."},
    },
}

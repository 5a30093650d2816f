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

"""What the OpenAPI document adds to what routes say of themselves: an example for every body.

Each of them can be sent as it stands; the tests send them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import getdoc
from typing import Any, NamedTuple

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute


class Sample(NamedTuple):
    """A body, and what it says."""

    summary: str
    value: Mapping[str, Any]


_MORNING = {"start": "2027-03-09T08:00:00+11:00", "end": "2027-03-09T09:30:00+11:00"}
_AFTERNOON = {"start": "2027-03-11T14:00:00+11:00", "end": "2027-03-11T15:30:00+11:00"}

# By operation; routes with examples of their own do not stand here.
SAMPLES: Mapping[str, Sample] = {
    "changePassword": Sample(
        "Un nouveau mot de passe", {"old": "celui d'avant", "new": "quatre mots faciles à retenir"}
    ),
    "releaseHeldMail": Sample("C'est un homonyme", {"reason": "Le nom est celui d'une rue."}),
    "revokeGuestLinks": Sample(
        "Les liens d'une seule personne",
        {"uid": "reunion-2027-014@niaouli.example", "recipient": "mailto:jane@partner.example"},
    ),
    "makePresenceLink": Sample("L'écran de l'accueil", {"who": ["anne"], "last_day": "2027-03-31"}),
    "moveDeadline": Sample(
        "La date proposée, confirmée",
        {
            "day": "2026-08-03",
            "confirmed": [{"deadline": 1, "due": "2026-08-24"}],
            "because": "Report demandé par le service",
        },
    ),
    "changeMe": Sample("Des messages en anglais", {"language": "en"}),
    "setCorrespondent": Sample(
        "Une partenaire qui lit l'anglais", {"address": "jane@partner.example", "language": "en"}
    ),
    "createCalendar": Sample(
        "Un agenda pour les permanences", {"title": "Permanences", "color": "#2a6f97"}
    ),
    "changeCalendar": Sample("Une autre couleur", {"color": "#7f5539"}),
    "changeMount": Sample("Ne plus le montrer", {"hidden": True}),
    "setDelegation": Sample(
        "L'assistante écrit et invite", {"rights": "schedule", "reason": "Secrétariat"}
    ),
    "addDelegation": Sample(
        "Un intérim de deux semaines",
        {
            "rights": "act_for",
            "valid_from": "2027-03-01",
            "valid_to": "2027-03-14",
            "reason": "Congés",
        },
    ),
    "createFeed": Sample(
        "Les heures seules, pour un an",
        {
            "calendars": [{"login": "anne", "calendar": "agenda"}],
            "label": "Outlook",
            "level": "times",
            "future_days": 365,
        },
    ),
    "createAppPassword": Sample("Un téléphone", {"label": "Téléphone"}),
    "addGuardedName": Sample(
        "Un nom qui ne part dans aucun titre", {"reference": "DOS-2027-014", "name": "Lina Exemple"}
    ),
    "addDeniedWord": Sample("Un mot qui ne part jamais", {"text": "placement"}),
    "holdDates": Sample(
        "Deux dates pour une convention",
        {"ref": "VR-2027-01", "title": "Convention", "slots": [_MORNING, _AFTERNOON]},
    ),
    "setConflictCode": Sample(
        "Refuser, sauf motif, un jour férié", {"severity": "refuse", "override": "writers"}
    ),
    "openPoll": Sample(
        "Une personne indispensable, une facultative",
        {
            "required": ["sophie@partenaires.example"],
            "optional": ["paul@partenaires.example"],
            "message": "Merci de répondre avant vendredi.",
        },
    ),
    "orderAgenda": Sample("Les points par leurs numéros, dans l'ordre voulu", {"items": [1]}),
    "requestAppointment": Sample(
        "Une demande notée pour une association",
        {
            "subject": "Convention de partenariat",
            "minutes": 60,
            "earliest": "2027-03-01",
            "latest": "2027-03-26",
            "urgency": "normal",
            "due_on": "2027-02-26",
            "requester": {
                "name": "Sophie Mica, association Le Banian",
                "email": "sophie.mica@example.org",
                "phone": "+687 25 00 00",
            },
        },
    ),
    "holdDatesForDiaryRequest": Sample("Deux dates", {"slots": [_MORNING, _AFTERNOON]}),
    "placeDiaryRequest": Sample("La première des options", {"option": 1}),
    "leaveDiaryRequest": Sample(
        "Reportée au mois suivant",
        {"outcome": "postponed", "until": "2027-04-01", "because": "Après le budget"},
    ),
    "refuseDiaryRequest": Sample("Refusée", {"because": "À voir avec le pôle."}),
    "writePhoneMessage": Sample(
        "Un appel de la mairie",
        {
            "to": "anne",
            "caller": "Mairie de Bourail",
            "number": "+687 44 00 00",
            "text": "Rappeler avant midi.",
        },
    ),
    "markPhoneMessage": Sample("C'est fait", {"done": True}),
    "setReferenceSystem": Sample(
        "Le courrier", {"label": "Courrier", "pattern": "[0-9]{4}-[A-Z]-[0-9]{5}"}
    ),
    "putReminderWishes": Sample(
        "Pas de rappel des formations", {"policies": True, "alarms": True, "muted": ["formation"]}
    ),
    "putReminderPolicy": Sample("Sept et deux jours avant", {"days": [7, 2], "at": "08:00"}),
    "putDigest": Sample("À dix-sept heures", {"at": "17:00", "when_empty": False}),
    "setSite": Sample("Un site", {"label": "CMS de Bourail", "commune": "Bourail"}),
    "setTravelTimes": Sample(
        "De Nouméa à Bourail",
        {"items": [{"commune_a": "Nouméa", "commune_b": "Bourail", "minutes": 135}]},
    ),
    "setWorkplace": Sample("À Bourail", {"site": "CMS-BRL"}),
    "setNotTogether": Sample(
        "La directrice et son adjoint", {"items": [{"first": "anne", "second": "paul"}]}
    ),
    "declareWebhook": Sample(
        "Les archives suivent les comptes rendus",
        {
            "url": "https://archives.example.org/niaouli",
            "kinds": ["minutes.distributed", "minutes.corrected"],
        },
    ),
    "decideDay": Sample("Fermé par arrêté", {"kind": "closure", "label": "Pont de l'Ascension"}),
    "addSchoolBreak": Sample(
        "Des vacances",
        {"label": "Vacances d'avril", "first_day": "2027-04-05", "last_day": "2027-04-16"},
    ),
    "setWorkingHours": Sample(
        "Du lundi au jeudi",
        {"spans": [{"days": ["MO", "TU", "WE", "TH"], "from": "07:30", "to": "16:30"}]},
    ),
    "setFigure": Sample("Trois quarts d'heure pour déjeuner", {"value": 45}),
    "computeDate": Sample(
        "Fin d'un délai de recours",
        {"rule": "appeal-end", "day": "2027-03-05", "count": 2},
    ),
}


def speak_to_readers(router: APIRouter) -> None:
    """Docstrings speak to developers: who reads the document is told the summary again."""
    for route in router.routes:
        below = getattr(route, "original_router", None)
        if below is not None:
            speak_to_readers(below)
        if isinstance(route, APIRoute) and route.description == getdoc(route.endpoint):
            route.description = f"{route.summary}."


def give_samples(app: FastAPI) -> None:
    """The document of this application bears the examples from now on."""
    plain: Callable[[], dict[str, Any]] = app.openapi

    def described() -> dict[str, Any]:
        document = plain()
        for methods in document["paths"].values():
            for operation in methods.values():
                _give(operation, document["components"]["schemas"])
        return document

    app.openapi = described  # type: ignore[method-assign]


def _give(operation: dict[str, Any], shapes: Mapping[str, Any]) -> None:
    """A sample of the table; else what the fields' own examples make together."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None or "examples" in content:
        return
    sample = SAMPLES.get(operation["operationId"])
    if sample is None:
        value = _composed(content["schema"], shapes)
        sample = None if value is None else Sample(operation["summary"], value)
    if sample is not None:
        content["examples"] = {"exemple": {"summary": sample.summary, "value": sample.value}}


def _composed(schema: Mapping[str, Any], shapes: Mapping[str, Any]) -> dict[str, Any] | None:
    """None where a field that is needed has no example."""
    # A body that need not be there.
    schema = next((one for one in schema.get("anyOf", ()) if "$ref" in one), schema)
    shape = shapes.get(schema.get("$ref", "").rpartition("/")[2], schema)
    fields = shape.get("properties", {})
    value = {name: told["examples"][0] for name, told in fields.items() if told.get("examples")}
    return value if value and set(shape.get("required", ())) <= set(value) else None

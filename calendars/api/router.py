"""All routes of the JSON face, and what its document says of them."""

from __future__ import annotations

from fastapi import APIRouter

from calendars.api import (
    audit,
    busy_time,
    calendars,
    delegations,
    feeds,
    groups,
    held_messages,
    history,
    mounts,
    objects,
    passwords,
    principals,
    proposals,
    removed_calendars,
    resource_requests,
    resources,
)
from calendars.http.problems import PROBLEM_RESPONSES

PREFIX = "/api/v1"

DESCRIPTION = """\
L'interface JSON des agendas : les mêmes objets que CalDAV, sans iCalendar.

- **Connexion** : identifiant et mot de passe (`Basic`), ou jeton (`Bearer`).
- **Heures** : instants avec décalage (RFC 3339) ; les réponses sont dans le fuseau de l'agenda.
  Une journée entière est une date, et sa fin la date du lendemain.
- **Conflits** : chaque objet porte une étiquette (`ETag`). Rendez-la en `If-Match` : la demande
  échoue (412) si quelqu'un l'a changé entre-temps.
- **Problèmes** : `application/problem+json` (RFC 9457).
- Ce que vous ne pouvez pas lire n'existe pas pour vous (404).
"""

TAGS = [
    {"name": principals.TAG, "description": "Qui je suis, et qui je peux inviter."},
    {"name": calendars.TAG, "description": "Les agendas d'une personne."},
    {"name": objects.TAG, "description": "Ce qui a lieu, ce qui est à faire, ce qui est noté."},
    {"name": history.TAG, "description": "Qui a changé quoi ; ce qui a été supprimé ; restaurer."},
    {"name": held_messages.TAG, "description": "Suppressions en masse : prévenir, ou annuler."},
    {"name": proposals.TAG, "description": "Ce que des personnes invitées préféreraient."},
    {"name": busy_time.TAG, "description": "Quand des personnes sont occupées."},
    {"name": resources.TAG, "description": "Ce qui se réserve, quand, et qui répond."},
    {"name": resource_requests.TAG, "description": "Les demandes qui attendent une personne."},
    {"name": delegations.TAG, "description": "Qui peut lire ou tenir mon agenda."},
    {"name": mounts.TAG, "description": "Ceux que l'on m'a ouverts, et leur apparence chez moi."},
    {"name": groups.TAG, "description": "Qui en est, et quand."},
    {"name": audit.TAG, "description": "Qui a vu ou changé quoi, quand, par où."},
    {"name": feeds.TAG, "description": "Des liens secrets, pour ce qui ne peut pas se connecter."},
    {"name": passwords.TAG, "description": "Le mien, et un pour chaque programme."},
]

router = APIRouter(prefix=PREFIX, responses=PROBLEM_RESPONSES)
_PARTS = (
    principals,
    calendars,
    mounts,
    removed_calendars,
    objects,
    history,
    held_messages,
    proposals,
    busy_time,
    resource_requests,
    resources,
    delegations,
    groups,
    audit,
    feeds,
    passwords,
)
for _part in _PARTS:
    router.include_router(_part.router)

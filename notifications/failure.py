"""What did not arrive is told to those who can mend it (NOT-1).

The organizer's client shows it on the attendee (SCHEDULE-STATUS, RFC 6638 §3.2.9), and whoever
schedules for him finds a task: once for each address and object, however much fails.
"""

from __future__ import annotations

import logging
from hashlib import sha256

from calendars.itip.message import ItipMethod, ScheduleStatus
from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.component import decode, parse
from calendars.model.entry import entries_of, times_of
from calendars.model.french_dates import NBSP, long_date, moment
from calendars.model.time_zones import Zones
from calendars.services.collection_zone import zone_of
from calendars.services.find_entry import find_entry
from calendars.services.find_keepers import in_charge_of
from calendars.services.find_principals import get_principal_by_id
from calendars.services.note_status import note_status
from calendars.services.open_task import Task, close_task, open_task
from notifications import queued
from notifications.queued import Queued

_SAID = {
    "REQUEST": "L’invitation n’est pas arrivée",
    "CANCEL": "L’annulation n’est pas arrivée",
    "REPLY": "La réponse à l’invitation n’est pas arrivée",
    "convocation": "La convocation n’est pas arrivée",
    "reminder": "Le rappel n’est pas arrivé",
    "minutes": "Le compte rendu n’est pas arrivé",
    "digest": "Le récapitulatif n’est pas arrivé",
}
_MAX_ANSWER = 200

log = logging.getLogger(__name__)


def failed(db: Db, message: Queued, why: str, *, now: int) -> bool:
    """A message did not arrive, as the relay or a bounce says; False where that was known.

    `why` is the answer of a mail server: no content of the message.
    """
    if not queued.fail(db, message.id, why, now=now):
        return False
    tell_failure(db, message, why, now=now)
    return True


def tell_failure(db: Db, message: Queued, why: str, *, now: int) -> None:
    """Those whom it concerns learn of it; the outbox knows already."""
    log.warning("message.failed", extra={"message_id": message.id, "kind": message.kind})
    if message.method and message.method != ItipMethod.CANCEL:
        status = ScheduleStatus.NOT_DELIVERED
        note_status(db, message.owner_id, message.uid, message.recipient, status, now=now)
    owner = get_principal_by_id(db, message.owner_id)
    task = _task(db, message, why)
    for person in in_charge_of(db, owner.id, message.uid, now=now):
        open_task(db, owner, person, task, now=now)


def forget_failure(db: Db, message: Queued, *, now: int) -> None:
    """Something reached that recipient again: nothing is left to do."""
    if not queued.has_failed(db, message.owner_id, message.recipient, message.uid):
        return
    owner = get_principal_by_id(db, message.owner_id)
    for person in in_charge_of(db, owner.id, message.uid, now=now):
        close_task(db, owner, person, _uid_of(message), now=now)


def try_again(db: Db, message: Queued, *, now: int) -> None:
    """What failed is sent once more, under the same Message-ID: somebody has seen to it.

    Raises NotFound, NotFailed.
    """
    forget_failure(db, message, now=now)
    queued.retry(db, message.id, now=now)


def _uid_of(message: Queued) -> str:
    """One for each address and object; neither can be read off it."""
    parts = (str(message.owner_id), message.recipient, message.uid)
    return f"courriel-{sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"


def _task(db: Db, message: Queued, why: str) -> Task:
    """To whom, and of when; not about what (SEC-1)."""
    email = message.recipient.removeprefix("mailto:")
    when, visibility = _about(db, message.owner_id, message.uid)
    said = _SAID.get(message.method or message.kind, "Un message n’est pas arrivé")
    description = (
        f"{said} à l’adresse {email}.\n\n"
        f"Réponse du serveur{NBSP}: {why.strip()[:_MAX_ANSWER]}\n\n"
        "Vérifiez l’adresse et corrigez-la, ou prévenez cette personne autrement."
    )
    summary = f"Courriel non remis à {email}{when}"
    return Task(_uid_of(message), summary, description, visibility=visibility, urgent=True)


def _about(db: Db, owner: PrincipalId, uid: str) -> tuple[str, str | None]:
    """When the object is, as words, and who may read of it; empty where it is gone."""
    found = find_entry(db, owner, uid) if uid else None
    if found is None:
        return "", None
    zone = zone_of(found.collection)
    calendar = parse(decode(found.stored.data))
    start = times_of(entries_of(calendar)[0], Zones.of(calendar, zone)).start
    if start is None:
        return "", found.stored.visibility
    words = moment(start, zone) if isinstance(start, int) else long_date(start)
    return f" ({words})", found.stored.visibility

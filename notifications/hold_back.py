"""Messages that the guard has stopped: who is told, and who lets them go all the same (SEC-6).

Whoever wrote it, and those who schedule for the organizer, find a task; the corrected meeting
sends a message that takes the place of the one that is held. Who lets it go gives his name and a
reason.
"""

from __future__ import annotations

import logging
from hashlib import sha256

from calendars.kernel.database import Database, Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.kernel.identifiers import PrincipalId
from calendars.model.french_dates import NBSP
from calendars.model.principal import Principal, PrincipalKind
from calendars.services.find_entry import find_entry
from calendars.services.find_keepers import in_charge_of
from calendars.services.find_principals import get_principal_by_id
from calendars.services.open_task import Task, close_task, open_task
from calendars.services.record_guard import record_held, record_let_go
from notifications import held
from notifications.claims import Claimed
from notifications.guard import check
from notifications.guard.rules import Sought
from notifications.held import HeldMail
from notifications.message import Fate, Letter, State
from notifications.post import Post

MIN_REASON, MAX_REASON = 8, 500

_FOUND = {
    Sought.WORD: "un mot qui ne doit pas partir",
    Sought.NAME: "un nom lié à un dossier",
    Sought.BIRTH_DATE: "une date de naissance",
}
_PLACES = {
    "summary": "le titre",
    "subject": "l’objet du message",
    "location": "le lieu",
    "file": "le nom d’un fichier",
}

log = logging.getLogger(__name__)


class NoReason(InvalidInput):
    """Who overrides says why."""


def stop(db: Db, claimed: Claimed, letter: Letter, *, now: int) -> Fate | None:
    """The letter as it is about to leave; None if it may, or if somebody let it go."""
    said = claimed.message
    confidential = isinstance(said, Post) and check.is_confidential(
        db, said.owner_id, said.about, said.facts
    )
    calendar = None if letter.calendar is None else letter.calendar.content
    files = [paper.name for paper in letter.papers]
    seen = check.in_letter(letter.subject, calendar, files, confidential=confidential)
    flaws = check.flaws(db, seen, now=now)
    if not flaws or held.was_released(db, claimed.id):
        return None
    held.note(db, claimed.id, flaws, now=now)
    return Fate(State.HELD, "the guard has stopped it")


def tend_held(database: Database, *, now: int) -> int:
    """Whoever must know of what is held does; mostly there is nothing, and nothing is written."""
    with database.reading() as db:
        if not held.list_untold(db) and not held.list_settled(db):
            return 0
    with database.transaction() as db:
        return tell_held(db, now=now)


def list_held(db: Db, actor: Principal, *, now: int) -> list[HeldMail]:
    """What waits in the names of those whom the actor may answer for."""
    return [one for one in held.list_all(db) if _may_decide(db, actor, one, now=now)]


def let_go(db: Db, actor: Principal, message: int, reason: str, *, now: int) -> HeldMail:
    """It leaves as it is; his name and his reason stand beside it. Raises NotFound, NoReason."""
    found = held.find(db, message)
    if found is None or not _may_decide(db, actor, found, now=now):
        raise NotFound("there is nothing here")
    why = " ".join(reason.split())
    if not MIN_REASON <= len(why) <= MAX_REASON:
        raise NoReason(f"a reason of {MIN_REASON} to {MAX_REASON} characters is expected")
    if not held.release(db, message, by=actor.id, reason=why, now=now):
        raise NotFound("there is nothing here")
    record_let_go(db, actor, found.owner_id, message, found.flaws, now=now)
    log.info("message.let_go", extra={"message_id": message})
    return found


def tell_held(db: Db, *, now: int) -> int:
    """Tasks for what is held since, and none any more for what is not; how many messages."""
    untold = held.list_untold(db)
    for one in untold:
        _tell(db, one, now=now)
    held.mark(db, [one.id for one in untold], told_at=now, closed_at=None)
    settled = held.list_settled(db)
    for _, owner, author, uid in settled:
        if not held.waits_for(db, owner, uid):
            _untell(db, owner, author, uid, now=now)
    held.mark(db, [number for number, *_ in settled], told_at=None, closed_at=now)
    return len(untold)


def sentence(flaws: tuple[str, ...]) -> str:
    """What was found, in words; never which word or name."""
    said: list[str] = []
    for flaw in flaws:
        found, _, place = flaw.partition(":")
        said.append(f"{_PLACES.get(place, place)} contient {_FOUND[Sought(found)]}")
    return " ; ".join(said)


def _tell(db: Db, one: HeldMail, *, now: int) -> None:
    log.warning("message.held", extra={"message_id": one.id, "kind": one.kind})
    record_held(db, one.owner_id, one.id, one.flaws, now=now)
    owner = get_principal_by_id(db, one.owner_id)
    found = find_entry(db, one.owner_id, one.uid) if one.uid else None
    visibility = None if found is None else found.stored.visibility
    task = Task(
        _uid_of(one.owner_id, one.uid),
        "Message retenu : un titre est à corriger".replace(" :", f"{NBSP}:"),
        f"Un message n’est pas parti{NBSP}: {sentence(one.flaws)}.\n\n"
        "Corrigez l’agenda, par exemple avec la seule référence du dossier : le message corrigé "
        "part de lui-même. Si le texte doit partir tel quel, une personne responsable peut le "
        "libérer en donnant un motif.",
        visibility=visibility,
        urgent=True,
    )
    for person in _told(db, one.owner_id, one.actor_id, one.uid, now=now):
        open_task(db, owner, person, task, now=now)


def _untell(db: Db, owner: PrincipalId, author: PrincipalId, uid: str, *, now: int) -> None:
    acting = get_principal_by_id(db, owner)
    for person in _told(db, owner, author, uid, now=now):
        close_task(db, acting, person, _uid_of(owner, uid), now=now)


def _told(
    db: Db, owner: PrincipalId, author: PrincipalId, uid: str, *, now: int
) -> list[Principal]:
    people = {one.id: one for one in in_charge_of(db, owner, uid, now=now)}
    wrote = get_principal_by_id(db, author)
    if wrote.kind is PrincipalKind.INDIVIDUAL and not wrote.disabled:
        people.setdefault(wrote.id, wrote)
    return list(people.values())


def _may_decide(db: Db, actor: Principal, one: HeldMail, *, now: int) -> bool:
    """The one in whose name it goes, and those who schedule for him and read that object."""
    if actor.id == one.owner_id:
        return True
    charged = in_charge_of(db, one.owner_id, one.uid, now=now)
    return actor.id in {person.id for person in charged}


def _uid_of(owner: PrincipalId, uid: str) -> str:
    """One for each object; it cannot be read off it."""
    return f"message-retenu-{sha256(f'{owner} {uid}'.encode()).hexdigest()[:32]}"

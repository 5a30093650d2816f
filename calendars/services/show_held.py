"""A mass of deletions shows itself where people look: as a task in the owner's list."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal
from calendars.services.open_task import Task, close_task, open_task
from calendars.storage import held_messages, principals

UID = "niaouli-annulations-retenues"
_ONE = "Annulation retenue : une réunion, personne n’est prévenu"
_MANY = "Annulations retenues : {count} réunions, personne n’est prévenu"
_BODY = (
    "Plus de réunions ont été supprimées de cet agenda en quelques minutes qu’une personne n’en "
    "supprime d’ordinaire. Elles n’y sont plus, mais les participants ne sont pas prévenus.\n\n"
    "Si la suppression était voulue, faites partir les annulations ; sinon, faites-les revenir. "
    "L’administration du service le peut aussi : niaouli held list {login}."
)


def show_held(db: Db, actor: Principal, owner_id: PrincipalId, *, now: int) -> None:
    """The task says how many deletions wait; with the last of them it goes."""
    owner = principals.get_by_id(db, owner_id)
    count = len(held_messages.list_of(db, owner_id))
    if count == 0:
        close_task(db, actor, owner, UID, now=now)
        return
    summary = _ONE if count == 1 else _MANY.format(count=count)
    task = Task(UID, summary, _BODY.format(login=owner.login), urgent=True)
    open_task(db, actor, owner, task, now=now)

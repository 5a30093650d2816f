"""A mail that only a person can judge is kept, and a task says so to those who keep the diary."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from calendars.model.calendar_user_address import mailto
from calendars.model.french_dates import NBSP
from calendars.model.principal import PrincipalKind
from calendars.services.find_calendar_users import find_calendar_users
from calendars.services.find_keepers import in_charge_of
from calendars.services.find_principals import get_principal_by_id
from calendars.services.open_task import Task, close_task, open_task
from notifications.imip.mail import Mail
from notifications.mailbox import decisions
from notifications.mailbox.decisions import Came
from notifications.mailbox.outcome import Decision, Taken, Why

HOUR, DAY = 3600, 86_400
MOST_PEOPLE = 20
MOST_OF_ONE, MOST_OF_ALL = 20, 500
"""Mails that are kept in an hour, of one sender and of all: who guesses gets nowhere, and fills
neither the store nor the list of those who look at them."""

_HOW = (
    "Ces courriels demandent d’inscrire une réponse, une invitation ou une annulation, mais rien "
    "ne prouve de qui ils viennent. Rien n’a changé dans l’agenda.\n\n"
    "Pour chacun, décidez de l’appliquer ou de l’écarter. Sans décision, il est effacé au bout de "
    "quelques semaines."
)


def for_whom(
    db: Db, mail: Mail | None, taken: Taken, others: tuple[PrincipalId, ...]
) -> tuple[Taken, tuple[PrincipalId, ...]]:
    """Where no meeting is known, it waits for those of us that it was sent to."""
    if mail is None or taken.owner_id is not None:
        return taken, others
    found = find_calendar_users(db, map(mailto, mail.recipients))
    people = [p.id for p in found.values() if p.kind is not PrincipalKind.GROUP][:MOST_PEOPLE]
    if not people:
        return taken, others
    return replace(taken, owner_id=people[0]), tuple(dict.fromkeys(people[1:]))


def is_one_too_many(db: Db, came: Came, taken: Taken, *, now: int) -> bool:
    """Enough of the kind wait already. The words of people are no such kind."""
    if taken.why is Why.WORDS:
        return False
    since = now - HOUR
    of_one = decisions.count_aside(db, came.sender, since=since, most=MOST_OF_ONE)
    if of_one >= MOST_OF_ONE:
        return True
    return decisions.count_aside(db, None, since=since, most=MOST_OF_ALL) >= MOST_OF_ALL


def keep(db: Db, number: int, mail: Mail | None, octets: bytes, taken: Taken, *, now: int) -> None:
    """The mail waits, and whoever keeps the diary learns of it."""
    recipients = () if mail is None else mail.envelope.recipients
    decisions.keep(db, number, octets, recipients)
    if taken.owner_id is not None:
        show_waiting(db, taken.owner_id, now=now)


def show_waiting(db: Db, owner_id: PrincipalId, *, now: int) -> None:
    """The task says how many mails wait; with the last of them it goes."""
    owner = get_principal_by_id(db, owner_id)
    count = decisions.count_waiting(db, owner_id)
    uid = f"courriels-{sha256(f'{owner_id}/mails'.encode()).hexdigest()[:32]}"
    summary = f"Courriels à examiner pour {owner.display_name}{NBSP}: {count}"
    for person in in_charge_of(db, owner_id, "", now=now):
        if count == 0:
            close_task(db, owner, person, uid, now=now)
        else:
            open_task(db, owner, person, Task(uid, summary, _HOW), now=now)


def forget_mail(db: Db, *, waiting_days: int, log_days: int, now: int) -> int:
    """What waited too long is dropped, what was decided long ago forgotten (threats G)."""
    for owner in decisions.expire(db, before=now - waiting_days * DAY, now=now):
        show_waiting(db, owner, now=now)
    senders = now - log_days * DAY // 2
    return decisions.forget(db, senders_before=senders, before=now - log_days * DAY)


REFUSED = Taken(Decision.REFUSED, Why.TOO_MANY)

"""Reminders and digests over REST (TIM-11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import PathName
from calendars.http.state import CurrentPrincipal, State
from calendars.kernel.database import Db
from scheduler.reminders import choose_digests, service
from scheduler.reminders.desk import Desk
from scheduler.reminders.digests import Period
from scheduler.reminders.schemas import (
    DigestIn,
    DigestOut,
    DigestsOut,
    PoliciesOut,
    PolicyIn,
    PolicyOut,
    RemindersOut,
    UpcomingOut,
    WishesShape,
)

TAG = "Rappels"

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)

OpenDesk: TypeAlias = Callable[[Db, int], Desk]
_DAY = 86_400

Kind = Annotated[str, Path(min_length=1, max_length=100, description="Une catégorie.")]
Login = Annotated[PathName, Path(description="À qui est l'agenda.", examples=["anne"])]
Reader = Annotated[PathName, Path(description="Qui reçoit le récapitulatif.", examples=["paul"])]
Within = Annotated[int, Query(ge=1, le=92, description="Combien de jours d'avance.")]


def give_desk(app: FastAPI, opener: OpenDesk) -> None:
    """Routes of this application find the rules of the house by it from now on."""
    app.state.open_reminder_desk = opener


async def _desk_of(request: Request) -> OpenDesk:
    opener: OpenDesk = request.app.state.open_reminder_desk
    return opener


Rules = Annotated[OpenDesk, Depends(_desk_of)]


@router.get(
    "/me/reminders",
    operation_id="listReminders",
    summary="Vos rappels à venir",
    description="Ceux qui vous seront envoyés par courriel pour ce qui est dans votre agenda.",
)
def list_reminders(
    actor: CurrentPrincipal, state: State, rules: Rules, days: Within = 31
) -> RemindersOut:
    """What the asker will be reminded of."""
    now = state.now()
    with state.database.reading() as db:
        until = now + days * _DAY
        found = service.list_upcoming(db, actor, rules(db, now), until=until, now=now)
    return RemindersOut(items=[UpcomingOut.of(one, state.zone) for one in found])


@router.get("/me/reminder-wishes", operation_id="getReminderWishes", summary="Vos préférences")
def get_wishes(actor: CurrentPrincipal, state: State) -> WishesShape:
    """What the asker wants to be reminded of."""
    with state.database.reading() as db:
        return WishesShape.of(service.read_wishes(db, actor))


@router.put("/me/reminder-wishes", operation_id="putReminderWishes", summary="Choisir vos rappels")
def put_wishes(actor: CurrentPrincipal, state: State, wanted: WishesShape) -> WishesShape:
    """What the asker wants from now on."""
    with state.database.transaction() as db:
        return WishesShape.of(service.set_wishes(db, actor, wanted.wishes()))


@router.get(
    "/reminder-policies",
    operation_id="listReminderPolicies",
    summary="Les rappels par type d'événement",
    description="Les autres types n'ont pas de rappel, sauf par les alarmes de chacun.",
)
def list_policies(_: CurrentPrincipal, state: State) -> PoliciesOut:
    """The kinds that have reminders."""
    with state.database.reading() as db:
        return PoliciesOut(items=[PolicyOut.of(one) for one in service.list_policies(db)])


@router.put(
    "/reminder-policies/{kind}",
    operation_id="putReminderPolicy",
    summary="Régler les rappels d'un type d'événement",
    description="Pour les administrateurs. Vaut pour ce qui est encore à venir.",
)
def put_policy(actor: CurrentPrincipal, state: State, kind: Kind, wanted: PolicyIn) -> PolicyOut:
    """The reminders of a kind from now on."""
    policy = wanted.policy(kind)
    with state.database.transaction() as db:
        service.set_policy(db, actor, policy, now=state.now())
    return PolicyOut.of(policy)


@router.delete(
    "/reminder-policies/{kind}",
    status_code=204,
    operation_id="deleteReminderPolicy",
    summary="Ne plus rappeler un type d'événement",
)
def delete_policy(actor: CurrentPrincipal, state: State, kind: Kind) -> None:
    """A kind of which nobody is reminded any more."""
    with state.database.transaction() as db:
        service.remove_policy(db, actor, kind, now=state.now())


@router.get(
    "/diaries/{login}/digests",
    operation_id="listDigests",
    summary="Les récapitulatifs d'un agenda",
    description="Tous pour qui en décide, les siens pour les autres.",
)
def list_digests(actor: CurrentPrincipal, state: State, login: Login) -> DigestsOut:
    """Who gets which."""
    with state.database.reading() as db:
        found = choose_digests.list_digests(db, actor, login, now=state.now())
    return DigestsOut(items=[DigestOut.of(one, state.zone) for one in found])


@router.put(
    "/diaries/{login}/digests/{reader}/{period}",
    operation_id="putDigest",
    summary="Recevoir, ou faire envoyer, le récapitulatif d'un agenda",
    description="Chacun pour soi, s'il lit l'agenda ; pour d'autres, le titulaire et qui tient "
    "l'agenda. Le lecteur y voit ce que ses droits lui montrent.",
)
def put_digest(
    actor: CurrentPrincipal,
    state: State,
    rules: Rules,
    login: Login,
    reader: Reader,
    period: Period,
    wanted: DigestIn,
) -> DigestOut:
    """The reader gets it from now on."""
    now = state.now()
    with state.database.transaction() as db:
        draft = wanted.draft(reader, period)
        made = choose_digests.put_digest(db, actor, login, draft, rules(db, now), now=now)
    return DigestOut.of(made, state.zone)


@router.delete(
    "/diaries/{login}/digests/{reader}/{period}",
    status_code=204,
    operation_id="deleteDigest",
    summary="Ne plus envoyer un récapitulatif",
)
def delete_digest(
    actor: CurrentPrincipal, state: State, login: Login, reader: Reader, period: Period
) -> None:
    """The reader gets it no more."""
    with state.database.transaction() as db:
        choose_digests.remove_digest(db, actor, login, reader, period, now=state.now())

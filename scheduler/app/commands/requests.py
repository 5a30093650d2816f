"""`niaouli request …`: who wants an appointment, and what becomes of it (DIA-2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    ActsAs,
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    Override,
    WrongUsage,
    actor_of,
    instant_in,
    now_of,
    one_of,
    open_service,
    said,
    say,
    span_in,
    write_facts,
    write_json,
    write_list,
)

if TYPE_CHECKING:
    from pathlib import Path

    from calendars.kernel.database import Db
    from calendars.model.principal import Principal
    from scheduler.app.wiring import Service
    from scheduler.diary_requests.model import DiaryRequest

Ref = Annotated[
    str,
    typer.Argument(metavar="RÉFÉRENCE", show_default=False, help="Donnée par « request list »."),
]
Because = Annotated[str, typer.Option("--because", metavar="MOTIF", help="Pourquoi.")]
_SHORT = (
    "Référence",
    "État",
    "Urgence",
    "Demandeur",
    "Objet",
    "Réponse pour le",
    "Prise en charge par",
)
_Deed = Callable[["Db", "Principal", "Service"], "DiaryRequest"]


def list_(
    login: LoginArgument,
    state: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="ÉTAT", help="received, held… ; répétable."),
    ] = None,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lister les demandes de rendez-vous d'un agenda ; sans --state, celles à traiter.

    Exemple : niaouli request list directeur --as assistante-1
    """
    from scheduler.diary_requests import service as deeds
    from scheduler.diary_requests.model import OPEN, RequestState
    from scheduler.diary_requests.schemas import REQUEST_HEADINGS, DiaryRequestOut

    states = [one_of(RequestState, one, "--state") for one in state or ()] or OPEN
    with open_service(config) as service, service.database.reading() as db:
        actor = actor_of(db, login, acts_as)
        found = deeds.list_requests(db, actor, login, states, now=now_of(service))
        told = [DiaryRequestOut.of(one, service.zone) for one in found]
    write_list(REQUEST_HEADINGS, told, short=_SHORT, as_json=as_json, as_csv=as_csv)


def show(
    login: LoginArgument,
    ref: Ref,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Montrer une demande et son parcours.

    Exemple : niaouli request show directeur DR-2026-00012
    """
    from scheduler.diary_requests import service as deeds

    with open_service(config) as service, service.database.reading() as db:
        actor = actor_of(db, login, acts_as)
        found = deeds.get_request(db, actor, login, ref, now=now_of(service))
        _tell(found, service, as_json=as_json)


def make(
    login: LoginArgument,
    subject: Annotated[str, typer.Option("--subject", show_default=False, help="L'objet.")],
    minutes: Annotated[int, typer.Option("--minutes", help="La durée souhaitée.")] = 60,
    earliest: Annotated[
        str | None, typer.Option("--from", metavar="JOUR", help="Pas avant.")
    ] = None,
    latest: Annotated[str | None, typer.Option("--to", metavar="JOUR", help="Pas après.")] = None,
    place: Annotated[str, typer.Option("--place", help="Où.")] = "",
    urgency: Annotated[str, typer.Option("--urgency", metavar="low|normal|urgent")] = "normal",
    due_on: Annotated[
        str | None, typer.Option("--due", metavar="JOUR", help="Réponse attendue pour ce jour.")
    ] = None,
    attendee: Annotated[
        list[str] | None, typer.Option("--attendee", metavar="COURRIEL", help="Répétable.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--requester", metavar="NOM", help="Qui demande, si c'est une autre."),
    ] = None,
    email: Annotated[str, typer.Option("--email", help="Son courriel.")] = "",
    phone: Annotated[str, typer.Option("--phone", help="Son téléphone.")] = "",
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Noter une demande de rendez-vous.

    Exemple : niaouli request make directeur --as assistante-1 --subject "Convention"
    --requester "Sophie Mica" --email sophie.mica@example.org --due 2027-03-05
    """
    from scheduler.diary_requests import service as deeds
    from scheduler.diary_requests.schemas import DiaryRequestIn

    who = None if name is None else {"name": name, "email": email, "phone": phone}
    wanted = said(
        DiaryRequestIn, subject=subject, minutes=minutes, earliest=earliest, latest=latest,
        place=place, urgency=urgency, due_on=due_on, attendees=attendee, requester=who,
    )  # fmt: skip

    def deed(db: Db, actor: Principal, service: Service) -> DiaryRequest:
        zone, now = service.zone, now_of(service)
        return deeds.make_request(
            db, actor, login, wanted.wish(), wanted.asks(), zone=zone, now=now
        )

    _do(deed, login, acts_as, config, as_json=as_json)


def take(
    login: LoginArgument,
    ref: Ref,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Prendre une demande en charge : les collègues la laissent le temps réglé.

    Exemple : niaouli request take directeur DR-2026-00012 --as assistante-1
    """
    from scheduler.diary_requests import service as deeds

    def deed(db: Db, actor: Principal, service: Service) -> DiaryRequest:
        seconds = service.settings.claim_minutes * 60
        dispatch, now = service.dispatch, now_of(service)
        return deeds.claim(db, actor, login, ref, seconds=seconds, dispatch=dispatch, now=now)

    _do(deed, login, acts_as, config, as_json=as_json)


def _step(name: str, words: str) -> Callable[..., None]:
    """A command that does nothing but lead on."""

    def command(
        login: LoginArgument,
        ref: Ref,
        acts_as: ActsAs = None,
        config: Config = None,
        *,
        as_json: AsJson = False,
    ) -> None:
        from scheduler.diary_requests import service as deeds

        def deed(db: Db, actor: Principal, service: Service) -> DiaryRequest:
            found: DiaryRequest = getattr(deeds, name)(db, actor, login, ref, now=now_of(service))
            return found

        _do(deed, login, acts_as, config, as_json=as_json)

    command.__doc__ = (
        f"{words}\n\nExemple : niaouli request {name} directeur DR-2026-00012 --as assistante-1"
    )
    return command


def hold(
    login: LoginArgument,
    ref: Ref,
    slot: Annotated[
        list[str],
        typer.Option("--slot", metavar="2027-03-09T08:00/09:30", help="Une date ; répétable."),
    ],
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="INSTANT", help="Libérées ensuite.")
    ] = None,
    override: Override = None,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Poser des options pour une demande.

    Exemple : niaouli request hold directeur DR-2026-00012 --slot 2027-03-09T08:00/09:30
    """
    from scheduler.app.wiring import habits_of, placing
    from scheduler.diaries.model import Slot
    from scheduler.diary_requests import service as deeds

    def deed(db: Db, actor: Principal, service: Service) -> DiaryRequest:
        now, zone = now_of(service), service.zone
        slots = [Slot(*span_in(one, zone)) for one in slot]
        until = (
            habits_of(service).hold_expiry(now, zone)
            if expires is None
            else int(instant_in(expires, zone).timestamp())
        )
        with placing(service, db, actor, override) as dispatch:
            return deeds.hold_for(
                db, actor, (login, ref), slots, expires_at=until, dispatch=dispatch, now=now
            )

    _do(deed, login, acts_as, config, as_json=as_json)


def place(
    login: LoginArgument,
    ref: Ref,
    option: Annotated[
        int | None, typer.Option("--option", metavar="NUMÉRO", help="L'option retenue.")
    ] = None,
    slot: Annotated[
        str | None, typer.Option("--slot", metavar="2027-03-09T08:00/09:30", help="Une autre date.")
    ] = None,
    override: Override = None,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Planifier une demande : à l'une des options, ou à une autre date.

    Exemple : niaouli request place directeur DR-2026-00012 --option 2
    """
    from scheduler.app.wiring import placing
    from scheduler.diaries.model import Slot
    from scheduler.diary_requests import service as deeds

    if (option is None) == (slot is None):
        raise WrongUsage("donnez --option ou --slot")

    def deed(db: Db, actor: Principal, service: Service) -> DiaryRequest:
        chosen = Slot(*span_in(slot, service.zone)) if slot is not None else option or 0
        with placing(service, db, actor, override) as dispatch:
            return deeds.place(
                db, actor, (login, ref), chosen, dispatch=dispatch, now=now_of(service)
            )

    _do(deed, login, acts_as, config, as_json=as_json)


def leave(
    login: LoginArgument,
    ref: Ref,
    outcome: Annotated[
        str, typer.Argument(metavar="postponed|redirected|dropped|cancelled", show_default=False)
    ],
    because: Because = "",
    until: Annotated[
        str | None, typer.Option("--until", metavar="JOUR", help="Reportée à ce jour.")
    ] = None,
    to: Annotated[str, typer.Option("--redirected-to", help="Vers qui elle est redirigée.")] = "",
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Clore une demande sans rendez-vous : reportée, redirigée, sans suite, annulée.

    Exemple : niaouli request leave directeur DR-2026-00012 postponed --until 2027-04-01
    """
    from scheduler.diary_requests import service as deeds
    from scheduler.diary_requests.schemas import ExitIn

    wanted = said(ExitIn, outcome=outcome, because=because, until=until, redirected_to=to)

    def deed(db: Db, actor: Principal, service: Service) -> DiaryRequest:
        now = now_of(service)
        return deeds.leave(
            db, actor, (login, ref), wanted.exit(), dispatch=service.dispatch, now=now
        )

    _do(deed, login, acts_as, config, as_json=as_json)


def refuse(
    login: LoginArgument,
    ref: Ref,
    because: Because = "",
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Refuser une demande : la personne demandée, ou qui assure son intérim.

    Exemple : niaouli request refuse directeur DR-2026-00012 --because "Voir le pôle"
    """
    from scheduler.diary_requests import service as deeds

    def deed(db: Db, actor: Principal, service: Service) -> DiaryRequest:
        now = now_of(service)
        return deeds.refuse(db, actor, (login, ref), because, dispatch=service.dispatch, now=now)

    _do(deed, login, acts_as, config, as_json=as_json)


def _do(
    deed: _Deed, login: str, acts_as: str | None, config: Path | None, *, as_json: bool
) -> None:
    with open_service(config) as service, service.database.transaction() as db:
        found = deed(db, actor_of(db, login, acts_as), service)
        _tell(found, service, as_json=as_json)


def _tell(found: DiaryRequest, service: Service, *, as_json: bool) -> None:
    from scheduler.diary_requests.model import STATES
    from scheduler.diary_requests.schemas import REQUEST_HEADINGS, DiaryRequestOut

    told = DiaryRequestOut.of(found, service.zone)
    if as_json:
        write_json(told.model_dump(mode="json"))
        return
    facts = dict(zip(REQUEST_HEADINGS, told.row, strict=True))
    write_facts(facts | {"Options": told.options, "Événement": told.object, "Motif": told.because})
    for step in told.steps:
        say(f"{step.at:%d/%m/%Y %H:%M}  {STATES[step.state]}  {step.by}  {step.because}")


COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_,
    "show": show,
    "make": make,
    "take": take,
    "release": _step("release", "Rendre une demande aux collègues."),
    "hold": hold,
    "propose": _step("propose", "Noter que les dates sont dites au demandeur."),
    "accept": _step("accept", "Noter l'accord du demandeur."),
    "place": place,
    "leave": leave,
    "refuse": refuse,
}

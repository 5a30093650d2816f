"""`niaouli phone-message …`: messages taken on the telephone (RDV-1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from scheduler.app.commands.console import (
    ActsAs,
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    actor_of,
    now_of,
    open_service,
    said,
    say,
    write_json,
    write_list,
)

_SHORT = ("N°", "Noté le", "Appelant", "Numéro", "Message", "Urgence", "Traité le")
Number = Annotated[
    int,
    typer.Argument(metavar="NUMÉRO", show_default=False, help="Donné par « phone-message list »."),
]


def add(
    to: Annotated[str, typer.Argument(metavar="POUR", show_default=False, help="Un identifiant.")],
    caller: Annotated[str, typer.Option("--caller", show_default=False, help="Qui a appelé.")],
    acts_as: Annotated[
        str, typer.Option("--as", metavar="LOGIN", show_default=False, help="Qui a pris l'appel.")
    ],
    number: Annotated[str, typer.Option("--number", help="À quel numéro rappeler.")] = "",
    text: Annotated[str, typer.Option("--text", help="Ce qui a été dit.")] = "",
    config: Config = None,
    *,
    urgent: Annotated[bool, typer.Option("--urgent", help="À voir aussitôt.")] = False,
    confidential: Annotated[
        bool, typer.Option("--confidential", help="Pour la personne seule.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Noter un message : il devient une tâche de la personne.

    Exemple : niaouli phone-message add directeur --as accueil --caller "Mairie de Bourail"
    """
    from calendars.model.language import Language
    from scheduler.appointments import service as deeds
    from scheduler.appointments.schemas import PhoneMessageIn, PhoneMessageOut

    wanted = said(
        PhoneMessageIn, to=to, caller=caller, number=number, text=text,
        urgency="urgent" if urgent else "normal", confidential=confidential,
    )  # fmt: skip
    with open_service(config) as service, service.database.transaction() as db:
        language = Language(service.settings.language)
        made = deeds.write_message(
            db,
            actor_of(db, acts_as),
            wanted.to,
            wanted.call(),
            default=language,
            now=now_of(service),
        )
        told = PhoneMessageOut.of(made, service.zone)
    if as_json:
        write_json(told.model_dump(mode="json"))
    else:
        say(f"Message n° {told.id} noté pour {told.to}.")


def list_(
    login: LoginArgument,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    undone: Annotated[bool, typer.Option("--undone", help="Ceux qui restent à traiter.")] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lister les messages d'une personne, les plus récents d'abord.

    Exemple : niaouli phone-message list directeur --as assistante-1 --undone
    """
    from scheduler.appointments import service as deeds
    from scheduler.appointments.schemas import CALL_HEADINGS, PhoneMessageOut

    with open_service(config) as service, service.database.reading() as db:
        actor = actor_of(db, login, acts_as)
        found = deeds.list_messages(db, actor, login, before=None, now=now_of(service))
        kept = [one for one in found if not (undone and one.message.is_done)]
        told = [PhoneMessageOut.of(one, service.zone) for one in kept]
    write_list(CALL_HEADINGS, told, short=_SHORT, as_json=as_json, as_csv=as_csv)


def done(
    login: LoginArgument,
    number: Number,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    again: Annotated[bool, typer.Option("--undo", help="Il reste à traiter.")] = False,
) -> None:
    """Marquer un message comme traité ; la tâche de la personne suit.

    Exemple : niaouli phone-message done directeur 12 --as assistante-1
    """
    from scheduler.appointments import service as deeds
    from scheduler.appointments.model import CallId

    with open_service(config) as service, service.database.transaction() as db:
        actor, call = actor_of(db, login, acts_as), CallId(number)
        deeds.mark_message(db, actor, call, read=None, done=not again, now=now_of(service))
    say("Il reste à traiter." if again else "Traité.")


COMMANDS: dict[str, Callable[..., None]] = {"add": add, "list": list_, "done": done}

"""`niaouli mail …`: what leaves and how it looks; what arrived, what was decided, what waits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    CommandFailed,
    Config,
    WrongUsage,
    now_of,
    open_service,
    say,
    settings_of,
    write,
    write_rows,
)
from scheduler.app.commands.mail_words import OF_DECISIONS, OF_SENT

if TYPE_CHECKING:
    from datetime import tzinfo

    from notifications.compose import Words
    from notifications.mailbox.decisions import Logged
    from scheduler.app.settings import Settings
    from scheduler.app.wiring import Service

FORMS = (".eml", ".html", ".txt")


def preview(
    kind: Annotated[
        str | None, typer.Argument(metavar="[TYPE]", help="Sans lui, la liste des types.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="fr|en", help="Sinon la vôtre.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FICHIER", help=f"Un de : {', '.join(FORMS)}."),
    ] = None,
    config: Config = None,
) -> None:
    """Montrer un message avec des faits d'exemple, tel que vos modèles le font."""
    from calendars.model.language import Language
    from notifications.compose import kinds
    from notifications.own_templates import NoSuchKind, faults_of
    from notifications.own_templates import preview as rendered
    from scheduler.app.wiring import composers

    if kind is None:
        for name in kinds():
            write(name)
        return
    settings = settings_of(config)
    chosen = language or settings.language
    if chosen not in list(Language):
        raise WrongUsage(f"la langue « {chosen} » n'existe pas ; choisissez : fr, en")
    if output is not None and output.suffix not in FORMS:
        raise WrongUsage(f"le nom du fichier finit par l'un de : {', '.join(FORMS)}")
    try:
        words = rendered(composers(settings), kind, Language(chosen))
    except NoSuchKind:
        raise CommandFailed(
            f"il n'y a pas de message « {kind} » (niaouli mail preview les nomme)"
        ) from None
    for fault in faults_of(composers(settings), settings.data / "templates"):
        say(f"modèle défectueux, le nôtre le remplace : {fault.sentence}")
    if output is None:
        write(f"{words.subject}\n\n{words.text.rstrip()}")
    else:
        output.write_bytes(_file(words, output.suffix, settings))
        say(f"Écrit : {output}")


def _file(words: Words, form: str, settings: Settings) -> bytes:
    if form == ".txt":
        return f"{words.subject}\n\n{words.text}".encode()
    if form == ".html":
        return words.html.encode()
    from notifications.channels.mail_format import mail_of
    from notifications.message import Letter

    organisation, service = settings.organisation, settings.mail_from
    letter = Letter(
        "preview", service, organisation, service, words.subject, words.text, words.html
    )
    return mail_of(letter, service=service, now=0).as_bytes()


Number = Annotated[
    int, typer.Argument(metavar="NUMÉRO", show_default=False, help="Donné par la liste.")
]
_HEADINGS = {
    "id": "Numéro", "at": "Reçu", "method": "Demande", "decision": "Décision", "why": "Code",
    "because": "Raison", "settled": "Suite",
}  # fmt: skip


def decisions(
    config: Config = None,
    *,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Combien au plus.")] = 50,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Ce qui a été décidé des courriels reçus, sans leur contenu."""
    from calendars.kernel.audit import CONSOLE
    from notifications.mailbox.quarantine import list_all_decisions

    with open_service(config) as service, service.database.reading() as db:
        found = list_all_decisions(db, CONSOLE, before=None, limit=limit).items
        rows = [_row(one, service) for one in found]
    write_rows(_HEADINGS, rows, as_json=as_json, as_csv=as_csv, words=OF_DECISIONS)


_SENT = {
    "id": "Numéro", "created_at": "Écrit", "kind": "Genre", "method": "Demande", "state": "État",
    "attempts": "Essais", "due_at": "Part", "answer": "Réponse",
}  # fmt: skip


def list_sent(
    config: Config = None,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="Seulement les échecs.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Combien au plus.")] = 50,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Les courriels qui partent : en attente, partis, refusés ; sans destinataire ni contenu."""

    from notifications.message import State
    from notifications.queued import count_by_state, sentence
    from notifications.sent_mail import list_all_messages

    states = [State.FAILED] if failed else []
    with open_service(config) as service, service.database.reading() as db:
        found = list_all_messages(db, states=states, limit=limit)
        counts = count_by_state(db)
        zone = service.zone
    rows = [
        {
            **one._asdict(),
            "created_at": _local(one.created_at, zone),
            "due_at": _local(one.due_at, zone),
        }
        for one in found
    ]
    write_rows(_SENT, rows, as_json=as_json, as_csv=as_csv, words=OF_SENT)
    say(f"En tout : {sentence(counts)}.")


def retry(number: Number, config: Config = None) -> None:
    """Renvoyer un courriel refusé."""
    from calendars.kernel.audit import CONSOLE
    from notifications.queued import NotFailed, WordsGone
    from notifications.sent_mail import retry_message

    with open_service(config) as service, service.database.transaction() as db:
        try:
            retry_message(db, CONSOLE, number, now=now_of(service))
        except WordsGone:
            raise CommandFailed("son contenu n'est plus conservé ; écrivez autrement") from None
        except NotFailed:
            raise CommandFailed("ce message n'a pas été refusé") from None
    say("Il repart au prochain envoi.")


def _local(instant: int, zone: tzinfo) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(instant, zone).isoformat(timespec="minutes")


def list_waiting(config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """Ce qui attend une décision ; rien ne prouve de qui ces courriels viennent."""
    from notifications.mailbox.quarantine import list_all_waiting

    with open_service(config) as service, service.database.reading() as db:
        rows = [_row(one, service) for one in list_all_waiting(db, limit=1_000)]
    write_rows(_HEADINGS, rows, as_json=as_json, as_csv=as_csv, words=OF_DECISIONS)


def release(number: Number, config: Config = None) -> None:
    """Appliquer un courriel retenu, comme si son expéditeur était prouvé."""
    from calendars.kernel.audit import CONSOLE
    from notifications.mailbox import quarantine
    from scheduler.app.wiring import mailroom

    with open_service(config) as service, service.database.transaction() as db:
        room = mailroom(service)
        try:
            taken = quarantine.release(db, room, CONSOLE, number, now=now_of(service))
        except quarantine.NotReleasable as refused:
            raise CommandFailed(f"rien à appliquer : {refused.words}") from None
    say(f"Appliqué : {taken.sentence}")


def drop(number: Number, config: Config = None) -> None:
    """Écarter un courriel retenu : il est effacé, rien n'a changé."""
    from calendars.kernel.audit import CONSOLE
    from notifications.mailbox import quarantine

    with open_service(config) as service, service.database.transaction() as db:
        quarantine.drop(db, CONSOLE, number, now=now_of(service))
    say("Écarté.")


def _row(logged: Logged, service: Service) -> dict[str, object]:

    from notifications.mailbox.outcome import SENTENCES

    return {
        "id": logged.id,
        "at": _local(logged.at, service.zone),
        "method": logged.method,
        "decision": logged.decision,
        "why": logged.why,
        "because": SENTENCES[logged.why],
        "settled": logged.settled,
    }


COMMANDS: dict[str, Callable[..., None]] = {
    "preview": preview, "list": list_sent, "retry": retry, "decisions": decisions,
}  # fmt: skip
QUARANTINE: dict[str, Callable[..., None]] = {
    "list": list_waiting, "release": release, "drop": drop,
}  # fmt: skip

"""`niaouli mail …`: how letters look."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    CommandFailed,
    Config,
    WrongUsage,
    say,
    settings_of,
    write,
)

if TYPE_CHECKING:
    from notifications.compose import Words
    from scheduler.app.settings import Settings

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


COMMANDS: dict[str, Callable[..., None]] = {"preview": preview}

"""The command line: `niaouli COMMAND …`; each command stands in `scheduler.app.commands`."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from scheduler.app.commands import (
    absences,
    actions,
    agendas,
    appointments,
    audits,
    backups,
    campaigns,
    conflicts,
    deadlines,
    delegations,
    demo,
    diaries,
    directories,
    doctor,
    exports,
    feeds,
    groups,
    guard,
    held,
    imports,
    mails,
    meeting_series,
    meetings,
    minutes,
    options,
    phone_messages,
    polls,
    presence,
    receive,
    references,
    requests,
    resources,
    serve,
    slots,
    travels,
    users,
    webhooks,
    working_time,
)
from scheduler.app.commands.console import CommandFailed, WrongUsage, say
from scheduler.app.commands.examples import with_example

OK, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130

# What the parser says, by the name of its error.
_MISUSES = {
    "MissingParameter": "il manque {hint}",
    "NoSuchOption": "l'option {option_name} n'existe pas",
    "NoSuchCommand": "cette commande n'existe pas",
    "BadArgumentUsage": "arguments incorrects",
    "BadOptionUsage": "l'option {option_name} est mal employée",
    "BadParameter": "valeur incorrecte pour {hint}",
}


_UNKNOWN = {"No such command {name!r}.": "la commande « {name} » n'existe pas"}


class FrenchCommand(TyperCommand):
    """A command whose `--help` explains itself in French."""

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401 - Typer's own
        """`--help`, in French."""
        return _in_french(super().get_help_option(ctx))


class FrenchGroup(TyperGroup):
    """Commands in the order in which they are named; French headings in the help of each."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - Typer's own
        """In the order of a first acquaintance, not of the alphabet."""
        return list(self.commands)

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401 - Typer's own
        """`--help`, in French."""
        return _in_french(super().get_help_option(ctx))


def _in_french(option: Any) -> Any:  # noqa: ANN401 - Typer's own
    from typer import core, rich_utils

    if option is not None:
        option.help = "Afficher cette aide."
    rich_utils.COMMANDS_PANEL_TITLE = "Commandes"
    rich_utils.REQUIRED_LONG_STRING = "[obligatoire]"
    rich_utils.DEFAULT_STRING = "[par défaut : {}]"
    core._ = lambda message: _UNKNOWN.get(message, message)  # type: ignore[attr-defined]
    return option


def _group(help_text: str) -> typer.Typer:
    return typer.Typer(
        cls=FrenchGroup,
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )


def _add(group: typer.Typer, name: str, deed: Callable[..., object], above: str = "") -> None:
    words = inspect.cleandoc(deed.__doc__ or "")
    help_text = with_example(f"{above} {name}".strip(), words)
    group.command(name, cls=FrenchCommand, help=help_text)(deed)


def build() -> typer.Typer:
    """Every command under its name."""
    app = _group("Niaouli, agendas partagés : service CalDAV, API et messages.")
    _add(app, "serve", serve.serve)
    for group, module, help_text in (
        ("user", users, "Comptes et mots de passe."),
        ("resource", resources, "Salles, véhicules et matériel."),
        ("group", groups, "Groupes de comptes."),
        ("feed", feeds, "Liens secrets pour s'abonner à un agenda."),
        ("held", held, "Suppressions en masse dont personne n'est encore averti."),
        ("guard", guard, "Mots et noms qui ne partent dans aucun titre ; messages retenus."),
        ("mail", mails, "Messages qui partent et qui arrivent."),
        ("slots", slots, "Créneaux communs."),
        ("conflict", conflicts, "Ce qui s'oppose à une date, et ce que cela pèse."),
        ("travel", travels, "Trajets d'un rendez-vous."),
        ("diary", diaries, "Agendas sur papier."),
        ("request", requests, "Demandes de rendez-vous."),
        ("option", options, "Dates tenues pour un rendez-vous, jusqu'à ce qu'une soit retenue."),
        ("poll", polls, "Quelles dates conviennent : sondages sur des options."),
        ("phone-message", phone_messages, "Messages téléphoniques."),
        ("appointment", appointments, "Créneaux ouverts et rendez-vous."),
        ("campaign", campaigns, "Entretiens professionnels : campagnes et créneaux."),
        ("meeting", meetings, "Réunions, leurs invités et leurs documents."),
        ("series", meeting_series, "Réunions qui reviennent : comités, réunions de bureau."),
        ("agenda", agendas, "Ordres du jour et leurs pièces."),
        ("minutes", minutes, "Comptes rendus : écrire, valider, diffuser, rectifier."),
        ("action", actions, "Actions décidées en réunion."),
        ("deadline", deadlines, "Échéances suivies et tâches récurrentes."),
        ("absence", absences, "Qui n'est pas là, et jusqu'à quand ; jamais pourquoi."),
        ("presence", presence, "Qui est là, et l'écran qui le montre."),
        ("reference", references, "Numéros d'autres systèmes."),
        ("working-time", working_time, "Jours fermés, heures de travail, échéances."),
        ("directory", directories, "Sites et trajets."),
        ("webhook", webhooks, "Autres programmes à prévenir, par envois signés."),
        ("audit", audits, "Journal : qui a vu ou changé quoi."),
    ):
        below = _group(help_text)
        for name, deed in module.COMMANDS.items():
            _add(below, name, deed, group)
        if module is mails:
            waiting = _group("Courriels reçus qui attendent une décision.")
            for name, deed in mails.QUARANTINE.items():
                _add(waiting, name, deed, "mail quarantine")
            below.add_typer(waiting, name="quarantine")
        app.add_typer(below, name=group)
    _add(app, "delegate", delegations.delegate)
    _add(app, "import", imports.import_)
    _add(app, "export", exports.export)
    _add(app, "receive", receive.receive)
    _add(app, "run-due", serve.run_due)
    _add(app, "doctor", doctor.doctor)
    _add(app, "backup", backups.backup)
    _add(app, "restore", backups.restore)
    _add(app, "demo", demo.demo)
    return app


def run(arguments: Sequence[str]) -> int:
    """One command; its exit status. What goes wrong is one line on standard error."""
    from typer.exceptions import TyperException

    try:
        outcome = build()(list(arguments), prog_name="niaouli", standalone_mode=False)
    except TyperException as error:
        return _misused(error)
    except typer.Abort:
        return INTERRUPTED
    except WrongUsage as error:
        say(f"niaouli : {error}")
        return MISUSED
    except CommandFailed as error:
        say(f"niaouli : {error}")
        return FAILED
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return FAILED
    except Exception as error:  # noqa: BLE001 - a bug is raised again
        return _failed(error)
    if outcome == INTERRUPTED:
        say("Interrompu.")
    return outcome if isinstance(outcome, int) else OK


def _misused(error: Any) -> int:  # noqa: ANN401 - Typer keeps its errors to itself
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return MISUSED
    pattern = _MISUSES.get(type(error).__name__)
    param = getattr(error, "param", None)
    hint = (param.get_error_hint() if param is not None else None) or "un argument"
    text = error.format_message().replace("Did you mean", "vouliez-vous dire")
    if pattern is not None:
        text = pattern.format(hint=hint, option_name=getattr(error, "option_name", ""))
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "niaouli"
    say(f"niaouli : {text} (« {where} --help » dit comment l'employer)")
    return MISUSED


def _failed(error: Exception) -> int:
    """A refusal of the service in one line; anything else is a bug and stays one."""
    from calendars.kernel.errors import ServiceError
    from scheduler.app.commands.refusals import wording
    from scheduler.app.settings import BadSetting

    if isinstance(error, BadSetting):
        say(f"niaouli : réglage incorrect : {error}")
        return MISUSED
    if isinstance(error, OSError) and error.strerror:
        say(f"niaouli : {error.filename or 'fichier'} : {error.strerror}")
        return FAILED
    if not isinstance(error, ServiceError):
        raise error
    say(f"niaouli : {wording(error)}")
    return FAILED


def main() -> None:
    """The program: what it writes on disk is its owner's alone."""
    os.umask(0o077)
    sys.exit(run(sys.argv[1:]))

"""`niaouli user …`: accounts, their passwords and the passwords of their devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    CommandFailed,
    Config,
    LoginArgument,
    WrongUsage,
    get_account,
    now_of,
    open_service,
    read_password,
    say,
    write,
    write_json,
    write_rows,
)

LANGUAGES = ("fr", "en")
ROLES = ("director", "deputy", "assistant", "secretary", "agent", "admin")

FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Lire le mot de passe sur l'entrée standard.")
]


def add(
    login: LoginArgument,
    name: Annotated[str, typer.Option("--name", show_default=False, help="Prénom et nom.")],
    email: Annotated[str, typer.Option("--email", show_default=False, help="Son adresse.")],
    role: Annotated[
        str, typer.Option("--role", metavar="RÔLE", help=f"Un de : {', '.join(ROLES)}.")
    ] = "agent",
    language: Annotated[
        str | None,
        typer.Option(
            "--language", metavar="fr|en", help="De ses messages ; sinon celle de l'organisation."
        ),
    ] = None,
    config: Config = None,
    *,
    password_stdin: FromStdin = False,
    as_json: AsJson = False,
) -> None:
    """Créer un compte, avec son agenda et sa liste de tâches."""
    from calendars.kernel.audit import CONSOLE
    from calendars.services.choose_language import choose_language
    from calendars.services.open_account import NewAccount, open_account
    from calendars.services.sign_in import hash_password

    chosen, spoken = _role(role), _language(language)
    hashed = hash_password(_checked(read_password(from_stdin=password_stdin)))
    new = NewAccount(login, name, role=chosen, email=email)
    with open_service(config) as service, service.database.transaction() as db:
        added = open_account(
            db,
            new,
            timezone_id=service.settings.timezone,
            by=CONSOLE,
            now=now_of(service),
            hashed=hashed,
        )
        if spoken is not None:
            choose_language(db, added, spoken, by=CONSOLE, now=now_of(service))
    if as_json:
        write_json({"login": added.login, "name": added.display_name, "email": added.email})
    else:
        say(f"Compte créé : {added.login} ({added.display_name}).")


def _role(text: str) -> Any:  # noqa: ANN401 - Role, whose module is imported inside commands
    from calendars.model.principal import Role

    if text not in ROLES:
        raise WrongUsage(f"le rôle « {text} » n'existe pas ; choisissez : {', '.join(ROLES)}")
    return Role(text)


def _language(text: str | None) -> Any:  # noqa: ANN401 - Language, as above
    from calendars.model.language import Language

    if text is None:
        return None
    if text not in LANGUAGES:
        raise WrongUsage(f"la langue « {text} » n'existe pas ; choisissez : {', '.join(LANGUAGES)}")
    return Language(text)


def _checked(password: str) -> str:
    from calendars.services.sign_in import MAX_SECRET_LENGTH, MIN_PASSWORD_LENGTH

    if len(password) < MIN_PASSWORD_LENGTH:
        raise CommandFailed(f"un mot de passe a au moins {MIN_PASSWORD_LENGTH} caractères")
    if len(password.encode()) > MAX_SECRET_LENGTH:
        raise CommandFailed(f"un mot de passe a au plus {MAX_SECRET_LENGTH} octets")
    return password


def list_(config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """Lister les comptes."""
    from calendars.model.principal import PrincipalKind
    from calendars.storage import principals

    with open_service(config) as service, service.database.reading() as db:
        found = principals.list_all(db, kinds=[PrincipalKind.INDIVIDUAL])
    rows = [
        {
            "login": person.login,
            "name": person.display_name,
            "email": person.email,
            "role": str(person.role),
            "disabled": person.disabled,
        }
        for person in found
    ]
    headings = {
        "login": "Identifiant",
        "name": "Nom",
        "email": "Adresse",
        "role": "Rôle",
        "disabled": "Désactivé",
    }
    write_rows(headings, rows, as_json=as_json, as_csv=as_csv)


def passwd(
    login: LoginArgument, config: Config = None, *, password_stdin: FromStdin = False
) -> None:
    """Changer le mot de passe ; l'ancien cesse aussitôt de valoir."""
    from calendars.kernel.audit import CONSOLE
    from calendars.services.sign_in import hash_password, set_password

    hashed = hash_password(_checked(read_password(from_stdin=password_stdin)))
    with open_service(config) as service, service.database.transaction() as db:
        set_password(db, get_account(db, login).id, hashed, by=CONSOLE, now=now_of(service))
    say(f"Mot de passe changé : {login}.")


def disable(login: LoginArgument, config: Config = None) -> None:
    """Fermer l'accès d'un compte ; ses agendas restent."""
    from calendars.kernel.audit import CONSOLE
    from calendars.services.disable_account import disable_account

    with open_service(config) as service, service.database.transaction() as db:
        disable_account(db, get_account(db, login).login, by=CONSOLE, now=now_of(service))
    say(f"Compte désactivé : {login}.")


def enable(login: LoginArgument, config: Config = None) -> None:
    """Rouvrir l'accès d'un compte."""
    from calendars.kernel.audit import CONSOLE
    from calendars.services.disable_account import enable_account

    with open_service(config) as service, service.database.transaction() as db:
        enable_account(db, get_account(db, login).login, by=CONSOLE, now=now_of(service))
    say(f"Compte activé : {login}.")


def language(
    who: Annotated[
        str, typer.Argument(metavar="IDENTIFIANT|ADRESSE", show_default=False, help="Qui.")
    ],
    chosen: Annotated[
        str, typer.Argument(metavar="fr|en|défaut", help="Sa langue, ou celle de l'organisation.")
    ],
    config: Config = None,
) -> None:
    """Choisir la langue des messages d'une personne, avec ou sans compte."""
    from calendars.kernel.audit import CONSOLE
    from calendars.services.choose_language import choose_language, remember_language
    from calendars.services.open_account import check_email

    wanted = _language(None if chosen in {"défaut", "default"} else chosen)
    with open_service(config) as service, service.database.transaction() as db:
        if "@" in who:
            remember_language(db, check_email(who), wanted, by=CONSOLE, now=now_of(service))
        else:
            choose_language(db, get_account(db, who), wanted, by=CONSOLE, now=now_of(service))
    say(f"Langue de {who} : {wanted or 'celle de l’organisation'}.")


def app_password(
    deed: Annotated[str, typer.Argument(metavar="add|list|revoke", show_default=False)],
    login: LoginArgument,
    identifier: Annotated[
        int | None, typer.Argument(metavar="[NUMÉRO]", help="Celui à révoquer.")
    ] = None,
    label: Annotated[
        str, typer.Option("--label", help="Pour quel appareil ou logiciel.")
    ] = "Appareil",
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Mots de passe d'application : un par appareil, révocable seul."""
    deeds: dict[str, Callable[..., None]] = {
        "add": _add_secret,
        "list": _list_secrets,
        "revoke": _revoke_secret,
    }
    if deed not in deeds:
        raise WrongUsage(f"« {deed} » : dites add, list ou revoke")
    deeds[deed](login, identifier, label, config, as_json=as_json)


def _add_secret(login: str, _: int | None, label: str, config: Config, *, as_json: bool) -> None:
    from calendars.kernel.audit import CONSOLE
    from calendars.services.sign_in import add_application_password

    with open_service(config) as service, service.database.transaction() as db:
        account = get_account(db, login)
        added, secret = add_application_password(
            db, account.id, label, by=CONSOLE, now=now_of(service)
        )
    if as_json:
        write_json({"id": added, "label": label, "password": secret})
        return
    say(f"Mot de passe d'application n° {added}, montré cette seule fois :")
    write(secret)


def _list_secrets(login: str, _: int | None, __: str, config: Config, *, as_json: bool) -> None:
    from datetime import datetime

    from calendars.services.sign_in import PASSWORD
    from calendars.storage import credentials

    with open_service(config) as service, service.database.reading() as db:
        held = credentials.list_of(db, get_account(db, login).id)
        zone = service.zone

    def day(instant: int | None) -> str | None:
        return None if instant is None else datetime.fromtimestamp(instant, zone).isoformat()

    rows = [
        {
            "id": each.id,
            "label": each.label,
            "created": day(each.created_at),
            "used": day(each.last_used_at),
        }
        for each in held
        if each.kind != PASSWORD
    ]
    headings = {"id": "N°", "label": "Pour", "created": "Créé le", "used": "Dernier emploi"}
    write_rows(headings, rows, as_json=as_json)


def _revoke_secret(
    login: str, identifier: int | None, _: str, config: Config, *, as_json: bool
) -> None:
    from calendars.kernel.audit import CONSOLE
    from calendars.kernel.errors import NotFound
    from calendars.kernel.identifiers import CredentialId
    from calendars.services.sign_in import revoke_application_password

    if identifier is None:
        raise WrongUsage(
            "dites le numéro du mot de passe à révoquer (niaouli user app-password list)"
        )
    with open_service(config) as service, service.database.transaction() as db:
        account = get_account(db, login)
        try:
            revoke_application_password(
                db, account.id, CredentialId(identifier), by=CONSOLE, now=now_of(service)
            )
        except NotFound:
            raise CommandFailed(f"{login} n'a pas de mot de passe n° {identifier}") from None
    if as_json:
        write_json({"revoked": identifier})
    else:
        say(f"Mot de passe n° {identifier} révoqué.")


COMMANDS: dict[str, Callable[..., None]] = {
    "add": add,
    "list": list_,
    "passwd": passwd,
    "disable": disable,
    "enable": enable,
    "language": language,
    "app-password": app_password,
}

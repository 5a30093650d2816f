"""`niaouli guard …`: words and names that leave in no title, and what is held back (SEC-6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    CommandFailed,
    Config,
    actor_of,
    now_of,
    open_service,
    say,
    write_rows,
)

Words = Annotated[
    list[str], typer.Argument(metavar="MOT…", show_default=False, help="Un mot, ou plusieurs.")
]
Reference = Annotated[
    str, typer.Argument(metavar="RÉFÉRENCE", show_default=False, help="Par exemple IS-2026-0421.")
]
Name = Annotated[str, typer.Argument(metavar="NOM", show_default=False, help="Prénom et nom.")]
Number = Annotated[
    int, typer.Argument(metavar="NUMÉRO", show_default=False, help="Donné par « guard held ».")
]
By = Annotated[
    str, typer.Option("--by", metavar="LOGIN", show_default=False, help="Qui en décide.")
]
Reason = Annotated[
    str, typer.Option("--reason", metavar="MOTIF", show_default=False, help="Pourquoi.")
]


def deny(words: Words, config: Config = None) -> None:
    """Interdire des mots, ou ceux d'un fichier (@fichier, un par ligne)."""
    from calendars.kernel.audit import CONSOLE
    from notifications.guard.lists import BadEntry
    from notifications.keep_guard import add_word

    added = 0
    with open_service(config) as service, service.database.transaction() as db:
        for word in _expanded(words):
            try:
                added += add_word(db, CONSOLE, word, now=now_of(service))
            except BadEntry:
                raise CommandFailed(f"« {word} » n'est pas un mot, ou en a trop") from None
    say(f"Mots ajoutés : {added}")


def _expanded(words: list[str]) -> list[str]:
    found: list[str] = []
    for word in words:
        if word.startswith("@"):
            lines = Path(word[1:]).read_text(encoding="utf-8").splitlines()
            found += [line.strip() for line in lines if line.strip() and line[0] != "#"]
        else:
            found.append(word)
    return found


def list_denied(config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """Les mots interdits, et combien de noms sont liés à chaque référence."""
    from calendars.kernel.audit import CONSOLE
    from notifications.keep_guard import list_references, list_words

    with open_service(config) as service, service.database.reading() as db:
        words, references = list_words(db, CONSOLE), list_references(db, CONSOLE)
    rows: list[dict[str, object]] = [{"entry": one.text, "names": ""} for one in words]
    rows += [{"entry": one.reference, "names": one.names} for one in references]
    write_rows({"entry": "Mot ou référence", "names": "Noms"}, rows, as_json=as_json, as_csv=as_csv)


def link_name(reference: Reference, name: Name, config: Config = None) -> None:
    """Lier un nom à une référence ; le nom lui-même n'est pas gardé."""
    from calendars.kernel.audit import CONSOLE
    from notifications.guard.lists import BadEntry
    from notifications.keep_guard import add_name

    with open_service(config) as service, service.database.transaction() as db:
        try:
            added = add_name(db, CONSOLE, reference, name, now=now_of(service))
        except BadEntry:
            raise CommandFailed("un nom d'un à cinq mots et une référence sont attendus") from None
    say("Le nom est lié." if added else "Il l'était déjà.")


def list_held(config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """Les messages retenus."""
    from notifications import held
    from notifications.hold_back import sentence

    with open_service(config) as service, service.database.reading() as db:
        found = held.list_all(db)
        zone = service.zone
    rows = [
        {
            "id": one.id,
            "held_at": datetime.fromtimestamp(one.held_at, zone).isoformat(timespec="minutes"),
            "because": sentence(one.flaws),
        }
        for one in found
    ]
    headings = {"id": "Numéro", "held_at": "Depuis", "because": "Pourquoi"}
    write_rows(headings, rows, as_json=as_json, as_csv=as_csv)


def release(number: Number, by: By, reason: Reason, config: Config = None) -> None:
    """Laisser partir un message retenu, au nom d'une personne et avec son motif."""
    from calendars.kernel.errors import NotFound
    from notifications.hold_back import NoReason, let_go

    with open_service(config) as service, service.database.transaction() as db:
        person = actor_of(db, by)
        try:
            let_go(db, person, number, reason, now=now_of(service))
        except NoReason:
            raise CommandFailed("un motif d'au moins huit signes est attendu") from None
        except NotFound:
            raise CommandFailed(
                "ce message n'attend pas, ou cette personne ne peut pas en décider"
            ) from None
    say("Le message part.")


COMMANDS: dict[str, Callable[..., object]] = {
    "deny": deny,
    "name": link_name,
    "list": list_denied,
    "held": list_held,
    "release": release,
}

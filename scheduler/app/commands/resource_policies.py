"""`niaouli resource policy|out-of-service|approvals`: how it answers, and what waits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.app.commands.console import (
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    WrongUsage,
    instant_in,
    now_of,
    open_service,
    say,
    write_json,
    write_rows,
)

if TYPE_CHECKING:
    from calendars.model.resource_policy import OpenHours, ResourcePolicy
    from calendars.services.set_policy import Resource
    from calendars.storage.resource_policies import StoredClosure

MODES = (
    "none", "accept", "decline", "accept_if_free", "decline_if_busy", "automatic", "approval",
)  # fmt: skip
_DAYS = ("lu", "ma", "me", "je", "ve", "sa", "di")
_HOURS = re.compile(r"(\w\w)(?:-(\w\w))? (\d\d):(\d\d)-(\d\d):(\d\d)", re.ASCII)
_UNLIMITED = ("max_ahead", "max_duration", "max_attendees", "conflicts_allowed", "conflict_percent")
_HEADINGS = {
    "mode": "Qui répond",
    "category": "Genre",
    "site": "Site",
    "features": "Équipements",
    "min_notice": "Minutes d'avance au moins",
    "max_ahead": "Jours d'avance au plus",
    "max_duration": "Minutes au plus",
    "buffer_before": "Minutes de préparation",
    "buffer_after": "Minutes de remise en état",
    "max_attendees": "Personnes au plus",
    "conflicts_allowed": "Occurrences refusées au plus",
    "conflict_percent": "Occurrences refusées au plus, en %",
    "hours": "Heures de prêt",
    "bookers": "Qui peut réserver",
    "approvers": "Qui valide",
    "look_ahead": "Jours examinés d'une série",
}


def policy(
    login: LoginArgument,
    *,
    mode: Annotated[
        str | None, typer.Option("--mode", metavar="|".join(MODES), help="Qui répond.")
    ] = None,
    site: Annotated[str | None, typer.Option("--site", help="Où elle se trouve.")] = None,
    feature: Annotated[
        list[str] | None, typer.Option("--feature", help="Un équipement ; répétez l'option.")
    ] = None,
    min_notice: Annotated[
        int | None, typer.Option("--min-notice", min=0, help="Minutes d'avance au moins.")
    ] = None,
    max_ahead: Annotated[
        int | None, typer.Option("--max-ahead", min=0, help="Jours d'avance au plus ; 0 : sans.")
    ] = None,
    max_duration: Annotated[
        int | None, typer.Option("--max-duration", min=0, help="Minutes au plus ; 0 : sans.")
    ] = None,
    buffer_before: Annotated[
        int | None, typer.Option("--buffer-before", min=0, help="Minutes de préparation.")
    ] = None,
    buffer_after: Annotated[
        int | None, typer.Option("--buffer-after", min=0, help="Minutes de remise en état.")
    ] = None,
    max_attendees: Annotated[
        int | None, typer.Option("--max-attendees", min=0, help="Personnes au plus ; 0 : sans.")
    ] = None,
    conflicts: Annotated[
        int | None,
        typer.Option("--conflicts", min=0, help="Occurrences d'une série refusées une à une."),
    ] = None,
    conflict_percent: Annotated[
        int | None, typer.Option("--conflict-percent", min=0, max=100, help="De même, en %.")
    ] = None,
    hours: Annotated[
        list[str] | None,
        typer.Option("--hours", metavar="LU-VE 07:30-16:00", help="Heures de prêt ; « always »."),
    ] = None,
    booker: Annotated[
        list[str] | None, typer.Option("--booker", help="Qui peut réserver ; « all » : tous.")
    ] = None,
    approver: Annotated[
        list[str] | None,
        typer.Option("--approver", help="Qui valide ; « keepers » : qui tient l'agenda."),
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Montrer comment une ressource répond, ou le changer : seul ce qui est dit change."""
    told = {
        "mode": mode,
        "min_notice": min_notice,
        "max_ahead": max_ahead,
        "max_duration": max_duration,
        "buffer_before": buffer_before,
        "buffer_after": buffer_after,
        "max_attendees": max_attendees,
        "conflicts_allowed": conflicts,
        "conflict_percent": conflict_percent,
        "hours": hours,
        "bookers": booker,
        "approvers": approver,
    }
    facts = {"site": site, "features": feature}
    resource = _changed(login, facts, told, config)
    _show(resource, as_json=as_json)


def _changed(
    login: str, facts: dict[str, Any], told: dict[str, Any], config: Path | None
) -> Resource:
    """The resource, with what the options say of it."""
    from calendars.kernel.audit import CONSOLE
    from calendars.services.set_policy import get_resource, set_policy

    with open_service(config) as service, service.database.transaction() as db:
        found = get_resource(db, login)
        wanted = {name: value for name, value in facts.items() if value is not None}
        new_facts = replace(found.facts, **{key: _tuple(value) for key, value in wanted.items()})
        new_policy = _policy_with(found.policy, told)
        if (new_facts, new_policy) == (found.facts, found.policy):
            return found
        now = now_of(service)
        return set_policy(db, CONSOLE, login, new_facts, new_policy, now=now)


def _tuple(value: Any) -> Any:  # noqa: ANN401 - of an option
    return tuple(filter(None, value)) if isinstance(value, list) else value


def _policy_with(old: ResourcePolicy, told: dict[str, Any]) -> ResourcePolicy:
    from calendars.model.resource_policy import AnswerMode

    values = {name: value for name, value in told.items() if value is not None}
    for name in _UNLIMITED:
        if values.get(name) == 0:
            values[name] = None
    if "mode" in values:
        if values["mode"] not in MODES:
            raise WrongUsage(f"--mode : choisissez {', '.join(MODES)}")
        values["mode"] = AnswerMode(values["mode"])
    if "hours" in values:
        spans = [text for text in values["hours"] if text != "always"]
        values["hours"] = spans_of(spans)
    for name, nobody in (("bookers", "all"), ("approvers", "keepers")):
        if name in values:
            values[name] = tuple(login for login in values[name] if login != nobody)
    return replace(old, **values)


def _span(text: str) -> OpenHours:
    from calendars.model.resource_policy import OpenHours

    found = _HOURS.fullmatch(text.strip().lower())
    if found is None or not {found[1], found[2] or found[1]} <= set(_DAYS):
        raise WrongUsage(f"« {text} » : écrivez par exemple « LU-VE 07:30-16:00 »")
    first, last = _DAYS.index(found[1]), _DAYS.index(found[2] or found[1])
    start, end = (int(found[i]) * 60 + int(found[i + 1]) for i in (3, 5))
    return OpenHours(tuple(range(first, last + 1)), start, end)


def _show(resource: Resource, *, as_json: bool) -> None:
    values = asdict(resource.policy) | asdict(resource.facts)
    values["hours"] = [_hours_text(span) for span in resource.policy.hours]
    if as_json:
        write_json({"login": resource.principal.login} | {key: values[key] for key in _HEADINGS})
        return
    rows = [{"what": heading, "value": _text(values[key])} for key, heading in _HEADINGS.items()]
    write_rows({"what": resource.principal.display_name, "value": ""}, rows, as_json=False)


def _text(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def spans_of(texts: Sequence[str]) -> tuple[OpenHours, ...]:
    """Hours as people type them. Raises WrongUsage."""
    return tuple(map(_span, texts))


def _hours_text(span: OpenHours) -> str:
    from calendars.model.wall_clock import clock_of_minutes

    days = " ".join(_DAYS[day] for day in span.weekdays)
    start, end = map(clock_of_minutes, (span.start, span.end))
    return f"{days} {start}-{end}"


def out_of_service(
    login: LoginArgument,
    start: Annotated[
        str | None, typer.Option("--from", metavar="2026-03-09T07:30", help="Début, heure du site.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="2026-03-09T16:00", help="Fin, heure du site.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Lu par tout le monde.")] = "",
    remove: Annotated[
        int | None, typer.Option("--remove", metavar="NUMÉRO", help="Remettre en service.")
    ] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Montrer les périodes hors service, en ajouter une (--from, --to) ou en retirer une."""

    from calendars.kernel.audit import CONSOLE
    from calendars.model.resource_policy import Closure
    from calendars.services.set_policy import close, list_closures, reopen

    if (start is None) != (end is None):
        raise WrongUsage("donnez --from et --to ensemble")
    with open_service(config) as service, service.database.transaction() as db:
        zone, now = service.zone, now_of(service)
        if remove is not None:
            reopen(db, CONSOLE, login, remove, now=now)
        if start is not None and end is not None:
            period = Closure(_instant(start, zone), _instant(end, zone), reason)
            close(db, CONSOLE, login, period, now=now)
        found = list_closures(db, login, now=now)
    headings = {"id": "Numéro", "from": "Du", "to": "Au", "reason": "Motif"}
    write_rows(headings, [_closure_row(one, zone) for one in found], as_json=as_json, as_csv=as_csv)
    if not found and not as_json:
        say("Aucune période hors service.")


def _closure_row(stored: StoredClosure, zone: tzinfo) -> dict[str, Any]:
    start, end = (_local(instant, zone) for instant in stored.closure[:2])
    return {"id": stored.id, "from": start, "to": end, "reason": stored.closure.reason}


def _local(instant: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(instant, zone).isoformat(timespec="minutes")


def _instant(text: str, zone: tzinfo) -> int:
    return int(instant_in(text, zone).timestamp())


def approvals(
    login: Annotated[
        str | None, typer.Argument(metavar="[LOGIN]", help="Une ressource ; sans : toutes.")
    ] = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lister les demandes qui attendent la réponse d'une personne."""

    from calendars.services.answer_request import requests_to
    from calendars.services.set_policy import get_resource, list_resources

    with open_service(config) as service, service.database.reading() as db:
        zone, now = service.zone, now_of(service)
        resources = list_resources(db) if login is None else [get_resource(db, login)]
        found = [one for resource in resources for one in requests_to(db, resource, now=now)]
    rows = [
        {
            "resource": one.resource.principal.login,
            "from": _local(one.waiting.starts_at, zone),
            "to": _local(one.waiting.ends_at, zone),
            "occurrences": one.waiting.occurrences,
            "organizer": (one.organizer or "").removeprefix("mailto:"),
            "name": one.stored.name,
        }
        for one in sorted(found, key=lambda one: one.waiting.starts_at)
    ]
    headings = {
        "resource": "Ressource",
        "from": "Du",
        "to": "Au",
        "occurrences": "Occurrences",
        "organizer": "Demandeur",
        "name": "Nom",
    }
    write_rows(headings, rows, as_json=as_json, as_csv=as_csv)


COMMANDS: dict[str, Callable[..., None]] = {
    "policy": policy,
    "out-of-service": out_of_service,
    "approvals": approvals,
}

"""From what went wrong to a problem document (RFC 9457): one table, worded in French.

A detail repeats nothing but what the asker sent: neither a name nor a title stands in it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.exceptions import HTTPException

from calendars.http.faults import DRAFT_FAULTS, POLICY_FAULTS, faults_of
from calendars.http.identity import REALM, NotSignedIn
from calendars.http.inquiries import TooManyInquiries
from calendars.http.refusals import note_of
from calendars.http.shapes import Shape, instant_of
from calendars.kernel import errors
from calendars.kernel.database import StoreUnavailable
from calendars.model import attachments, event_draft, invalid
from calendars.model.principal import Privilege
from calendars.model.resource_policy import InvalidPolicy
from calendars.services import (
    authorize,
    change_password,
    choose_language,
    default_calendars,
    delegate,
    guard_bookings,
    guard_dates,
    issue_feed,
    issue_password,
    keep_files,
    list_occurrences,
    make_calendar,
    put_object,
    set_policy,
    show_objects,
    sign_in,
    wrong_tokens,
)

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = "5"
TYPE_PREFIX = "urn:niaouli:problem:"
_CHALLENGES = (f'Basic realm="{REALM}", charset="UTF-8"', f'Bearer realm="{REALM}"')


class FaultOut(Shape):
    """One field of a request that cannot be taken."""

    field: str = Field(examples=["body.end"])
    message: str = Field(examples=["la fin précède le début"])


class PeriodFact(Shape):
    """A period that is free."""

    start: datetime
    end: datetime


class ConflictFact(Shape):
    """One thing that stands against a date."""

    code: str = Field(examples=["OVERLAP"])
    login: str = Field(description="Dans quel agenda, ou quelle ressource.")
    words: str
    start: datetime
    end: datetime
    holder: str | None = Field(None, description="Qui a ce temps, si vous pouvez le savoir.")
    final: bool = Field(False, description="Vous ne pouvez pas passer outre.")
    severity: str = Field("refuse", description="Ce que pèse ce conflit.")


class ProblemOut(Shape):
    """What could not be done, and why (RFC 9457)."""

    type: str = Field(examples=["urn:niaouli:problem:precondition-failed"])
    title: str = Field(examples=["L'objet a changé entre-temps"])
    status: int = Field(examples=[412])
    detail: str | None = None
    errors: list[FaultOut] | None = None
    privilege: str | None = Field(None, description="Le droit qui manque.")
    code: str | None = Field(None, description="Pourquoi une ressource refuse.", examples=["busy"])
    next_free: PeriodFact | None = Field(None, description="Le prochain créneau libre.")
    conflicts: list[ConflictFact] | None = Field(
        None, description="Ce qui s'oppose à la date (DIA-4)."
    )


class Kind(NamedTuple):
    """A row of the table: status, the end of the type's URN, what people read."""

    status: int
    slug: str
    title: str
    detail: str | None = None


PROBLEMS: Mapping[type[errors.ServiceError], Kind] = {
    sign_in.WrongPassword: Kind(401, "sign-in", "Identifiant ou mot de passe refusé"),
    sign_in.TooManyTries: Kind(
        429,
        "too-many-tries",
        "Trop d'essais",
        "Trop de mots de passe erronés : réessayez plus tard.",
    ),
    TooManyInquiries: Kind(
        429, "too-many-inquiries", "Trop de demandes", "Attendez une minute avant la suivante."
    ),
    change_password.WrongOldPassword: Kind(403, "old-password", "L'ancien mot de passe est erroné"),
    issue_password.MainPasswordNeeded: Kind(
        403,
        "main-password-needed",
        "Connectez-vous avec votre mot de passe principal",
        "Un mot de passe d'application ou un jeton ne peut ni en créer ni en retirer d'autres.",
    ),
    issue_password.TooManyPasswords: Kind(
        409, "too-many-passwords", "Trop de mots de passe d'application"
    ),
    authorize.NeedPrivileges: Kind(403, "need-privileges", "Vos droits ne le permettent pas"),
    show_objects.MaskedObject: Kind(
        403,
        "masked",
        "Cette entrée vous est masquée",
        "Vous n'en voyez que les heures : vous ne pouvez ni la changer ni la supprimer.",
    ),
    put_object.UidConflict: Kind(
        409,
        "uid-conflict",
        "Un autre objet de cet agenda porte déjà cet identifiant",
        "L'identifiant (UID) est pris par un autre objet de cet agenda, ou ce nom désigne un "
        "autre objet. Retirez-le d'abord, ou gardez celui qui existe.",
    ),
    issue_feed.TooManyFeeds: Kind(409, "too-many-feeds", "Trop de liens d'abonnement"),
    issue_feed.BadFeed: Kind(
        422,
        "invalid-input",
        "Ce lien n'est pas possible",
        "Nommez des agendas, dix ans au plus avant et après aujourd'hui, et une fin à venir.",
    ),
    wrong_tokens.TooManyWrongTokens: Kind(429, "too-many-tries", "Trop d'essais"),
    StoreUnavailable: Kind(503, "unavailable", "Le service est momentanément indisponible"),
    put_object.NotACalendar: Kind(404, "not-found", "Rien ne se trouve ici"),
    make_calendar.PathTaken: Kind(409, "name-taken", "Ce nom est déjà pris"),
    make_calendar.BadLocation: Kind(403, "cannot-make-calendar", "Agenda impossible à créer ici"),
    default_calendars.DefaultCalendarNeeded: Kind(
        409,
        "default-calendar",
        "Les invitations arrivent dans cet agenda",
        "Choisissez-en d'abord un autre pour elles.",
    ),
    make_calendar.CannotRemove: Kind(
        403, "cannot-remove", "Seul son propriétaire peut supprimer un agenda"
    ),
    choose_language.ChoosesAlone: Kind(
        409, "has-account", "Cette personne a un compte : elle choisit sa langue elle-même"
    ),
    delegate.OwnDiary: Kind(409, "own-diary", "On ne se délègue rien à soi-même"),
    delegate.NotAPerson: Kind(422, "not-a-person", "On délègue à des personnes"),
    delegate.InvalidPeriod: Kind(422, "invalid-input", "La fin précède le début"),
    list_occurrences.WindowTooLong: Kind(
        422, "window-too-long", "La période est trop longue", "Demandez un an au plus."
    ),
    list_occurrences.TooManyOccurrences: Kind(
        422, "too-many-occurrences", "Trop d'occurrences", "Demandez une période plus courte."
    ),
    guard_bookings.BookingConflict: Kind(
        409, "resource-taken", "La ressource est réservée à ce moment"
    ),
    guard_dates.DatesConflict: Kind(
        409,
        "date-conflict",
        "Quelque chose s'oppose à cette date",
        "Choisissez-en une autre, ou donnez un motif pour passer outre.",
    ),
    InvalidPolicy: Kind(422, "invalid-policy", "Cette politique n'est pas possible"),
    set_policy.UnknownParty: Kind(422, "unknown-party", "Un de ces identifiants n'existe pas"),
    set_policy.TooManyParts: Kind(422, "too-many-parts", "Il y en a trop"),
    set_policy.EmptyClosure: Kind(422, "invalid-input", "La fin précède le début"),
    event_draft.DraftRefused: Kind(422, "invalid-entry", "L'objet décrit n'est pas possible"),
    event_draft.NoSuchOccurrence: Kind(404, "no-such-occurrence", "Cette occurrence n'existe pas"),
    invalid.UnsupportedComponent: Kind(
        422, "unsupported-component", "Cet agenda ne prend pas ce type d'objet"
    ),
    invalid.ResourceTooLarge: Kind(413, "too-large", "L'objet est trop grand"),
    keep_files.AttachmentTooLarge: Kind(
        413, "file-too-large", "Le fichier est trop grand", "Une pièce a dix mébioctets au plus."
    ),
    attachments.TooManyAttachments: Kind(
        409,
        "too-many-files",
        "L'événement porte déjà toutes les pièces qu'il peut porter",
        "Retirez-en une, ou réunissez-en plusieurs en un seul fichier.",
    ),
    invalid.DateTooEarly: Kind(422, "date-too-early", "Une date est antérieure à 1900"),
    invalid.DateTooLate: Kind(422, "date-too-late", "Une date est trop lointaine"),
    invalid.TooManyInstances: Kind(
        422,
        "too-many-occurrences",
        "Trop d'occurrences",
        "Une répétition en a trop pour être dépliée, ou la période est trop longue pour elle.",
    ),
    invalid.InvalidCalendarData: Kind(422, "invalid-entry", "L'objet décrit n'est pas possible"),
    errors.PreconditionFailed: Kind(
        412,
        "precondition-failed",
        "L'objet a changé entre-temps",
        "Relisez-le, puis reprenez la modification avec sa nouvelle étiquette (ETag).",
    ),
    errors.NotFound: Kind(404, "not-found", "Rien ne se trouve ici"),
    errors.Forbidden: Kind(403, "forbidden", "Cela n'est pas permis"),
    errors.Conflict: Kind(409, "conflict", "L'état présent ne le permet pas"),
    errors.InvalidInput: Kind(422, "invalid-input", "La demande n'est pas valable"),
    errors.ServiceError: Kind(400, "bad-request", "La demande ne peut pas être satisfaite"),
}

_BY_STATUS = {
    400: Kind(400, "bad-request", "La demande ne peut pas être lue"),
    404: Kind(404, "not-found", "Rien ne se trouve ici"),
    405: Kind(405, "method-not-allowed", "Cette méthode n'est pas prévue ici"),
    408: Kind(408, "too-slow", "La demande n'est pas arrivée à temps"),
    413: Kind(413, "too-large", "La demande est trop grande"),
    415: Kind(415, "unsupported-media-type", "Ce type de contenu n'est pas pris"),
}
_UNREADABLE = Kind(422, "invalid-input", "La demande n'est pas valable")
_BROKEN = Kind(500, "internal", "Une erreur est survenue", "Elle a été consignée.")

_PRIVILEGES = {
    Privilege.READ_FREE_BUSY: "read-free-busy",
    Privilege.READ: "read",
    Privilege.WRITE_PROPERTIES: "write-properties",
    Privilege.WRITE_CONTENT: "write-content",
    Privilege.BIND: "bind",
    Privilege.UNBIND: "unbind",
}

PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "model": ProblemOut,
        "description": "Un problème, sous la forme de la RFC 9457.",
    }
}


def kind_of(error: errors.ServiceError) -> Kind:
    """The row of the error's class, else of the nearest class above it."""
    return next(PROBLEMS[cls] for cls in type(error).__mro__ if cls in PROBLEMS)


def problem(
    kind: Kind, *, headers: Mapping[str, str] | None = None, **facts: object
) -> JSONResponse:
    """The answer that says what is wrong."""
    body = {
        "type": f"{TYPE_PREFIX}{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail,
        **facts,
    }
    told = {key: value for key, value in body.items() if value is not None}
    return JSONResponse(told, kind.status, headers, media_type=CONTENT_TYPE)


def problem_of_status(status: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The problem that an HTTP status alone tells of."""
    kind = _BY_STATUS.get(status) or Kind(status, "refused", "La demande est refusée")
    return problem(kind, headers=headers)


def refusal(error: errors.ServiceError) -> JSONResponse:
    """The answer to a request that cannot be done, with the facts that the error carries."""
    kind = kind_of(error)
    slow_down = sign_in.TooManyTries | TooManyInquiries | wrong_tokens.TooManyWrongTokens
    if isinstance(error, slow_down):
        return problem(kind, headers={"Retry-After": str(error.retry_after)})
    if isinstance(error, StoreUnavailable):
        return problem(kind, headers={"Retry-After": RETRY_SECONDS})
    if isinstance(error, authorize.NeedPrivileges):
        return problem(kind, privilege=_PRIVILEGES.get(error.privilege))
    if isinstance(error, guard_bookings.BookingConflict):
        return problem(kind._replace(detail=error.words), code=error.reason, next_free=_free(error))
    if isinstance(error, guard_dates.DatesConflict):
        told = [_conflict(one) for one in error.conflicts]
        return problem(kind, conflicts=told, next_free=_free(error))
    fault = _fault_of(error)
    if fault is not None:
        return problem(kind, errors=[fault])
    if error.named is not None:
        kind = kind._replace(slug=error.named[0], title=error.named[1])
    answer = problem(kind if error.words is None else kind._replace(detail=_sentence(error.words)))
    if kind.status == 401:
        for challenge in _CHALLENGES:
            answer.headers.append("WWW-Authenticate", challenge)
    return answer


def _sentence(words: str) -> str:
    """As it stands by itself."""
    said = words[:1].upper() + words[1:]
    return said if said.endswith((".", "…")) else f"{said}."


def _fault_of(error: errors.ServiceError) -> dict[str, str] | None:
    """The field of the body that is wrong."""
    if isinstance(error, event_draft.DraftRefused):
        return {"field": f"body.{error.field}", "message": DRAFT_FAULTS[error.fault]}
    if isinstance(error, InvalidPolicy):
        return {"field": f"body.{error.field}", "message": POLICY_FAULTS[error.fault]}
    if isinstance(error, set_policy.UnknownParty):
        return {"field": f"body.{error.field}", "message": "cet identifiant n'existe pas"}
    if error.field is not None and error.words is not None:
        return {"field": f"body.{error.field}", "message": error.words}
    return None


def _conflict(one: guard_dates.DateConflict) -> dict[str, object]:
    start, end = (instant_of(at).isoformat() for at in (one.starts_at, one.ends_at))
    facts = {**one._asdict(), "start": start, "end": end}
    return {key: facts[key] for key in ConflictFact.model_fields if facts[key] is not None}


def _free(
    error: guard_bookings.BookingConflict | guard_dates.DatesConflict,
) -> dict[str, str] | None:
    if error.next_free is None:
        return None
    start, end = (instant_of(instant).isoformat() for instant in error.next_free)
    return {"start": start, "end": end}


def install_problems(app: FastAPI) -> None:
    """Every refusal of this application is a problem document from now on."""
    app.add_exception_handler(errors.ServiceError, answer_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _broken)
    plain = app.openapi

    def described() -> dict[str, Any]:
        document = plain()
        _tell_media_type(document)
        _leave_docstrings(document)
        return document

    app.openapi = described  # type: ignore[method-assign]


def _leave_docstrings(document: dict[str, Any]) -> None:
    """What the code says of an enumeration is for developers, as with `shapes.Shape`."""
    for schema in document.get("components", {}).get("schemas", {}).values():
        if "enum" in schema:
            schema.pop("description", None)


def _tell_media_type(document: dict[str, Any]) -> None:
    """FastAPI would have every model of an answer be plain JSON."""
    for methods in document["paths"].values():
        for operation in methods.values():
            content = operation["responses"].get("default", {}).get("content", {})
            if "application/json" in content:
                content[CONTENT_TYPE] = content.pop("application/json")


# Coroutines, so that Starlette answers without a thread.
async def answer_error(request: Request, error: Exception) -> JSONResponse:
    """The refusal of a request, which the audit trail has too; other errors go on."""
    if not isinstance(error, errors.ServiceError):
        raise error
    if isinstance(error, sign_in.WrongPassword) and not isinstance(error, NotSignedIn):
        log.info("sign_in.refused")
    answer = refusal(error)
    answer.background = note_of(request, error)
    return answer


async def _invalid_request(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    return problem(_UNREADABLE, errors=faults_of(error.errors()))


async def _http_error(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    return problem_of_status(error.status_code, error.headers)


async def _broken(_: Request, __: Exception) -> JSONResponse:
    return problem(_BROKEN)

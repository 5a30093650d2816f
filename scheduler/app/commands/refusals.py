"""Refusals in the operator's words; the errors themselves speak to developers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendars.http.problems import kind_of
from calendars.kernel.database import StoreUnavailable
from calendars.kernel.errors import NotFound, ServiceError
from calendars.model import invalid
from calendars.model.resource_policy import InvalidPolicy
from calendars.services import set_policy
from calendars.services.choose_language import ChoosesAlone
from calendars.services.delegate import InvalidPeriod, OwnDiary
from calendars.services.guard_dates import DatesConflict
from calendars.services.make_calendar import BadLocation, PathTaken
from calendars.services.open_account import InvalidDisplayName, InvalidLogin
from calendars.services.put_object import UidConflict
from calendars.services.set_members import NotAGroup
from calendars.storage.principals import AddressTaken, LoginTaken
from scheduler.app.commands.console import say
from scheduler.app.migrate import UnknownSchema
from scheduler.connections.refusals import (
    BadAddress,
    DuplicateUid,
    InsecureServer,
    NoCalendars,
    NotDelivered,
    ServerRefuses,
    ServerUnreachable,
)

if TYPE_CHECKING:
    from calendars.services.import_objects import Tally

_WORDS: dict[type[ServiceError], str] = {
    InvalidPolicy: "cette politique n'est pas possible",
    set_policy.UnknownParty: "un des comptes nommés n'existe pas",
    set_policy.TooManyParts: "il y en a trop pour une ressource",
    set_policy.EmptyClosure: "la période finirait avant de commencer",
    BadAddress: "l'adresse d'un serveur commence par https://",
    DuplicateUid: "deux objets du même agenda portent le même UID",
    InsecureServer: "le mot de passe ne part que vers https://, chez ce serveur seulement",
    NoCalendars: "aucun agenda à cette adresse",
    NotDelivered: "objet que l'autre serveur annonce mais ne donne pas",
    ServerRefuses: "l'autre serveur refuse l'identifiant ou le mot de passe",
    ServerUnreachable: "l'autre serveur ne répond pas comme il faut (réseau, certificat)",
    AddressTaken: "cette adresse électronique appartient déjà à un autre compte",
    ChoosesAlone: "cette adresse a un compte : nommez son identifiant",
    BadLocation: "un agenda ne peut pas être créé sous ce nom",
    InvalidDisplayName: "un nom compte de 1 à 200 caractères imprimables",
    InvalidLogin: "cet identifiant contient un caractère interdit",
    InvalidPeriod: "la délégation finirait avant de commencer",
    LoginTaken: "cet identifiant est déjà pris",
    NotAGroup: "seul un groupe a des membres, et jamais lui-même",
    NotFound: "il n'y a rien de ce nom",
    OwnDiary: "on ne délègue pas à soi-même",
    PathTaken: "un agenda porte déjà ce nom",
    StoreUnavailable: "la base de données ne répond pas",
    UnknownSchema: "la base de données vient d'une version plus récente de Niaouli",
    UidConflict: "deux objets portent le même UID",
    invalid.DateTooEarly: "date antérieure à 1900",
    invalid.DateTooLate: "date postérieure à 2100",
    invalid.InvalidCalendarData: "texte iCalendar incorrect",
    invalid.InvalidCalendarObject: "objet de calendrier incorrect",
    invalid.ResourceTooLarge: "objet trop volumineux (plus de 1 Mio)",
    invalid.TooManyAttendees: "plus de 300 participants",
    invalid.TooManyInstances: "récurrence impossible à calculer",
    invalid.UnsupportedCalendarData: "autre chose que de l'iCalendar 2.0",
    invalid.UnsupportedComponent: "type de composant que l'agenda ne prend pas",
    invalid.UnsupportedRscale: "récurrence dans un calendrier inconnu",
}


def tell_refused(tally: Tally) -> None:
    """What of an import was refused and why: UIDs, never a title (SEC-1)."""
    for reason, refusals in tally.refused.items():
        say(f"  {refusals.count} × {wording(reason)}, par exemple : {', '.join(refusals.examples)}")


def wording(error: ServiceError | type[ServiceError]) -> str:
    """What went wrong, in French where it is foreseen."""
    if isinstance(error, DatesConflict):
        said = " ; ".join(each.words for each in error.conflicts)
        final = any(each.final for each in error.conflicts)
        return said if final else f"{said} (--override)"
    kind: type[Any] = error if isinstance(error, type) else type(error)
    for each in kind.__mro__:
        if each in _WORDS:
            return _WORDS[each]
        if isinstance(error, ServiceError) and error.words is not None:
            return error.words
    if isinstance(error, type):
        return kind.words or kind.__name__
    told = kind_of(error)
    return told.title[:1].lower() + told.title[1:]

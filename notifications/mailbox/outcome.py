"""What became of a mail, and why: the codes are kept, the sentences are for those who read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from calendars.kernel.identifiers import PrincipalId


class Decision(StrEnum):
    """What became of a mail."""

    APPLIED = "applied"
    IGNORED = "ignored"
    """It says nothing new: late, doubled, of our own."""
    QUARANTINED = "quarantined"
    """For a person: nothing was changed, nothing is lost."""
    FORWARDED = "forwarded"
    """Words of a person, for people."""
    BOUNCED = "bounced"
    """It tells that a mail of ours did not arrive."""
    REFUSED = "refused"
    """Nothing that could be kept, or too many of the kind: nothing was changed."""


class Why(StrEnum):
    """Why it was decided so; stable, for programs."""

    ANSWERED = "answered"
    INVITED = "invited"
    UPDATED = "updated"
    CANCELLED = "cancelled"
    PROPOSED = "proposed"
    REFRESHED = "refreshed"
    PROPOSAL_DECLINED = "proposal-declined"
    STALE = "stale"
    OWN_MEETING = "own-meeting"
    OWN_MESSAGE = "own-message"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    DELAYED = "delayed"
    ARRIVED = "arrived"
    GOES_ROUND = "goes-round"
    WORDS = "words"
    NOT_AUTHENTICATED = "not-authenticated"
    WRONG_SENDER = "wrong-sender"
    UNINVITED = "uninvited"
    UNKNOWN_MEETING = "unknown-meeting"
    UNKNOWN_TOKEN = "unknown-token"  # noqa: S105
    UNKNOWN_OCCURRENCE = "unknown-occurrence"
    OTHER_METHOD = "other-method"
    OTHER_MEETING = "other-meeting"
    OTHER_ORGANIZER = "other-organizer"
    NOBODY_HERE = "nobody-here"
    METHOD_MISMATCH = "method-mismatch"
    SEVERAL_CALENDARS = "several-calendars"
    INVALID_CALENDAR = "invalid-calendar"
    UNREADABLE = "unreadable"
    TOO_MANY = "too-many"


SENTENCES: Mapping[Why, str] = {
    Why.ANSWERED: "La réponse est inscrite dans l’agenda.",
    Why.INVITED: "L’invitation attend une réponse dans l’agenda.",
    Why.UPDATED: "La mise à jour de l’organisateur est inscrite dans l’agenda.",
    Why.CANCELLED: "L’annulation de l’organisateur est inscrite dans l’agenda.",
    Why.PROPOSED: "Un autre horaire est proposé : une personne en décide.",
    Why.REFRESHED: "L’invitation à jour a été renvoyée à la personne invitée qui la demandait.",
    Why.PROPOSAL_DECLINED: "L’organisateur maintient l’horaire prévu.",
    Why.STALE: "Le message est en retard ou déjà connu : rien n’a changé.",
    Why.OWN_MEETING: "La réunion est organisée ici : l’agenda de l’organisateur fait foi.",
    Why.OWN_MESSAGE: "C’est un message du service lui-même, revenu.",
    Why.AUTOMATIC: "Un programme l’a envoyé de lui-même.",
    Why.BOUNCE: "Un message envoyé n’est pas arrivé.",
    Why.DELAYED: "Un message est retardé : le serveur essaie encore.",
    Why.ARRIVED: "Un serveur dit qu’un message est arrivé, ou qu’il a été lu.",
    Why.GOES_ROUND: "Le courriel tourne en rond entre des serveurs : il est arrêté.",
    Why.WORDS: "Le message ne contient pas de réponse d’agenda : il est à lire.",
    Why.NOT_AUTHENTICATED: "Rien ne prouve que l’expéditeur est bien celui qui est écrit.",
    Why.WRONG_SENDER: "L’expéditeur n’est pas la personne au nom de qui le message parle.",
    Why.UNINVITED: "La personne qui répond n’est pas invitée à cette réunion.",
    Why.UNKNOWN_MEETING: "Aucun agenda ne contient cette réunion.",
    Why.UNKNOWN_TOKEN: "L’adresse de réponse n’a jamais été donnée.",
    Why.UNKNOWN_OCCURRENCE: "La réunion n’a pas lieu à la date dont parle le message.",
    Why.OTHER_METHOD: "Le message demande une chose que les agendas ne font pas.",
    Why.OTHER_MEETING: "La réponse ne porte pas sur la réunion de cette adresse.",
    Why.OTHER_ORGANIZER: "Un autre organisateur que celui de la réunion prétend la modifier.",
    Why.NOBODY_HERE: "Aucune des personnes invitées n’a d’agenda ici.",
    Why.METHOD_MISMATCH: "Le message dit deux choses différentes de ce qu’il demande.",
    Why.SEVERAL_CALENDARS: "Le message contient plusieurs agendas qui se contredisent.",
    Why.INVALID_CALENDAR: "L’agenda joint n’est pas lisible, ou dépasse les limites.",
    Why.UNREADABLE: "Le courriel n’est pas lisible, ou dépasse les limites.",
    Why.TOO_MANY: "Trop de courriels de cette sorte en peu de temps.",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """The outcome of one mail."""

    decision: Decision
    why: Why
    owner_id: PrincipalId | None = None
    """Whose meeting it is about, where that is known."""
    uid: str = ""
    method: str = ""
    note: str = ""
    """What the program of somebody who is away wrote: no answer, and for who keeps the diary."""

    @property
    def sentence(self) -> str:
        """Why, in words."""
        return SENTENCES[self.why]


class Aside(Exception):
    """The mail changes nothing by itself: raised on the way, caught where it is decided."""

    def __init__(
        self,
        why: Why,
        owner_id: PrincipalId | None = None,
        decision: Decision = Decision.QUARANTINED,
        others: Iterable[PrincipalId] = (),
    ) -> None:
        super().__init__(str(why))
        self.taken = Taken(decision, why, owner_id)
        self.others = tuple(one for one in others if one != owner_id)
        """Whom it is for besides: each decides for himself."""

    def about(self, uid: str, method: str) -> Aside:
        """The same, with what the mail was about."""
        self.taken = replace(self.taken, uid=uid, method=method)
        return self

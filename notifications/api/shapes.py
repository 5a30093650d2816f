"""Decisions on mail, and mails that wait, as JSON."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Literal

from pydantic import Field

from calendars.http.shapes import Shape, instant_of
from calendars.http.spreadsheet import Cell
from notifications.mailbox.decisions import Logged
from notifications.mailbox.outcome import SENTENCES, Taken
from notifications.mailbox.quarantine import Waiting
from notifications.mailbox.read_aloud import read_aloud

DECISION_HEADINGS = (
    "N°", "Date", "Décision", "Pourquoi", "Méthode", "Réunion (UID)", "Expéditeur", "En attente",
    "Suite", "Suite le",
)  # fmt: skip
_DECISIONS = {
    "applied": "appliqué",
    "ignored": "ignoré",
    "quarantined": "retenu",
    "forwarded": "transmis",
    "bounced": "non remis",
    "refused": "refusé",
}
_SETTLED = {"released": "appliqué", "dropped": "écarté", "expired": "périmé"}


class MailDecisionOut(Shape):
    """What was decided of one mail."""

    id: int = Field(examples=[12])
    at: datetime
    decision: Literal["applied", "ignored", "quarantined", "forwarded", "bounced", "refused"]
    why: str = Field(description="Un code stable, pour les programmes.", examples=["answered"])
    because: str = Field(examples=["La réponse est inscrite dans l’agenda."])
    method: str = Field(description="REPLY, REQUEST… ; vide sans agenda.", examples=["REPLY"])
    uid: str | None = Field(None, description="De quelle réunion il parle.")
    sender: str | None = Field(None, description="Effacé plus tôt que la décision.")
    note: str | None = Field(
        None,
        description="Le message d’absence reçu : ce n’est pas une réponse.",
        examples=["Je suis absente jusqu’au 12 mars."],
    )
    waits: bool = Field(description="Une personne doit encore en décider.")
    settled: Literal["released", "dropped", "expired"] | None = None
    settled_at: datetime | None = None

    def row(self, zone: tzinfo) -> tuple[Cell, ...]:
        """A line of a spreadsheet."""
        settled = self.settled_at and self.settled_at.astimezone(zone)
        return (
            self.id, self.at.astimezone(zone), _DECISIONS[self.decision], self.because,
            self.method, self.uid, self.sender, "oui" if self.waits else "non",
            _SETTLED.get(self.settled or "", ""), settled,
        )  # fmt: skip

    @classmethod
    def of(cls, logged: Logged) -> MailDecisionOut:
        """One row of the log."""
        return cls(
            id=logged.id,
            at=instant_of(logged.at),
            decision=logged.decision.value,
            why=logged.why,
            because=SENTENCES[logged.why],
            method=logged.method,
            uid=logged.uid or None,
            sender=logged.sender,
            note=logged.note,
            waits=logged.waits,
            settled=None if logged.settled is None else logged.settled.value,
            settled_at=None if logged.settled_at is None else instant_of(logged.settled_at),
        )


class MailDecisionsOut(Shape):
    """Decisions, the latest first."""

    items: list[MailDecisionOut]
    next: int | None = Field(None, description="À donner en `before` pour lire la suite.")

    @classmethod
    def of(cls, found: list[Logged], following: int | None) -> MailDecisionsOut:
        """A page."""
        return cls(items=[MailDecisionOut.of(one) for one in found], next=following)


class WaitingMailOut(Shape):
    """A mail that waits for a person."""

    decision: MailDecisionOut
    sender: str | None = Field(None, description="Ce qui est écrit : rien ne le prouve.")
    subject: str | None = None
    words: str | None = Field(None, description="Le début du texte.")
    title: str | None = Field(None, description="La réunion, selon l’agenda joint.")
    start: str | None = Field(None, description="Dans le fuseau du service.")

    @classmethod
    def of(cls, waiting: Waiting, zone: tzinfo) -> WaitingMailOut:
        """With what the mail says of itself."""
        decision = MailDecisionOut.of(waiting.logged)
        if waiting.mail is None:
            return cls(
                decision=decision, sender=None, subject=None, words=None, title=None, start=None
            )
        told = read_aloud(waiting.mail, zone)
        return cls(
            decision=decision,
            sender=told.sender,
            subject=told.subject,
            words=told.words,
            title=told.title,
            start=told.start,
        )


class WaitingMailsOut(Shape):
    """What waits, the latest first."""

    items: list[WaitingMailOut]


class MailOutcome(Shape):
    """What came of a mail that waited."""

    id: int
    settled: Literal["released", "dropped"]
    why: str | None = None
    because: str | None = None

    @classmethod
    def released(cls, number: int, taken: Taken) -> MailOutcome:
        """It had its effect."""
        return cls(id=number, settled="released", why=taken.why, because=taken.sentence)

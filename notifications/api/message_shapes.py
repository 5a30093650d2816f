"""Messages of the outbox as JSON; what they say is not told."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from calendars.http.shapes import Shape, instant_of
from notifications.queued import Queued
from notifications.sent_mail import Page


class MessageOut(Shape):
    """One message to one recipient."""

    id: int = Field(examples=[12])
    state: Literal["PENDING", "HELD", "SENT", "FAILED", "CANCELLED"]
    kind: str = Field(description="`imip` : une invitation ou une réponse.", examples=["imip"])
    method: str | None = Field(None, description="REQUEST, CANCEL, REPLY…", examples=["REQUEST"])
    recipient: str = Field(examples=["juge@tribunal.example"])
    uid: str | None = Field(None, description="L'objet dont il parle.")
    message_id: str = Field(description="Le début de son Message-ID.")
    created_at: datetime
    due_at: datetime = Field(description="Il part au plus tôt alors.")
    done_at: datetime | None = None
    attempts: int = Field(description="Essais auxquels le relais a répondu.")
    answer: str | None = Field(None, description="Ce que le relais, ou un avis de non-remise, dit.")

    @classmethod
    def of(cls, message: Queued) -> MessageOut:
        """A row of the outbox."""
        return cls(
            id=message.id,
            state=message.state.value,
            kind=message.kind,
            method=message.method or None,
            recipient=message.recipient.removeprefix("mailto:"),
            uid=message.uid or None,
            message_id=message.key,
            created_at=instant_of(message.created_at),
            due_at=instant_of(message.due_at),
            done_at=None if message.done_at is None else instant_of(message.done_at),
            attempts=message.attempts,
            answer=message.answer,
        )


class MessagesOut(Shape):
    """Messages, the newest first."""

    items: list[MessageOut]
    next: int | None = Field(None, description="À donner en `before` pour lire la suite.")

    @classmethod
    def of(cls, page: Page) -> MessagesOut:
        """A page."""
        return cls(items=[MessageOut.of(one) for one in page.items], next=page.next)

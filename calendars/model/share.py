"""A calendar that is offered to a colleague, who takes it or not (CalendarServer's sharing)."""

from __future__ import annotations

from enum import StrEnum

from calendars.model.principal import Rights


class ShareAccess(StrEnum):
    """What is offered."""

    READ = "read"
    READ_WRITE = "read-write"

    @property
    def rights(self) -> Rights:
        """As a delegation of that one calendar; nobody invites in its owner's name by it."""
        return Rights.READ if self is ShareAccess.READ else Rights.WRITE


class ShareState(StrEnum):
    """What became of the offer; named as the elements CS:invite-… end."""

    NO_RESPONSE = "noresponse"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DELETED = "deleted"


class NoticeKind(StrEnum):
    """What a notification tells: an offer to the sharee, an answer to the owner."""

    INVITE = "invite-notification"
    REPLY = "invite-reply"

"""The XML of CalendarServer's sharing: requests, notifications, and CS:invite of a calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from calendars.dav.names import CS, DAV
from calendars.dav.paths import collection_href, principal_href
from calendars.dav.xml import Element, InvalidXml, child, children, document, escape, href, text_of
from calendars.model.share import NoticeKind, ShareAccess, ShareState
from calendars.services.share_calendar import Offer
from calendars.storage.shares import Share
from calendars.storage.sharing_notices import Notice


class ShareRequest(NamedTuple):
    """What CS:share asks for: whom to offer the calendar, and from whom to take it back."""

    offers: list[Offer]
    withdrawn: list[str]


class InviteReply(NamedTuple):
    """What CS:invite-reply says."""

    uid: str
    accepted: bool
    summary: str


def share_request(root: Element) -> ShareRequest:
    """CS:share. Raises InvalidXml."""
    offers = [
        Offer(_address(entry), _access(entry), text_of(child(entry, CS("summary"))))
        for entry in children(root, CS("set"))
    ]
    withdrawn = [_address(entry) for entry in children(root, CS("remove"))]
    if not offers and not withdrawn:
        raise InvalidXml("a CS:share sets or removes somebody")
    return ShareRequest(offers, withdrawn)


def _address(entry: Element) -> str:
    address = text_of(child(entry, DAV("href")))
    if not address:
        raise InvalidXml("a sharee is named by a DAV:href")
    return address


def _access(entry: Element) -> ShareAccess:
    found = [access for access in ShareAccess if child(entry, CS(access)) is not None]
    if len(found) != 1:
        raise InvalidXml("a CS:set says CS:read or CS:read-write")
    return found[0]


def invite_reply(root: Element) -> InviteReply:
    """CS:invite-reply. Raises InvalidXml."""
    uid = text_of(child(root, CS("in-reply-to")))
    accepted = child(root, CS("invite-accepted")) is not None
    declined = child(root, CS("invite-declined")) is not None
    if not uid or accepted is declined:
        raise InvalidXml("a CS:invite-reply accepts or declines what it names")
    return InviteReply(uid, accepted, text_of(child(root, CS("summary"))))


def shared_as(path: tuple[str, str]) -> str:
    """Where a calendar stands that was accepted."""
    return document("CS:shared-as", href(collection_href(*path)))


def invite(shares: Iterable[Share], owner: tuple[str, str] | None) -> str:
    """CS:invite: everybody to whom a calendar was offered; the organizer for a sharee."""
    return (_organizer(*owner) if owner else "") + "".join(map(_user, shares))


def _user(share: Share) -> str:
    return (
        f"<CS:user>{href(principal_href(share.sharee))}"
        f"<CS:common-name>{escape(share.sharee_name)}</CS:common-name>"
        f"{_state(share.state)}{_access_element(share.access)}"
        f"<CS:summary>{escape(share.summary)}</CS:summary></CS:user>"
    )


def _organizer(login: str, name: str) -> str:
    return (
        f"<CS:organizer>{href(principal_href(login))}"
        f"<CS:common-name>{escape(name)}</CS:common-name></CS:organizer>"
    )


def _state(state: ShareState) -> str:
    return f"<CS:invite-{state}/>"


def _access_element(access: ShareAccess) -> str:
    return f"<CS:access><CS:{access}/></CS:access>"


def notification(notice: Notice, reader: str) -> str:
    """The text of one notification."""
    stamp = datetime.fromtimestamp(notice.at, UTC).strftime("%Y%m%dT%H%M%SZ")
    inner = _invitation(notice, reader) if notice.kind is NoticeKind.INVITE else _reply(notice)
    return document("CS:notification", f"<CS:dtstamp>{stamp}</CS:dtstamp>{inner}")


def _invitation(notice: Notice, reader: str) -> str:
    return (
        f'<CS:invite-notification shared-type="calendar"><CS:uid>{notice.share_uid}</CS:uid>'
        f"{href(principal_href(reader))}{_state(notice.state)}{_access_element(notice.access)}"
        f"{_host(notice)}{_organizer(notice.other, notice.other_name)}"
        f"<CS:summary>{escape(notice.summary)}</CS:summary></CS:invite-notification>"
    )


def _reply(notice: Notice) -> str:
    return (
        f"<CS:invite-reply>{href(principal_href(notice.other))}"
        f"<CS:common-name>{escape(notice.other_name)}</CS:common-name>{_state(notice.state)}"
        f"{_host(notice)}<CS:in-reply-to>{notice.share_uid}</CS:in-reply-to>"
        f"<CS:summary>{escape(notice.summary)}</CS:summary></CS:invite-reply>"
    )


def _host(notice: Notice) -> str:
    return f"<CS:hosturl>{href(collection_href(*notice.host))}</CS:hosturl>"


def kind_element(notice: Notice) -> str:
    """CS:notificationtype."""
    if notice.kind is NoticeKind.INVITE:
        return '<CS:invite-notification shared-type="calendar"/>'
    return "<CS:invite-reply/>"

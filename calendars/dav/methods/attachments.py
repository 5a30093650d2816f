"""POST of managed attachments to an object, and GET of their octets (RFC 8607 §3)."""

from __future__ import annotations

from email.message import Message
from urllib.parse import parse_qs, quote

from calendars.dav.conditions import BadAction
from calendars.dav.request import CALENDAR, DavRequest, DavResponse, TooMuchForNow
from calendars.model.attachments import NoSuchAttachment, rids_in
from calendars.services.attach import (
    Target,
    add_attachment,
    read_attachment,
    remove_attachment,
    update_attachment,
)
from calendars.services.keep_files import Sent
from calendars.services.put_object import PutOutcome

ADD, UPDATE, REMOVE = "attachment-add", "attachment-update", "attachment-remove"

# Whatever somebody attached, a browser takes it as a file and never as a page of ours.
_HARMLESS = (
    ("Cache-Control", "private, no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "sandbox; default-src 'none'"),
)


def attach(request: DavRequest) -> DavResponse:
    """One of the three actions (RFC 8607 §3.3). Raises BadAction and what they raise."""
    asked = {name: values[0] for name, values in parse_qs(request.query).items()}
    target = Target(
        request.path.object, request.base_url, rids_in(asked.get("rid")), request.precondition
    )
    action, managed_id = asked.get("action"), asked.get("managed-id")
    actor, dispatch, now = request.actor, request.dispatch, request.now
    if action == ADD and managed_id is None:
        added = add_attachment(
            request.db, actor, target, _sent(request), dispatch=dispatch, now=now
        )
        return _answer(request, added.outcome, added.managed_id, created=True)
    if action not in {UPDATE, REMOVE} or (action == UPDATE and target.rids is not None):
        raise BadAction("the action is attachment-add, attachment-update or attachment-remove")
    if managed_id is None:
        raise NoSuchAttachment("managed-id says which attachment is meant")
    if action == REMOVE:
        outcome = remove_attachment(
            request.db, actor, target, managed_id, dispatch=dispatch, now=now
        )
        return _answer(request, outcome, None)
    updated = update_attachment(
        request.db, actor, target, managed_id, _sent(request), dispatch=dispatch, now=now
    )
    return _answer(request, updated.outcome, updated.managed_id)


def get_attachment(request: DavRequest) -> DavResponse:
    """The octets, under the name that they were sent with."""
    if request.brief:
        raise TooMuchForNow
    found = read_attachment(request.db, request.actor, request.path.name, now=request.now)
    name = quote(found.filename or "attachment", safe="")
    disposition = ("Content-Disposition", f"attachment; filename*=UTF-8''{name}")
    return DavResponse(200, found.data, found.media_type, (*_HARMLESS, disposition))


def _answer(
    request: DavRequest, outcome: PutOutcome, managed_id: str | None, *, created: bool = False
) -> DavResponse:
    """The new id, and the tags of the object, whose text the server changed (RFC 8607 §3.4)."""
    headers: tuple[tuple[str, str], ...] = ()
    if managed_id is not None:
        headers += (("Cal-Managed-ID", managed_id),)
    if not outcome.masked:
        headers += (("ETag", f'"{outcome.etag}"'),)
        if outcome.schedule_tag is not None:
            headers += (("Schedule-Tag", f'"{outcome.schedule_tag}"'),)
    if "return=representation" in request.preferences and not outcome.masked:
        headers += (
            ("Content-Location", request.path.href),
            ("Preference-Applied", "return=representation"),
        )
        return DavResponse(201 if created else 200, outcome.body, CALENDAR, headers)
    return DavResponse(201 if created else 204, headers=headers)


def _sent(request: DavRequest) -> Sent:
    """The file name stands in Content-Disposition (RFC 6266), as plain or extended text."""
    header = Message()
    header["Content-Disposition"] = request.headers.get("content-disposition", "attachment")
    filename = header.get_filename("")
    return Sent(request.body, request.headers.get("content-type", ""), filename)

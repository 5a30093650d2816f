"""Files that are kept once, whatever names them: attachments of events, papers (RFC 8607).

An attachment names its octets by digest. What is to be kept without an object that bears it is
held under the name of its keeper, and is reached by the keeper's own rules alone.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from typing import NamedTuple

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.model import attachments as lines
from calendars.model.attachments import Described, Managed
from calendars.model.limits import LIMITS
from calendars.model.principal import Principal
from calendars.storage import attachments, octets
from calendars.storage.attachments import NewAttachment

PATH = "/dav/attachments/"
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")
_UNKNOWN = "application/octet-stream"


class AttachmentTooLarge(InvalidInput):
    """More octets than an attachment may have (CALDAV:max-attachment-size)."""


class Sent(NamedTuple):
    """What somebody sends to be attached."""

    octets: bytes
    media_type: str
    filename: str


class KeptFile(NamedTuple):
    """A file whose octets are kept."""

    filename: str
    media_type: str
    size: int
    digest: str


def keep_file(db: Db, sent: Sent, *, now: int) -> KeptFile:
    """A file whose octets stand in the store from now on, named by nothing yet.

    Raises AttachmentTooLarge.
    """
    if len(sent.octets) > LIMITS.max_attachment_size:
        raise AttachmentTooLarge(f"an attachment has at most {LIMITS.max_attachment_size} octets")
    media_type = sent.media_type.partition(";")[0].strip().lower()
    return KeptFile(
        lines.safe_filename(sent.filename),
        media_type if _MEDIA_TYPE.fullmatch(media_type) else _UNKNOWN,
        len(sent.octets),
        octets.keep(db, sent.octets, now=now),
    )


def issue_attachment(
    db: Db,
    actor: Principal,
    file: KeptFile,
    base_url: str,
    *,
    replaces: str | None = None,
    now: int,
) -> Managed:
    """A file that is kept becomes an attachment under an id that nobody can guess, of whoever
    writes its line; it may take the place of another one.
    """
    managed_id = secrets.token_urlsafe(24)
    former = None if replaces is None else attachments.describe(db, [replaces]).get(replaces)
    first_id = None if former is None else former.first_id
    attachments.add(db, NewAttachment(managed_id, *file, first_id), by=actor.id, now=now)
    url = f"{base_url}{PATH}{managed_id}"
    return Managed(managed_id, url, file.filename, file.media_type, file.size)


def describe_attachments(db: Db, managed_ids: Collection[str]) -> dict[str, Described]:
    """What is known of attachments that somebody has found in an object, by their ids."""
    return attachments.describe(db, managed_ids)


def retire_attachments(db: Db, managed_ids: Collection[str]) -> None:
    """Under these ids nobody reads anything any more, whatever old message still names them."""
    if managed_ids:
        attachments.remove(db, managed_ids)


def read_file(db: Db, digest: str) -> bytes:
    """The octets of a file, for a keeper who knows who may read them. Raises NotFound."""
    found = octets.find(db, digest)
    if found is None:
        raise NotFound("there is nothing here")
    return found


def hold_file(db: Db, digest: str, keeper: str) -> None:
    """Under that name this file is needed, and no other any more."""
    octets.release(db, keeper)
    octets.hold(db, digest, keeper)


def release_file(db: Db, keeper: str) -> None:
    """No file is needed under that name any more."""
    octets.release(db, keeper)

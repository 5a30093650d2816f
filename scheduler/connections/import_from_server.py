"""Move house: every calendar of an account on another server, with its name and its colour.

A ledger remembers each item with the mark it had there. A second run fetches only what is new
there or was changed there since, so that it goes on where an interrupted one was, and leaves alone
what people have changed or removed here in the meantime.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote

from calendars.kernel.database import Database, Db
from calendars.kernel.errors import ServiceError
from calendars.kernel.identifiers import etag_of
from calendars.model.calendar_collection import CalendarCollection
from calendars.model.component import unescape
from calendars.model.principal import Principal
from calendars.services.import_calendar import CalendarFace, calendar_named, calendar_of_source
from calendars.services.import_objects import Parsed, Piece, Tally, Target, list_known
from scheduler.connections.import_run import import_pieces
from scheduler.connections.other_server import OtherServer, RemoteCalendar, RemoteItem
from scheduler.connections.refusals import DuplicateUid

MAX_ITEM = 500

_UID = re.compile(r"^UID(?:;[^:\n]*)?:(.*)$", re.MULTILINE | re.IGNORECASE)
_METHOD = re.compile(r"^METHOD:.*\n", re.MULTILINE | re.IGNORECASE)
_FOLD = re.compile(r"\n[ \t]")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way, for those who watch: which calendar, how far, what became of it."""

    calendar: str
    done: int
    total: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Account:
    """Whose calendars are taken in, from where, and into which one if it is one only."""

    owner: Principal
    server: OtherServer
    source: str
    into: str | None = None


def source_of(url: str, login: str) -> str:
    """What the ledger calls an account on another server."""
    return f"{url.rstrip('/')}#{login}"[:1_000]


def import_account(database: Database, account: Account, *, now: int) -> Iterator[Step]:
    """Import every calendar, each into one of its own or all into one.

    Raises ServerRefuses, ServerUnreachable, NoCalendars, InsecureServer.
    """
    for remote in account.server.calendars():
        with database.transaction() as db:
            collection = _calendar_for(db, account, remote, now=now)
            known = list_known(db, account.owner, account.source)
        yield from _import_calendar(database, account, remote, (collection, known), now=now)


def _import_calendar(
    database: Database,
    account: Account,
    remote: RemoteCalendar,
    here: tuple[CalendarCollection, dict[str, str]],
    *,
    now: int,
) -> Iterator[Step]:
    collection, known = here
    items = account.server.items(remote)
    new = [item for item in items if not item.etag or known.get(_key(item)) != item.etag]
    label, done = remote.display_name or remote.name, len(items) - len(new)
    yield Step(label, done, len(items), Tally(unchanged=done))
    target = Target(account.owner, collection)
    pieces = _pieces(account.server, remote, new)
    for tally in import_pieces(database, target, pieces, source=account.source, now=now):
        done += tally.total
        yield Step(label, done, len(items), tally)


def _calendar_for(
    db: Db, account: Account, remote: RemoteCalendar, *, now: int
) -> CalendarCollection:
    if account.into is not None:
        return calendar_named(db, account.owner, account.into, now=now)
    face = CalendarFace(
        remote.name,
        remote.display_name,
        remote.description,
        remote.color,
        remote.components,
    )
    item = f"calendar {remote.url}"[:MAX_ITEM]
    return calendar_of_source(db, account.owner, account.source, item, face, now=now)


def _pieces(
    server: OtherServer, remote: RemoteCalendar, items: Sequence[RemoteItem]
) -> Iterator[Piece | Parsed]:
    seen: set[str] = set()
    for item, text in server.texts(remote, items):
        if isinstance(text, ServiceError):
            nothing = Piece(unquote(item.href).rpartition("/")[2], b"", _key(item), item.etag)
            yield Parsed(nothing, text)
            continue
        body = _body(text)
        piece = Piece(_uid(text), body, _key(item), item.etag or etag_of(body))
        if piece.uid in seen:
            yield Parsed(piece, DuplicateUid("two objects of a calendar have the same UID"))
        else:
            seen.add(piece.uid)
            yield piece


def _key(item: RemoteItem) -> str:
    path = unquote(item.href)
    return path if len(path) <= MAX_ITEM else sha256(path.encode()).hexdigest()


def _uid(text: str) -> str:
    """The UID as far as a glance tells; what is stored goes by the parsed one."""
    found = _UID.search(_FOLD.sub("", text.replace("\r\n", "\n")))
    return unescape(found[1].strip()) if found else ""


def _body(text: str) -> bytes:
    """Line ends as iCalendar has them, which XML loses; METHOD belongs to messages."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n")
    lines = _METHOD.sub("", lines, count=1)
    lines = lines if lines.endswith("\n") else lines + "\n"
    return lines.replace("\n", "\r\n").encode()

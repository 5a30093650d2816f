"""DAV:sync-collection (RFC 6578 §3.2): the members that changed since a token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from calendars.dav.answers import Wanted, answer, light_answers, object_writer
from calendars.dav.conditions import UnsupportedReport
from calendars.dav.names import DAV
from calendars.dav.paths import segment
from calendars.dav.reports.object_data import data_writer
from calendars.dav.request import INFINITY, DavRequest, DavResponse, TooMuchForNow
from calendars.dav.resource import COLLECTIONS, Kind, Resource, locate, of_notice, of_row
from calendars.dav.xml import (
    NUMBER_OF_MATCHES,
    Element,
    InvalidXml,
    child,
    escape,
    multistatus,
    status_response,
    text_of,
)
from calendars.services.list_changes import Changes, list_changes
from calendars.services.list_home_changes import list_home_changes
from calendars.services.read_objects import read_named
from calendars.services.share_notices import list_notice_changes

BRIEF = 100


def report(request: DavRequest) -> DavResponse:
    """Any Depth is taken: Thunderbird sends 1, the CalDav Synchronizer 0 (RFC 6578 says 0)."""
    root = request.root
    resource = locate(request.db, request.actor, request.path, now=request.now)
    if resource.kind is Kind.HOME:
        return _home(request, resource)
    if resource.kind is Kind.NOTIFICATIONS:
        return _notifications(request, resource)
    if resource.kind not in COLLECTIONS or resource.access is None:
        raise UnsupportedReport("only calendars are synchronised")
    token = text_of(child(root, DAV("sync-token")))
    if request.brief and not token:
        raise TooMuchForNow
    limit = _limit(root)
    changes = list_changes(request.db, resource.of_collection, resource.access, token, limit=limit)
    if request.brief and len(changes.changed) > BRIEF:
        raise TooMuchForNow
    wanted = Wanted.of(root, minimal=request.minimal)
    if not wanted.light:
        writer = data_writer(request.db, root, resource.of_collection)
        resource = replace(resource, calendar_data=writer)
    answers = list(_answers(resource, changes, wanted))
    if changes.truncated:
        answers.append(status_response(resource.href, 507, NUMBER_OF_MATCHES))
    tail = f"<D:sync-token>{escape(changes.token)}</D:sync-token>"
    return DavResponse(207, multistatus(answers, tail))


def _home(request: DavRequest, home: Resource) -> DavResponse:
    """Calendars of a home that are new, changed or gone; with what is in them if asked for."""
    if request.brief:
        raise TooMuchForNow
    token = text_of(child(request.root, DAV("sync-token")))
    changes = list_home_changes(
        home.db,
        home.actor,
        home.of_collection,
        token,
        infinite=_is_infinite(request),
        now=home.now,
    )
    wanted = Wanted.of(request.root, minimal=request.minimal)
    answers = [answer(of_row(home, *changed), wanted) for changed in changes.changed]
    answers += [status_response(f"{home.href}{segment(name)}/", 404) for name in changes.gone]
    for member, inside in changes.inside:
        calendar = of_row(home, *member)
        writer = data_writer(request.db, request.root, member.collection)
        answers += _answers(replace(calendar, calendar_data=writer), inside, wanted)
    tail = f"<D:sync-token>{escape(changes.token)}</D:sync-token>"
    return DavResponse(207, multistatus(answers, tail))


def _is_infinite(request: DavRequest) -> bool:
    """DAV:sync-level (RFC 6578 §6.3), else the Depth that drafts of it used."""
    level = text_of(child(request.root, DAV("sync-level")))
    return (level or request.headers.get("depth", "")).strip().lower() in ("infinite", INFINITY)


def _notifications(request: DavRequest, box: Resource) -> DavResponse:
    """What came into a collection of notifications, and what was read."""
    collection = box.of_collection
    token = text_of(child(request.root, DAV("sync-token")))
    changes = list_notice_changes(request.db, collection, token)
    wanted = Wanted.of(request.root, minimal=request.minimal)
    answers = [answer(of_notice(box, notice), wanted) for notice in changes.came]
    answers += [status_response(box.href + segment(name), 404) for name in changes.gone]
    tail = f"<D:sync-token>{escape(collection.sync_token)}</D:sync-token>"
    return DavResponse(207, multistatus(answers, tail))


def _limit(root: Element) -> int | None:
    """DAV:limit (RFC 5323 §5.17). Raises InvalidXml."""
    limit = child(root, DAV("limit"))
    if limit is None:
        return None
    text = text_of(child(limit, DAV("nresults")))
    if not (text.isascii() and text.isdigit()) or int(text[:9]) == 0:
        raise InvalidXml("DAV:nresults is a positive number")
    return int(text[:9])


def _answers(resource: Resource, changes: Changes, wanted: Wanted) -> Iterator[str]:
    base = resource.href
    if wanted.light:
        yield from light_answers(base, wanted.names, changes.changed)
    elif resource.access is not None:
        names = [name for name, _ in changes.changed]
        found = read_named(resource.db, resource.of_collection, resource.access, names)
        write_one = object_writer(resource, wanted)
        for name in names:
            if name in found:
                yield write_one(found[name])
    for name in changes.gone:
        yield status_response(base + segment(name), 404)

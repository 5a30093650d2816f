"""DAV:expand-property (RFC 3253 §3.8): the properties of what a property points at, in one go."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.dav.names import DAV, DECLARATIONS
from calendars.dav.paths import parse_href
from calendars.dav.properties import BY_KIND
from calendars.dav.request import DavRequest, DavResponse
from calendars.dav.resource import Resource, locate
from calendars.dav.xml import (
    Element,
    children,
    multistatus,
    parse,
    propstat,
    response,
    status_response,
    text_of,
    write,
)
from calendars.kernel.errors import InvalidInput, NotFound

MAX_LEVELS = 4
MAX_RESPONSES = 500


def report(request: DavRequest) -> DavResponse:
    """One level for each DAV:property inside another."""
    resource = locate(request.db, request.actor, request.path, now=request.now)
    expansion = _Expansion(MAX_RESPONSES, request.minimal)
    return DavResponse(207, multistatus([_expanded(resource, request.root, 1, expansion)]))


@dataclass(slots=True)
class _Expansion:
    """How many responses may still come, and whether what is missing is told (RFC 8144 §2.1)."""

    left: int
    minimal: bool


def _expanded(resource: Resource, asked: Element, level: int, expansion: _Expansion) -> str:
    expansion.left -= 1
    if expansion.left < 0 or level > MAX_LEVELS:
        raise InvalidInput("the report expands to too much")
    found: list[str] = []
    missing: list[str] = []
    for element in children(asked, DAV("property")):
        name = f"{{{element.get('namespace', 'DAV:')}}}{element.get('name', '')}"
        row = BY_KIND[resource.kind].get(name)
        value = row.read(resource) if row is not None else None
        if value is None:
            missing.append(write(name))
            continue
        if len(element) and value:
            value = _follow(resource, value, element, level, expansion)
        found.append(write(name, value))
    stats = propstat("".join(found), 200) if found or expansion.minimal or not missing else ""
    if missing and not expansion.minimal:
        stats += propstat("".join(missing), 404)
    return response(resource.href, stats)


def _follow(
    resource: Resource, value: str, asked: Element, level: int, expansion: _Expansion
) -> str:
    """Every DAV:href of a value, replaced by a response about what it points at."""
    root = parse(f"<v{DECLARATIONS}>{value}</v>".encode())
    answers: list[str] = []
    for element in children(root, DAV("href")):
        href = text_of(element)
        path = parse_href(href)
        if path is None:
            continue
        try:
            target = locate(resource.db, resource.actor, path, now=resource.now)
        except NotFound:
            answers.append(status_response(href, 404))
            continue
        answers.append(_expanded(target, asked, level + 1, expansion))
    return "".join(answers)

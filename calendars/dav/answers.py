"""Properties of resources as DAV:response elements (RFC 4918 §9.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from calendars.dav.names import CALDAV, DAV
from calendars.dav.paths import is_bare, segment
from calendars.dav.properties import BY_KIND
from calendars.dav.resource import Kind, Resource, of_object
from calendars.dav.xml import (
    Element,
    InvalidXml,
    child,
    children,
    escape,
    propstat,
    response,
    write,
)
from calendars.kernel.identifiers import ObjectId
from calendars.model.visibility import VisibleObject
from calendars.storage import dead_properties
from calendars.storage.dead_properties import Bearer

_ETAG, _TYPE, _DATA = DAV("getetag"), DAV("resourcetype"), CALDAV("calendar-data")
_LIGHT = frozenset({_ETAG, _TYPE})
_COMMON = _LIGHT | {_DATA}
_PIECES = {
    _ETAG: "<D:getetag>&quot;\0&quot;</D:getetag>",
    _TYPE: "<D:resourcetype/>",
    _DATA: "<C:calendar-data>\1</C:calendar-data>",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client asks for: names, or all that allprop gives, or the names alone."""

    names: tuple[str, ...] = ()
    allprop: bool = False
    names_only: bool = False
    minimal: bool = False

    @property
    def light(self) -> bool:
        """Nothing that the index alone does not tell of an object."""
        return bool(self.names) and not self.allprop and _LIGHT.issuperset(self.names)

    @property
    def common(self) -> bool:
        """What clients ask of many objects at once: entity tags, and texts."""
        return bool(self.names) and not self.allprop and _COMMON.issuperset(self.names)

    @classmethod
    def of(cls, element: Element | None, *, minimal: bool = False) -> Wanted:
        """DAV:prop, DAV:allprop (with DAV:include) or DAV:propname inside an element.

        No element, or none of the three, stands for allprop (RFC 4918 §9.1).
        """
        if element is None:
            return cls(allprop=True, minimal=minimal)
        prop = child(element, DAV("prop"))
        if prop is not None:
            return cls(tuple(str(c.tag) for c in children(prop)), minimal=minimal)
        if child(element, DAV("propname")) is not None:
            return cls(names_only=True, minimal=minimal)
        include = child(element, DAV("include"))
        extra = tuple(str(c.tag) for c in children(include)) if include is not None else ()
        return cls(extra, allprop=True, minimal=minimal)

    @classmethod
    def of_propfind(cls, root: Element | None, *, minimal: bool) -> Wanted:
        """The body of a PROPFIND. Raises InvalidXml."""
        if root is not None and root.tag != DAV("propfind"):
            raise InvalidXml("PROPFIND takes a DAV:propfind body")
        return cls.of(root, minimal=minimal)


def answer(resource: Resource, wanted: Wanted) -> str:
    """One DAV:response with what was asked for."""
    rows = BY_KIND[resource.kind]
    if wanted.names_only:
        names = [*rows, *_dead(resource)]
        return response(resource.href, propstat("".join(map(write, names)), 200))
    names = list(wanted.names)
    dead: dict[str, str] = {}
    if wanted.allprop:
        dead = _dead(resource)
        names += [row.name for row in rows.values() if row.in_allprop] + list(dead)
    elif any(name not in rows for name in names):
        dead = _dead(resource)
    return _write_answer(resource, names, dead, minimal=wanted.minimal)


def _write_answer(
    resource: Resource, names: Sequence[str], dead: dict[str, str], *, minimal: bool
) -> str:
    rows = BY_KIND[resource.kind]
    found: list[str] = []
    missing: list[str] = []
    for name in names:
        row = rows.get(name)
        value = row.read(resource) if row is not None else None
        if value is not None:
            found.append(write(name, value))
        elif name in dead:
            found.append(dead[name])
        else:
            missing.append(write(name))
    # A response needs one propstat at least (RFC 4918 §14.24).
    stats = propstat("".join(found), 200) if found or minimal or not missing else ""
    if missing and not minimal:
        stats += propstat("".join(missing), 404)
    return response(resource.href, stats)


def light_answers(base: str, names: tuple[str, ...], tags: Iterable[tuple[str, str]]) -> list[str]:
    """Responses about objects of which only the entity tags are wanted.

    They are made of pieces that are the same for every name: a listing has thousands.
    """
    before, inside = _around(base, names)
    around_tag = inside.split("\0")
    return [
        f"{before}{name if is_bare(name) else _escaped(name)}{tag.join(around_tag)}"
        for name, tag in tags
    ]


def _escaped(name: str) -> str:
    return segment(name).replace("&", "&amp;")


def object_writer(resource: Resource, wanted: Wanted) -> Callable[[VisibleObject], str]:
    """How the responses about the objects of a collection are written."""
    data = resource.calendar_data
    if not wanted.common or (data is None and _DATA in wanted.names):
        return lambda stored: answer(of_object(resource, stored), wanted)
    before, inside = _around(resource.href, wanted.names)
    around_data = [piece.split("\0") for piece in inside.split("\1")]

    def write_one(stored: VisibleObject) -> str:
        text = data(stored) if data is not None and len(around_data) > 1 else ""
        rest = text.join([stored.etag.join(piece) for piece in around_data])
        name = stored.name
        return f"{before}{name if is_bare(name) else _escaped(name)}{rest}"

    return write_one


def _around(base: str, names: tuple[str, ...]) -> tuple[str, str]:
    """What stands before the name in a response, and all that comes behind it."""
    inside = propstat("".join(_PIECES[name] for name in names), 200)
    return f"<D:response><D:href>{escape(base)}", f"</D:href>{inside}</D:response>"


def bearer_of(resource: Resource) -> Bearer | None:
    """Where dead properties of a resource are kept, None where it takes none, such as a mask."""
    if resource.kind is Kind.OBJECT:
        if resource.of_object.masked:
            return None
        return Bearer(object=ObjectId(resource.of_object.id))
    if resource.collection is not None:
        member = resource.actor.id if resource.collection.mounted_at else None
        return Bearer(principal=member, collection=resource.collection.id)
    if resource.kind is Kind.PRINCIPAL:
        return Bearer(principal=resource.of_principal.id)
    return None


def _dead(resource: Resource) -> dict[str, str]:
    bearer = bearer_of(resource)
    return {} if bearer is None else dead_properties.list_of(resource.db, bearer)

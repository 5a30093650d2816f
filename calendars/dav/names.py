"""XML names of WebDAV and its children, in Clark notation: {namespace}local."""

from __future__ import annotations

import re
from collections.abc import Callable

NAMESPACES = {
    "D": "DAV:",
    "C": "urn:ietf:params:xml:ns:caldav",
    "CS": "http://calendarserver.org/ns/",
    "A": "http://apple.com/ns/ical/",
}
_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}
DECLARATIONS = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())

_CLARK = re.compile(r"\{([^}]*)\}(.+)", re.DOTALL)


def _namespace(prefix: str) -> Callable[[str], str]:
    uri = NAMESPACES[prefix]
    return lambda local: f"{{{uri}}}{local}"


DAV = _namespace("D")
CALDAV = _namespace("C")
CS = _namespace("CS")
APPLE = _namespace("A")


def split(name: str) -> tuple[str, str]:
    """Namespace and local name of a Clark name; the namespace may be empty."""
    matched = _CLARK.fullmatch(name)
    return (matched[1], matched[2]) if matched else ("", name)


def qualified(name: str) -> tuple[str, str]:
    """The tag to write for a name, and the declaration that it needs besides the usual ones."""
    uri, local = split(name)
    prefix = _PREFIXES.get(uri)
    if prefix is not None:
        return f"{prefix}:{local}", ""
    if not uri:
        return local, ""
    return f"x:{local}", f' xmlns:x="{attribute(uri)}"'


def attribute(text: str) -> str:
    """A text as the value of an attribute."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")

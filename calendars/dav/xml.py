"""Reading request bodies safely, writing answers fast (RFC 4918 §8.2, §17)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from io import BytesIO

from lxml import etree

from calendars.dav.names import CALDAV, DAV, DECLARATIONS, qualified
from calendars.kernel.errors import InvalidInput
from calendars.model.invalid import UnsupportedFilter

MAX_DEPTH = 64
MAX_ELEMENTS = 50_000
MAX_ATTRIBUTES = 100

KEPT_OCTETS = 1_024
KEPT_TREES = 256

Element = etree._Element

# What XML 1.0 cannot bear; a CR must be written as a reference or a parser turns it into LF.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MARKUP = re.compile("[&<>\r]")
# In this order: what is written instead has an ampersand itself.
_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}

_REFERENCES_OCTETS = [(sign.encode(), text.encode()) for sign, text in _REFERENCES.items()]
# Every octet but the controls that XML cannot bear; U+FFFE and U+FFFF begin with EF BF.
_WRITABLE = bytes(octet for octet in range(256) if octet > 31 or octet in b"\t\n\r")


class InvalidXml(InvalidInput):
    """The body is not the XML that the method takes (400)."""


def parse(body: bytes) -> Element:
    """The root of a request body.

    No document type, no entities, no network; depth, elements and attributes are limited.
    Raises InvalidXml.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if "depth" in str(error):
            _refuse_deep_filter(_root_tag(body))
        raise InvalidXml(f"the body is not well-formed XML: {error}") from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise InvalidXml("a document type declaration is not taken")
    _check_size(root)
    return root


def parse_to_read(body: bytes) -> Element:
    """`parse` for those who only read the tree; a short one is kept.

    Clients poll with the same octets all day. Raises InvalidXml.
    """
    return parse(body) if len(body) > KEPT_OCTETS else _kept(body)


_kept = lru_cache(KEPT_TREES)(parse)


def _root_tag(body: bytes) -> str | None:
    """What the root is called in a body that cannot be read to its end."""
    events = etree.iterparse(BytesIO(body), events=("start",), resolve_entities=False)
    try:
        return next((str(root.tag) for _, root in events), None)
    except etree.XMLSyntaxError:
        return None


def _refuse_deep_filter(root: str | None) -> None:
    """What lies so deep in a query is its filter. Raises UnsupportedFilter."""
    if root == CALDAV("calendar-query"):
        raise UnsupportedFilter("filters nested too deeply")


def _check_size(root: Element) -> None:
    depth = elements = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        elements += 1
        if depth > MAX_DEPTH:
            _refuse_deep_filter(root.tag)
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS or len(element.attrib) > MAX_ATTRIBUTES:
            raise InvalidXml("the XML is too deep, too long or has too many attributes")


def children(element: Element, name: str | None = None) -> Iterator[Element]:
    """Child elements, of one name or of any."""
    return element.iterchildren(etree.Element if name is None else name)


def child(element: Element, name: str) -> Element | None:
    """The first child of that name."""
    return next(element.iterchildren(name), None)


def text_of(element: Element | None) -> str:
    """The text of an element without the blanks around it."""
    if element is not None and not len(element):
        return (element.text or "").strip()
    return "".join(str(text) for text in element.itertext()).strip() if element is not None else ""


def inner_xml(element: Element) -> str:
    """What is inside an element, as XML that stands on its own."""
    parts = [escape(element.text or "")]
    parts.extend(etree.tostring(node, encoding="unicode") for node in element)
    return "".join(parts)


def escape(text: str) -> str:
    """A text as element content."""
    if _UNWRITABLE.search(text):
        text = _UNWRITABLE.sub("\ufffd", text)
    if _MARKUP.search(text):
        for sign, reference in _REFERENCES.items():
            text = text.replace(sign, reference)
    return text


def escape_octets(octets: bytes) -> str:
    """A stored text in UTF-8 as element content; twice as fast where nothing odd is in it."""
    if octets.translate(None, _WRITABLE) or b"\xef\xbf" in octets:
        return escape(octets.decode())
    for sign, reference in _REFERENCES_OCTETS:
        octets = octets.replace(sign, reference)
    return octets.decode()


@lru_cache(maxsize=1024)
def tags(name: str) -> tuple[str, str, str]:
    """Opening, closing and empty tag of a Clark name."""
    tag, declaration = qualified(name)
    return f"<{tag}{declaration}>", f"</{tag}>", f"<{tag}{declaration}/>"


def write(name: str, inner: str | None = "") -> str:
    """An element with content that is XML already."""
    opening, closing, empty = tags(name)
    return f"{opening}{inner}{closing}" if inner else empty


def href(path: str) -> str:
    """A DAV:href element of a path that is percent-encoded already."""
    return f"<D:href>{escape(path)}</D:href>"


def document(root: str, inner: str) -> str:
    """A whole document with the usual name spaces declared; root is a qualified tag."""
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{root}{DECLARATIONS}>{inner}</{root}>'


_MULTISTATUS = document("D:multistatus", "").removesuffix("</D:multistatus>")


def error_document(condition: str, inner: str = "") -> str:
    """DAV:error with exactly the one precondition element (RFC 4918 §16)."""
    return document("D:error", write(condition, inner))


def status_line(code: int) -> str:
    """The DAV:status of a code."""
    return _STATUS_LINES[code]


_STATUS_LINES = {
    200: "<D:status>HTTP/1.1 200 OK</D:status>",
    403: "<D:status>HTTP/1.1 403 Forbidden</D:status>",
    404: "<D:status>HTTP/1.1 404 Not Found</D:status>",
    409: "<D:status>HTTP/1.1 409 Conflict</D:status>",
    424: "<D:status>HTTP/1.1 424 Failed Dependency</D:status>",
    507: "<D:status>HTTP/1.1 507 Insufficient Storage</D:status>",
}


def propstat(properties: str, code: int, error: str = "") -> str:
    """A group of properties that share a status (RFC 4918 §14.22)."""
    cause = f"<D:error>{error}</D:error>" if error else ""
    return f"<D:propstat><D:prop>{properties}</D:prop>{_STATUS_LINES[code]}{cause}</D:propstat>"


def response(path: str, propstats: str) -> str:
    """One DAV:response with properties."""
    return f"<D:response><D:href>{escape(path)}</D:href>{propstats}</D:response>"


def status_response(path: str, code: int, error: str = "") -> str:
    """One DAV:response that has a status instead of properties."""
    cause = f"<D:error>{error}</D:error>" if error else ""
    return f"<D:response><D:href>{escape(path)}</D:href>{_STATUS_LINES[code]}{cause}</D:response>"


def multistatus(responses: Iterable[str], tail: str = "") -> str:
    """A DAV:multistatus (RFC 4918 §13); the tail bears DAV:sync-token."""
    return "".join((_MULTISTATUS, *responses, tail, "</D:multistatus>"))


NUMBER_OF_MATCHES = write(DAV("number-of-matches-within-limits"))

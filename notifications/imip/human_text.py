"""What a person wrote: without what is quoted, without what programs write of themselves.

An answer to an invitation comes with a sentence of its program ("… has accepted …"). That is no
word of anybody; a comment is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.message import Message
from html.parser import HTMLParser

from calendars.model.component import Component, unescape
from notifications.imip.mail import Mail, payload_of

MAX_SIGNS = 20_000
_MAX_OCTETS = 512 * 1024
_MAX_LINES = 2_000

# From here on somebody else is quoted.
_QUOTE_BEGINS = re.compile(
    r"^\s*(?:"
    r"-{2,}\s*(?:message|mail|courriel)\b.*(?:origine|original|transf).*-{2,}"
    r"|-{2,}\s*original (?:message|appointment)\s*-{2,}"
    r"|-{2,}\s*rendez-vous d.origine\s*-{2,}"
    r"|_{20,}"
    r"|on .{4,200} wrote\s*:|le .{4,200} a [ée]crit\s*:"
    r"|>?\s*begin forwarded message\s*:"
    r"|>?\s*d[ée]but du message (?:r[ée]exp[ée]di[ée]|transf[ée]r[ée])\s*:"
    r")\s*$",
    re.IGNORECASE,
)
_FIELDS_BEGIN = re.compile(r"^\s*\*?(?:from|de|von)\s*\*?\s*:\*?\s+\S", re.IGNORECASE)
_FIELDS_GO_ON = re.compile(
    r"^\s*\*?(?:sent|date|to|subject|when|where|envoy[ée]|[àa]|objet|quand|o[uù]|cc)\s*\*?\s*:",
    re.IGNORECASE,
)
# Sentences and lines of programs, in answers to invitations alone.
_BY_PROGRAM = re.compile(
    r"^\s*(?:"
    r".{0,200}\b(?:has|have)\s+(?:tentatively\s+|provisionally\s+)?(?:accepted|declined|replied)\b.{0,300}"
    r"|.{0,200}\ba\s+(?:provisoirement\s+)?(?:accept[ée]|refus[ée]|d[ée]clin[ée]|r[ée]pondu)\b.{0,300}"
    r"|.{0,100}\bwill\s+(?:not\s+)?attend\b.{0,200}"
    r"|(?:accepted|declined|tentative|tentatively accepted|accept[ée]e?|refus[ée]e?|d[ée]clin[ée]e?"
    r"|provisoire|accept|decline|accepter|refuser|peut-[êe]tre|maybe|yes|no|oui|non)\s*(?::.*)?"
    r"|\*?(?:when|where|who|quand|o[uù]|qui|lieu|date|heure|participants|attendees|organizer"
    r"|organisateur|subject|objet)\s*\*?\s*:.*"
    r"|[*~=_\-\s]{5,}|https?://\S+"
    r"|envoy[ée] de mon .{1,60}|sent from my .{1,60}|t[ée]l[ée]charger outlook.*|get outlook for .*"
    r")\s*\.?\s*$",
    re.IGNORECASE,
)
# These write whole paragraphs by themselves, and put what the person says into COMMENT.
_TELLS_ITSELF = re.compile(r"google|mozilla|thunderbird|apple|ical|kde|korganizer", re.IGNORECASE)


def words_of(mail: Mail) -> str:
    """What the sender wrote, without quotes; empty if there is nothing."""
    return _own_words(_text_of(mail))


def words_beside(mail: Mail, calendar: Component) -> str:
    """What a person wrote beside the answer that a program made: its comment, else the text."""
    comment = _comment(calendar)
    if _TELLS_ITSELF.search(calendar.value("PRODID") or ""):
        return comment
    lines = [line for line in words_of(mail).splitlines() if not _BY_PROGRAM.match(line[:400])]
    text = _tidy(lines)
    if not comment or _squeezed(comment) in _squeezed(text):
        return text
    return f"{comment}\n\n{text}".strip() if text else comment


def _comment(calendar: Component) -> str:
    found = (part.value("COMMENT") for part in calendar.components)
    return _tidy(unescape(next(filter(None, found), ""))[:MAX_SIGNS].splitlines())


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _text_of(mail: Mail) -> str:
    """The plain text, else that of the HTML; never that of a mail inside it, or of a file."""
    own = [
        part.message
        for part in mail.parts
        if part.carrier is mail.message and not is_file(part.message)
    ]
    for kind, read in (("text/plain", str), ("text/html", _without_tags)):
        for part in own:
            if part.get_content_type() == kind and (text := _decoded(part)).strip():
                return read(text)
    return ""


def is_file(part: Message) -> bool:
    """It is no text of the mail, but goes along with it (RFC 2183)."""
    return str(part.get("content-disposition", "")).strip().lower().startswith("attachment")


def _decoded(part: Message) -> str:
    payload = payload_of(part, most=_MAX_OCTETS)
    if payload is None:
        return ""
    for name in (str(part.get_content_charset("utf-8")), "utf-8", "cp1252"):
        try:
            return payload.decode(name)
        except (LookupError, ValueError):
            continue
    return payload.decode("utf-8", "replace")


def _own_words(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\u00a0", " ").split("\n")[:_MAX_LINES]
    kept: list[str] = []
    for number, line in enumerate(lines):
        begun = _QUOTE_BEGINS.match(line[:400]) or _QUOTE_BEGINS.match(
            " ".join(lines[number : number + 2])[:400]
        )
        fields = _FIELDS_BEGIN.match(line[:400]) and any(
            _FIELDS_GO_ON.match(one[:400]) for one in lines[number + 1 : number + 3]
        )
        if begun or fields:
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    return _tidy(kept)


def _tidy(lines: Iterable[str]) -> str:
    """No control characters, no empty lines but one, and an end."""
    text = "\n".join(line.rstrip() for line in lines)
    text = "".join(sign for sign in text if sign in {"\n", "\t"} or sign.isprintable())
    return re.sub(r"\n{3,}", "\n\n", text).strip()[:MAX_SIGNS]


class _Text(HTMLParser):
    """What is read of a page; quotes of others are left out."""

    _BREAKS = frozenset(("p", "div", "br", "tr", "li", "h1", "h2", "h3", "table", "hr"))
    _SKIPPED = frozenset(("style", "script", "head", "title", "blockquote"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._skipping = 0

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        """A new line, or the beginning of what nobody reads."""
        if tag in self._SKIPPED:
            self._skipping += 1
        elif tag in self._BREAKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """The end of it."""
        if tag in self._SKIPPED:
            self._skipping = max(0, self._skipping - 1)

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self._skipping:
            self.pieces.append(re.sub(r"\s+", " ", data))


def _without_tags(html: str) -> str:
    reader = _Text()
    reader.feed(html)
    return "".join(reader.pieces)

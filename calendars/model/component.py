"""iCalendar text as a tree of components and content lines (RFC 5545 §3.1).

A scanner, not an object model: it knows lines, parameters and nesting, and leaves values as they
were written. It costs a twentieth of a full parse, so that a PUT may scan and stay fast: one
regular expression reads all the lines at once, and lines are looked at one by one only to say
which of them is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from calendars.model.invalid import InvalidCalendarData

MAX_NESTING = 4
MAX_LINES = 100_000
MAX_LINE_LENGTH = 256 * 1024
MAX_PARAMETERS_LENGTH = 16 * 1024

_BYTE_ORDER_MARK = "\ufeff"
_FOLD = re.compile("\n[ \t]")
_LOGICAL_END = re.compile("\n(?![ \t])")
# NUL and the other C0 controls; a CR that does not end a line is one of them (RFC 5545 §3.1).
_CONTROLS = bytes([*range(0x09), *range(0x0B, 0x20), 0x7F])

# Only single characters repeat possessively: Python before 3.11.5 gets groups wrong. The grammar
# tells at each step how to go on, so that a line that does not fit is refused in linear time.
# Underscores and dots are outside of the grammar, but some programs write them in X- names.
_NAME = r"[A-Za-z0-9_.-]{1,128}+"
# Apple writes X-TITLE=Street 1\; Town: a semicolon behind a backslash belongs to the value, unless
# a parameter follows, for then the grammar has its way.
_PLAIN = rf'[^";:,\n]*+(?:(?<=\\);(?!{_NAME}=)[^";:,\n]*+)*'
_VALUE = rf'(?:"[^"\n]*+"|{_PLAIN})'
_VALUES = rf"{_VALUE}(?:,{_VALUE})*"
_PARAMETERS = rf"(?:;{_NAME}={_VALUES}){{0,200}}"
_CONTENT_LINE = re.compile(rf"^({_NAME})({_PARAMETERS}):(.*+)$", re.MULTILINE)
_PARAMETER = re.compile(rf";({_NAME})=({_VALUES})")
_PARAMETER_VALUE = re.compile(r'"([^"]*)"|([^",]+)')
_CARET = re.compile(r"\^[n^']")
_CARET_MEANING = {"^n": "\n", "^^": "^", "^'": '"'}  # RFC 6868 §3.2
_COMPONENT_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class ContentLine(NamedTuple):
    """One unfolded line: NAME;PARAM=value:value. The value is as written, still escaped."""

    name: str
    """Upper case."""
    raw_parameters: str
    """With the leading semicolon, or empty."""
    value: str

    @property
    def parameters(self) -> list[tuple[str, tuple[str, ...]]]:
        """Names in upper case and their values, unquoted and RFC 6868-decoded, in order."""
        if not self.raw_parameters:
            return []
        return [
            (name.upper(), tuple(_parameter_values(values)))
            for name, values in _PARAMETER.findall(self.raw_parameters)
        ]

    def parameter(self, name: str) -> str | None:
        """The first value of a parameter, None if the line does not bear it."""
        if not self.raw_parameters or name not in self.raw_parameters.upper():
            return None
        return next(
            (values[0] if values else "" for key, values in self.parameters if key == name), None
        )

    def __str__(self) -> str:
        return f"{self.name}{self.raw_parameters}:{self.value}"


@dataclass(slots=True, eq=False)
class Component:
    """BEGIN:NAME … END:NAME."""

    name: str
    lines: list[ContentLine] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)

    def line(self, name: str) -> ContentLine | None:
        """The first line of that name, None if there is none."""
        for line in self.lines:
            if line[0] == name:
                return line
        return None

    def all(self, name: str) -> list[ContentLine]:
        """Every line of that name, in order."""
        return [line for line in self.lines if line[0] == name]

    def value(self, name: str) -> str | None:
        """The raw value of the first line of that name, None if there is none."""
        for line in self.lines:
            if line[0] == name:
                return line[2]
        return None

    def children(self, name: str) -> list[Component]:
        """The components of that name that stand directly inside this one."""
        return [child for child in self.components if child.name == name]

    def walk(self) -> Iterator[Component]:
        """This component and all below it."""
        yield self
        for child in self.components:
            yield from child.walk()


def decode(body: bytes) -> str:
    """The text of a body.

    Raises InvalidCalendarData: not UTF-8.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidCalendarData(f"not UTF-8 at octet {error.start}") from None
    return text.removeprefix(_BYTE_ORDER_MARK)


def parse(text: str) -> Component:
    """The one VCALENDAR of a text (RFC 5545 §3.4).

    Lines end with CRLF or LF, and with nothing else: U+2028, VT, FS and their kind are plain
    characters, a lone CR is refused.
    Raises InvalidCalendarData, naming the line.
    """
    text = text.removeprefix(_BYTE_ORDER_MARK).replace("\r\n", "\n")
    if text.count("\n") > MAX_LINES:
        raise InvalidCalendarData(f"more than {MAX_LINES} lines")
    unfolded = _unfold(text).strip(" \t\n")
    found = _CONTENT_LINE.findall(unfolded)
    if _has_controls(text) or not _is_whole(unfolded, len(found)):
        _refuse_lines(text)
    if len(unfolded) > MAX_PARAMETERS_LENGTH:
        _refuse_long_parameters(found, text)
    return _tree(found, text)


def _unfold(text: str) -> str:
    if "\n\t" in text:
        return _FOLD.sub("", text)
    return text.replace("\n ", "")


def _has_controls(text: str) -> bool:
    octets = text.encode("utf-8", "surrogatepass")
    return len(octets.translate(None, _CONTROLS)) != len(octets)


def _is_whole(unfolded: str, found: int) -> bool:
    """Every line that is not blank was found, and none is too long."""
    if len(unfolded) > MAX_LINE_LENGTH and max(map(len, unfolded.split("\n"))) > MAX_LINE_LENGTH:
        return False
    if found == unfolded.count("\n") + 1:
        return True
    return found == sum(1 for line in unfolded.split("\n") if line)


def _tree(found: list[tuple[str, str, str]], text: str) -> Component:
    """The lines hung up in their components; `text` is there to name the line of a mistake."""
    root = Component("")
    stack = [root]
    lines = root.lines
    new = tuple.__new__
    for index, line in enumerate(found):
        name = line[0]
        if not name.isupper():
            name = name.upper()
            line = (name, line[1], line[2])  # noqa: PLW2901
        if name == "BEGIN":
            component = Component(_component_name(line, index, text))
            stack[-1].components.append(component)
            stack.append(component)
            lines = component.lines
            if len(stack) > MAX_NESTING + 1 or (len(stack) == 2 and len(root.components) > 1):
                _refuse_nesting(stack, index, text)
        elif name == "END":
            if _component_name(line, index, text) != stack.pop().name:
                raise InvalidCalendarData(f"{_place(text, index)}: END does not fit its BEGIN")
            lines = stack[-1].lines
        else:
            lines.append(new(ContentLine, line))
    return _only_calendar(root, stack)


def _component_name(line: tuple[str, str, str], index: int, text: str) -> str:
    name = line[2].strip(" \t")
    if line[1] or _COMPONENT_NAME.fullmatch(name) is None:
        raise InvalidCalendarData(f"{_place(text, index)}: not the name of a component")
    return name.upper()


def _refuse_nesting(stack: list[Component], index: int, text: str) -> None:
    reason = "more than one VCALENDAR" if len(stack) == 2 else "components nested too deeply"
    raise InvalidCalendarData(f"{_place(text, index)}: {reason}")


def _only_calendar(root: Component, stack: list[Component]) -> Component:
    if not root.components:
        raise InvalidCalendarData("no BEGIN:VCALENDAR: this is not iCalendar")
    if len(stack) > 1:
        raise InvalidCalendarData(f"END:{stack[-1].name} is missing: the text was cut off")
    calendar = root.components[0]
    if root.lines:
        raise InvalidCalendarData("text outside of BEGIN:VCALENDAR and END:VCALENDAR")
    if calendar.name != "VCALENDAR":
        raise InvalidCalendarData(f"{calendar.name[:20]} instead of VCALENDAR")
    return calendar


def _refuse_lines(text: str) -> None:
    """Name the first line that cannot be read. `text` has LF line ends only."""
    place = 1
    for folded in _LOGICAL_END.split(text):
        raw = _FOLD.sub("", folded)
        if raw.strip(" \t"):
            content_line(raw, place)
        place += folded.count("\n") + 1
    raise InvalidCalendarData("not iCalendar")


def _refuse_long_parameters(found: list[tuple[str, str, str]], text: str) -> None:
    for index, line in enumerate(found):
        if len(line[1]) > MAX_PARAMETERS_LENGTH:
            raise InvalidCalendarData(f"{_place(text, index)}: parameters without end")


def _place(text: str, index: int) -> str:
    """Where the content line of that index stands in the text as people see it, folded."""
    place = 1
    for folded in _LOGICAL_END.split(text):
        if folded.strip(" \t\n"):
            index -= 1
        if index < 0:
            break
        place += folded.count("\n") + 1
    return f"line {place}"


def content_line(raw: str, number: int = 0) -> ContentLine:
    """One unfolded line taken apart. Raises InvalidCalendarData, naming the line's number."""
    if len(raw) > MAX_LINE_LENGTH:
        raise InvalidCalendarData(f"line {number}: longer than {MAX_LINE_LENGTH} characters")
    if "\n" in raw or _has_controls(raw):
        raise InvalidCalendarData(f"line {number}: control character")
    matched = _CONTENT_LINE.fullmatch(raw)
    if matched is None:
        raise InvalidCalendarData(f"line {number}: not NAME:value")
    name, parameters, value = matched.groups()
    return ContentLine(name.upper(), parameters, value)


def serialize(component: Component) -> str:
    """The tree as text: CRLF, folded at 75 octets between characters (RFC 5545 §3.1)."""
    out: list[str] = []
    _write(component, out)
    return "".join(out)


def _write(component: Component, out: list[str]) -> None:
    out.append(f"BEGIN:{component.name}\r\n")
    out.extend(fold(f"{name}{parameters}:{value}") for name, parameters, value in component.lines)
    for child in component.components:
        _write(child, out)
    out.append(f"END:{component.name}\r\n")


def fold(line: str) -> str:
    """A line with its line ends: at most 75 octets each, no character torn apart."""
    if len(line) <= 75 and (line.isascii() or len(line.encode()) <= 75):
        return line + "\r\n"
    octets = line.encode()
    pieces: list[str] = []
    start, width = 0, 75
    while len(octets) - start > width:
        end = start + width
        while octets[end] & 0xC0 == 0x80:  # inside of a character
            end -= 1
        pieces.append(octets[start:end].decode())
        start, width = end, 74  # the blank of the continuation counts
    pieces.append(octets[start:].decode())
    return "\r\n ".join(pieces) + "\r\n"


def unescape(value: str) -> str:
    r"""A TEXT value as people read it: \n, \, \; \\ (RFC 5545 §3.3.11)."""
    if "\\" not in value:
        return value
    return _ESCAPE.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)


def escape(text: str) -> str:
    """A text as a TEXT value (RFC 5545 §3.3.11)."""
    for character in ("\\", ";", ","):
        text = text.replace(character, "\\" + character)
    return text.replace("\r\n", "\n").replace("\n", "\\n").replace("\r", "")


def split_values(value: str, separator: str = ",") -> list[str]:
    """A list of TEXT values cut at the separators that are not escaped; still escaped."""
    return re.findall(rf"(?:[^\\{separator}]|\\.)+", value, flags=re.DOTALL)


def _parameter_values(values: str) -> Iterator[str]:
    for quoted, plain in _PARAMETER_VALUE.findall(values):
        text = quoted or plain
        yield _CARET.sub(lambda m: _CARET_MEANING[m[0]], text) if "^" in text else text

"""iCalendar text taken apart and put together (RFC 5545 §3.1, RFC 6868)."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.model.component import (
    Component,
    ContentLine,
    content_line,
    decode,
    escape,
    fold,
    parse,
    serialize,
    split_values,
    unescape,
)
from calendars.model.invalid import InvalidCalendarData
from tests.builders import an_event

Tree: TypeAlias = "tuple[str, list[ContentLine], list[Tree]]"

# Every character but controls; a tab may stand in a value.
PLAIN = st.characters(exclude_categories=["Cc", "Cs"])
NAMES = st.sampled_from(["SUMMARY", "X-A", "ATTENDEE", "X-1-2", "UID", "DTSTART", "X-_.B"])
VALUES = st.text(PLAIN | st.just("\t"), max_size=120)
QUOTED = st.text(PLAIN, max_size=20).map(lambda text: '"' + text.replace('"', "'") + '"')
BARE = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters='";:,\\'))
PARAMETERS = st.lists(st.tuples(NAMES, QUOTED | BARE, QUOTED | BARE), max_size=2).map(
    lambda found: "".join(f";{name}={first},{second}" for name, first, second in found)
)
LINES = st.lists(st.builds(ContentLine, NAMES, PARAMETERS, VALUES), max_size=4)


def nested(name: str, *inner: st.SearchStrategy[Component]) -> st.SearchStrategy[Component]:
    return st.builds(Component, st.just(name), LINES, st.lists(st.one_of(*inner), max_size=2))


EVENTS = nested("VEVENT", nested("VALARM", st.builds(Component, st.just("X-N"), LINES)))
CALENDARS = nested("VCALENDAR", EVENTS, st.builds(Component, st.just("VTODO"), LINES))


def tree(component: Component) -> Tree:
    return component.name, component.lines, [tree(child) for child in component.components]


def calendar(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""))


@pytest.mark.rfc("5545 §3.1")
@given(CALENDARS)
def test_what_is_written_is_read_as_the_same_tree(written: Component) -> None:
    assert tree(parse(serialize(written))) == tree(written)


@given(CALENDARS)
def test_a_text_in_canonical_form_is_written_as_it_was(written: Component) -> None:
    text = serialize(written)

    assert serialize(parse(text)) == text


@pytest.mark.rfc("5545 §3.1")
@given(st.text(PLAIN, max_size=400))
def test_a_folded_line_has_no_more_than_75_octets_and_whole_characters(text: str) -> None:
    folded = fold(text)

    assert all(len(piece.encode()) <= 75 for piece in folded.split("\r\n"))
    assert folded.endswith("\r\n")
    assert folded.removesuffix("\r\n").replace("\r\n ", "") == text


@pytest.mark.rfc("5545 §3.3.11")
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_an_escaped_text_is_read_as_it_was(text: str) -> None:
    assert unescape(escape(text)) == text
    assert "\n" not in escape(text)


@given(st.lists(st.text(PLAIN, min_size=1), min_size=1))
def test_a_list_of_texts_is_cut_where_it_was_joined(texts: list[str]) -> None:
    joined = ",".join(map(escape, texts))

    assert [unescape(value) for value in split_values(joined)] == texts


@given(st.text() | st.text().map(calendar))
def test_whatever_the_text_nothing_but_a_refusal_is_raised(text: str) -> None:
    with suppress(InvalidCalendarData):
        assert parse(text).name == "VCALENDAR"


def test_names_are_read_in_either_case() -> None:
    read = parse(
        "begin:vcalendar\r\nx-a;x-b=c:d\r\nbegin:vevent\r\nend:VEVENT\r\nend:vcalendar\r\n"
    )

    assert read.name == "VCALENDAR"
    assert read.lines == [ContentLine("X-A", ";x-b=c", "d")]
    assert read.lines[0].parameters == [("X-B", ("c",))]
    assert [child.name for child in read.components] == ["VEVENT"]


@pytest.mark.parametrize("end", ["\r\n", "\n"], ids=["crlf", "lf"])
def test_lines_end_with_crlf_or_lf(end: str) -> None:
    text = an_event(summary="Réunion " * 20, description="a\nb")

    assert tree(parse(text.replace("\r\n", end))) == tree(parse(text))


@pytest.mark.parametrize("blank", [" ", "\t"], ids=["blank", "tab"])
def test_a_fold_may_stand_anywhere_even_inside_a_name(blank: str) -> None:
    read = parse(calendar(f"SUMM\r\n{blank}ARY:a\r\n{blank}{blank}b\r\n{blank}"))

    assert read.lines == [ContentLine("SUMMARY", "", f"a{blank}b")]


def test_a_fold_inside_of_a_character_is_joined_before_decoding_fails() -> None:
    whole = an_event(summary="é" * 60).encode()

    assert parse(decode(whole)).components[-1].value("SUMMARY") == "é" * 60


@pytest.mark.parametrize(
    "character", ["\u2028", "\u2029", "\x85"], ids=["line-separator", "paragraph", "next-line"]
)
def test_other_line_ends_of_unicode_are_plain_characters(character: str) -> None:
    read = parse(calendar(f"SUMMARY:a{character}ATTENDEE:mailto:eve@example.org"))

    assert [line.name for line in read.lines] == ["SUMMARY"]


def test_a_byte_order_mark_and_blank_lines_around_are_no_part_of_the_text() -> None:
    text = "\ufeff\r\n" + calendar("X-A:b", "", "X-C:d") + "\r\n\r\n  \r\n"

    assert [line.name for line in parse(text).lines] == ["X-A", "X-C"]
    assert parse(decode(text.encode())).name == "VCALENDAR"


@pytest.mark.rfc("6868 §3.2")
def test_parameters_are_unquoted_and_decoded() -> None:
    line = content_line('ATTENDEE;CN="Anne^nNi^^a ^\'x^\'";MEMBER="mailto:a","mailto:b":mailto:c')

    assert line.parameters == [
        ("CN", ('Anne\nNi^a "x"',)),
        ("MEMBER", ("mailto:a", "mailto:b")),
    ]
    assert line.parameter("CN") == 'Anne\nNi^a "x"'
    assert line.parameter("ROLE") is None
    assert line.value == "mailto:c"


def test_an_escaped_semicolon_belongs_to_the_parameter() -> None:
    line = content_line("X-PLACE;X-TITLE=Rue 1\\; Nouméa;X-RADIUS=70:geo:1,2")

    assert line.parameter("X-TITLE") == "Rue 1\\; Nouméa"
    assert line.parameter("X-RADIUS") == "70"


def test_a_backslash_does_not_hide_the_parameter_behind_it() -> None:
    line = content_line("ATTENDEE;CN=Eve\\;PARTSTAT=DECLINED:mailto:eve@example.org")

    assert line.parameter("PARTSTAT") == "DECLINED"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "no BEGIN:VCALENDAR"),
        ("<html>", "line 1"),
        ("BEGIN:VCARD\r\nEND:VCARD\r\n", "VCARD"),
        ("BEGIN:VCALENDAR\r\n", "END:VCALENDAR is missing"),
        (calendar("BEGIN:VEVENT"), "line 3"),
        (calendar("BEGIN:VEVENT", "BEGIN:VALARM", "END:VEVENT", "END:VALARM"), "line 4"),
        (calendar() + calendar(), "line 3: more than one VCALENDAR"),
        (calendar() + "X-LATE:1\r\n", "outside"),
        (calendar() + "END:VCALENDAR\r\n", "line 3"),
        (calendar("SUMMARY:a", " folded", "no colon"), "line 4"),
        (calendar("SUMMARY:a", "", "X-A:b", " folded", "BAD NAME:b"), "line 6"),
        (calendar(":no name"), "line 2"),
        (calendar('ATTENDEE;CN="Eve:mailto:eve'), "line 2"),
        (calendar("ATTENDEE;RSVP:mailto:eve"), "line 2"),
        (calendar("BEGIN:V EVENT", "END:V EVENT"), "line 2"),
        (calendar("BEGIN;X=1:VEVENT", "END:VEVENT"), "line 2"),
        (calendar("SUMMARY:a\0b"), "line 2: control character"),
        (calendar("SUMMARY:a\rb"), "line 2: control character"),
        (calendar("SUMMARY:a\x0bb"), "line 2: control character"),
        (calendar("SUMMARY:a\x1cb"), "line 2: control character"),
        (calendar("SUMMARY:a\x7fb"), "line 2: control character"),
        (calendar(*["BEGIN:X"] * 4, *["END:X"] * 4), "line 5: components nested too deeply"),
        (calendar("X" * 200 + ":name"), "line 2"),
        (calendar("X-A:" + "a" * 300_000), "line 2: longer"),
        (calendar("X-A:a", "X-B" + ";X=1" * 201 + ":b"), "line 3"),
        (calendar("X-A:a", "X-B;X=" + "1" * 20_000 + ":b"), "line 3"),
        (calendar(*["X-A:a"] * 100_001), "lines"),
    ],
)
def test_what_is_not_icalendar_is_refused_and_the_line_is_named(text: str, where: str) -> None:
    with pytest.raises(InvalidCalendarData, match=where):
        parse(text)


@pytest.mark.parametrize(
    "octets",
    [b"\xff\xfeB\0", b"r\xe9union", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"],
    ids=["utf-16", "latin-1", "overlong", "surrogate", "beyond-unicode"],
)
def test_what_is_not_utf_8_is_refused(octets: bytes) -> None:
    with pytest.raises(InvalidCalendarData, match="UTF-8"):
        decode(calendar("SUMMARY:").encode() + octets)


@pytest.mark.parametrize(
    "text",
    [
        calendar("A" * 1_000_000),
        calendar("X" + ";A" * 500_000),
        calendar("X" + ';A="' * 250_000),
        calendar("X;A=" + "\\;" * 500_000),
        calendar("X;A=" + "\\;B" * 300_000 + ":"),
        calendar(*["A;B=c"] * 90_000),
        "BEGIN:X\n" * 99_000,
        "\n \n" * 49_000,
        "\n" * 99_000 + "x",
        calendar("X-A:" + "\r\n a" * 99_000),
    ],
    ids=range(10),
)
def test_no_text_of_a_megabyte_takes_long(text: str) -> None:
    started = time.process_time()
    with suppress(InvalidCalendarData):
        parse(text)

    # A way that is not linear takes minutes; a busy machine makes one second three.
    assert time.process_time() - started < 10


def test_long_lines_are_folded_in_time_that_grows_with_them_alone() -> None:
    started = time.process_time()
    folded = fold("é" * 1_000_000)

    assert len(folded) > 1_000_000
    assert time.process_time() - started < 10

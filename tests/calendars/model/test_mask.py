"""A mask tells the same times and no word of its object (SEC-3)."""

from __future__ import annotations

from datetime import UTC
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest

from calendars.kernel.errors import ServiceError
from calendars.kernel.identifiers import ObjectId, PrincipalId
from calendars.model.budget import Budget
from calendars.model.calendar_object import CalendarObject
from calendars.model.instances import instances
from calendars.model.mask import mask_of, mask_tag, with_uid
from calendars.model.principal import PrincipalKind
from calendars.model.split import split_stream
from calendars.model.visibility import Pseudonyms
from calendars.model.window import Window
from tests.builders import an_event
from tests.canaries import COMPONENTS, KINDS, an_object, found_in

DATA = Path(__file__).parents[2] / "data"
YEAR = Window(1_767_225_600, 1_798_761_600)
PERSON = PrincipalKind.INDIVIDUAL


@cache
def objects() -> list[CalendarObject]:
    """Every object of the directorate's diaries, and the odd ones of real programs."""
    found: list[CalendarObject] = []
    for path in sorted([*DATA.glob("dpass/ics/*/*.ics"), *DATA.glob("corpus/valid/**/*.ics")]):
        try:
            parts = split_stream(BytesIO(path.read_bytes()))
            found += [CalendarObject.parse(part.body) for part in parts]
        except ServiceError:
            continue
    return found


def masked(parsed: CalendarObject, owner: PrincipalKind = PERSON) -> CalendarObject:
    """The mask as a reader gets it; it is itself fit to be stored."""
    return CalendarObject.parse(with_uid(mask_of(parsed, owner), "mask"))


@pytest.mark.rule("SEC-3")
def test_a_mask_has_the_times_of_its_object() -> None:
    assert len(objects()) > 500
    for parsed in objects():
        told = [
            [(one.starts_at, one.ends_at, one.recurrence_id, one.busy) for one in found]
            for found in (
                instances(calendar, YEAR, zone=UTC, budget=Budget())
                for calendar in (parsed.calendar, masked(parsed).calendar)
            )
        ]
        assert told[0] == told[1], parsed.uid


@pytest.mark.rule("SEC-3")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("component", COMPONENTS)
def test_a_mask_has_no_word_of_its_object(kind: str, component: str) -> None:
    parsed = CalendarObject.parse(an_object(kind, component).encode())

    assert list(found_in(mask_of(parsed, PERSON).decode())) == []
    assert len(set(found_in(parsed.text))) > 40


@pytest.mark.rule("SEC-3")
@pytest.mark.parametrize(
    ("visibility", "owner", "title"),
    [
        ("PRIVATE", PERSON, "Privé"),
        ("X-SECRET", PERSON, "Privé"),
        ("CONFIDENTIAL", PERSON, "Occupé"),
        ("CONFIDENTIAL", PrincipalKind.ROOM, "Réservé"),
        ("PRIVATE", PrincipalKind.RESOURCE, "Réservé"),
    ],
)
def test_the_title_says_what_may_be_said(visibility: str, owner: PrincipalKind, title: str) -> None:
    parsed = CalendarObject.parse(an_event(visibility=visibility).encode())

    master = masked(parsed, owner).master
    assert master is not None
    assert master.value("SUMMARY") == title


@pytest.mark.rule("SEC-4")
def test_only_what_shows_changes_the_tag() -> None:
    def tag(text: str) -> str:
        return mask_tag(mask_of(CalendarObject.parse(text.encode()), PERSON))

    first = an_event(visibility="PRIVATE")
    assert tag(first) == tag(
        an_event(visibility="PRIVATE", summary="Autre").replace("DTSTAMP:2026", "DTSTAMP:2027")
    )
    assert tag(first) != tag(an_event(visibility="PRIVATE", status="TENTATIVE"))
    assert tag(first) != tag(an_event(visibility="CONFIDENTIAL"))


@pytest.mark.rule("SEC-3")
def test_a_pseudonym_leads_back_for_its_reader_alone() -> None:
    readers = [Pseudonyms(b"key", PrincipalId(1)), Pseudonyms(b"key", PrincipalId(2))]
    numbers = [ObjectId(number) for number in (1, 2, 2**40)]

    for number in numbers:
        assert [one.object_of(readers[0].name_of(number)) for one in readers] == [number, None]
    names = [one.name_of(number) for one in readers for number in numbers]
    assert len(set(names)) == 6
    assert readers[0].object_of("0" * 32 + ".ics") is None
    assert readers[0].object_of("é" * 32 + ".ics") is None

"""In the director's diary the assistant writes in the director's name (DIA-1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.kernel.identifiers import Login, PrincipalId
from calendars.model.acting_for import ActingFor, in_name_of
from calendars.model.component import Component, parse, serialize
from calendars.model.principal import Principal, PrincipalKind, Role


def person(login: str, name: str, *more: str) -> Principal:
    """Somebody with addresses."""
    addresses = (f"mailto:{login}@example.org", *more)
    return Principal(
        PrincipalId(len(login)), Login(login), PrincipalKind.INDIVIDUAL, Role.AGENT, name,
        f"{login}@example.org", addresses=addresses,
    )  # fmt: skip


DIRECTOR = person("directeur", "La Directrice, Mme X", "urn:uuid:1")
ASSISTANT = person("assistante", "Anne", "urn:uuid:2", "mailto:anne@example.org")
ACTING = ActingFor(ASSISTANT, DIRECTOR)
PRINCIPAL = 'ORGANIZER;CN="La Directrice, Mme X";SENT-BY="mailto:assistante@example.org":mailto:directeur@example.org'  # fmt: skip  # noqa: E501


def event(*lines: str, occurrence: str = "") -> str:
    """One VEVENT."""
    named = [f"RECURRENCE-ID:{occurrence}"] if occurrence else []
    return "\r\n".join(["BEGIN:VEVENT", "UID:1", *named, *lines, "END:VEVENT"])


def calendar(*components: str) -> Component:
    """A VCALENDAR of those components."""
    return parse("\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *components, "END:VCALENDAR"]))


def people(found: Component | None, index: int = 0) -> list[str]:
    """ORGANIZER and ATTENDEE lines of a component."""
    assert found is not None
    component = found.components[index]
    return [str(line) for line in component.lines if line.name in {"ORGANIZER", "ATTENDEE"}]


@pytest.mark.rule("DIA-1")
@pytest.mark.parametrize(
    ("written", "stored"),
    [
        pytest.param(
            ["ORGANIZER;CN=Anne:mailto:assistante@example.org"], [PRINCIPAL], id="thunderbird"
        ),
        pytest.param(
            ["ORGANIZER;CN=Anne;EMAIL=anne@example.org:MAILTO:Anne@Example.org"],
            [PRINCIPAL],
            id="any of her addresses, in any case",
        ),
        pytest.param(
            ["ORGANIZER;SCHEDULE-AGENT=CLIENT:urn:uuid:2"],
            [
                (
                    'ORGANIZER;SCHEDULE-AGENT=CLIENT;CN="La Directrice, Mme X";'
                    'SENT-BY="mailto:assistante@example.org":mailto:directeur@example.org'
                )
            ],
            id="what else is said stays",
        ),
        pytest.param(
            ["ORGANIZER;CN=D:mailto:directeur@example.org"],
            ['ORGANIZER;CN=D;SENT-BY="mailto:assistante@example.org":mailto:directeur@example.org'],
            id="the owner, nobody named who acts",
        ),
        pytest.param(
            ['ORGANIZER;SENT-BY="mailto:seconde@example.org":mailto:directeur@example.org'],
            ['ORGANIZER;SENT-BY="mailto:assistante@example.org":mailto:directeur@example.org'],
            id="the other assistant had written it",
        ),
        pytest.param(
            [
                "ORGANIZER;CN=Anne:mailto:assistante@example.org",
                "ATTENDEE;CN=Anne;ROLE=CHAIR;PARTSTAT=ACCEPTED:mailto:assistante@example.org",
                "ATTENDEE;CN=Paul:mailto:paul@example.org",
            ],
            [
                PRINCIPAL,
                (
                    'ATTENDEE;CN="La Directrice, Mme X";ROLE=CHAIR;PARTSTAT=ACCEPTED'
                    ":mailto:directeur@example.org"
                ),
                "ATTENDEE;CN=Paul:mailto:paul@example.org",
            ],
            id="the chair is the owner",
        ),
        pytest.param(
            [
                "ORGANIZER:mailto:assistante@example.org",
                "ATTENDEE:mailto:assistante@example.org",
                "ATTENDEE:mailto:directeur@example.org",
            ],
            [
                PRINCIPAL,
                "ATTENDEE:mailto:assistante@example.org",
                "ATTENDEE:mailto:directeur@example.org",
            ],
            id="she is invited beside the owner",
        ),
    ],
)
def test_a_meeting_is_the_owners(written: list[str], stored: list[str]) -> None:
    corrected = in_name_of(calendar(event(*written)), ACTING)
    assert people(corrected) == stored
    assert corrected is not None
    assert in_name_of(corrected, ACTING, corrected) is None


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(
            ['ORGANIZER;SENT-BY="mailto:assistante@example.org":mailto:directeur@example.org'],
            id="outlook",
        ),
        pytest.param(
            ["ORGANIZER;SENT-BY=urn:uuid:2:/dav/principals/directeur/"], id="other addresses"
        ),
        pytest.param([], id="no meeting"),
        pytest.param(
            ["ORGANIZER:mailto:paul@example.org", "ATTENDEE:mailto:directeur@example.org"],
            id="not answered",
        ),
        pytest.param(
            ["ORGANIZER:mailto:paul@example.org", "ATTENDEE:mailto:assistante@example.org"],
            id="the owner is not invited",
        ),
    ],
)
def test_what_is_right_stays_as_it_was_written(lines: list[str]) -> None:
    assert in_name_of(calendar(event(*lines)), ACTING) is None


@pytest.mark.rule("DIA-1")
def test_whom_the_assistant_invited_herself_keeps_her_for_organizer() -> None:
    invited = ["ORGANIZER:mailto:assistante@example.org", "ATTENDEE:mailto:directeur@example.org"]
    before = calendar(event(*invited))
    after = calendar(event(invited[0], "ATTENDEE;PARTSTAT=ACCEPTED:mailto:directeur@example.org"))

    assert people(in_name_of(after, ACTING, before)) == [
        invited[0],
        (
            'ATTENDEE;PARTSTAT=ACCEPTED;SENT-BY="mailto:assistante@example.org"'
            ":mailto:directeur@example.org"
        ),
    ]


ANSWERED = (
    'ATTENDEE;CN=D;PARTSTAT=ACCEPTED;SENT-BY="mailto:assistante@example.org"'
    ":mailto:directeur@example.org"
)


@pytest.mark.rule("DIA-1")
@pytest.mark.parametrize(
    ("before", "after", "stored"),
    [
        pytest.param(
            ["ATTENDEE;CN=D;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:directeur@example.org"],
            ["ATTENDEE;CN=D;PARTSTAT=ACCEPTED:mailto:directeur@example.org"],
            [ANSWERED],
            id="on the owner's line",
        ),
        pytest.param(
            ["ATTENDEE;CN=D;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:directeur@example.org"],
            [
                "ATTENDEE;CN=D;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:directeur@example.org",
                "ATTENDEE;PARTSTAT=ACCEPTED:mailto:assistante@example.org",
            ],
            [ANSWERED],
            id="on a line that the client added for its user",
        ),
        pytest.param(
            [
                "ATTENDEE;CN=D:mailto:directeur@example.org",
                "ATTENDEE;CN=A;PARTSTAT=TENTATIVE:mailto:assistante@example.org",
            ],
            [
                "ATTENDEE;CN=D:mailto:directeur@example.org",
                "ATTENDEE;CN=A;PARTSTAT=ACCEPTED:mailto:assistante@example.org",
            ],
            [ANSWERED, "ATTENDEE;CN=A;PARTSTAT=TENTATIVE:mailto:assistante@example.org"],
            id="on her own line, since she is invited too",
        ),
    ],
)
def test_an_answer_is_the_owners(before: list[str], after: list[str], stored: list[str]) -> None:
    organizer = "ORGANIZER:mailto:paul@example.org"
    found = in_name_of(
        calendar(event(organizer, *after)), ACTING, calendar(event(organizer, *before))
    )
    assert people(found) == [organizer, *stored]


@pytest.mark.rule("DIA-1")
def test_every_occurrence_is_corrected_by_what_stood_there() -> None:
    organizer = "ORGANIZER:mailto:paul@example.org"
    mine = "ORGANIZER:mailto:assistante@example.org"
    asked = "ATTENDEE;CN=D:mailto:directeur@example.org"
    accepted = "ATTENDEE;CN=D;PARTSTAT=ACCEPTED:mailto:directeur@example.org"
    before = calendar(event(organizer, asked))
    after = calendar(event(organizer, asked), event(organizer, accepted, occurrence="20260303"))

    found = in_name_of(after, ACTING, before)
    assert people(found, 0) == [organizer, asked]
    assert people(found, 1) == [organizer, ANSWERED]
    series = calendar(event(mine), event(mine, occurrence="20260303"))
    assert [people(in_name_of(series, ACTING), index) for index in (0, 1)] == [[PRINCIPAL]] * 2


ADDRESSES = st.sampled_from(
    ["mailto:assistante@example.org", "mailto:directeur@example.org", "mailto:paul@example.org"]
)
STATS = st.sampled_from(["", ";PARTSTAT=ACCEPTED", ";PARTSTAT=DECLINED", ";SENT-BY=urn:uuid:2"])
EVENTS = st.builds(
    lambda organizer, attendees: event(
        f"ORGANIZER:{organizer}",
        *(f"ATTENDEE{stat}:{address}" for address, stat in attendees.items()),
    ),
    ADDRESSES,
    st.dictionaries(ADDRESSES, STATS),
)


@pytest.mark.rule("DIA-1")
@given(EVENTS, st.none() | EVENTS)
def test_a_correction_is_final_and_touches_people_only(after: str, before: str | None) -> None:
    written = calendar(after, "BEGIN:VTIMEZONE", "TZID:x", "END:VTIMEZONE")
    text = serialize(written)
    stood = None if before is None else calendar(before)
    corrected = in_name_of(written, ACTING, stood)

    assert serialize(written) == text
    if corrected is None:
        return
    assert in_name_of(corrected, ACTING, corrected) is None
    assert corrected.components[1] is written.components[1]
    [organizer] = corrected.components[0].all("ORGANIZER")
    if organizer.value == "mailto:directeur@example.org":
        assert organizer.parameter("SENT-BY") in {"mailto:assistante@example.org", "urn:uuid:2"}

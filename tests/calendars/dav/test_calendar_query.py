"""CALDAV:calendar-query: a filter finds what it describes, no more and no less."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.builders import a_journal, a_series, a_todo, a_valarm, a_vevent, an_event
from tests.serving import CALDAV, DAV, NAMESPACES, Client, precondition, responses

MARCH_3 = datetime(2026, 3, 3, tzinfo=UTC)
START = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def time_range(start: datetime | None, end: datetime | None) -> str:
    """A CALDAV:time-range with the bounds that are given."""
    bounds = (("start", start), ("end", end))
    written = "".join(f' {name}="{at:%Y%m%dT%H%M%SZ}"' for name, at in bounds if at)
    return f"<C:time-range{written}/>"


def inside(component: str, inner: str = "") -> str:
    """A filter on one component type."""
    return f'<C:comp-filter name="{component}">{inner}</C:comp-filter>'


def prop(name: str, inner: str) -> str:
    """A filter on one property."""
    return f'<C:prop-filter name="{name}">{inner}</C:prop-filter>'


def query(client: Client, inner: str, *, path: str = "") -> set[str]:
    """Names of the objects that match."""
    answer = client.report(
        path or client.agenda,
        "<C:calendar-query><D:prop><D:getetag/></D:prop><C:filter>"
        f'<C:comp-filter name="VCALENDAR">{inner}</C:comp-filter></C:filter></C:calendar-query>',
    )
    assert answer.status_code == 207, answer.text
    return {r.href.rpartition("/")[2].removesuffix(".ics") for r in responses(answer)}


def store(client: Client, **objects: str) -> None:
    """Objects by name; each has its name as UID."""
    for name, body in objects.items():
        own = body.replace("6b0f8b4e-1d5f-4d0c-9a54-6f1f2c0a7e11@niaouli.test", name)
        assert client.put(f"{client.agenda}{name}.ics", own).status_code == 201


@pytest.mark.rfc("4791 §7.8")
def test_without_a_component_every_object_matches(anne: Client) -> None:
    store(anne, event=an_event(), todo=a_todo(), journal=a_journal())

    assert query(anne, "") == {"event", "todo", "journal"}


@pytest.mark.rfc("4791 §7.8")
def test_a_component_filters_by_kind(anne: Client) -> None:
    store(anne, event=an_event(), todo=a_todo(), journal=a_journal())

    assert query(anne, inside("VTODO")) == {"todo"}
    assert query(anne, inside("VTODO", "<C:is-not-defined/>")) == {"event", "journal"}


@pytest.mark.rfc("4791 §7.8")
def test_nothing_found_is_an_empty_multistatus(anne: Client) -> None:
    assert query(anne, inside("VEVENT", time_range(START, START + timedelta(1)))) == set()


@pytest.mark.rfc("4791 §9.9")
@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (timedelta(hours=-1), timedelta(0), False),
        (timedelta(hours=-1), timedelta(seconds=1), True),
        (timedelta(minutes=30), timedelta(minutes=31), True),
        (timedelta(hours=1), timedelta(hours=2), False),
        (None, timedelta(0), False),
        (None, timedelta(seconds=1), True),
        (timedelta(minutes=59), None, True),
        (timedelta(hours=1), None, False),
    ],
)
def test_the_bounds_of_a_time_range_on_an_event(
    anne: Client, start: timedelta | None, end: timedelta | None, found: bool
) -> None:
    store(anne, event=an_event(start=START, end=START + timedelta(hours=1)))
    bounds = time_range(
        None if start is None else START + start, None if end is None else START + end
    )

    assert query(anne, inside("VEVENT", bounds)) == ({"event"} if found else set())


@pytest.mark.rfc("4791 §9.9")
@pytest.mark.parametrize(
    ("todo", "before", "during", "after"),
    [
        (a_todo(), True, True, True),
        (a_todo(due=START), False, True, False),
        (a_todo(start=START, due=START + timedelta(hours=1)), False, True, False),
        (a_todo(start=START, duration=timedelta(hours=1)), False, True, False),
        (a_todo(start=START), False, True, False),
        (a_todo(completed=START), False, True, False),
        (a_todo(created=START), False, True, True),
    ],
    ids=["bare", "due", "start+due", "start+duration", "start", "completed", "created"],
)
def test_the_table_of_todos(
    anne: Client, todo: str, before: bool, during: bool, after: bool
) -> None:
    store(anne, todo=todo)
    day = timedelta(days=1)
    ranges = [
        time_range(START - 2 * day, START - day),
        time_range(START - timedelta(hours=1), START + timedelta(hours=2)),
        time_range(START + day, START + 2 * day),
    ]

    found = ["todo" in query(anne, inside("VTODO", bounds)) for bounds in ranges]
    assert found == [before, during, after]


@pytest.mark.rfc("4791 §9.9")
def test_an_alarm_is_found_when_it_rings(anne: Client) -> None:
    store(anne, event=an_event(start=START, alarms=[a_valarm("-PT15M")]))

    def ringing(start: int, end: int) -> set[str]:
        bounds = time_range(START + timedelta(minutes=start), START + timedelta(minutes=end))
        return query(anne, inside("VEVENT", inside("VALARM", bounds)))

    assert ringing(-20, -5) == {"event"}
    assert ringing(0, 15) == set()


@pytest.mark.rfc("4791 §7.4")
@pytest.mark.parametrize("years", [0, 1, 10, 45])
def test_a_series_without_end_is_found_however_far_ahead(anne: Client, years: int) -> None:
    store(anne, series=a_series(start=START, rrule="FREQ=MONTHLY"))
    then = START.replace(year=START.year + years)

    assert query(anne, inside("VEVENT", time_range(then, then + timedelta(minutes=1))))
    off = then + timedelta(days=2)
    assert not query(anne, inside("VEVENT", time_range(off, off + timedelta(minutes=1))))


@pytest.mark.rfc("4791 §9.9")
@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (START + timedelta(days=40), None, True),
        (START.replace(year=2090), None, True),
        (None, START + timedelta(seconds=1), True),
        (None, START, False),
        (START.replace(year=1000), START.replace(year=9999), True),
    ],
)
def test_a_series_without_end_and_a_range_without_end(
    anne: Client, start: datetime | None, end: datetime | None, found: bool
) -> None:
    store(anne, series=a_series(start=START, rrule="FREQ=DAILY"))

    assert bool(query(anne, inside("VEVENT", time_range(start, end)))) is found
    ringing = inside("VALARM", time_range(start, end))
    assert query(anne, inside("VEVENT", ringing)) == set()


@pytest.mark.rfc("4791 §7.8")
def test_a_series_too_dense_to_tell_does_not_hide_the_others(anne: Client) -> None:
    store(
        anne,
        dense=a_series(start=START, rrule="FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"),
        plain=an_event(start=START + timedelta(days=2_000)),
    )
    then = time_range(START + timedelta(days=2_000), START + timedelta(days=2_001))

    assert "plain" in query(anne, inside("VEVENT", then))


@pytest.mark.rfc("4791 §7.4")
def test_an_all_day_series_and_a_series_of_todos(anne: Client) -> None:
    store(
        anne,
        day=a_series(start=date(2026, 3, 3), rrule="FREQ=DAILY"),
        todo=a_todo(start=START, due=START + timedelta(hours=1), rrule="FREQ=WEEKLY"),
    )
    later = time_range(START + timedelta(days=70), START + timedelta(days=70, hours=1))

    assert query(anne, inside("VEVENT", later)) == {"day"}
    assert query(anne, inside("VTODO", later)) == {"todo"}


@pytest.mark.rfc("4791 §7.4")
def test_a_moved_instance_is_found_where_it_went(anne: Client) -> None:
    week = timedelta(days=7)
    moved = a_vevent(recurrence_id=START + week, start=START + week + timedelta(hours=5))
    store(anne, series=a_series(moved, start=START))

    def at(hours: int) -> set[str]:
        then = START + week + timedelta(hours=hours)
        return query(anne, inside("VEVENT", time_range(then, then + timedelta(minutes=30))))

    assert at(0) == set()
    assert at(5) == {"series"}


@pytest.mark.rfc("4791 §9.7.5")
@pytest.mark.parametrize(
    ("match", "found"),
    [
        ("<C:text-match>réunion</C:text-match>", True),
        ("<C:text-match>RéUNION</C:text-match>", True),
        ("<C:text-match collation='i;octet'>Réunion</C:text-match>", True),
        ("<C:text-match collation='i;octet'>réunion</C:text-match>", False),
        ("<C:text-match collation='i;unicode-casemap'>RÉUNION</C:text-match>", True),
        ("<C:text-match>nion de ser</C:text-match>", True),
        ("<C:text-match>R.*n</C:text-match>", False),
        ("<C:text-match>R%n</C:text-match>", False),
        ("<C:text-match>_</C:text-match>", False),
        ("<C:text-match negate-condition='yes'>congé</C:text-match>", True),
        ("<C:text-match negate-condition='yes'>réunion</C:text-match>", False),
    ],
)
def test_texts_are_compared_as_their_collation_says(anne: Client, match: str, found: bool) -> None:
    store(anne, event=an_event(summary="Réunion de service"))

    assert bool(query(anne, inside("VEVENT", prop("SUMMARY", match)))) is found


@pytest.mark.rfc("4791 §9.7.2")
def test_categories_classes_and_ends(anne: Client) -> None:
    store(
        anne,
        bare=an_event(end=None, duration="PT1H"),
        dressed=an_event(categories=["Agrément", "Urgent"], visibility="PRIVATE"),
    )
    absent = "<C:is-not-defined/>"

    assert query(anne, inside("VEVENT", prop("CATEGORIES", absent))) == {"bare"}
    assert query(anne, inside("VEVENT", prop("CLASS", absent))) == {"bare"}
    assert query(anne, inside("VEVENT", prop("DTEND", absent))) == {"bare"}
    match = "<C:text-match>gent</C:text-match>"
    assert query(anne, inside("VEVENT", prop("CATEGORIES", match))) == {"dressed"}


@pytest.mark.rfc("4791 §9.7.1")
def test_several_conditions_must_all_hold(anne: Client) -> None:
    store(
        anne,
        early=an_event(start=START, summary="Commission"),
        late=an_event(start=START + timedelta(days=9), summary="Commission"),
        other=an_event(start=START, summary="Congé"),
    )
    match = prop("SUMMARY", "<C:text-match>commission</C:text-match>")
    bounds = time_range(START, START + timedelta(days=1))

    assert query(anne, inside("VEVENT", bounds + match)) == {"early"}


@pytest.mark.rfc("4791 §9.7.3")
def test_parameters_are_looked_at(anne: Client) -> None:
    store(
        anne,
        yes=an_event(attendees={"paul@x.org": "ACCEPTED"}, organizer="anne@example.org"),
        no=an_event(attendees={"paul@x.org": "DECLINED"}, organizer="anne@example.org"),
    )
    accepted = (
        '<C:param-filter name="PARTSTAT"><C:text-match>ACCEPTED</C:text-match></C:param-filter>'
    )

    assert query(anne, inside("VEVENT", prop("ATTENDEE", accepted))) == {"yes"}


def on_events(inner: str) -> str:
    """A whole filter on events."""
    return f'<C:comp-filter name="VCALENDAR">{inside("VEVENT", inner)}</C:comp-filter>'


@pytest.mark.rfc("4791 §7.8.1")
@pytest.mark.parametrize(
    ("inner", "condition"),
    [
        ("", "valid-filter"),
        ('<C:comp-filter name="VEVENT"/>', "valid-filter"),
        (on_events(inside("VTODO")), "valid-filter"),
        (on_events('<C:time-range start="20260301" end="20260302T000000Z"/>'), "valid-filter"),
        (on_events(time_range(START, START - timedelta(1))), "valid-filter"),
        (on_events(time_range(None, None)), "valid-filter"),
        (
            on_events(prop("UID", '<C:text-match collation="i;klingon">x</C:text-match>')),
            "supported-collation",
        ),
    ],
    ids=["empty", "root", "parent", "date", "backwards", "unbound", "collation"],
)
def test_a_filter_that_makes_no_sense_is_refused_by_its_precondition(
    anne: Client, inner: str, condition: str
) -> None:
    answer = anne.report(
        anne.agenda,
        f"<C:calendar-query><D:prop/><C:filter>{inner}</C:filter></C:calendar-query>",
    )

    assert answer.status_code == 403
    assert precondition(answer) == f"{CALDAV}{condition}"


@pytest.mark.rfc("4791 §7.8")
def test_a_query_on_the_home_looks_into_every_calendar(anne: Client) -> None:
    store(anne, event=an_event())
    anne.put("/dav/calendars/anne/taches/todo.ics", a_todo(uid="todo@x"))

    assert query(anne, "", path="/dav/calendars/anne/") == {"event", "todo"}


@pytest.mark.rfc("4791 §7.8")
def test_floating_times_are_read_in_the_zone_of_the_calendar(anne: Client) -> None:
    store(anne, floating=an_event(start=datetime(2026, 3, 3, 8, 0)))  # noqa: DTZ001
    bounds = time_range(datetime(2026, 3, 2, 21, 0, tzinfo=UTC), MARCH_3 - timedelta(hours=2))

    assert query(anne, inside("VEVENT", bounds)) == {"floating"}
    anne.ask(
        "PROPPATCH",
        anne.agenda,
        f"<D:propertyupdate {NAMESPACES}><D:set><D:prop><C:calendar-timezone-id>Europe/Paris"
        "</C:calendar-timezone-id></D:prop></D:set></D:propertyupdate>",
    )
    assert query(anne, inside("VEVENT", bounds)) == set()


@pytest.mark.rfc("4791 §7.8")
def test_properties_that_objects_lack_are_told_as_missing(anne: Client) -> None:
    store(anne, event=an_event())
    answer = anne.report(
        anne.agenda,
        "<C:calendar-query><D:prop><D:getetag/><D:displayname/></D:prop><C:filter>"
        '<C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>',
    )

    [response] = responses(answer)
    assert set(response.found) == {f"{DAV}getetag"}
    assert response.missing == {f"{DAV}displayname"}


@pytest.mark.rfc("4791 §7.8")
@pytest.mark.parametrize("depth", [5, 80, 800])
def test_filters_nested_too_deeply_are_named_as_the_reason(anne: Client, depth: int) -> None:
    nested = '<C:comp-filter name="VCALENDAR">' * depth + "</C:comp-filter>" * depth
    answer = anne.report(
        anne.agenda,
        f"<C:calendar-query><D:prop><D:getetag/></D:prop><C:filter>{nested}</C:filter>"
        "</C:calendar-query>",
    )

    assert answer.status_code == 403
    assert precondition(answer) == f"{CALDAV}supported-filter"

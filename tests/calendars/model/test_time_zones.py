"""TZIDs mean what people mean by them, and nothing that a stranger wrote (RFC 5545 §3.6.5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.kernel.errors import InvalidInput
from calendars.model.component import parse
from calendars.model.invalid import InvalidCalendarData
from calendars.model.time_zones import (
    Zones,
    epoch_to_local,
    local_to_epoch,
    minimal_vtimezone,
    named_zone,
)
from calendars.model.windows_zones import WINDOWS_ZONES
from tests.builders import a_calendar, a_component

DEFAULT = ZoneInfo("Pacific/Fiji")
PARIS = ZoneInfo("Europe/Paris")

OUTLOOK = [
    "STANDARD 16010101T030000 +0200 +0100 FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10",
    "DAYLIGHT 16010101T020000 +0100 +0200 FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3",
]


def a_zone(tzid: str, *observances: str) -> str:
    """A VTIMEZONE; each observance: kind, DTSTART, offsets, and RRULE or RDATE=values."""
    inner = []
    for observance in observances:
        kind, start, before, after, *rules = observance.split(" ")
        lines = [f"DTSTART:{start}", f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}"]
        lines += [r.replace("RDATE=", "RDATE:") if "RDATE=" in r else f"RRULE:{r}" for r in rules]
        inner.append(a_component(kind, lines))
    return a_component("VTIMEZONE", [f"TZID:{tzid}"], *inner)


def zone_in(tzid: str, *definitions: str) -> tzinfo:
    return Zones.of(parse(a_calendar(*definitions)), DEFAULT).get(tzid)


def at(*clock: int) -> datetime:
    return datetime(*clock)  # type: ignore[arg-type]  # noqa: DTZ001 - wall clock


@pytest.mark.rfc("5545 §3.2.19")
@pytest.mark.parametrize(
    ("tzid", "key"),
    [
        ("Pacific/Noumea", "Pacific/Noumea"),
        ("pacific/NOUMEA", "Pacific/Noumea"),
        ("Romance Standard Time", "Europe/Paris"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/Europe/Paris", "Europe/Paris"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/Paris", "Europe/Paris"),
        ("/mozilla.org/20050126_1/America/Argentina/Ushuaia", "America/Argentina/Ushuaia"),
    ],
)
def test_known_names(tzid: str, key: str) -> None:
    assert named_zone(tzid) == ZoneInfo(key)


@pytest.mark.rule("TIM-2")
def test_the_windows_name_of_noumea() -> None:
    assert named_zone("Central Pacific Standard Time") == ZoneInfo("Pacific/Noumea")


@pytest.mark.parametrize("tzid", ["UTC", "Etc/UTC", "Z", "tzone://Microsoft/Utc", "GMT"])
def test_utc_by_any_name(tzid: str) -> None:
    assert named_zone(tzid) is UTC


@pytest.mark.parametrize(
    "tzid",
    [
        "../../../../etc/passwd",
        "/etc/passwd",
        "/usr/share/zoneinfo/..",
        "Europe",
        "Europe/Paris\0",
        "localtime",
        "Factory",
        "Customized Time Zone",
        "",
        "A" * 200_000,
    ],
)
def test_what_is_no_name_of_a_zone_names_none(tzid: str) -> None:
    assert named_zone(tzid) is None


def test_every_windows_name_has_its_zone() -> None:
    assert [name for name in WINDOWS_ZONES if named_zone(name) is None] == []


@pytest.mark.rfc("5545 §3.3.5")
@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        (at(2026, 3, 29, 1, 59), "2026-03-29T00:59Z"),
        (at(2026, 3, 29, 2, 30), "2026-03-29T01:30Z"),
        (at(2026, 3, 29, 3, 0), "2026-03-29T01:00Z"),
        (at(2026, 10, 25, 2, 30), "2026-10-25T00:30Z"),
        (at(2026, 10, 25, 3, 0), "2026-10-25T02:00Z"),
    ],
    ids=["before the gap", "in the gap", "after the gap", "first of two", "after the overlap"],
)
@pytest.mark.parametrize("own", [False, True], ids=["tz database", "own definition"])
def test_gaps_and_overlaps(wall: datetime, instant: str, *, own: bool) -> None:
    zone = zone_in("Customized Time Zone", a_zone("Customized Time Zone", *OUTLOOK))
    expected = datetime.fromisoformat(instant).timestamp()
    assert local_to_epoch(wall, zone if own else PARIS) == expected


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2150, 1, 1)),  # noqa: DTZ001 - wall clock
    st.sampled_from(["Pacific/Noumea", "Europe/Paris", "Australia/Lord_Howe", "UTC"]),
)
def test_an_instant_is_told_by_the_clock_that_shows_it(wall: datetime, key: str) -> None:
    zone = ZoneInfo(key)
    instant = local_to_epoch(wall.replace(microsecond=0), zone)
    shown = epoch_to_local(instant, zone)
    assert shown.replace(tzinfo=zone).timestamp() == instant
    assert local_to_epoch(shown, zone) == instant


@pytest.mark.parametrize("instant", [-(2**62), 2**62])
def test_instants_beyond_all_dates_are_drawn_in(instant: int) -> None:
    assert epoch_to_local(instant, PARIS).year in (1, 9999)


@pytest.mark.rfc("5545 §3.6.5")
def test_a_name_of_the_tz_database_cannot_be_redefined() -> None:
    poison = a_zone("Pacific/Noumea", "STANDARD 19700101T000000 -0900 -0900")
    assert zone_in("Pacific/Noumea", poison) == ZoneInfo("Pacific/Noumea")


def test_an_unknown_name_means_the_objects_own_definition() -> None:
    own = zone_in("Bureau", a_zone("Bureau", "STANDARD 19700101T000000 +0930 +0930"))
    assert own.utcoffset(at(2026, 1, 1)) == timedelta(hours=9, minutes=30)


def test_a_definition_serves_its_own_object_alone() -> None:
    zone_in("Bureau", a_zone("Bureau", "STANDARD 19700101T000000 +0930 +0930"))
    assert zone_in("Bureau") is DEFAULT


@pytest.mark.parametrize("tzid", [None, "", "Missing/Zone"])
def test_without_a_definition_the_default_zone_counts(tzid: str | None) -> None:
    assert Zones.of(parse(a_calendar()), DEFAULT).get(tzid) is DEFAULT


def test_an_empty_definition_is_none() -> None:
    assert zone_in("Odd/A", a_zone("Odd/A")) is DEFAULT


def test_a_display_name_with_commas() -> None:
    written = "(UTC+11:00) Solomon Is.\\, New Caledonia"
    zone = zone_in(
        "(UTC+11:00) Solomon Is., New Caledonia",
        a_zone(written, "STANDARD 16010101T000000 +1100 +1100"),
    )
    assert zone.utcoffset(at(2026, 1, 1)) == timedelta(hours=11)


def test_a_definition_with_history() -> None:
    """As Apple and Thunderbird write Nouméa: six-digit offsets, RDATE, a rule that ended."""
    zone = zone_in(
        "Old/Noumea",
        a_zone(
            "Old/Noumea",
            "STANDARD 19120113T000000 +110548 +1100",
            "DAYLIGHT 19771204T000000 +1100 +1200 "
            "FREQ=YEARLY;BYMONTH=12;BYDAY=1SU;UNTIL=19781202T130000Z",
            "STANDARD 19780227T000000 +1200 +1100 RDATE=19790227T000000,19970302T030000",
            "DAYLIGHT 19961201T020000 +1100 +1200",
        ),
    )
    known = ZoneInfo("Pacific/Noumea")
    for year in (1900, 1912, 1950, 1977, 1978, 1979, 1996, 1997, 2026):
        for month in range(1, 13):
            wall = at(year, month, 20)
            assert zone.utcoffset(wall) == known.utcoffset(wall), wall


@pytest.mark.parametrize("first", ["16010101T030000", "00010101T030000"])
def test_zones_of_outlook_and_dotnet_begin_long_ago(first: str) -> None:
    observances = [text.replace("16010101T030000", first) for text in OUTLOOK]
    zone = zone_in("Customized Time Zone", a_zone("Customized Time Zone", *observances))
    assert zone.utcoffset(at(2026, 7, 1)) == timedelta(hours=2)
    assert zone.utcoffset(at(2026, 12, 1)) == timedelta(hours=1)
    winter = datetime(2026, 12, 1, 8, tzinfo=UTC).astimezone(zone)
    assert winter.replace(tzinfo=None) == at(2026, 12, 1, 9)


@pytest.mark.parametrize(
    "observance",
    [
        "STANDARD 19700101T000000 +0100 +0000 FREQ=SECONDLY",
        "STANDARD 19700101T000000 +0100 +0000 FREQ=HOURLY",
        "STANDARD 19700101T000000 +0100 +0000 FREQ=DAILY;COUNT=100000",
        "STANDARD 19700101T000000 +9959 +9959",
        "STANDARD soon +0100 +0000",
        "STANDARD 19700101T000000 -0100 +0000 RDATE=00010101T000000Z",
        "STANDARD 19700101T000000 +0100 +0000 RDATE=" + ",".join(["19800101T000000"] * 3_000),
    ],
    ids=["SECONDLY", "HOURLY", "very often", "offset", "start", "beyond dates", "many dates"],
)
def test_a_bomb_of_a_definition_is_refused_when_it_is_needed(observance: str) -> None:
    with pytest.raises(InvalidInput):
        zone_in("Bomb/A", a_zone("Bomb/A", observance)).utcoffset(at(2026, 6, 1))


@pytest.mark.parametrize(
    ("observance", "number"),
    [
        ("STANDARD 19700101T000000 +0100 +0000", 1_001),
        ("STANDARD 19700101T000000 +0100 +0000 FREQ=YEARLY", 51),
    ],
)
def test_a_flood_of_observances_is_refused(observance: str, number: int) -> None:
    with pytest.raises(InvalidCalendarData):
        zone_in("Flood/A", a_zone("Flood/A", *[observance] * number))


@pytest.mark.parametrize("missing", ["DTSTART", "TZOFFSETFROM", "TZOFFSETTO"])
def test_an_observance_must_say_when_and_what(missing: str) -> None:
    text = a_zone("Odd/A", "STANDARD 19700101T000000 +0100 +0000")
    with pytest.raises(InvalidCalendarData):
        zone_in("Odd/A", text.replace(missing, f"X-{missing}"))


def test_dates_and_instants_as_onsets() -> None:
    """Evolution writes a DATE as DTSTART of an observance."""
    text = a_zone("Odd/A", "STANDARD 20200101 +0100 +0000 RDATE=20300101T000000Z")
    zone = zone_in("Odd/A", text)
    assert zone.utcoffset(at(2019, 12, 31)) == timedelta(hours=1)
    assert zone.utcoffset(at(2020, 1, 1)) == timedelta(0)


def test_a_bomb_that_nobody_needs_harms_nobody() -> None:
    bomb = a_zone("Bomb/A", "STANDARD 19700101T000000 +0100 +0000 FREQ=SECONDLY")
    assert zone_in("Europe/Paris", bomb) == PARIS


@pytest.mark.rule("TIM-2")
def test_the_definition_of_noumea_is_one_standard_block() -> None:
    assert minimal_vtimezone("Pacific/Noumea").split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:Pacific/Noumea",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+1100",
        "TZOFFSETTO:+1100",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


def test_the_definition_of_paris_is_two_yearly_rules() -> None:
    text = minimal_vtimezone("Europe/Paris")
    assert "DTSTART:19700329T020000\r\n" in text
    assert "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n" in text
    assert "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n" in text
    assert text.count("BEGIN:") == 3


def test_no_definition_without_a_zone() -> None:
    with pytest.raises(InvalidCalendarData):
        minimal_vtimezone("Missing/Zone")


WRITTEN = [
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Noumea",
]


@pytest.mark.parametrize("key", WRITTEN)
def test_a_written_definition_keeps_the_time_of_its_zone(key: str) -> None:
    text = minimal_vtimezone(key).replace(f"TZID:{key}", "TZID:Copy")
    copy, zone = zone_in("Copy", text), ZoneInfo(key)

    @settings(max_examples=60, deadline=None)
    @given(
        st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - wall clock
        st.integers(0, 1),
    )
    def check(moment: datetime, fold: int) -> None:
        wall = moment.replace(microsecond=0, fold=fold)
        assert copy.utcoffset(wall) == zone.utcoffset(wall)
        instant = wall.replace(tzinfo=UTC)
        assert instant.astimezone(copy).isoformat() == instant.astimezone(zone).isoformat()

    check()

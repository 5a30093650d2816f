"""Diaries on paper: where items stand, what each reader finds, who is there (DIA-6, DIA-7)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import select

from calendars.model.principal import Rights
from notifications.tables import papers
from scheduler.app.reminding import desk_of
from scheduler.diary_sheets.model import (
    MOST_LANES,
    Away,
    Item,
    Mark,
    Part,
    Placed,
    away_on,
    columns,
)
from scheduler.diary_sheets.printed import Sheets
from scheduler.reminders.send_digests import send_digests
from scheduler.working_time.model import SchoolBreak, WorkingCalendar
from scheduler.working_time.rules import WorkingDays
from tests.builders import an_event
from tests.calendars.dav.test_delegation import delegate
from tests.serving import Client, Server, running_server

NOUMEA = ZoneInfo("Pacific/Noumea")
TUESDAY = date(2026, 3, 3)
MIDNIGHT = int(datetime(2026, 3, 3, tzinfo=NOUMEA).timestamp())


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield running


MINUTES = st.tuples(st.integers(0, 1_440), st.integers(0, 400))


@given(st.lists(MINUTES, max_size=12))
def test_nothing_covers_anything_else_and_nothing_is_left_out(found: list[tuple[int, int]]) -> None:
    items = [
        Item(MIDNIGHT + start * 60, MIDNIGHT + (start + length) * 60, str(number))
        for number, (start, length) in enumerate(found)
    ]

    [column] = columns(items, [TUESDAY], NOUMEA)

    on_day = [one for one, (start, _) in zip(items, found, strict=True) if start < 1_440]
    told = [*column.band, *(one.item for one in column.placed)]
    assert sorted(one.title for one in told) == sorted(one.title for one in on_day)
    for one in column.placed:
        assert 0 <= one.top < one.top + one.height <= 720
        assert 0 <= one.lane < one.lanes <= MOST_LANES
    for one, other in combinations(column.placed, 2):
        assert not _share(one, other) or one.lane != other.lane
        assert not _share(one, other) or one.lanes == other.lanes


def _share(one: Placed, other: Placed) -> bool:
    return one.top < other.top + other.height and other.top < one.top + one.height


@pytest.mark.rule("DIA-7")
def test_an_absence_lasts_until_nothing_follows_on_it() -> None:
    def away(start: int, days: int) -> Item:
        first = TUESDAY + timedelta(days=start)
        return Item(first, first + timedelta(days=days), "", categories=("absence",))

    items = [away(2, 1), away(0, 2), away(5, 1), Item(TUESDAY, TUESDAY, "Férié")]

    assert away_on(items, TUESDAY, NOUMEA) == Away(TUESDAY, date(2026, 3, 6))
    assert away_on(items, date(2026, 3, 6), NOUMEA) is None


@pytest.mark.rule("DIA-7")
@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ([(0, 12)], Away(TUESDAY, date(2026, 3, 4), Part.MORNING)),
        ([(12, 24)], Away(TUESDAY, date(2026, 3, 4), Part.AFTERNOON)),
        ([(12, 24), (24, 36)], Away(TUESDAY, date(2026, 3, 5), Part.AFTERNOON)),
        ([(0, 12), (12, 24)], Away(TUESDAY, date(2026, 3, 4))),
        ([(-12, 12)], Away(date(2026, 3, 2), date(2026, 3, 4), Part.MORNING)),
        ([(24, 48)], None),
        ([(-24, 0)], None),
    ],
)
def test_half_days_are_told_as_such(hours: list[tuple[int, int]], told: Away | None) -> None:
    items = [
        Item(MIDNIGHT + start * 3600, MIDNIGHT + end * 3600, "", categories=("absence",))
        for start, end in hours
    ]

    assert away_on(items, TUESDAY, NOUMEA) == told


def printed(client: Client, login: str, kind: str, **more: str) -> str:
    answer = client.http.get(
        f"{client.base}/api/v1/diaries/{login}/sheets/{kind}", params={"day": "2026-03-03", **more}
    )
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"%PDF-")
    assert "agenda-2026-" in answer.headers["Content-Disposition"]
    return words(answer.content)


def words(octets: bytes) -> str:
    """What the paper says, line ends aside."""
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(octets)).pages)
    return " ".join(said.replace("\u00a0", " ").replace("\u202f", " ").split())


@pytest.mark.rule("DIA-6")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_each_reader_prints_what_he_sees(server: Server) -> None:
    anne, rose, paul = (server.add_person(login) for login in ("anne", "rose", "paul"))
    delegate(server, "anne", "rose", Rights.READ)
    for name, title, visibility in (
        ("a", "Comité", "PUBLIC"),
        ("c", "IS-2026-0421", "CONFIDENTIAL"),
    ):
        anne.put(
            anne.agenda + f"{name}.ics",
            an_event(uid=name, summary=title, visibility=visibility, location="Salle Ocre"),
        )
    anne.put(
        anne.agenda + "k.ics",
        an_event(
            uid="k",
            summary="Audience",
            start="20260311T000000Z",
            end="20260311T010000Z",
            categories=["Audience"],
        ),
    )

    own, read = printed(anne, "anne", "week"), printed(rose, "anne", "week")
    posted = printed(anne, "anne", "week", profile="posted")

    assert "Semaine du lundi 2 au samedi 7 mars 2026" in own
    assert "DOCUMENT CONFIDENTIEL" in own
    assert "IS-2026-0421" in own
    assert "mer. 11/03, 11 h" in own
    assert "IS-2026-0421" not in read + posted
    assert "Occupé" in read
    assert "Comité" in posted
    assert "Salle Ocre" not in posted
    assert "Salle Ocre" in printed(rose, "anne", "day")
    assert "mars 2026" in printed(rose, "anne", "month")
    path = "/api/v1/diaries/anne/sheets/week"
    assert paul.ask("GET", path).status_code == 404


@pytest.mark.rule("DIA-6")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_on_friday_the_next_week_goes_along_with_its_digest(server: Server) -> None:
    anne = server.add_person("anne")
    today = datetime.now(NOUMEA)
    friday = today + timedelta(days=7 + (4 - today.weekday()) % 7)
    in_the_week = friday.replace(hour=9, minute=0) + timedelta(days=4)
    for title, visibility in (("CODIR", "PUBLIC"), ("IS-2026-0421", "CONFIDENTIAL")):
        text = an_event(uid=title, summary=title, visibility=visibility, start=in_the_week)
        anne.put(anne.agenda + f"{title}.ics", text)
    path = f"{anne.base}/api/v1/diaries/anne/digests/anne/week"
    assert anne.http.put(path, json={}).status_code == 200
    service, now = server.service, int(friday.replace(hour=17, minute=5).timestamp())
    with service.database.reading() as db:
        desk = desk_of(db, now, settings=service.settings)

    assert send_digests(service.database, desk, now=now) == 1

    with service.database.reading() as db:
        [octets] = db.execute(select(papers.c.octets)).scalars()
    said = words(octets)
    assert "CODIR" in said
    assert "Occupé" in said
    assert "IS-2026-0421" not in said


@pytest.mark.rule("DIA-7")
def test_colleagues_learn_who_is_there_and_never_why_not(server: Server) -> None:
    anne, paul = server.add_person("anne"), server.add_person("paul")
    sick = an_event(
        uid="s", summary="Arrêt maladie", start=TUESDAY, end=date(2026, 3, 7),
        categories=["Absence"], visibility="PRIVATE",
    )  # fmt: skip
    anne.put(anne.agenda + "s.ics", sick)

    answer = paul.ask("GET", "/api/v1/presence?login=anne&login=paul&day=2026-03-04")

    assert [(one["login"], one["state"], one["until"]) for one in answer.json()["items"]] == [
        ("anne", "absent", "2026-03-06"), ("paul", "present", None),
    ]  # fmt: skip
    assert "maladie" not in answer.text
    later = paul.ask("GET", "/api/v1/presence?login=anne&day=2026-03-07").json()
    assert later["items"][0]["state"] == "present"


def _hours(day: int, start: float, end: float, title: str, mark: Mark = Mark.PLAIN) -> Item:
    first = MIDNIGHT + day * 86_400
    return Item(first + int(start * 3600), first + int(end * 3600), title, "Salle Ocre", mark)


DENSE = (
    *(_hours(0, 14, 15 + number % 3, f"Parallèle {number}") for number in range(6)),
    _hours(1, 22, 32.5, "Vol de nuit"),
    _hours(2, 5.75, 6.75, "Petit-déjeuner"),
    _hours(2, 19.5, 22, "Dîner officiel"),
    _hours(2, 7, 7.25, "Quart d'heure"),
    _hours(2, 9, 11, "Coordination " + "des partenaires de la protection de l'enfance " * 3),
    _hours(3, 8, 10, "Trajet vers Koné", Mark.TRAVEL),
    *(Item(date(2026, 3, 5), date(2026, 3, 6), f"Toute la journée {n}") for n in range(4)),
)
KEYS = tuple(
    Item(
        date(2026, 3, 9) + timedelta(days=number),
        date(2026, 3, 10) + timedelta(days=number),
        f"Date clef {number} : commission de l'aide sociale à l'enfance et de la jeunesse",
        categories=("commission",),
    )
    for number in range(20)
)


def sheets() -> Sheets:
    working = WorkingCalendar(
        WorkingDays({}, {date(2026, 3, 6): "Pont de l'Ascension"}),
        (SchoolBreak("Vacances", date(2026, 3, 4), date(2026, 3, 20)),),
        "",
    )
    return Sheets("Aurélien CAGOU", "DPASS", NOUMEA, working, posted=False)


@pytest.mark.rule("DIA-6")
@pytest.mark.parametrize(("items", "keys"), [(DENSE, KEYS), (DENSE[:1], ())], ids=["dense", "thin"])
def test_a_week_is_one_page_on_which_nothing_is_lost(
    items: tuple[Item, ...], keys: tuple[Item, ...]
) -> None:
    octets = sheets().week([*items, *keys], TUESDAY, now=MIDNIGHT)

    said = words(octets)
    assert len(PdfReader(io.BytesIO(octets)).pages) == 1
    for one in items:
        assert " ".join(one.title.split()[:2]).replace("'", "’") in said
    if keys:
        assert "dès 22 h" in said
        assert "jusqu’à 8 h 30" in said
        assert "Date clef 14" in said
    assert "Pont de l’Ascension" in said
    assert "vacances scolaires" in said
    assert "DOCUMENT CONFIDENTIEL" in said


@pytest.mark.rule("DIA-6")
def test_a_month_is_one_page_and_says_what_it_leaves_out() -> None:
    octets = sheets().month([*DENSE, *KEYS], date(2026, 3, 1), now=MIDNIGHT)

    said = words(octets)
    assert len(PdfReader(io.BytesIO(octets)).pages) == 1
    assert re.search(r"\+ \d autre", said)
    assert "jusqu’à 8 h 30 Vol de nuit" in said

"""The CODIR, in one act: closed days with their reasons, each date a meeting of its own."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from calendars.kernel.audit import CONSOLE
from notifications.tables import outbox
from scheduler.working_time.model import DayKind, DecidedDay
from scheduler.working_time.service import decide_day
from tests.scheduler.meetings.conftest import OUTSIDER, Json, Office, rest
from tests.scheduler.meetings.test_follow_up import Clock
from tests.scheduler.meetings.test_meetings import copies
from tests.scheduler.meetings.test_minutes import tasks
from tests.serving import Client

pytestmark = [pytest.mark.rule("MTG-2"), pytest.mark.rule("TIM-10")]
PATH = "/api/v1/meeting-series"
WINDOW = "from=2027-03-01&to=2027-05-31"
STANDING = ["Actualités des pôles", "Divers"]
CODIR = {
    "code": "codir", "kind": "CODIR", "title": "Comité de direction", "on_behalf_of": "director",
    "secretary": "assistant", "rule": "FREQ=WEEKLY;BYDAY=MO", "first_day": "2027-03-12",
    "last_day": "2027-04-12", "start": "08:30", "minutes": 90, "location": "Salle Turquoise",
    "required": ["head", OUTSIDER], "items": [{"title": one} for one in STANDING],
}  # fmt: skip


@pytest.fixture
def clock(office: Office, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(office, monkeypatch)
    clock.turn("2027-03-11T09:00:00")
    return clock


def ask(who: Client, method: str, path: str, body: object = None) -> tuple[int, Json]:
    answer = who.http.request(method, f"{who.base}{PATH}{path}", json=body, timeout=30)
    return answer.status_code, answer.json()


def dates(who: Client, code: str) -> list[Json]:
    status, told = ask(who, "GET", f"/{code}/dates?{WINDOW}")
    assert status == 200, told
    found: list[Json] = told["items"]
    return found


def points(who: Client, ref: str | None) -> list[str]:
    return [one["title"] for one in rest(who, "GET", f"/{ref}/agenda")["items"]]


def starts(who: Client) -> list[str]:
    return [one["start"][5:16] for one in dates(who, "codir")]


def mails(office: Office) -> int:
    with office.server.service.database.reading() as db:
        rows = db.execute(select(outbox.c.recipient).where(outbox.c.kind == "imip")).scalars()
        return sum(OUTSIDER in one for one in rows)


@pytest.mark.rule("MTG-7")
def test_codir_every_monday(office: Office, clock: Clock) -> None:
    status, made = ask(office.assistant, "POST", "", CODIR)
    assert (status, made.get("first_day")) == (201, "2027-03-15"), made

    # The Monday of Easter is a holiday: that one is on Tuesday, and says why.
    found = dates(office.assistant, "codir")
    assert [(one["nominal"][5:], one["day"][5:]) for one in found] == [
        ("03-15", "03-15"), ("03-22", "03-22"), ("03-29", "03-30"), ("04-05", "04-05"),
        ("04-12", "04-12"),
    ]  # fmt: skip
    because = found[2]["because"].replace("\u00a0", " ")
    assert "mardi 30 mars 2027, au lieu du lundi 29 mars 2027, parce que" in because
    assert "est férié" in because
    # One event, one invitation to it and to the date that moved; each is a meeting of its own.
    [copy] = copies(office.head)
    assert copy.count("BEGIN:VEVENT") >= 2
    assert "au lieu du" in copy.replace("\r\n ", "")
    assert mails(office) == 2
    refs = [one["meeting"] for one in found]
    assert refs == [f"CODIR-2027-0{number}" for number in (1, 2, 3, 4, 5)]
    assert [points(office.assistant, ref) for ref in refs] == [STANDING] * 5
    assert rest(office.head, "GET", f"/{refs[2]}")["start"] == "2027-03-30T08:30:00+11:00"

    # The first is held: what it left stands on the second, before what stands on each.
    first = f"/{refs[0]}"
    budget = rest(office.assistant, "POST", f"{first}/agenda", {"title": "Budget"}, 201)
    number = next(one["id"] for one in budget["items"] if one["title"] == "Budget")
    clock.turn("2027-03-15T08:30:00")
    rest(office.assistant, "POST", f"{first}/state", {"state": "in_session"})
    rest(office.assistant, "PATCH", f"{first}/agenda/{number}", {"state": "postponed"})
    rest(office.assistant, "POST", f"{first}/actions", {"label": "Relire", "owner": "head"}, 201)
    rest(office.assistant, "POST", f"{first}/state", {"state": "held"})
    clock.turn("2027-03-15T11:00:00")
    assert points(office.assistant, refs[1]) == [
        "Approbation du compte rendu précédent", "Suivi des actions", "Budget", *STANDING,
    ]  # fmt: skip
    assert points(office.assistant, refs[2]) == STANDING
    clock.turn("2027-03-15T11:05:00")
    assert len(points(office.assistant, refs[1])) == 5

    # Shifted in the director's program, one occurrence moves, and that meeting alone.
    change(office, {"20270322T083000": "20270322T140000", "20270322T100000": "20270322T153000"})
    clock.turn("2027-03-16T09:00:00")
    assert starts(office.assistant)[1:4] == ["03-22T14:00", "03-30T08:30", "04-05T08:30"]

    # Nobody else keeps it.
    for who in (office.head, office.stranger):
        assert ask(who, "GET", "/codir")[0] == 404
        assert ask(who, "PATCH", "/codir", {"ahead": 3})[0] == 404
    assert ask(office.stranger, "POST", "", {**CODIR, "code": "other"})[0] in {403, 404}

    # It ends earlier: everybody is told, and what was to come is called off.
    before = mails(office)
    assert ask(office.assistant, "PATCH", "/codir", {"last_day": "2027-04-05"})[0] == 200
    clock.turn("2027-03-16T09:05:00")
    assert rest(office.assistant, "GET", f"/{refs[4]}")["state"] == "cancelled"
    assert rest(office.assistant, "GET", f"/{refs[3]}")["state"] == "planned"
    assert mails(office) > before


def change(office: Office, times: dict[str, str], *, rule: str = "") -> None:
    """In the director's own program: DTSTART and DTEND of what starts then."""
    path = office.director.agenda
    [name] = [
        one.href for one in office.director.propfind(path, "<D:getetag/>", "1") if
        one.href.endswith(".ics")
    ]  # fmt: skip
    lines = office.director.ask("GET", name).text.split("\r\n")
    for was, is_now in times.items():
        lines = [
            one.replace(was, is_now) if one.startswith(("DTSTART", "DTEND", "EXDATE")) else one
            for one in lines
        ]
    text = "\r\n".join(lines)
    if rule:
        master = text[: text.index("END:VEVENT")].replace("BYDAY=MO", rule)
        master = "\r\n".join(one for one in master.split("\r\n") if not one.startswith("EXDATE"))
        text = f"{master}END:VEVENT\r\nEND:VCALENDAR\r\n"
    answer = office.director.put(name, text)
    assert answer.status_code in {200, 204}, answer.text


@pytest.mark.parametrize("engine", ["sqlite"])
def test_dates_become_meetings_as_they_come_near_and_closed_ones_are_left_out(
    office: Office, clock: Clock
) -> None:
    bureau: dict[str, Any] = {
        **CODIR, "code": "bureau", "kind": "BUREAU", "on_closed": "skip", "ahead": 10,
        "last_day": None, "required": ["head"], "closes_before": 60,
    }  # fmt: skip
    assert ask(office.assistant, "POST", "", bureau)[0] == 201
    assert ask(office.assistant, "POST", "", bureau)[0] == 409
    refused = [
        ask(office.assistant, "POST", "", {**bureau, "code": "x", "rule": rule})[0]
        for rule in ("FREQ=DAILY;COUNT=3", "FREQ=HOURLY", "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2")
    ]
    assert refused == [422, 422, 422]
    found = dates(office.assistant, "bureau")
    assert [(one["nominal"][5:], one["meeting"]) for one in found[:4]] == [
        ("03-15", "BUREAU-2027-01"), ("03-22", None), ("03-29", None), ("04-05", None),
    ]  # fmt: skip
    assert found[2]["day"] is None
    assert found[2]["because"].startswith("rien le")
    closes = rest(office.assistant, "GET", "/BUREAU-2027-01")["agenda_closes_at"]
    assert closes == "2027-03-15T07:30:00+11:00"

    items = {"items": [{"title": "Tour de table"}]}
    assert ask(office.assistant, "PATCH", "/bureau", items)[0] == 200
    clock.turn("2027-03-27T09:00:00")
    found = dates(office.assistant, "bureau")
    assert [one["meeting"] for one in found[1:4]] == [None, None, "BUREAU-2027-02"]
    assert points(office.assistant, "BUREAU-2027-02") == ["Tour de table"]

    # A day is closed later: who keeps the series finds a task, once, and nothing moves.
    service = office.server.service
    for day in (date(2027, 4, 5), date(2027, 4, 6)):
        bridge = DecidedDay(day, DayKind.CLOSURE, "Pont")
        with service.database.transaction() as db:
            decide_day(db, CONSOLE, bridge, today=date(2027, 3, 27), now=1)
    clock.turn("2027-03-27T09:02:00")
    [href] = [
        href
        for name, href in tasks(office.assistant).items()
        if name.replace("\u00a0", " ") == "Série bureau : 1 réunion sur un jour fermé"
    ]
    told = office.assistant.ask("GET", href).text
    said = told.replace("\r\n ", "").replace("\u00a0", " ")
    assert "DESCRIPTION:Le lundi 5 avril 2027 est chômé (Pont) (BUREAU-2027-02)." in said
    assert rest(office.assistant, "GET", "/BUREAU-2027-02")["start"][:10] == "2027-04-05"

    # The whole series starts an hour later in the director's program: its meetings go along.
    hours = {"T083000": "T093000", "T100000": "T110000"}
    change(office, hours)
    clock.turn("2027-03-27T09:05:00")
    later = rest(office.assistant, "GET", "/BUREAU-2027-02")
    assert (later["start"], later["state"]) == ("2027-04-05T09:30:00+11:00", "planned")

    # It comes on Tuesdays from now on: the dates to come are others.
    change(office, {"20270315T0": "20270316T0", "20270315T1": "20270316T1"}, rule="BYDAY=TU")
    clock.turn("2027-03-27T09:07:00")
    there = {one["nominal"][5:]: one["meeting"] for one in dates(office.assistant, "bureau")}
    assert (there["03-30"], there["04-06"]) == ("BUREAU-2027-03", None)
    assert "04-12" not in there
    assert rest(office.assistant, "GET", "/BUREAU-2027-02")["state"] == "cancelled"
    path = office.director.agenda
    [name] = [one.href for one in office.director.propfind(path, "<D:getetag/>", "1")
              if one.href.endswith(".ics")]  # fmt: skip
    assert office.director.ask("DELETE", name).status_code == 204
    clock.turn("2027-03-27T09:10:00")
    assert ask(office.assistant, "GET", "/bureau")[1]["over"] is True
    assert rest(office.assistant, "GET", "/BUREAU-2027-03")["state"] == "cancelled"
    table = office.assistant.ask("GET", f"{PATH}/bureau/dates.csv?{WINDOW}").text
    assert "30/03/2027" in table

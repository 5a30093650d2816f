"""Whatever route puts a date into a diary asks back where something stands against it (DIA-4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from calendars.model.principal import Rights
from calendars.storage.tables import audit_lines as lines
from scheduler.diaries.tables import conflict_overrides
from tests.builders import NOUMEA
from tests.calendars.dav.test_delegation import delegate
from tests.scheduler.diaries.test_warnings import draft, objects
from tests.scheduler.slots.conftest import BOOK, House, ask, at, put_busy
from tests.serving import Client

GROUPS = "/api/v1/diaries/anne/hold-groups"
REQUESTS = "/api/v1/diaries/anne/requests"


class Ask(NamedTuple):
    """What is asked, and what stands at the time that it wants."""

    method: str
    path: str
    body: dict[str, Any]


def times(day: int, hour: float = 9.5) -> dict[str, str]:
    return {"start": at(hour, day).isoformat(), "end": at(hour + 1, day).isoformat()}


def busy(client: Client, day: int, **more: Any) -> None:
    """Half of the hour that is wanted is taken."""
    put_busy(client, f"busy-{client.login}-{day}", 9, 10, day=day, summary="Secret", **more)


def create(anne: Client, day: int, **more: Any) -> Ask:
    busy(anne, day, **more)
    return Ask("POST", objects("anne"), draft(9.5, day=day))


def amend(anne: Client, day: int, **more: Any) -> Ask:
    made = ask(anne, "POST", objects("anne"), draft(14, day=day), 201)
    busy(anne, day, **more)
    return Ask("PATCH", f"{objects('anne')}/{made['name']}", times(day))


def restore(anne: Client, day: int, **more: Any) -> Ask:
    made = ask(anne, "POST", objects("anne"), draft(9.5, day=day), 201)
    path = f"{objects('anne')}/{made['name']}"
    ask(anne, "PATCH", path, times(day, 14))
    busy(anne, day, **more)
    [version, *_] = ask(anne, "GET", f"{path}/history", None)["items"]
    return Ask("POST", f"{path}/history/{version['version']}/restore", {})


def book(anne: Client, day: int, **more: Any) -> Ask:
    busy(anne, day, **more)
    return Ask("POST", BOOK, {"organizer": "anne", "title": "Point", **times(day)})


def open_group(anne: Client, day: int, **more: Any) -> Ask:
    """Options may overlap what is there, but nobody holds dates in an absence."""
    put_busy(anne, f"away-{day}", 7, 17, day=day, categories=["Absence"], **more)
    return Ask("POST", GROUPS, {"ref": f"G-{day}", "title": "Point", "slots": [times(day)]})


def confirm(anne: Client, day: int, **more: Any) -> Ask:
    body = {"ref": f"C-{day}", "title": "Point", "slots": [times(day), times(day, 14)]}
    ask(anne, "POST", GROUPS, body, 201)
    busy(anne, day, **more)
    return Ask("POST", f"{GROUPS}/C-{day}/holds/1/confirm", {})


def requested(anne: Client) -> str:
    made = ask(anne, "POST", REQUESTS, {"subject": "Convention"}, 201)
    ask(anne, "POST", f"{REQUESTS}/{made['ref']}/claim", {})
    return f"{REQUESTS}/{made['ref']}"


def hold_for(anne: Client, day: int, **more: Any) -> Ask:
    put_busy(anne, f"away-{day}", 7, 17, day=day, categories=["Absence"], **more)
    return Ask("POST", f"{requested(anne)}/options", {"slots": [times(day)]})


def place(anne: Client, day: int, **more: Any) -> Ask:
    busy(anne, day, **more)
    return Ask("POST", f"{requested(anne)}/place", {"slot": times(day)})


def call(anne: Client, day: int, **more: Any) -> Ask:
    busy(anne, day, **more)
    return Ask("POST", "/api/v1/meetings", {"kind": "POINT", "start": times(day)["start"]})


def move(anne: Client, day: int, **more: Any) -> Ask:
    said = {"kind": "POINT", "start": at(14, day).isoformat()}
    made = ask(anne, "POST", "/api/v1/meetings", said, 201)
    busy(anne, day, **more)
    return Ask("PATCH", f"/api/v1/meetings/{made['ref']}", {"start": times(day)["start"]})


ROUTES: list[Callable[..., Ask]] = [
    create, amend, restore, book, open_group, confirm, hold_for, place, call, move,
]  # fmt: skip


@pytest.mark.rule("DIA-4")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_every_route_asks_back_and_takes_a_reason(house: House, anne: Client) -> None:
    weekdays = (day for day in range(60) if day % 7 < 5)
    for route, day in zip(ROUTES, weekdays, strict=False):
        method, path, body = route(anne, day)

        refused = ask(anne, method, path, body, 409)

        assert refused["type"] == "urn:niaouli:problem:date-conflict", route.__name__
        [conflict] = refused["conflicts"]
        assert conflict["code"] in {"OVERLAP", "ABSENT"}, route.__name__
        assert (conflict["login"], conflict["severity"]) == ("anne", "refuse")
        assert "Secret" not in str(refused)
        assert "next_free" in refused, (route.__name__, refused)
        free = datetime.fromisoformat(refused["next_free"]["start"]).astimezone(NOUMEA)
        hour = at(10, day) if conflict["code"] == "OVERLAP" else at(7.5, day + 1)
        assert free >= hour, route.__name__

        reason = {**body, "override": f"motif {route.__name__}"}
        answer = anne.http.request(method, anne.base + path, json=reason, timeout=30)
        assert answer.status_code < 300, (route.__name__, answer.text)
    with house.server.service.database.reading() as db:
        kept = db.execute(select(conflict_overrides.c.reason)).scalars().all()
        found = db.execute(select(lines.c.details).where(lines.c.deed == "override"))
        deeds = found.scalars().all()
    assert kept == [f"motif {route.__name__}" for route in ROUTES]
    assert len(kept) == sum('"override":' in one for one in deeds)


@pytest.mark.rule("DIA-4")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_no_reason_moves_a_hearing_by_any_route(house: House, anne: Client) -> None:
    over = [route for route in ROUTES if route not in {open_group, hold_for}]
    for day, route in zip((day for day in range(60) if day % 7 < 5), over, strict=False):
        method, path, body = route(anne, day, categories=["Audience"])

        told = ask(anne, method, path, {**body, "override": "tant pis"}, 409)

        assert [one["final"] for one in told["conflicts"]] == [True], route.__name__


@pytest.mark.rule("DIA-4")
@pytest.mark.rule("SEC-5")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_who_is_invited_is_looked_at_and_masked(house: House, anne: Client, paul: Client) -> None:
    sophie = house.server.add_person("sophie")
    busy(paul, 0)
    said = {"kind": "POINT", "start": times(0)["start"], "required": ["paul"]}

    [told] = ask(anne, "POST", "/api/v1/meetings", said, 409)["conflicts"]
    assert (told["code"], told["login"], told.get("holder")) == ("OVERLAP", "paul", None)
    assert told["words"].replace("\xa0", " ").startswith("Paul : Occupé, lundi")
    delegate(house.server, "paul", "anne", Rights.READ)
    [told] = ask(anne, "POST", "/api/v1/meetings", said, 409)["conflicts"]
    assert told["holder"] == "Paul"

    # Who need not come is no obstacle, and whoever was asked already is not asked about again.
    optional = {**said, "required": [], "optional": ["paul"]}
    made = ask(anne, "POST", "/api/v1/meetings", optional, 201)
    path = f"/api/v1/meetings/{made['ref']}"
    ask(anne, "PATCH", path, {"title": "Autre"})
    both = {"required": ["sophie"], "optional": ["paul"]}
    busy(sophie, 0)
    [told] = ask(anne, "PATCH", path, both, 409)["conflicts"]
    assert told["login"] == "sophie"
    ask(anne, "PATCH", path, {**both, "override": "elle viendra après"})
    ask(anne, "PATCH", path, {**both, "title": "Encore"})

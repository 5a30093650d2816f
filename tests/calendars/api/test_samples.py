"""The OpenAPI document is for readers: in their language, with examples that can all be sent."""

from __future__ import annotations

import ast
import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import scheduler
from calendars.kernel.audit import CONSOLE
from calendars.model.principal import PrincipalKind, Role
from calendars.model.resource_policy import Category, ResourceFacts, ResourcePolicy
from calendars.services.open_account import NewAccount, open_account
from calendars.services.set_policy import set_policy
from scheduler.app.document import SAMPLES
from tests.builders import an_event
from tests.calendars.api.conftest import HASH, NOW, Asker, Join

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

# Elsewhere: in the life of a meeting, and beside objects and resources of calendars.
ELSEWHERE = ("/api/v1/meetings", "/api/v1/actions", "/api/v1/resources")
OBJECTS = {"createObject", "changeObject"}
# What they are about only the moment gives, or only a secret: that the body is right is shown.
ALONE = {"changePassword", "releaseHeldMail", "revokeGuestLinks", "changeMount", "orderAgenda"}
# Bodies that an example cannot show: a file of any kind, and an iCalendar object as CalDAV has it.
FILES = {"handInPaper", "previewMessages"}

# In an order in which each can be sent; what differs from NAMES stands beside it.
STEPS: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("changeMe", {}),
    ("setCorrespondent", {}),
    ("createCalendar", {}),
    ("changeCalendar", {}),
    ("setDelegation", {"login": "paul"}),
    ("addDelegation", {"login": "paul"}),
    ("createFeed", {}),
    ("createAppPassword", {}),
    ("addGuardedName", {}),
    ("addDeniedWord", {}),
    ("addCoverPaper", {}),
    ("holdDates", {}),
    ("openPoll", {"ref": "VR-2027-01"}),
    ("setConflictCode", {}),
    ("requestAppointment", {}),
    ("POST /api/v1/diaries/anne/requests/DR-2026-00001/claim", {}),
    ("holdDatesForDiaryRequest", {}),
    ("placeDiaryRequest", {}),
    ("leaveDiaryRequest", {}),
    ("refuseDiaryRequest", {}),
    ("writePhoneMessage", {}),
    ("markPhoneMessage", {}),
    ("addDeadline", {}),
    ("proposeDeadlineMove", {}),
    ("moveDeadline", {}),
    ("closeDeadline", {}),
    ("addRoutine", {}),
    ("changeRoutine", {}),
    ("startDeadlineChain", {}),
    ("setChainTemplate", {"code": "RAPPORT"}),
    ("setReferenceSystem", {"code": "COURRIER"}),
    ("attachReference", {}),
    ("putReminderWishes", {}),
    ("putReminderPolicy", {}),
    ("putDigest", {}),
    ("setSite", {"code": "CMS-BRL"}),
    ("setTravelTimes", {}),
    ("setWorkplace", {}),
    ("makeTravel", {}),
    ("setNotTogether", {}),
    ("searchSlots", {}),
    ("exportSlots", {}),
    ("bookSlot", {}),
    ("makePresenceLink", {}),
    ("declareWebhook", {}),
    ("decideDay", {}),
    ("addSchoolBreak", {}),
    ("setWorkingHours", {}),
    ("setFigure", {"name": "lunch_minutes"}),
    ("computeDate", {}),
    ("makeCampaign", {}),
    ("holdMeetingSeries", {}),
    ("changeMeetingSeries", {"code": "codir-2027"}),
)
NAMES: Mapping[str, object] = {
    "login": "anne", "calendar": "agenda", "name": "t.ics", "ref": "DR-2026-00001",
    "code": "HOLIDAY",
    "call": 1, "deadline": 1, "routine": 1, "kind": "formation", "reader": "anne",
    "period": "day", "day": "2027-05-07", "scope": "person", "subject": "anne",
}  # fmt: skip


PERIOD: Mapping[str, str] = {
    "from": "2027-03-01T00:00:00+11:00", "to": "2027-03-31T00:00:00+11:00", "day": "2027-03-09",
    "month": "2027-03", "login": "anne", "number": "2026-C",
}  # fmt: skip


@pytest.fixture
def admin(paul: Asker, join: Join) -> Asker:
    """Anne runs the house; there are a room and a vehicle, and an event out of town."""
    now = int(NOW.timestamp())
    new = NewAccount(
        "anne", "Anne Kaori", PrincipalKind.INDIVIDUAL, email="anne@example.org", role=Role.ADMIN
    )
    join("salle-ocre", kind=PrincipalKind.ROOM)
    join("veh-01", kind=PrincipalKind.RESOURCE)
    with paul.service.database.transaction() as db:
        made = open_account(db, new, timezone_id="Pacific/Noumea", by=CONSOLE, now=now, hashed=HASH)
        for login, kind in (("salle-ocre", Category.ROOM), ("veh-01", Category.VEHICLE)):
            set_policy(db, CONSOLE, login, ResourceFacts(kind), ResourcePolicy(), now=now)
    anne = replace(paul, login="anne", id=made.id)
    anne.store("t.ics", an_event(uid="t", location="Nouméa"))
    return anne


_DOCUMENT: dict[str, Any] = {}


def _document(asker: Asker) -> dict[str, Any]:
    """It is the same for all, and takes two seconds to write."""
    if not _DOCUMENT:
        _DOCUMENT.update(asker.get("/openapi.json").json())
    return _DOCUMENT


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            yield method.upper(), path, told


def _examples(told: dict[str, Any]) -> list[Any]:
    content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    return [one["value"] for one in content.get("examples", {}).values()]


def test_every_example_can_be_sent(admin: Asker) -> None:
    known = {told["operationId"]: (m, p, told) for m, p, told in _operations(_document(admin))}
    refused = {}
    for step, names in STEPS:
        method, path, bodies = _step(known, step)
        where = path.format_map({**NAMES, **names})
        for body in bodies:
            answer = admin.raw(method, where, json=body)
            if answer.status_code >= 300:
                refused[step] = answer.text
    assert refused == {}
    _open_every_list(admin, known)
    sent = {step for step, _ in STEPS}
    for name, (method, path, told) in known.items():
        if name in sent | OBJECTS or path.startswith(ELSEWHERE):
            continue
        for body in _examples(told):
            # What it is about need not be there: the body at least is as it should be.
            answer = admin.raw(method, path.format_map(defaultdict(lambda: 1, NAMES)), json=body)
            faults = answer.json().get("errors", []) if answer.status_code == 422 else []
            assert answer.status_code not in {400, 500}, (name, answer.text)
            assert not [one for one in faults if one["field"].startswith("body")], (name, faults)
    assert sent >= SAMPLES.keys() - ALONE


def _open_every_list(admin: Asker, known: Mapping[str, Any]) -> None:
    """A spreadsheet opens what was made, each table with its headings."""
    opened = 0
    for name, (method, path, told) in known.items():
        if method != "GET" or not path.endswith(".csv") or path.startswith(ELSEWHERE):
            continue
        where = path.format_map(defaultdict(lambda: 1, {**NAMES, "ref": "VR-2027-01"}))
        query = {
            one["name"]: PERIOD[one["name"]][: 10 if one["schema"].get("format") == "date" else 99]
            for one in told.get("parameters", ())
            if one["in"] == "query" and one["name"] in PERIOD
        }
        answer = admin.raw("GET", where, params=query)
        if answer.status_code == 404:
            continue
        assert answer.status_code == 200, (name, answer.text)
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8", name
        assert answer.text.startswith("\ufeff"), name
        widths = {len(row) for row in csv.reader(io.StringIO(answer.text), delimiter=";")}
        assert len(widths) == 1, name
        opened += 1
    assert opened >= 17


def _step(known: Mapping[str, Any], step: str) -> tuple[str, str, list[Any]]:
    if " " in step:
        method, path = step.split(" ")
        return method, path, [None]
    method, path, told = known[step]
    return method, path, _examples(told)


def test_every_operation_is_described(anne: Asker) -> None:
    """Docstrings speak to developers, in English: none of them stands in the document."""
    written = _docstrings()
    names = []
    for _, path, told in _operations(_document(anne)):
        names.append(told["operationId"])
        assert told["tags"], path
        assert told["summary"], path
        assert told["description"], path
        assert told["description"] not in written, told["operationId"]
        assert "default" in told["responses"], path
        if "requestBody" in told and told["operationId"] not in FILES:
            [content] = told["requestBody"]["content"].values()
            assert content.get("example") or content.get("examples"), told["operationId"]
    assert len(names) == len(set(names))


def _docstrings() -> set[str]:
    root = Path(scheduler.__file__).parents[1]
    faces = [one for part in ("calendars", "notifications", "scheduler")
             for one in (root / part).rglob("*api*/**/*.py")]  # fmt: skip
    faces += list((root / "scheduler").rglob("*api.py"))
    trees = (ast.parse(one.read_text(encoding="utf-8")) for one in faces)
    nodes = (one for tree in trees for one in ast.walk(tree))
    return {ast.get_docstring(one) or "" for one in nodes if isinstance(one, ast.FunctionDef)}


def test_every_text_and_every_list_of_a_request_has_an_end(anne: Asker) -> None:
    """What has no longest length is not looked at: half of a surrogate pair came to the store."""
    document = _document(anne)
    shapes = document["components"]["schemas"]
    endless: set[str] = set()
    for method, path, told in _operations(document):
        for one in told.get("parameters", ()):
            if one["in"] != "header":
                _look(one["schema"], f"{method} {path} {one['name']}", shapes, endless)
        content = told.get("requestBody", {}).get("content", {})
        body = content.get("application/json", {}).get("schema", {})
        _look(body, f"{method} {path}", shapes, endless)
    assert endless == set()


_BOUNDED = {"maxLength", "enum", "const", "format", "pattern"}


def _look(
    schema: Mapping[str, Any], where: str, shapes: Mapping[str, Any], endless: set[str]
) -> None:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        _look(shapes[name], f"{where} {name}", shapes, endless)
    if schema.get("type") == "string" and not _BOUNDED & schema.keys():
        endless.add(where)
    if schema.get("type") == "array" and "maxItems" not in schema:
        endless.add(where)
    for name, told in schema.get("properties", {}).items():
        _look(told, f"{where}.{name}", shapes, endless)
    for told in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        _look(told, where, shapes, endless)

"""Everybody reads who saw and changed what concerns himself; administrators read all (SEC-8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from calendars.kernel.audit import CONSOLE
from calendars.model.principal import Rights, Role
from calendars.services.disable_account import disable_account, enable_account
from calendars.storage import principals
from tests.builders import an_event
from tests.calendars.api.conftest import NOW, Asker, Join

Step: TypeAlias = Callable[[Asker, Asker], object]
COLORS = (
    '<propertyupdate xmlns="DAV:"><set><prop><displayname>Titre secret</displayname></prop></set>'
    "</propertyupdate>"
)
DEAD = (
    '<propertyupdate xmlns="DAV:"><set><prop><x:secret xmlns:x="urn:secret">secret</x:secret>'
    "</prop></set></propertyupdate>"
)


@pytest.fixture
def admin(join: Join) -> Asker:
    """Somebody who runs the service."""
    boss = join("boss")
    with boss.service.database.transaction() as db:
        found = principals.get(db, "boss")
        db.exec_driver_sql(f"UPDATE principals SET role = '{Role.ADMIN}' WHERE id = {found.id}")
    return boss


def lines(asker: Asker, path: str = "/me/audit", **query: str | int) -> list[dict[str, Any]]:
    """What the asker reads, oldest first."""
    answer = asker.get(path, **query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found[::-1]


def told(asker: Asker, after: int = 0) -> list[tuple[str, str | None, str | None, str]]:
    """Deed, by whom, whose and the result of lines behind one."""
    return [
        (one["deed"], one["actor"], one["owner"], one["result"])
        for one in lines(asker)
        if one["id"] > after
    ]


def _dav(method: str, name: str, body: str = "", **headers: str) -> Step:
    def step(anne: Asker, _: Asker) -> None:
        path = f"/dav/calendars/anne/{name}"
        answer = anne.raw(method, path, content=body.encode(), headers=headers)
        assert answer.status_code < 300, answer.text

    return step


def _rest(method: str, path: str, body: dict[str, Any] | None = None) -> Step:
    def step(anne: Asker, _: Asker) -> None:
        answer = anne.ask(method, path, json=body)
        assert answer.status_code < 300, answer.text

    return step


def _bring_back(anne: Asker, _: Asker) -> None:
    anne.store("a.ics", an_event(summary="c"))
    [version] = anne.get(f"{anne.objects}/a.ics/history").json()["items"]
    anne.post(f"{anne.objects}/a.ics/history/{version['version']}/restore")


DEEDS: dict[str, tuple[Step, list[str]]] = {
    "an object by CalDAV": (
        _dav("PUT", "agenda/new.ics", an_event(uid="n"), **{"Content-Type": "text/calendar"}),
        ["create"],
    ),
    "a change by CalDAV": (
        _dav("PUT", "agenda/a.ics", an_event(summary="b"), **{"Content-Type": "text/calendar"}),
        ["change"],
    ),
    "a deletion": (_dav("DELETE", "agenda/a.ics"), ["delete"]),
    "a move": (
        _dav("MOVE", "agenda/a.ics", Destination="/dav/calendars/anne/agenda/b.ics"),
        ["delete", "create"],
    ),
    "dead properties of an object": (_dav("PROPPATCH", "agenda/a.ics", DEAD), ["change"]),
    "properties of a calendar": (_dav("PROPPATCH", "agenda/", COLORS), ["change-calendar"]),
    "a new calendar": (
        _rest("POST", "/principals/anne/calendars", {"title": "Dossiers"}),
        ["make-calendar"],
    ),
    "a calendar by CalDAV": (
        _dav("MKCALENDAR", "autre/"),
        ["make-calendar", "change-calendar"],
    ),
    "an object by REST": (
        lambda anne, _: anne.make(title="Titre secret", start="2026-03-04T14:30:00+11:00"),
        ["create"],
    ),
    "a version back": (
        _bring_back,
        ["change", "change", "restore"],
    ),
    "rights given and taken": (
        lambda anne, _: (
            anne.put("/me/delegations/paul", {"rights": "read", "reason": "secret"}),
            anne.delete("/me/delegations/paul"),
        ),
        ["delegate", "revoke-delegation"],
    ),
    "an application password": (
        _rest("POST", "/me/app-passwords", {"label": "Téléphone secret"}),
        ["issue-password"],
    ),
    "somebody's busy time": (
        lambda _, paul: paul.get(
            "/freebusy", login="anne", start="2026-03-02T00:00:00Z", end="2026-03-09T00:00:00Z"
        ),
        ["read-busy"],
    ),
    "a wrong password": (
        lambda anne, _: anne.ask("GET", "/me", auth=("anne", "wrong password")),
        ["sign-in"],
    ),
}


@pytest.mark.rule("SEC-8")
@pytest.mark.parametrize(("step", "expected"), DEEDS.values(), ids=DEEDS.keys())
def test_each_deed_leaves_its_lines_and_no_word_of_the_content(
    anne: Asker, paul: Asker, step: Step, expected: list[str]
) -> None:
    anne.store("a.ics", an_event(summary="Titre secret"))
    last = lines(anne)[-1]["id"]

    step(anne, paul)

    found = [one for one in lines(anne) if one["id"] > last]
    assert [one["deed"] for one in found] == expected
    assert {one["owner"] for one in found} == {"anne"}
    assert "secret" not in str(found)
    assert all(one["label"] != one["deed"] for one in found)


def test_a_line_says_who_when_from_where_by_which_password(anne: Asker, paul: Asker) -> None:
    anne.entrust(paul, Rights.WRITE)
    text = an_event(visibility="PRIVATE").encode()
    headers = {"Content-Type": "text/calendar"}
    paul.raw("PUT", "/dav/calendars/anne/agenda/x.ics", content=text, headers=headers)

    [mine] = [one for one in lines(anne) if one["deed"] == "create"]
    [his] = [one for one in lines(paul) if one["deed"] == "create"]

    assert mine["actor"] == "paul"
    assert mine["owner"] == "anne"
    assert mine["at"] == "2026-03-03T08:00:00+11:00"
    assert mine["face"] == "caldav"
    assert mine["calendar"] == "agenda"
    assert mine["visibility"] == "PRIVATE"
    assert mine["address"] is None  # from where others work is theirs
    assert his["address"] == "testclient"
    assert his["credential"]


def test_nobody_reads_lines_about_others(anne: Asker, paul: Asker, admin: Asker) -> None:
    anne.make()
    assert ("create", "anne", "anne", "done") in told(anne)
    assert [one for one in lines(paul, "/audit") if "anne" in {one["actor"], one["owner"]}] == []
    assert lines(paul, "/audit", owner="anne") == []

    seen = lines(admin, "/audit", owner="anne", deed="create")
    assert [one["actor"] for one in seen] == ["anne"]
    assert [one["deed"] for one in lines(anne)][-1] == "read-audit"


def test_pages_follow_one_another(anne: Asker) -> None:
    for number in range(5):
        anne.store(f"{number}.ics", an_event(uid=str(number)))
    first = anne.get("/me/audit", limit=3).json()
    second = anne.get("/me/audit", limit=3, before=first["next"]).json()

    ids = [one["id"] for one in [*first["items"], *second["items"]]]
    assert len(ids) == 6
    assert ids == sorted(ids, reverse=True)


def test_lines_of_one_object_and_of_a_period(anne: Asker) -> None:
    for name in ("a", "b"):
        anne.store(f"{name}.ics", an_event(uid=name))
    anne.raw("DELETE", "/dav/calendars/anne/agenda/a.ics")

    found = lines(anne, object="a.ics", calendar="agenda")
    assert [one["deed"] for one in found] == ["create", "delete"]
    assert lines(anne, start="2026-03-03T08:00:01+11:00") == []
    assert lines(anne, end="2026-03-03T08:00:00+11:00") == []
    assert lines(anne, object="c.ics") == []


def test_the_trail_as_a_spreadsheet_takes_it(anne: Asker) -> None:
    anne.make()
    answer = anne.get("/audit.csv")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.text.startswith("\ufeffN°;Date;Acte;")
    rows = answer.text.splitlines()
    assert "03/03/2026 08:00:00;Création d'un événement" in rows[1]
    assert rows[1].split(";")[3:6] == ["fait", "anne", "anne"]


def test_deeds_at_the_console_are_of_nobody(anne: Asker) -> None:
    with anne.service.database.transaction() as db:
        disable_account(db, "anne", by=CONSOLE, now=int(NOW.timestamp()))
        enable_account(db, "anne", by=CONSOLE, now=int(NOW.timestamp()))

    assert told(anne)[-2:] == [
        ("disable-account", None, "anne", "done"),
        ("enable-account", None, "anne", "done"),
    ]

"""Who sees what: what may not be read is not there, on every path and in every answer."""

from __future__ import annotations

from typing import Any

import pytest

from calendars.model.principal import Rights
from tests.builders import an_event
from tests.calendars.api.conftest import Asker

CANARY = "Canari-7319"
MARCH = {"start": "2026-03-01T00:00:00+11:00", "end": "2026-04-01T00:00:00+11:00"}


def deeds(path: str) -> list[tuple[str, str, dict[str, Any] | None]]:
    """All that can be tried on one object."""
    return [
        ("GET", path, None),
        ("PATCH", path, {"title": "x"}),
        ("DELETE", path, None),
        ("GET", f"{path}/history", None),
        ("GET", f"{path}/history/1", None),
        ("POST", f"{path}/history/1/restore", None),
    ]


@pytest.mark.rule("SEC-5")
def test_a_stranger_gets_the_same_answer_for_what_is_there_and_what_is_not(
    anne: Asker, paul: Asker
) -> None:
    anne.store("a.ics", an_event(summary=CANARY))
    missing = f"{paul.objects}/none.ics"

    for (method, path, body), (_, other, _) in zip(
        deeds(f"{anne.objects}/a.ics"), deeds(missing), strict=True
    ):
        there = paul.ask(method, path, json=body)
        not_there = paul.ask(method, other, json=body)
        assert there.status_code == not_there.status_code == 404
        assert there.content == not_there.content


@pytest.mark.rule("SEC-5")
def test_a_stranger_can_do_nothing_with_the_calendar_itself(anne: Asker, paul: Asker) -> None:
    anne.store("a.ics", an_event(summary=CANARY))
    tried = [
        paul.get("/principals/anne/calendars"),
        paul.post("/principals/anne/calendars", {"title": "x"}),
        paul.get(anne.agenda),
        paul.patch(anne.agenda, {"title": "x"}),
        paul.delete(anne.agenda),
        paul.get(anne.objects, **MARCH),
        paul.post(anne.objects, {"title": "x", "start": "2026-03-03"}),
        paul.get(f"{anne.agenda}/deleted"),
        paul.get("/principals/nobody/calendars"),
    ]

    assert {answer.status_code for answer in tried} == {404}
    assert len({answer.content for answer in tried}) == 1


@pytest.mark.rule("SEC-2")
@pytest.mark.parametrize(
    ("visibility", "title"),
    [("PRIVATE", "Privé"), ("CONFIDENTIAL", "Occupé"), ("X-UNKNOWN", "Privé")],
)
def test_a_delegate_does_not_see_what_its_class_hides_from_him(
    anne: Asker, paul: Asker, visibility: str, title: str
) -> None:
    anne.entrust(paul, Rights.WRITE)
    anne.store("a.ics", an_event(summary=CANARY, location=CANARY, visibility=visibility))
    anne.store("a.ics", an_event(summary=CANARY, visibility=visibility))

    answers = [
        paul.ask(method, path, json=body) for method, path, body in deeds(f"{anne.objects}/a.ics")
    ]
    listed = paul.get(anne.objects, **MARCH)
    anne.delete(f"{anne.objects}/a.ics")
    deleted = paul.get(f"{anne.agenda}/deleted")

    assert {answer.status_code for answer in answers} == {404}
    assert deleted.json()["items"] == []
    [told] = listed.json()["items"]
    assert (told["title"], told["start"]) == (title, "2026-03-03T14:30:00+11:00")
    assert CANARY not in "".join(a.text for a in [*answers, listed, deleted])


@pytest.mark.rule("SEC-4")
def test_a_delegate_reads_the_times_of_what_is_masked_and_changes_nothing(
    anne: Asker, paul: Asker
) -> None:
    anne.entrust(paul, Rights.WRITE)
    anne.store("a.ics", an_event(summary=CANARY, location=CANARY, visibility="PRIVATE"))
    [told] = paul.get(anne.objects, **MARCH).json()["items"]
    path = f"{anne.objects}/{told['name']}"

    found = {
        (method, rest): paul.ask(method, rest, json=body) for method, rest, body in deeds(path)
    }

    assert CANARY not in "".join(answer.text for answer in found.values())
    assert [answer.status_code for answer in found.values()] == [200, 403, 403, 404, 404, 404]
    read = found["GET", path].json()
    assert (read["title"], read["etag"], read["uid"]) == ("Privé", told["etag"], told["uid"])
    assert (read["location"], read["organizer"], read["alarms"]) == (None, None, [])
    assert anne.get(f"{anne.objects}/a.ics").json()["title"] == CANARY


def test_a_delegate_who_sees_private_sees_it(anne: Asker, paul: Asker) -> None:
    anne.entrust(paul, Rights.READ, sees_private=True)
    anne.store("p.ics", an_event(summary="Dentiste", visibility="PRIVATE"))
    anne.store("c.ics", an_event(uid="c", summary=CANARY, visibility="CONFIDENTIAL"))

    titles = [i["title"] for i in paul.get(anne.objects, **MARCH).json()["items"]]
    assert titles == ["Dentiste", "Occupé"]
    assert paul.get(f"{anne.objects}/p.ics").status_code == 200
    assert paul.get(f"{anne.objects}/c.ics").status_code == 404


def test_a_reader_reads_and_writes_nothing(anne: Asker, paul: Asker) -> None:
    anne.entrust(paul, Rights.READ)
    anne.store("a.ics", an_event())
    path = f"{anne.objects}/a.ics"

    assert paul.get(path).status_code == 200
    assert paul.get(anne.agenda).json()["can_write"] is False
    refused = [
        paul.patch(path, {"title": "x"}),
        paul.delete(path),
        paul.post(anne.objects, {"title": "x", "start": "2026-03-03"}),
        paul.patch(anne.agenda, {"title": "x"}),
        paul.post("/principals/anne/calendars", {"title": "x"}),
    ]
    assert {answer.status_code for answer in refused} == {403}
    assert {answer.json()["type"] for answer in refused} == {"urn:niaouli:problem:need-privileges"}


def test_a_writer_writes_in_his_own_name(anne: Asker, paul: Asker) -> None:
    anne.entrust(paul, Rights.WRITE)

    made = paul.post(anne.objects, {"title": "Pour Anne", "start": "2026-03-03"}).json()

    history = anne.get(f"{anne.objects}/{made['name']}/history").json()
    assert history["current"]["written_by"]["login"] == "paul"


def test_who_may_only_read_free_busy_sees_no_calendar(anne: Asker, paul: Asker) -> None:
    anne.entrust(paul, Rights.FREE_BUSY)
    anne.store("a.ics", an_event())

    assert paul.get(anne.agenda).status_code == 404
    assert paul.get(anne.objects, **MARCH).status_code == 404


def test_inboxes_and_homes_are_no_calendars(anne: Asker) -> None:
    for name in ("inbox", "outbox"):
        path = f"/principals/anne/calendars/{name}"
        assert anne.get(path).status_code == 404
        assert anne.patch(path, {"title": "x"}).status_code == 404
        assert anne.get(f"{path}/objects", **MARCH).status_code == 404

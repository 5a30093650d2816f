"""Who wrote what when; what was deleted; bringing it back."""

from __future__ import annotations

import pytest

from calendars.model.principal import Rights
from tests.builders import an_event
from tests.calendars.api.conftest import Asker

PATH = "/principals/anne/calendars/agenda/objects/a.ics"


def test_every_version_is_told_with_who_wrote_and_who_replaced_it(anne: Asker, paul: Asker) -> None:
    anne.entrust(paul, Rights.WRITE)
    anne.store("a.ics", an_event(summary="Un"))
    paul.patch(PATH, {"title": "Deux"})
    anne.patch(PATH, {"title": "Trois"})

    told = anne.get(f"{PATH}/history").json()

    assert told["current"]["content"]["title"] == "Trois"
    assert told["current"]["written_by"] == {"login": "anne", "name": "Anne Kaori"}
    assert [
        (v["content"]["title"], v["written_by"]["login"], v["replaced_by"]["login"], v["deed"])
        for v in told["items"]
    ] == [("Deux", "paul", "anne", "replaced"), ("Un", "anne", "paul", "replaced")]
    assert told["items"][0]["replaced_at"] == "2026-03-02T21:00:00Z"


def test_a_version_is_readable_as_it_was_written(anne: Asker) -> None:
    text = an_event(summary="Un", extra=["X-A:b"])
    anne.store("a.ics", text)
    anne.patch(PATH, {"title": "Deux"})
    [version] = anne.get(f"{PATH}/history").json()["items"]

    told = anne.get(f"{PATH}/history/{version['version']}").json()

    assert told["text"] == text
    assert told["content"]["title"] == "Un"


def test_a_version_comes_back_octet_by_octet_and_the_present_one_is_kept(anne: Asker) -> None:
    text = an_event(summary="Un", extra=["X-A:b"])
    anne.store("a.ics", text)
    anne.patch(PATH, {"title": "Deux"})
    [version] = anne.get(f"{PATH}/history").json()["items"]

    answer = anne.post(f"{PATH}/history/{version['version']}/restore")

    assert answer.status_code == 200
    assert answer.json()["title"] == "Un"
    assert anne.text("a.ics") == text
    titles = [v["content"]["title"] for v in anne.get(f"{PATH}/history").json()["items"]]
    assert titles == ["Deux", "Un"]


def test_a_deleted_object_is_listed_and_comes_back(anne: Asker) -> None:
    anne.store("a.ics", an_event(summary="Un"))
    anne.patch(PATH, {"title": "Deux"})
    anne.delete(PATH)

    [deleted] = anne.get(f"{anne.agenda}/deleted").json()["items"]
    assert (deleted["content"]["title"], deleted["deed"]) == ("Deux", "deleted")
    assert deleted["content"]["name"] == "a.ics"
    answer = anne.post(f"{PATH}/history/{deleted['version']}/restore")

    assert answer.status_code == 200
    assert anne.get(PATH).json()["title"] == "Deux"
    assert anne.get(f"{anne.agenda}/deleted").json()["items"] == []


def test_a_deleted_object_whose_uid_is_taken_is_not_restored_in_silence(anne: Asker) -> None:
    anne.store("a.ics", an_event(summary="Un"))
    anne.delete(PATH)
    assert anne.store("b.ics", an_event(summary="Le même ailleurs")).status_code == 201
    [deleted] = anne.get(f"{anne.agenda}/deleted").json()["items"]
    restore = f"{PATH}/history/{deleted['version']}/restore"

    refused = anne.post(restore)

    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:niaouli:problem:uid-conflict"
    assert "UID" in refused.json()["detail"]
    anne.delete(f"{anne.objects}/b.ics")
    assert anne.post(restore).status_code == 200


def test_a_deleted_object_whose_name_is_taken_is_not_restored_over_the_other(anne: Asker) -> None:
    anne.store("a.ics", an_event(summary="Un"))
    anne.delete(PATH)
    anne.store("a.ics", an_event(uid="autre", summary="Autre"))
    [deleted] = anne.get(f"{anne.agenda}/deleted").json()["items"]

    assert anne.post(f"{PATH}/history/{deleted['version']}/restore").status_code == 409
    assert anne.get(PATH).json()["title"] == "Autre"


def test_restoring_heeds_the_entity_tag(anne: Asker) -> None:
    anne.store("a.ics", an_event(summary="Un"))
    stale = anne.get(PATH).headers["ETag"]
    anne.patch(PATH, {"title": "Deux"})
    [version] = anne.get(f"{PATH}/history").json()["items"]

    answer = anne.post(f"{PATH}/history/{version['version']}/restore", if_match=stale)

    assert answer.status_code == 412


def test_a_reader_sees_the_history_but_restores_nothing(anne: Asker, paul: Asker) -> None:
    anne.entrust(paul, Rights.READ)
    anne.store("a.ics", an_event(summary="Un"))
    anne.patch(PATH, {"title": "Deux"})
    [version] = paul.get(f"{PATH}/history").json()["items"]

    answer = paul.post(f"{PATH}/history/{version['version']}/restore")

    assert (answer.status_code, answer.json()["privilege"]) == (403, "write-content")


def test_a_stranger_sees_no_history(anne: Asker, paul: Asker) -> None:
    anne.store("a.ics", an_event(summary="Un"))
    anne.patch(PATH, {"title": "Deux"})
    [version] = anne.get(f"{PATH}/history").json()["items"]

    for path in (
        f"{PATH}/history",
        f"{PATH}/history/{version['version']}",
        f"{anne.agenda}/deleted",
    ):
        assert paul.get(path).status_code == 404
    assert paul.post(f"{PATH}/history/{version['version']}/restore").status_code == 404


@pytest.mark.rule("SEC-2")
def test_what_was_private_stays_so_in_the_history(anne: Asker, paul: Asker) -> None:
    anne.entrust(paul, Rights.WRITE)
    anne.store("a.ics", an_event(summary="Canari", visibility="PRIVATE"))
    anne.patch(PATH, {"title": "Neutre", "class": "PUBLIC"})
    [version] = anne.get(f"{PATH}/history").json()["items"]

    assert paul.get(PATH).status_code == 200
    assert paul.get(f"{PATH}/history").json()["items"] == []
    assert paul.get(f"{PATH}/history/{version['version']}").status_code == 404
    assert paul.post(f"{PATH}/history/{version['version']}/restore").status_code == 404


@pytest.mark.rule("SEC-2")
def test_what_is_private_now_does_not_show_what_it_was_before(anne: Asker, paul: Asker) -> None:
    anne.entrust(paul, Rights.WRITE)
    anne.store("a.ics", an_event(summary="Un"))
    anne.patch(PATH, {"class": "PRIVATE"})
    [version] = anne.get(f"{PATH}/history").json()["items"]

    assert paul.get(f"{PATH}/history").status_code == 404
    assert paul.get(f"{PATH}/history/{version['version']}").status_code == 404
    anne.delete(PATH)
    assert paul.get(f"{PATH}/history").status_code == 404
    assert paul.get(f"{anne.agenda}/deleted").json()["items"] == []


def test_a_version_is_found_at_its_own_name_only(anne: Asker) -> None:
    anne.store("a.ics", an_event(summary="Un"))
    anne.patch(PATH, {"title": "Deux"})
    anne.store("b.ics", an_event(uid="b"))
    [version] = anne.get(f"{PATH}/history").json()["items"]

    answer = anne.post(f"{anne.objects}/b.ics/history/{version['version']}/restore")

    assert answer.status_code == 404


def test_long_histories_come_in_slices(anne: Asker) -> None:
    anne.store("a.ics", an_event(summary="0"))
    for number in range(1, 6):
        anne.patch(PATH, {"title": str(number)})

    first = anne.get(f"{PATH}/history", limit=3).json()
    rest = anne.get(f"{PATH}/history", limit=3, before=first["next"]).json()

    titles = [v["content"]["title"] for v in first["items"] + rest["items"]]
    assert titles == ["4", "3", "2", "1", "0"]
    assert rest["next"] is None


@pytest.mark.rfc("4918 §9.9")
def test_what_was_moved_is_not_said_to_be_deleted(anne: Asker) -> None:
    anne.store("a.ics", an_event(summary="Un"))
    target = "/dav/calendars/anne/agenda/b.ics"
    moved = anne.raw("MOVE", "/dav/calendars/anne/agenda/a.ics", headers={"Destination": target})
    assert moved.status_code == 201

    [version] = anne.get(f"{PATH}/history").json()["items"]
    assert version["deed"] == "moved"
    assert anne.get(f"{anne.agenda}/deleted").json()["items"] == []

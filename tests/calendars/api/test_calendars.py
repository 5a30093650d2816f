"""Calendars of one person."""

from __future__ import annotations

import pytest

from calendars.model.principal import Rights
from tests.builders import an_event
from tests.calendars.api.conftest import Asker

HOME = "/principals/anne/calendars"


def test_the_first_day_there_are_a_diary_and_a_task_list(anne: Asker) -> None:
    told = anne.get(HOME).json()["items"]

    assert [(c["name"], c["title"], c["can_write"]) for c in told] == [
        ("agenda", "Agenda", True),
        ("taches", "Tâches", True),
    ]
    assert told[0]["timezone"] == "Pacific/Noumea"
    assert told[0]["sees"] == ["CONFIDENTIAL", "PRIVATE", "PUBLIC"]


def test_a_calendar_is_made_under_a_name_that_its_title_suggests(anne: Asker) -> None:
    answer = anne.post(
        HOME,
        {
            "title": "Réunions d'équipe",
            "color": "#1E88E5",
            "timezone": "Romance Standard Time",
            "components": ["VEVENT"],
        },
    )

    assert answer.status_code == 201
    made = answer.json()
    assert (made["name"], made["timezone"]) == ("reunions-d-equipe", "Europe/Paris")
    assert made["components"] == ["VEVENT"]
    assert anne.raw("GET", answer.headers["Location"]).json() == made
    again = anne.post(HOME, {"title": "Réunions d'équipe"}).json()
    assert again["name"].startswith("reunions-d-equipe-")


def test_caldav_finds_what_was_made_here(anne: Asker) -> None:
    anne.post(HOME, {"name": "éàü & co", "title": "x"})

    answer = anne.store("a.ics", an_event(), "éàü & co")

    assert answer.status_code == 201
    assert anne.get(f"{HOME}/éàü & co/objects/a.ics").status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"name": "agenda"}, 409, id="taken"),
        pytest.param({"name": "inbox"}, 409, id="taken by the inbox"),
        pytest.param({"name": "freebusy"}, 403, id="reserved"),
        pytest.param({"name": ".."}, 422, id="dots"),
        pytest.param({"name": "a/b"}, 422, id="slash"),
        pytest.param({"color": "red"}, 422, id="colour"),
        pytest.param({"timezone": "Nowhere"}, 422, id="zone"),
        pytest.param({"components": ["VFREEBUSY"]}, 422, id="component"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_calendar_that_cannot_be(anne: Asker, body: dict[str, object], status: int) -> None:
    assert anne.post(HOME, body).status_code == status


def test_a_change_touches_what_it_names(anne: Asker) -> None:
    anne.patch(anne.agenda, {"title": "Mon agenda", "color": "#FF000080"}).raise_for_status()

    told = anne.patch(anne.agenda, {"description": "x", "color": None}).json()

    assert (told["title"], told["description"], told["color"]) == ("Mon agenda", "x", None)


def test_a_new_zone_moves_what_floats(anne: Asker) -> None:
    anne.store("f.ics", an_event(start="20260303T120000", end="20260303T130000"))
    anne.patch(anne.agenda, {"timezone": "Europe/Paris"}).raise_for_status()

    told = anne.get(f"{anne.objects}/f.ics").json()

    assert told["start"] == "2026-03-03T12:00:00+01:00"


def test_only_its_owner_removes_a_calendar(anne: Asker, paul: Asker) -> None:
    anne.entrust(paul, Rights.WRITE)

    assert paul.delete(anne.agenda).status_code == 403
    assert anne.delete(f"{HOME}/taches").status_code == 204
    assert anne.get(f"{HOME}/taches").status_code == 404
    assert anne.delete(anne.agenda).status_code == 409  # invitations go there
    assert anne.delete(f"{HOME}/inbox").status_code == 403


@pytest.mark.rule("SEC-8")
def test_a_removed_calendar_comes_back_with_its_objects_and_their_history(
    anne: Asker, paul: Asker
) -> None:
    anne.entrust(paul, Rights.WRITE)
    anne.post(HOME, {"name": "projets", "title": "Projets"})
    anne.store("a.ics", an_event(summary="Un"), "projets")
    anne.patch(f"{HOME}/projets/objects/a.ics", {"title": "Deux"})
    removed = "/principals/anne/removed-calendars"

    assert anne.delete(f"{HOME}/projets").status_code == 204

    assert anne.get(f"{HOME}/projets").status_code == 404
    assert paul.get(f"{HOME}/projets/objects/a.ics").status_code == 404
    assert [c["name"] for c in anne.get(HOME).json()["items"]] == ["agenda", "taches"]
    assert anne.raw("GET", "/dav/calendars/anne/%2F9/a.ics").status_code in {400, 404}
    [told] = anne.get(removed).json()["items"]
    assert (told["name"], told["title"], told["objects"]) == ("projets", "Projets", 1)
    assert paul.get(removed).status_code == 404
    assert paul.post(f"{removed}/{told['id']}/restore").status_code == 404

    assert anne.post(f"{removed}/{told['id']}/restore").status_code == 200

    history = anne.get(f"{HOME}/projets/objects/a.ics/history").json()
    assert history["current"]["content"]["title"] == "Deux"
    assert [v["content"]["title"] for v in history["items"]] == ["Un"]
    assert paul.get(f"{HOME}/projets/objects/a.ics").status_code == 200
    assert anne.get(removed).json()["items"] == []
    assert anne.post(f"{removed}/{told['id']}/restore").status_code == 404


def test_the_name_of_a_removed_calendar_is_free_at_once(anne: Asker) -> None:
    removed = "/principals/anne/removed-calendars"
    anne.post(HOME, {"name": "projets", "title": "Les anciens"})
    anne.delete(f"{HOME}/projets")
    assert anne.post(HOME, {"name": "projets", "title": "Les nouveaux"}).status_code == 201
    [told] = anne.get(removed).json()["items"]

    assert anne.post(f"{removed}/{told['id']}/restore").status_code == 409
    back = anne.post(f"{removed}/{told['id']}/restore", {"name": "projets-anciens"})

    assert back.status_code == 200
    assert anne.get(f"{HOME}/projets-anciens").json()["title"] == "Les anciens"
    assert anne.get(f"{HOME}/projets").json()["title"] == "Les nouveaux"

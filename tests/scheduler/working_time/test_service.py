"""Days that are decided, hours that are set, dates that are explained (TIM-4 to TIM-10)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from calendars.model.principal import Role
from tests.command_line import CommandLine
from tests.serving import Client, Server, running_server

TIME = "/api/v1/working-time"


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    with running_server(migrated_url, tmp_path / "data") as running:
        yield running


@pytest.fixture
def admin(server: Server) -> Client:
    return server.add_person("admin", role=Role.ADMIN)


@pytest.fixture
def anne(server: Server) -> Client:
    return server.add_person("anne")


def send(client: Client, method: str, path: str, status: int, body: object = None) -> object:
    answer = client.http.request(method, client.base + path, json=body, timeout=30)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def keep(client: Client, about: str, **wanted: object) -> dict[str, object]:
    told = send(client, "POST", f"{TIME}/dates", 200, {"about": about, **wanted})
    assert isinstance(told, dict)
    return told


@pytest.mark.rule("TIM-10")
def test_a_date_says_why_with_its_rule_its_inputs_and_the_version_of_the_days(
    anne: Client,
) -> None:
    told = keep(anne, "arrete-1", rule="appeal-end", day="2026-07-23", count=2)

    assert told["day"] == "2026-09-25"
    assert str(told["because"]).replace("\xa0", " ") == (
        "vendredi 25 septembre 2026, parce que 2 mois à compter du jeudi 23 juillet 2026 mènent au "
        "mercredi 23 septembre 2026 et que le délai est franc, soit un jour de plus ; que le jeudi "
        "24 septembre 2026 est férié (Fête de la Citoyenneté)"
    )
    assert (told["rule"], told["from"], told["count"]) == ("appeal-end", "2026-07-23", 2)
    assert str(told["version"]).endswith(", FR-NC, 0")


@pytest.mark.rule("TIM-10")
def test_a_new_closure_lists_the_dates_to_come_that_it_moves_and_moves_them(
    admin: Client, anne: Client
) -> None:
    keep(anne, "arrete-1", rule="appeal-end", day="2096-07-23", count=2)
    keep(anne, "arrete-2", rule="due-in-days", day="2096-01-07", count=5)
    keep(anne, "passe", rule="appeal-end", day="2026-07-23", count=2)
    day = str(keep(anne, "arrete-1", rule="appeal-end", day="2096-07-23", count=2)["day"])

    path, body = f"{TIME}/days/{day}", {"kind": "closure", "label": "Pont"}
    tried = send(admin, "PUT", f"{path}?trial=true", 200, body)
    [before] = kept(anne, "arrete-1")
    done = send(admin, "PUT", path, 200, body)
    [after] = kept(anne, "arrete-1")

    assert isinstance(tried, dict)
    assert isinstance(done, dict)
    assert [one["about"] for one in tried["moved"]] == ["arrete-1"]
    assert done["moved"] == tried["moved"]
    assert (before["day"], before["former_day"]) == (day, None)
    assert after["day"] == done["moved"][0]["day"] > day
    assert after["former_day"] == day
    assert "(Pont)" in str(after["because"])
    assert after["version"] != before["version"]
    assert kept(anne, "passe")[0]["former_day"] is None

    send(admin, "DELETE", path, 200)
    assert kept(anne, "arrete-1")[0]["day"] == day


def kept(client: Client, about: str) -> list[dict[str, object]]:
    told = send(client, "GET", f"{TIME}/dates?about={about}", 200)
    assert isinstance(told, dict)
    items: list[dict[str, object]] = told["items"]
    return items


@pytest.mark.rule("TIM-4")
@pytest.mark.rule("TIM-5")
def test_the_days_of_a_year_are_the_laws_and_the_orders(admin: Client, anne: Client) -> None:
    send(admin, "PUT", f"{TIME}/days/2026-01-02", 200, {"kind": "closure", "label": "Chômé"})
    send(admin, "PUT", f"{TIME}/days/2026-05-08", 200, {"kind": "worked"})

    told = send(anne, "GET", f"{TIME}/days?from=2026-01-01&to=2026-05-31", 200)

    assert isinstance(told, dict)
    days = {one["day"]: one["kind"] for one in told["items"]}
    assert days["2026-01-02"] == "closure"
    assert days["2026-04-06"] == "holiday"
    assert "2026-05-08" not in days


@pytest.mark.rule("TIM-5")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_only_administrators_decide_on_days_and_figures(anne: Client, server: Server) -> None:
    body = {"kind": "closure", "label": ""}
    send(anne, "PUT", f"{TIME}/days/2026-01-02", 403, body)
    send(anne, "DELETE", f"{TIME}/days/2026-01-02", 403)
    send(anne, "PUT", f"{TIME}/figures/lunch_minutes", 403, {"value": 10})
    a_break = {"label": "x", "first_day": "2026-04-04", "last_day": "2026-04-19"}
    send(anne, "POST", f"{TIME}/school-breaks", 403, a_break)
    send(anne, "PUT", "/api/v1/directory/sites/X", 403, {"label": "X", "commune": "Y"})
    send(anne, "PUT", "/api/v1/directory/not-together", 403, {"items": []})


@pytest.mark.rule("TIM-6")
def test_hours_are_a_persons_own_or_the_sites_or_everybodys(
    admin: Client, anne: Client, server: Server
) -> None:
    paul = server.add_person("paul")
    own = {"spans": [{"days": ["MO"], "from": "09:00", "to": "12:00"}]}
    send(anne, "PUT", f"{TIME}/hours/person/anne", 200, own)

    assert send(anne, "GET", f"{TIME}/hours/person/anne", 200) == own
    assert send(admin, "GET", f"{TIME}/hours/everybody/-", 200) == {
        "spans": [
            {"days": ["MO", "TU", "WE", "TH", "FR"], "from": "07:30", "to": "11:30"},
            {"days": ["MO", "TU", "WE", "TH", "FR"], "from": "12:30", "to": "16:00"},
        ]
    }
    send(paul, "GET", f"{TIME}/hours/person/anne", 404)
    send(paul, "PUT", f"{TIME}/hours/person/anne", 404, own)
    send(paul, "PUT", f"{TIME}/hours/site/SIEGE", 403, own)
    two = {"days": ["MO"], "from": "10:00", "to": "13:00"}
    send(anne, "PUT", f"{TIME}/hours/person/anne", 422, {"spans": [*own["spans"], two]})
    send(anne, "DELETE", f"{TIME}/hours/person/anne", 204)
    assert send(anne, "GET", f"{TIME}/hours/person/anne", 200) != own


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("lunch_minutes", 60, 200),
        ("lunch_minutes", -1, 422),
        ("weights", {"missing": 30}, 200),
        ("weights", {"colour": 3}, 422),
        ("immovable", ["Audience"], 200),
        ("slot_step", 7, 422),
        ("territory", "FR-RE", 200),
        ("territory", "XX", 422),
        ("nothing", 1, 422),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_figure_has_a_value_of_its_kind(
    admin: Client, name: str, value: object, status: int
) -> None:
    send(admin, "PUT", f"{TIME}/figures/{name}", status, {"value": value})
    assert isinstance(send(admin, "GET", f"{TIME}/figures", 200), dict)


@pytest.mark.rule("TIM-10")
def test_the_command_line_closes_days_and_explains_dates(niaouli: CommandLine) -> None:
    niaouli("working-time", "close", "2026-09-25", "--label", "Pont")
    told = niaouli("working-time", "date", "appeal-end", "2026-07-23", "--count", "2").out
    assert told.startswith("lundi 28 septembre 2026, parce que")
    assert "Pont" in niaouli("working-time", "days", "2026").out
    niaouli("working-time", "breaks", "--add", "2026-04-04:2026-04-19", "--label", "Avril")
    assert niaouli("working-time", "breaks", "--json").json[0]["first"] == "2026-04-04"
    niaouli("working-time", "hours", "--site", "SIEGE", "--span", "LU-VE 08:00-12:00")
    told = niaouli("working-time", "hours", "--site", "SIEGE", "--json").json
    assert told == [{"days": "lu ma me je ve", "from": "08:00", "to": "12:00"}]
    niaouli("working-time", "figures", "lunch_minutes", "60")
    assert '"lunch_minutes": 60' in niaouli("working-time", "figures").out
    niaouli("working-time", "date", "never", "2026-01-01", fails=2)

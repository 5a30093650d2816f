"""Month, week and presence in a browser: who sees what, by a password or by a link (DIA-7)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import unescape

import pytest
import requests
from sqlalchemy import update

from calendars.kernel.audit import CONSOLE
from calendars.model.principal import Rights, Role
from calendars.storage.tables import principals
from scheduler.working_time.model import DayKind, DecidedDay, SchoolBreak
from scheduler.working_time.service import add_break, decide_day
from tests.builders import EventParts, an_event
from tests.calendars.dav.test_delegation import delegate
from tests.scheduler.diary_sheets.test_sheets import NOUMEA
from tests.serving import Client, Server, running_server

NOW = datetime(2026, 3, 3, 9, tzinfo=NOUMEA)
TODAY = NOW.date()
LINKS = "/api/v1/me/presence-links"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("pages")
    url = f"sqlite:///{place / 'n.sqlite'}"
    with (
        running_server(url, place / "data") as running,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(type(running.service.clock), "now", lambda _: NOW)
        with running.service.database.transaction() as db:
            now = int(NOW.timestamp())
            bridge = DecidedDay(date(2026, 3, 20), DayKind.CLOSURE, "Pont")
            decide_day(db, CONSOLE, bridge, today=TODAY, now=now)
            rest = SchoolBreak("Vacances d'essai", date(2026, 3, 23), date(2026, 3, 27))
            add_break(db, CONSOLE, rest, now=now)
        yield running


@pytest.fixture(scope="module")
def anne(server: Server) -> Client:
    """Her diary: something public, something confidential, a way, an absence with its reason."""
    anne = server.add_person("anne", name="Anne Serpentine")
    entries: dict[str, EventParts] = {
        "c": {"summary": "Comité", "location": "Salle Ocre"},
        "x": {"summary": "IS-2026-0421", "visibility": "CONFIDENTIAL"},
        "t": {"summary": "Trajet vers Bourail", "categories": ["Trajet"]},
        "s": {"summary": "Arrêt maladie", "categories": ["Absence"], "visibility": "PRIVATE",
              "start": TODAY, "end": date(2026, 3, 7)},
    }  # fmt: skip
    for name, parts in entries.items():
        parts["uid"] = name
        text = an_event(**parts)
        assert anne.put(f"{anne.agenda}{name}.ics", text).status_code == 201
    return anne


@pytest.fixture(scope="module")
def rose(server: Server, anne: Client) -> Client:
    rose = server.add_person("rose", name="Rose Frangipane", role=Role.ASSISTANT)
    delegate(server, "anne", "rose", Rights.READ)
    return rose


@pytest.fixture(scope="module")
def paul(server: Server) -> Client:
    return server.add_person("paul")


def page(client: Client, path: str) -> str:
    answer = client.ask("GET", path)
    assert answer.status_code == 200, answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert " style=" not in answer.text
    return unescape(answer.text).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.rule("DIA-6")
@pytest.mark.parametrize("path", ["/pages/month/anne/2026-03", "/pages/week/anne/2026-03-03"])
def test_each_reader_sees_a_diary_as_his_rights_allow(
    anne: Client, rose: Client, paul: Client, path: str
) -> None:
    own, read, posted = page(anne, path), page(rose, path), page(anne, f"{path}?profile=posted")

    assert "IS-2026-0421" in own
    assert "Document confidentiel" in own
    assert "Arrêt maladie" in own
    for seen in (read, posted):
        assert "Comité" in seen
        assert "Occupé" in seen
        assert "IS-2026" not in seen
        assert "maladie" not in seen
    assert "Salle Ocre" in read
    assert "Salle Ocre" not in posted
    assert "entry travel" in read
    assert paul.ask("GET", path).status_code == 404
    assert "Anne" not in paul.ask("GET", path).text


@pytest.mark.rule("DIA-6")
def test_a_month_tells_its_days_and_leads_on(anne: Client) -> None:
    seen = page(anne, "/pages/month/anne/2026-03")

    assert '<html lang="fr">' in seen
    assert "Mars 2026" in seen
    assert len(re.findall(r'aria-current="date"', seen)) == 1
    assert "Pont" in seen
    assert "Vacances d'essai" in seen
    assert '/pages/month/anne/2026-02"' in seen
    assert '/pages/month/anne/2026-04"' in seen
    assert seen.count('scope="col"') == 8
    english = page(anne, "/pages/month/anne/2026-04?lang=en")
    assert "April 2026" in english
    assert "/pages/month/anne/2026-05?lang=en" in english
    for path in ("month/anne/2026-13", "month/anne/1-1", "week/anne/x", "month/nobody/2026-03"):
        assert anne.ask("GET", f"/pages/{path}").status_code == 404


def test_pages_ask_for_a_password_and_lead_to_ones_own_month(server: Server, anne: Client) -> None:
    nobody = requests.get(f"{server.base}/pages/month/anne", timeout=30)
    assert nobody.status_code == 401
    assert "Basic" in nobody.headers["WWW-Authenticate"]
    assert nobody.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "votre identifiant et votre mot de passe" in nobody.text
    assert "Anne" not in nobody.text
    assert anne.ask("GET", "/pages").headers["Location"] == "/pages/month/anne"
    assert anne.ask("HEAD", "/pages/presence").status_code == 200
    assert anne.ask("POST", "/pages/presence").status_code == 405


@pytest.mark.rule("DIA-7")
def test_presence_says_until_when_and_never_why(paul: Client, anne: Client) -> None:
    seen = page(paul, "/pages/presence?who=anne&who=paul")
    later = page(paul, "/pages/presence?who=anne&day=2026-03-07")

    assert "1 présent, 1 absent" in seen
    assert "jusqu’au vendredi 6 mars inclus" in seen
    assert "1 présent, aucun absent" in later
    for hidden in ("maladie", "Comité", "Occupé", "Privé"):
        assert hidden not in seen
    assert paul.ask("GET", "/pages/presence?who=nobody").status_code == 404


@pytest.mark.rule("SEC-7")
def test_a_screen_shows_who_is_there_until_its_link_is_taken_back(
    server: Server, anne: Client, rose: Client, paul: Client
) -> None:
    wanted = {"who": ["anne", "paul"], "last_day": "2026-06-30"}
    assert paul.http.post(server.base + LINKS, json=wanted).status_code == 403
    too_late = rose.http.post(server.base + LINKS, json={**wanted, "last_day": "2026-03-02"})
    assert too_late.status_code == 422
    made = rose.http.post(server.base + LINKS, json=wanted)
    assert made.status_code == 201, made.text
    path = "/r/" + made.json()["url"].rpartition("/")[2]
    [listed] = rose.ask("GET", LINKS).json()["items"]
    assert listed == {**wanted, "url": None}

    screen = requests.get(server.base + path, timeout=30)
    assert screen.status_code == 200
    assert "Refresh" not in screen.headers
    assert "Anne Serpentine" in screen.text
    assert "vendredi\u00a06\u00a0mars" in screen.text or "vendredi 6 mars" in screen.text
    for hidden in ("maladie", "Comité", "/pages/", 'name="seal"', "Occupé"):
        assert hidden not in screen.text
    always = requests.get(f"{server.base}{path}?every=5", timeout=30)
    assert always.headers["Refresh"] == "300"
    for wrong in (f"{path}/more", f"{path}x"):
        assert requests.get(server.base + wrong, timeout=30).status_code == 404

    again = rose.http.post(server.base + LINKS, json={**wanted, "last_day": "2026-07-31"})
    assert requests.get(server.base + path, timeout=30).status_code == 404
    path = "/r/" + again.json()["url"].rpartition("/")[2]
    assert requests.get(server.base + path, timeout=30).status_code == 200
    with server.service.database.transaction() as db:
        mine = update(principals).where(principals.c.login == "rose")
        db.execute(mine.values(role=Role.AGENT))
    assert requests.get(server.base + path, timeout=30).status_code == 404
    with server.service.database.transaction() as db:
        db.execute(mine.values(role=Role.ASSISTANT))
    gone = rose.ask("DELETE", f"{LINKS}?who=anne&who=paul")
    assert gone.status_code == 204
    assert requests.get(server.base + path, timeout=30).status_code == 404
    assert rose.ask("DELETE", f"{LINKS}?who=anne&who=paul").status_code == 404


def test_a_link_ends_with_its_day(
    server: Server, rose: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = rose.http.post(server.base + LINKS, json={"who": ["rose"], "last_day": "2026-03-31"})
    path = "/r/" + made.json()["url"].rpartition("/")[2]
    clock = type(server.service.clock)
    midnight = datetime(2026, 4, 1, tzinfo=NOUMEA)
    monkeypatch.setattr(clock, "now", lambda _: midnight - timedelta(seconds=1))
    assert requests.get(server.base + path, timeout=30).status_code == 200
    monkeypatch.setattr(clock, "now", lambda _: midnight)
    assert requests.get(server.base + path, timeout=30).status_code == 404

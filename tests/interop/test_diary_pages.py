"""Month, week and presence in a real Chromium: for everybody, on every screen, on paper.

With PICTURES=docs/pictures the pictures of the README are taken anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from calendars.kernel.audit import CONSOLE
from calendars.model.principal import Role
from scheduler.working_time.model import SchoolBreak
from scheduler.working_time.service import add_break
from tests.builders import NOUMEA, an_event
from tests.interop.test_pages import PHONE, chromium, faults, picture
from tests.interop.third_party import page_checker
from tests.serving import PASSWORD, Client, Server, running_server

__all__ = ["chromium"]
pytestmark = [pytest.mark.interop, pytest.mark.timeout(240)]

NOW = datetime(2026, 3, 3, 9, tzinfo=NOUMEA)
MONDAY = date(2026, 3, 2)
LONG = "Coordination des partenaires de la protection de l'enfance et de la prévention spécialisée"
USUAL: tuple[tuple[int, float, float, dict[str, Any]], ...] = (
    (0, 8, 10, {"summary": "Comité de direction", "location": "Salle Turquoise"}),
    (1, 7.5, 9.5, {"summary": "Trajet Nouméa – Bourail", "categories": ["Trajet"]}),
    (1, 9.5, 11, {"summary": "Visite du centre médico-social", "location": "Bourail"}),
    (1, 11, 13, {"summary": "Trajet Bourail – Nouméa", "categories": ["Trajet"]}),
    (1, 16, 17, {"summary": "IS-2026-0421", "visibility": "CONFIDENTIAL"}),
    (2, 7.75, 8.5, {"summary": "Point de direction"}),
    (2, 14, 16, {"summary": LONG, "location": "Hôtel de province"}),
    (2, 19.5, 22, {"summary": "Dîner du Forum des îles du Pacifique"}),
    (3, 14.5, 16, {"summary": "Convention avec le vice-rectorat", "status": "TENTATIVE"}),
    (4, 11, 11.5, {"summary": "Signature du courrier"}),
)
PEOPLE = ("Élodie Alizé", "Sylvie Ambre", "Franck Bulime", "Isabelle Corail", "Inès Jaspe",
          "Marc Mérou", "Julie Papaye", "Camille Récif", "Thierry Tamanou")  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("diary-pages")
    url = f"sqlite:///{place / 'n.sqlite'}"
    with (
        running_server(url, place / "data", organisation="DPASS") as running,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(type(running.service.clock), "now", lambda _: NOW)
        yield running


@pytest.fixture(scope="module")
def anne(server: Server) -> Client:
    """A director's month, and colleagues of whom some are away."""
    anne = server.add_person("anne", name="Rosalie Kagou", role=Role.DIRECTOR)
    for week in range(4):
        for number, (day, start, end, parts) in enumerate(USUAL):
            if week and number % 4 == week:
                continue
            midnight = datetime.combine(MONDAY, datetime.min.time(), NOUMEA)
            first = midnight + timedelta(days=7 * week + day)
            hours = [first + timedelta(hours=hour) for hour in (start, end)]
            name = f"{week}-{number}"
            text = an_event(uid=name, start=hours[0], end=hours[1], **parts)
            assert anne.put(f"{anne.agenda}{name}.ics", text).status_code == 201
    away = an_event(
        uid="away", summary="Absent", start=date(2026, 3, 23), end=date(2026, 3, 28),
        categories=["Absence"],
    )  # fmt: skip
    anne.put(f"{anne.agenda}away.ics", away)
    for number, name in enumerate(PEOPLE):
        login = f"p{number}"
        person = server.add_person(login, name=name)
        if number % 4 == 1:
            away = an_event(
                uid=login, summary="Absent", start=MONDAY, end=MONDAY + timedelta(days=2 + number),
                categories=["Absence"],
            )  # fmt: skip
            person.put(f"{person.agenda}away.ics", away)
    with server.service.database.transaction() as db:
        rest = SchoolBreak("Vacances scolaires", date(2026, 3, 14), date(2026, 3, 22))
        add_break(db, CONSOLE, rest, now=int(NOW.timestamp()))
    return anne


def signed_in(chromium: Browser, **more: Any) -> Page:
    """A page of a browser that knows the password; it runs no scripts but the checker's."""
    context = chromium.new_context(
        http_credentials={"username": "anne", "password": PASSWORD}, locale="fr-FR", **more
    )
    context.set_default_timeout(15_000)
    return context.new_page()


def everybody() -> str:
    return "/pages/presence?" + "&".join(f"who=p{number}" for number in range(len(PEOPLE)))


MONTH, WEEK = "/pages/month/anne/2026-03", "/pages/week/anne/2026-03-04"


@pytest.mark.rule("DIA-6")
def test_diaries_are_for_everybody(server: Server, anne: Client, chromium: Browser) -> None:
    """WCAG 2.2 AA as axe sees it, in both languages and both dresses, at 320 px and enlarged."""
    rules = page_checker()
    found: list[str] = []
    for scheme in ("light", "dark"):
        for width in (320, 1280):
            page = signed_in(
                chromium, viewport={"width": width, "height": 700}, bypass_csp=True,
                color_scheme=scheme,
            )  # fmt: skip
            try:
                for path in (MONTH, f"{MONTH}?lang=en", WEEK, everybody(), "/pages/week/x"):
                    page.goto(server.base + path)
                    found += faults(page, rules, f"{scheme} {width} {path}")
            finally:
                page.context.close()
    assert found == [], "\n".join(found)


@pytest.mark.rule("DIA-6")
def test_a_month_is_leafed_through_without_scripts(
    server: Server, anne: Client, chromium: Browser
) -> None:
    page = signed_in(
        chromium, viewport={"width": 1360, "height": 900}, java_script_enabled=False
    )  # fmt: skip
    try:
        page.goto(f"{server.base}/pages")
        assert page.get_by_role("heading", level=1).inner_text() == "Mars 2026"
        picture(page, "month-page")
        page.get_by_role("link", name="avril 2026").click()
        page.get_by_role("link", name="Ce mois-ci").click()
        page.get_by_role("link", name="Semaine 10").click()
        assert "du lundi 2 au samedi 7 mars" in page.locator(".under").inner_text().replace(
            "\xa0", " "
        )
        picture(page, "week-page")
        page.goto(server.base + everybody())
        picture(page, "presence-page")
        assert page.get_by_role("row").filter(has_text="Absent").count() == 2
        page.get_by_role("link", name="mercredi 4 mars").click()
        page.get_by_label("Jour", exact=True).fill("2026-03-05")
        page.get_by_role("button", name="Afficher").click()
        assert "5 mars 2026" in page.locator(".under").inner_text().replace("\xa0", " ")
    finally:
        page.context.close()


def test_pages_fit_a_telephone(server: Server, anne: Client, chromium: Browser) -> None:
    page = signed_in(chromium, viewport=PHONE, device_scale_factor=2, is_mobile=True)
    try:
        for path, name in ((WEEK, "week-page-phone"), (everybody(), "presence-page-phone")):
            page.goto(server.base + path)
            picture(page, name)
            wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert not wide
    finally:
        page.context.close()


@pytest.mark.rule("DIA-6")
@pytest.mark.parametrize("path", [MONTH, WEEK])
def test_a_page_is_one_sheet_of_paper(
    server: Server, anne: Client, chromium: Browser, path: str, tmp_path: Any
) -> None:
    page = signed_in(chromium)
    try:
        page.goto(server.base + path)
        page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True, print_background=True)
    finally:
        page.context.close()
    printed = PdfReader(tmp_path / "page.pdf")
    assert len(printed.pages) == 1
    assert "Document confidentiel" in " ".join(printed.pages[0].extract_text().split())


@pytest.mark.rule("SEC-7")
def test_a_screen_needs_no_password(server: Server, anne: Client, chromium: Browser) -> None:
    wanted = {"who": ["anne", "p1"], "last_day": "2026-06-30"}
    made = anne.http.post(f"{server.base}/api/v1/me/presence-links", json=wanted, timeout=30)
    path = "/r/" + made.json()["url"].rpartition("/")[2]
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    try:
        page = context.new_page()
        page.goto(server.base + path)
        page.get_by_role("link", name="Actualiser").click()
        assert page.get_by_role("row").filter(has_text="Absent").count() == 1
        assert page.get_by_role("link", name="Ne plus actualiser").count() == 1
    finally:
        context.close()
    assert requests.get(server.base + path, timeout=30).headers["Cache-Control"] == "no-store"

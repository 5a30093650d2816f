"""The pages for people without an account, in a real Chromium: on a telephone, without scripts.

With PICTURES=docs/pictures the pictures of the README are taken anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, sync_playwright

from tests.builders import a_series, an_event
from tests.interop.programs import program
from tests.interop.third_party import page_checker
from tests.notifications.guests import JUDGE, NEXT_WEEK, diary, link_in, partstats, posted, put
from tests.notifications.guests import Browser as Visitor
from tests.scheduler.meetings.conftest import OUTSIDER, Office, rest
from tests.scheduler.meetings.test_guest_minutes import a_meeting, distributed, path_for, sections
from tests.serving import Client, Server, running_server

pytestmark = [pytest.mark.interop, pytest.mark.timeout(240)]

PHONE: ViewportSize = {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GUESSES = 5_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium"), args=["--no-sandbox"]
        )
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("pages")
    settings = {"mail_delay_seconds": 0, "organisation": "DPASS"}
    with running_server(f"sqlite:///{place / 'n.sqlite'}", place / "data", **settings) as running:
        yield running


@pytest.fixture(scope="module")
def anne(server: Server) -> Client:
    return server.add_person("anne", name="Rosalie Kagou")


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A telephone whose browser runs no scripts."""
    context = chromium.new_context(
        viewport=PHONE, device_scale_factor=2, has_touch=True, is_mobile=True,
        java_script_enabled=False, locale="fr-FR", accept_downloads=True,
    )  # fmt: skip
    context.set_default_timeout(15_000)
    try:
        yield context.new_page()
    finally:
        context.close()


def invited(server: Server, anne: Client, uid: str, **parts: Any) -> str:
    """The page of the judge for a meeting, or a series, of that UID."""
    known = {
        "uid": uid, "organizer": "anne@example.org", "attendees": [JUDGE, "greffe@tribunal.nc"],
        "location": "Salle Turquoise, Nouméa", "start": NEXT_WEEK,
    }  # fmt: skip
    before = posted(server)
    make = a_series if "rrule" in parts else an_event
    put(anne, make(**{**known, **parts}), f"{uid}.ics")
    [mail] = [one for one in posted(server) if one not in before and JUDGE in one.read_text()]
    return link_in(mail)


def press(target: Locator) -> None:
    """Tap it, and wait for the page that it leads to."""
    with target.page.expect_navigation():
        target.click()


def picture(page: Page, name: str, *, whole: bool = True) -> None:
    place = os.environ.get("PICTURES")
    if place:
        page.screenshot(path=str(Path(place) / f"{name}.png"), full_page=whole)


def test_a_judge_answers_on_a_telephone(server: Server, anne: Client, phone: Page) -> None:
    path = invited(
        server, anne, "convention", summary="Convention 2027 avec le tribunal",
        description="Ordre du jour :\n– bilan de l’année ;\n– calendrier 2027.",
    )  # fmt: skip
    phone.goto(server.base + path)
    assert phone.get_by_role("heading", level=1).inner_text() == "Convention 2027 avec le tribunal"
    picture(phone, "answer-page")

    press(phone.get_by_role("button", name="Envoyer ma réponse"))
    phone.get_by_role("alert").get_by_role("link").tap()
    phone.get_by_role("radio", name="Je participerai", exact=True).check()
    press(phone.get_by_role("button", name="Envoyer ma réponse"))

    assert "Votre réponse est enregistrée" in phone.get_by_role("status").inner_text()
    assert partstats(diary(server, anne, "convention.ics")) == ["ACCEPTED"]
    phone.get_by_label("Je ne participerai pas").check()
    phone.get_by_label("Message").fill("Audience ce jour-là ; pardon.")
    press(phone.get_by_role("button", name="Envoyer ma réponse"))
    phone.reload()
    stored = diary(server, anne, "convention.ics")
    assert partstats(stored) == ["DECLINED"]
    assert "Audience ce jour-là \\; pardon." in stored
    picture(phone, "answer-page-done")


def test_one_date_of_a_series_another_time_and_a_file(
    server: Server, anne: Client, phone: Page, tmp_path: Path
) -> None:
    path = invited(
        server, anne, "cellule", summary="Cellule de coordination", rrule="FREQ=WEEKLY;COUNT=9"
    )
    phone.goto(server.base + path)
    picture(phone, "answer-page-series")
    press(phone.get_by_role("link", name="Dates suivantes"))
    press(phone.get_by_role("link", name="Dates précédentes"))
    press(phone.get_by_role("link", name=re.compile("Répondre pour cette date")).nth(1))
    phone.get_by_label("Je ne participerai pas").check()
    press(phone.get_by_role("button", name="Envoyer ma réponse"))
    assert sorted(partstats(diary(server, anne, "cellule.ics"))) == ["DECLINED", "NEEDS-ACTION"]

    later = NEXT_WEEK + timedelta(days=8)
    press(phone.get_by_role("link", name="Proposer un autre horaire"))
    picture(phone, "answer-page-proposal")
    phone.get_by_label("Jour").fill(f"{later:%Y-%m-%d}")
    phone.get_by_label("De", exact=True).fill("09:00")
    phone.get_by_label("À", exact=True).fill("10:00")
    press(phone.get_by_role("button", name="Envoyer la proposition"))
    assert "Votre proposition est transmise" in phone.get_by_role("status").inner_text()
    inbox = anne.propfind("/dav/calendars/anne/inbox/", "<D:getetag/>", "1")
    told = [anne.ask("GET", one.href).text for one in inbox if one.href.endswith(".ics")]
    assert [one for one in told if "METHOD:COUNTER" in one and f"{later:%Y%m%d}T090000" in one]

    with phone.expect_download() as download:
        phone.get_by_role("link", name="Ajouter les dates à mon agenda").tap()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "invitation.ics"
    assert "METHOD:PUBLISH" in file.read_text()


@pytest.mark.rule("RDV-3")
def test_an_appraisal_is_chosen_on_a_telephone(
    server: Server, anne: Client, phone: Page, chromium: Browser
) -> None:
    """Chosen, then changed; told who is faster; sound by axe at 320 px in both languages."""
    server.add_person("paul", name="Paul Wénéhoua")
    first = NEXT_WEEK + timedelta(days=60)
    asked = {
        "first_day": f"{first:%Y-%m-%d}", "last_day": f"{first + timedelta(days=25):%Y-%m-%d}",
        "minutes": 60, "evaluators": [{"login": "anne", "people": ["paul"]}],
    }  # fmt: skip
    made = anne.http.post(f"{anne.base}/api/v1/campaigns", json=asked, timeout=30).json()
    before = posted(server)
    anne.ask("POST", f"/api/v1/campaigns/{made['id']}/open")
    [mail] = [one for one in posted(server) if one not in before]
    path = link_in(mail)

    phone.goto(server.base + path)
    picture(phone, "choose-page", whole=False)
    press(phone.get_by_role("button", name="Choisir ce créneau"))
    phone.get_by_role("alert").get_by_role("link").tap()
    phone.get_by_role("radio").nth(3).check()
    press(phone.get_by_role("button", name="Choisir ce créneau"))
    assert "Votre créneau est réservé" in phone.get_by_role("status").inner_text()
    picture(phone, "choose-page-done", whole=False)
    press(phone.get_by_role("link", name="Jours suivants"))
    phone.get_by_role("radio").first.check()
    press(phone.get_by_role("button", name="Changer de créneau"))
    assert "Votre nouveau créneau est réservé" in phone.get_by_role("status").inner_text()

    rules, found = page_checker(), list[str]()
    context = chromium.new_context(viewport={"width": 320, "height": 640}, bypass_csp=True)
    context.set_default_timeout(15_000)
    try:
        page = context.new_page()
        for seen in (path, f"{path}?lang=en"):
            page.goto(server.base + seen)
            found += faults(page, rules, seen[-12:])
    finally:
        context.close()
    assert found == []


@pytest.mark.rule("SEC-7")
def test_pages_are_for_everybody(server: Server, anne: Client, chromium: Browser) -> None:
    """WCAG 2.2 AA as axe sees it, in both languages and both dresses, at 320 px and enlarged."""
    rules = page_checker()
    one = invited(server, anne, "lecteur", summary="Réunion de synthèse")
    many = invited(server, anne, "serie", summary="Comité", rrule="FREQ=WEEKLY;COUNT=9")
    off = invited(server, anne, "annulee", summary="Annulée")
    anne.ask("DELETE", f"{anne.agenda}annulee.ics")
    visitor = Visitor(server.base)
    [key, *_] = re.findall(rf'href="{many}/(\d+)"', visitor.open(many).text)
    paths = [one, f"{one}/proposal", many, f"{many}/{key}", off, "/r/nothing"]
    found: list[str] = []
    for scheme in ("light", "dark"):
        context = chromium.new_context(
            viewport={"width": 320, "height": 640}, bypass_csp=True, color_scheme=scheme
        )
        context.set_default_timeout(15_000)
        try:
            page = context.new_page()
            for path in [*paths, *(f"{path}?lang=en" for path in paths[:4])]:
                page.goto(server.base + path)
                found += faults(page, rules, f"{scheme} {path[-12:]}")
                if "proposal" in path or path == one:
                    # What was forgotten is told so that everybody finds it.
                    press(page.get_by_role("button"))
                    found += faults(page, rules, f"{scheme} {path[-12:]} with slips")
        finally:
            context.close()
    assert found == []


@pytest.mark.rule("MTG-7")
def test_corrected_minutes_are_read_on_a_telephone(
    server: Server, phone: Page, chromium: Browser
) -> None:
    office = Office(server)
    ref = a_meeting(office)
    distributed(office, ref, "Le 12 avril.")
    now = sections(ref, office, "Le 16 avril.")
    said = {"sections": now, "reason": "erreur de date au point 1"}
    rest(office.assistant, "POST", f"/{ref}/minutes/correct", said)
    rest(office.assistant, "POST", f"/{ref}/minutes/distribute")
    path = path_for(office, OUTSIDER)

    phone.goto(server.base + path)
    picture(phone, "minutes-page")
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Lire le compte rendu (PDF)").tap()

    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    context = chromium.new_context(viewport={"width": 320, "height": 640}, bypass_csp=True)
    try:
        page = context.new_page()
        page.goto(server.base + path)
        assert faults(page, page_checker(), "minutes") == []
    finally:
        context.close()


def faults(page: Page, rules: Path, where: str) -> list[str]:
    page.add_script_tag(path=str(rules))
    asked = {"runOnly": {"type": "tag", "values": RULES}}
    seen = page.evaluate("asked => axe.run(document, asked)", asked)
    faults = [f"{where}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in seen["violations"]]
    for zoom in ("1", "2"):
        wide = page.evaluate(
            "zoom => { document.documentElement.style.fontSize = 16 * zoom + 'px';"
            " return document.documentElement.scrollWidth > window.innerWidth }",
            float(zoom),
        )
        if wide:
            faults.append(f"{where}: wider than 320 px at {zoom}")
    small = page.evaluate(
        "() => [...document.querySelectorAll('a, button, input:not([type=hidden]), textarea')]"
        ".filter(e => e.getBoundingClientRect().height < 24 && e.offsetParent)"
        ".filter(e => !e.closest('label, .slip'))"
        ".map(e => e.outerHTML)"
    )
    return faults + [f"{where}: smaller than 24 px {one[:100]}" for one in small]


def test_the_keyboard_alone_is_enough(server: Server, anne: Client, chromium: Browser) -> None:
    path = invited(server, anne, "clavier", summary="Au clavier")
    context = chromium.new_context(viewport=PHONE)
    context.set_default_timeout(15_000)
    try:
        page = context.new_page()
        page.goto(server.base + path)
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        width = page.evaluate(
            "() => getComputedStyle(document.activeElement.closest('.choice')).outlineWidth"
        )
        assert width == "3px"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.type("Sous réserve")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**done=answered")
    finally:
        context.close()
    assert partstats(diary(server, anne, "clavier.ics")) == ["TENTATIVE"]


@pytest.mark.rule("SEC-7")
def test_five_thousand_guesses_find_nothing_and_stop_nobody(server: Server, anne: Client) -> None:
    path = invited(server, anne, "devine", summary="À deviner")
    visitors = [Visitor(server.base) for _ in range(8)]

    def guess(number: int) -> int:
        visitor = visitors[number % len(visitors)]
        return visitor.open(f"/r/{number:026d}").status_code

    with ThreadPoolExecutor(len(visitors)) as pool:
        answers = list(pool.map(guess, range(GUESSES)))

    assert set(answers) <= {404, 429}
    assert answers.count(404) <= 20
    assert Visitor(server.base).open(path).status_code == 200
    print(f"\n{GUESSES} guesses: {answers.count(404)} × 404, {answers.count(429)} × 429")

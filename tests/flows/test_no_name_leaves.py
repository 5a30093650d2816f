"""Acceptance 10 of domain.md §15: no message, URL, log line or file name bears a denied word.

The director's diary of the sample data, with families' names wherever somebody may write them by
mistake; invitations, moves, cancellations, polls, answers, reminders and digests of two weeks.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from calendars.kernel.audit import CONSOLE
from calendars.kernel.clock import FixedClock
from notifications.keep_guard import add_name, add_word
from scheduler.app.due_work import do_due_work
from scheduler.demonstration.load import PASSWORD, load
from tests.builders import NOUMEA, a_series, a_valarm, an_event
from tests.flows.test_directors_diary import DIRECTOR, DirectorsDiary
from tests.notifications.guests import JUDGE, Browser, link_in, partstats
from tests.serving import Client, Server, running_server

DENIED = ("Wamytan", "Capucine", "Pidjot", "Tjibaou-Nekiriai")
"""Family names and given names of children, as the list of an administrator has them."""
REFERENCE = "IS-2026-0421"
FORMS = re.compile("|".join(word.replace("-", "[- _]?") for word in DENIED), re.IGNORECASE)
MORNING = (datetime.now(NOUMEA) + timedelta(days=3)).replace(
    hour=9, minute=0, second=0, microsecond=0
)
ADDRESS = f"{DIRECTOR}@dpass.example.org"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def server(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Server]:
    path = tmp_path / "niaouli.sqlite"
    path.write_bytes(migrated_sqlite.read_bytes())
    with running_server(f"sqlite:///{path}", tmp_path, mail_delay_seconds=0) as running:
        now = int(time.time())
        zone = "Pacific/Noumea"
        database, diary = running.service.database, DirectorsDiary()
        load(database, diary, timezone_id=zone, now=now, watch=lambda *_: None)
        with database.transaction() as db:
            for word in DENIED:
                add_word(db, CONSOLE, word, now=now)
            add_name(db, CONSOLE, REFERENCE, "Capucine Wamytan", now=now)
        yield running


def write_carelessly(director: Client) -> None:
    """Names in every place of a text that people write, in objects of every class."""
    for number, visibility in enumerate(("PUBLIC", "PRIVATE", "CONFIDENTIAL")):
        start = MORNING + timedelta(days=number)
        known = {"organizer": ADDRESS, "attendees": [JUDGE], "visibility": visibility}
        clean = an_event(
            uid=f"clean-{number}", summary=f"Évaluation {REFERENCE}", start=start,
            location="Salle Turquoise", alarms=[a_valarm("-PT2H")], **known,  # type: ignore[arg-type]
        )  # fmt: skip
        named = an_event(
            uid=f"named-{number}",
            summary="Famille WAMYTAN : point",
            start=start,
            **known,  # type: ignore[arg-type]
        )
        placed = a_series(
            uid=f"placed-{number}", summary="Visite", start=start + timedelta(hours=3),
            location="Chez Mme Pidjot", **known,  # type: ignore[arg-type]
        )  # fmt: skip
        told = an_event(
            uid=f"told-{number}", summary=f"Synthèse {REFERENCE}", start=start + timedelta(hours=5),
            description="Pour Capucine W." if visibility != "PUBLIC" else "Point d’étape",
            extra=["ATTACH;FILENAME=Rapport_Capucine.pdf:https://example.org/a"]
            if visibility == "CONFIDENTIAL" else [], **known,  # type: ignore[arg-type]
        )  # fmt: skip
        for text in (clean, named, placed, told):
            uid = re.search("UID:(.*)\r", text)
            assert uid is not None
            answer = director.put(f"{director.agenda}{uid[1]}.ics", text)
            assert answer.status_code == 201, answer.text
    moved = an_event(
        uid="clean-2", summary=f"Évaluation {REFERENCE}", start=MORNING + timedelta(days=4),
        organizer=ADDRESS, attendees=[JUDGE], visibility="CONFIDENTIAL", sequence=1,
    )  # fmt: skip
    assert director.put(f"{director.agenda}clean-2.ics", moved).status_code == 204
    director.ask("DELETE", f"{director.agenda}clean-1.ics")


def ask_for_dates(director: Client) -> None:
    """A poll about something confidential, named as it should not be."""
    slots = [
        {
            "start": (MORNING + timedelta(days=day)).isoformat(),
            "end": (MORNING + timedelta(days=day, hours=1)).isoformat(),
        }
        for day in (7, 8)
    ]
    base = f"/api/v1/diaries/{DIRECTOR}/hold-groups"
    group = {
        "ref": "VR-2026-09", "title": "Situation Tjibaou-Nekiriai", "slots": slots,
        "visibility": "CONFIDENTIAL", "invited": [JUDGE],
    }  # fmt: skip
    made = director.ask("POST", base, json.dumps(group), JSON)
    assert made.status_code == 201, made.text
    wanted = {"required": [JUDGE], "message": "Pour la petite Capucine"}
    asked = director.ask("POST", f"{base}/VR-2026-09/poll", json.dumps(wanted), JSON)
    assert asked.status_code == 201, asked.text


def let_time_pass(server: Server) -> Path:
    """All that is due in two weeks is done, every six hours; where the mails are."""
    begin = datetime.now(UTC)
    for step in range(0, 14 * 24, 6):
        clock = FixedClock(begin + timedelta(hours=step))
        do_due_work(replace(server.service, clock=clock))
    return server.service.settings.data / "mail"


def answer_all(server: Server, mails: list[Path]) -> list[str]:
    """The judge opens every page and answers; the URLs of it all."""
    browser, seen = Browser(server.base), []
    for path in mails:
        text = readable(path)
        if JUDGE not in text.partition("\n\n")[0] or "/r/" not in text:
            continue
        link = link_in(path)
        page = browser.open(link)
        seen += [link, page.text, *re.findall(r'href="([^"]+)"', page.text)]
        if 'name="answer"' in page.text:
            done = browser.send(link, {"answer": "ACCEPTED", "comment": "Merci pour Capucine"})
            seen.append(done.headers["Location"])
            seen.append(browser.open(f"{link}/invitation.ics").text)
    return seen


def readable(path: Path) -> str:
    """A mail with every part decoded."""
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    parts = [f"{name}: {value}" for name, value in mail.items()] + [""]
    for part in mail.walk():
        parts.append(str(part.get_filename() or ""))
        if part.get_content_maintype() in {"text", "application"}:
            octets = part.get_payload(decode=True)
            assert isinstance(octets, bytes)
            parts.append(octets.decode("utf-8", "replace").replace("\r\n ", ""))
    return "\n".join(parts)


@pytest.mark.rule("SEC-6")
@pytest.mark.rule("acceptance 10")
@pytest.mark.timeout(120)
def test_no_message_url_log_line_or_file_name_bears_a_denied_word(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    director = Client(server.base, DIRECTOR, PASSWORD)
    write_carelessly(director)
    ask_for_dates(director)
    folder = let_time_pass(server)
    mails = sorted(folder.glob("*.eml"))
    seen = answer_all(server, mails)
    folder = let_time_pass(server)
    mails = sorted(folder.glob("*.eml"))

    # There was something to be seen: invitations, a poll, reminders, digests; and what is held.
    told = [readable(path) for path in mails]
    assert sum(f"To: {JUDGE}" in text for text in told) >= 5
    held = director.ask("GET", "/api/v1/held-mails").json()["items"]
    kinds = {found for one in held for found in one["found"]}
    assert {"word:summary", "word:location", "word:file", "name:summary"} & kinds
    assert len(held) >= 6
    stored = director.ask("GET", f"{director.agenda}clean-2.ics").text.replace("\r\n ", "")
    assert partstats(stored) == ["ACCEPTED"]

    ours = [one for one in caplog.records if "urllib3" not in one.name]
    logged = [repr(vars(record)) for record in ours]
    names = [str(path) for path in server.service.settings.data.rglob("*")]
    figures = director.ask("GET", "/metrics").text
    tasks = director.ask("GET", "/api/v1/held-mails").text
    for text in (*told, *seen, *logged, *names, figures, tasks):
        found = FORMS.search(_without_own_words(text))
        assert found is None, text[max(0, found.start() - 300) : found.end() + 50]


def _without_own_words(page: str) -> str:
    """What the judge wrote himself is shown to him alone, in its box."""
    return re.sub(r"<textarea.*?</textarea>", "", page, flags=re.DOTALL)

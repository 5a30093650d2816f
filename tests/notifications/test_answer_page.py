"""Invitations are answered without an account, over HTTP: what a person without scripts meets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from calendars.services.wrong_tokens import MAX_ALL_FAILURES, MAX_FAILURES
from calendars.storage.tables import failed_links
from notifications.links import MOST_DEEDS, Link, link_url, revoke_links
from notifications.tables import links
from tests.builders import HOUR, UID, a_series, a_vevent, an_event
from tests.notifications.guests import (
    JUDGE,
    NEXT_WEEK,
    Browser,
    diary,
    form_in,
    link_in,
    partstats,
    posted,
    put,
    words_of,
)
from tests.serving import Client, Server, running_server

TITLE = "Point d’étape IS-2026-0421"
PLACE = "Salle Turquoise, Nouméa"
PEOPLE = [JUDGE, "greffe@tribunal.example"]
SQLITE = pytest.mark.parametrize("engine", ["sqlite"])


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    settings = {"mail_delay_seconds": 0, "organisation": "DPASS"}
    with running_server(migrated_url, tmp_path / "data", **settings) as running:
        yield running


@pytest.fixture
def anne(server: Server) -> Client:
    return server.add_person("anne", name="Anne Kauri")


@pytest.fixture
def browser(server: Server) -> Browser:
    return Browser(server.base)


def meeting(**parts: object) -> str:
    known = {"summary": TITLE, "location": PLACE, "start": NEXT_WEEK, "attendees": PEOPLE}
    return an_event(organizer="anne@example.org", **{**known, **parts})  # type: ignore[arg-type]


def series(*overrides: str, **parts: object) -> str:
    known = {"summary": TITLE, "location": PLACE, "start": NEXT_WEEK, "attendees": PEOPLE}
    known |= {"rrule": "FREQ=WEEKLY;COUNT=8"}
    return a_series(*overrides, organizer="anne@example.org", **{**known, **parts})  # type: ignore[arg-type]


def invite(server: Server, anne: Client, text: str) -> str:
    """The path of the judge's page."""
    put(anne, text)
    [path] = {link_in(one) for one in posted(server) if JUDGE in one.read_text()}
    return path


@pytest.mark.rule("SEC-7")
def test_an_answer_stands_in_the_diary_in_its_history_and_in_the_audit_trail(
    server: Server, anne: Client, browser: Browser
) -> None:
    path = invite(server, anne, meeting())
    page = words_of(browser.open(path).text)
    assert TITLE in page
    assert f"{NEXT_WEEK.day}" in page
    assert "à 14 h 30" in page
    assert "durée prévue : 1 h" in page
    assert PLACE in page
    assert "Anne Kauri" in page
    assert "greffe" not in page
    assert "juge@" not in page
    assert "Vous n’avez pas encore répondu" in page

    done = browser.send(path, {"answer": "DECLINED", "comment": "Audience ce jour-là.\nPardon."})

    assert (done.status_code, done.headers["Location"]) == (303, f"{path}?done=answered")
    shown = words_of(browser.open(done.headers["Location"]).text)
    assert "Votre réponse est enregistrée. Anne Kauri la voit" in shown
    assert "vous ne participerez pas" in shown
    assert "Audience ce jour-là. Pardon." in shown
    stored = diary(server, anne)
    assert partstats(stored) == ["DECLINED"]
    assert "Audience ce jour-là.\\nPardon." in stored
    audit = anne.ask("GET", "/api/v1/me/audit?limit=50").json()["items"]
    assert "link" in [line["face"] for line in audit if line["deed"] == "change"]

    before = stored
    again = browser.send(path, {"answer": "DECLINED", "comment": "Audience ce jour-là.\nPardon."})
    assert again.status_code == 303
    assert diary(server, anne) == before

    assert browser.send(path, {"answer": "ACCEPTED"}).status_code == 303
    assert partstats(diary(server, anne)) == ["ACCEPTED"]
    assert "Audience" not in diary(server, anne)
    # Nobody is mailed for it.
    assert len(posted(server)) == 2


@SQLITE
@pytest.mark.rule("SEC-6")
@pytest.mark.parametrize("visibility", ["PRIVATE", "CONFIDENTIAL"])
def test_of_what_is_not_public_the_time_and_the_place_are_shown(
    server: Server, anne: Client, browser: Browser, visibility: str
) -> None:
    path = invite(server, anne, meeting(visibility=visibility, description="Famille à entendre"))

    shown = [browser.open(path).text, browser.open(f"{path}/proposal").text]
    shown.append(browser.open(f"{path}/invitation.ics").text)

    for text in shown:
        assert "IS-2026-0421" not in text
        assert "Famille à entendre" not in text
        assert "greffe" not in text
    assert "Réunion" in shown[0]
    assert PLACE in words_of(shown[0])


@SQLITE
@pytest.mark.rule("SEC-7")
def test_filters_of_mail_change_nothing_however_often_they_look(
    server: Server, anne: Client, browser: Browser
) -> None:
    path = invite(server, anne, series())
    before = diary(server, anne)
    with server.service.database.reading() as db:
        rows = db.execute(select(links)).all()

    key = int(NEXT_WEEK.timestamp())
    for step in ("", f"/{key}", f"/{key}/proposal", "/invitation.ics", "?answer=ACCEPTED"):
        for _ in range(5):
            for method in ("GET", "HEAD", "OPTIONS", "GET"):
                browser.open(path + step, method, User_Agent="SafeLinks")
    # Scanners that follow every form press its button, but choose no answer.
    page = browser.open(path).text
    action, seal = form_in(page)
    assert "required checked" not in page
    assert browser.post(action, {"seal": seal, "comment": ""}).status_code == 422

    assert diary(server, anne) == before
    with server.service.database.reading() as db:
        after = db.execute(select(links)).all()
    assert [row[:9] for row in after] == [row[:9] for row in rows]


@SQLITE
def test_a_date_of_a_series_is_answered_for_itself_and_dates_are_shown_in_pages(
    server: Server, anne: Client, browser: Browser
) -> None:
    third = NEXT_WEEK + timedelta(days=14)
    moved = a_vevent(
        recurrence_id=third, start=third + HOUR, summary="Autre ordre du jour", location="Koné",
        organizer="anne@example.org", attendees=PEOPLE,
    )  # fmt: skip
    path = invite(server, anne, series(moved))
    first = browser.open(path).text
    keys = re.findall(rf'href="{path}/(\d+)"', first)
    assert keys == [str(int((NEXT_WEEK + timedelta(days=7 * n)).timestamp())) for n in range(6)]
    assert "page=2" in first
    second = browser.open(f"{path}?page=2").text
    assert len(re.findall(rf'href="{path}/(\d+)"', second)) == 2
    assert "page=3" not in second

    one = f"{path}/{keys[2]}"
    page = words_of(browser.open(one).text)
    assert "à 15 h 30" in page
    assert "Koné" in page
    assert "Participerez-vous à la réunion du" in page
    browser.send(one, {"answer": "DECLINED"})
    browser.send(path, {"answer": "ACCEPTED"})

    assert sorted(partstats(diary(server, anne))) == ["ACCEPTED", "DECLINED"]
    listed = words_of(browser.open(path).text)
    assert listed.count("vous ne participez pas") == 1
    assert listed.count(" vous participez ") == 5
    assert browser.open(f"{path}/{int(keys[0]) + 60}").status_code == 200
    assert "annulée" in words_of(browser.open(f"{path}/{int(keys[0]) + 60}").text)


@SQLITE
def test_what_is_filled_in_wrongly_is_named_and_kept(
    server: Server, anne: Client, browser: Browser
) -> None:
    path = invite(server, anne, meeting())

    wrong = browser.send(path, {"answer": "MAYBE", "comment": "<b>Bonjour</b> ; merci"})
    assert wrong.status_code == 422
    assert "Choisissez une réponse." in words_of(wrong.text)
    assert 'role="alert"' in wrong.text
    assert "&lt;b&gt;Bonjour&lt;/b&gt; ; merci</textarea>" in wrong.text
    long = browser.send(path, {"answer": "ACCEPTED", "comment": "x" * 1_001})
    assert long.status_code == 422
    assert "trop long" in words_of(long.text)
    assert partstats(diary(server, anne)) == ["NEEDS-ACTION"]

    there = f"{path}/proposal"
    today = NEXT_WEEK - timedelta(days=8)
    cases = [
        ({"day": "3 mars", "start": "10:00", "end": "11:00"}, "Indiquez un jour"),
        ({"day": f"{NEXT_WEEK:%Y-%m-%d}", "start": "25:00", "end": "26:00"}, "heure de début"),
        ({"day": f"{NEXT_WEEK:%Y-%m-%d}", "start": "10:00", "end": "09:00"}, "heure de fin"),
        ({"day": f"{NEXT_WEEK:%Y-%m-%d}", "start": "14:30", "end": "15:30"}, "déjà prévu"),
        ({"day": f"{today:%Y-%m-%d}", "start": "10:00", "end": "11:00"}, "à venir"),
        ({"day": "2099-01-01", "start": "10:00", "end": "11:00"}, "deux ans"),
    ]
    for fields, said in cases:
        answer = browser.send(there, fields)
        assert answer.status_code == 422, fields
        assert said in words_of(answer.text), fields


@SQLITE
@pytest.mark.rfc("5546 §3.2.7")
def test_another_time_is_proposed_and_the_meeting_stays(
    server: Server, anne: Client, browser: Browser
) -> None:
    path = invite(server, anne, meeting())
    page = browser.open(path).text
    assert f'href="{path}/proposal"' in page
    form = browser.open(f"{path}/proposal").text
    assert f'value="{NEXT_WEEK:%Y-%m-%d}"' in form
    assert 'value="14:30"' in form
    later = NEXT_WEEK + timedelta(days=1)

    done = browser.send(
        f"{path}/proposal",
        {"day": f"{later:%Y-%m-%d}", "start": "09:00", "end": "10:30", "comment": "Plutôt tôt"},
    )

    assert done.headers["Location"] == f"{path}?done=proposed"
    assert "Votre proposition est transmise" in words_of(browser.open(f"{path}?done=proposed").text)
    assert f":{NEXT_WEEK:%Y%m%dT%H%M%S}" in diary(server, anne)
    assert partstats(diary(server, anne)) == ["NEEDS-ACTION"]
    inbox = anne.propfind("/dav/calendars/anne/inbox/", "<D:getetag/>", "1")
    [item] = [one.href for one in inbox if one.href.endswith(".ics")]
    told = anne.ask("GET", item).text.replace("\r\n ", "")
    assert "METHOD:COUNTER" in told
    assert f":{later:%Y%m%d}T090000" in told
    assert "COMMENT:Plutôt tôt" in told


@SQLITE
def test_the_meeting_goes_into_ones_own_calendar_without_other_people(
    server: Server, anne: Client, browser: Browser
) -> None:
    path = invite(server, anne, meeting())
    [mail] = [one for one in posted(server) if JUDGE in one.read_text()]
    [sender] = re.findall(r"^From: .*<(agenda\+\S+)>", mail.read_text(), re.MULTILINE)

    file = browser.open(f"{path}/invitation.ics")

    assert file.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert file.headers["Content-Disposition"] == 'attachment; filename="invitation.ics"'
    text = file.text.replace("\r\n ", "")
    assert "METHOD:PUBLISH" in text
    assert "ATTENDEE" not in text
    assert f"mailto:{sender}" in text
    assert f"SUMMARY:{TITLE}" in text
    assert "X-NIAOULI" not in text


@SQLITE
def test_what_is_cancelled_past_or_without_him_offers_nothing_to_press(
    server: Server, anne: Client, browser: Browser
) -> None:
    path = invite(server, anne, meeting())
    action, seal = form_in(browser.open(path).text)

    put(anne, meeting(attendees=PEOPLE[1:]))
    assert "n’est plus demandée" in words_of(browser.open(path).text)
    put(anne, meeting(status="CANCELLED", sequence=3))
    assert "est annulée" in words_of(browser.open(path).text)
    anne.ask("DELETE", f"{anne.agenda}m.ics")
    gone = browser.open(path)
    assert "est annulée" in words_of(gone.text)
    assert "<form" not in gone.text
    assert TITLE not in words_of(gone.text)
    assert browser.post(action, {"seal": seal, "answer": "ACCEPTED"}).status_code == 200

    past = meeting(start=NEXT_WEEK - timedelta(days=8), uid="past@niaouli.test")
    put(anne, past, "p.ics")
    with server.service.database.transaction() as db:
        owner = server.principal("anne").id
        link = Link("answer", owner, f"mailto:{JUDGE}", "past@niaouli.test")
        path = link_url(db, "", link, expires_at=2**40, now=1)
    page = browser.open(path).text
    assert "il n’est plus possible d’y répondre" in words_of(page)
    assert "<form" not in page


@SQLITE
@pytest.mark.rule("SEC-7")
def test_a_form_of_another_site_is_refused(server: Server, anne: Client, browser: Browser) -> None:
    path = invite(server, anne, meeting())
    other = link_in(next(one for one in posted(server) if JUDGE not in one.read_text()))
    action, seal = form_in(browser.open(path).text)
    yes = {"answer": "ACCEPTED"}

    refused = [
        browser.post(action, yes | {"seal": seal}, Sec_Fetch_Site="cross-site"),
        browser.post(action, yes | {"seal": seal}, Sec_Fetch_Site="same-site"),
        browser.post(action, yes | {"seal": seal}, Origin="https://evil.example"),
        browser.post(action, yes | {"seal": seal}, Content_Type="text/plain"),
        browser.post(action, yes),
        browser.post(action, yes | {"seal": form_in(browser.open(other).text)[1]}),
        browser.post(action, yes | {"seal": "0." + "a" * 26}),
    ]

    assert [one.status_code for one in refused] == [403, 403, 403, 400, 409, 409, 409]
    assert partstats(diary(server, anne)) == ["NEEDS-ACTION"]
    # What was filled in is still there, for the one who meant it.
    assert 'value="ACCEPTED" required checked' in refused[4].text
    assert "rien n’est encore envoyé" in words_of(refused[4].text)
    # An older browser that says nothing of where it comes from still answers.
    assert browser.post(action, yes | {"seal": seal}, Sec_Fetch_Site="", Origin="").ok
    assert partstats(diary(server, anne)) == ["ACCEPTED"]


@SQLITE
@pytest.mark.rule("SEC-7")
def test_unknown_expired_and_revoked_links_are_answered_alike_and_kept_by_nobody(
    server: Server, anne: Client, browser: Browser
) -> None:
    path = invite(server, anne, meeting())
    unknown = browser.open("/r/" + "a" * 26)
    with server.service.database.transaction() as db:
        db.execute(update(links).values(expires_at=1))
    expired = browser.open(path)
    with server.service.database.transaction() as db:
        [(owner, about)] = set(db.execute(select(links.c.owner_id, links.c.about)).all())
        db.execute(update(links).values(expires_at=2**40))
        revoke_links(db, purpose="answer", owner=owner, about=about, now=1)
    revoked = browser.open(path)
    steps = [browser.open(f"{path}/invitation.ics"), browser.post(path, {"answer": "ACCEPTED"})]

    for answer in (unknown, expired, revoked, *steps):
        assert answer.status_code == 404
        bare = re.sub(r'nonce="?[^"]+"', "", answer.text)
        assert bare == re.sub(r'nonce="?[^"]+"', "", unknown.text)
    assert partstats(diary(server, anne)) == ["NEEDS-ACTION"]


@SQLITE
@pytest.mark.rule("SEC-7")
def test_pages_are_kept_and_followed_by_nobody(
    server: Server, anne: Client, browser: Browser
) -> None:
    path = invite(server, anne, meeting())
    answers = [browser.open(path), browser.open(f"{path}/invitation.ics"), browser.open("/r/x")]
    answers.append(browser.post(path, {}))

    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "Set-Cookie" not in answer.headers
    policy = answers[0].headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    page = answers[0].text
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    for method in ("PUT", "DELETE", "OPTIONS", "PROPFIND", "PATCH"):
        assert browser.open(path, method).status_code == 405


@SQLITE
def test_a_page_speaks_the_readers_language(server: Server, anne: Client, browser: Browser) -> None:
    path = invite(server, anne, series())
    english = browser.open(f"{path}?lang=en")

    assert '<html lang="en">' in english.text
    words = words_of(english.text)
    assert "Will you attend this series of meetings?" in words
    assert "at 14:30" in words
    [key, *_] = re.findall(rf'href="{path}/(\d+)\?lang=en"', english.text)
    done = browser.send(f"{path}/{key}?lang=en", {"answer": "TENTATIVE"})
    assert done.headers["Location"] == f"{path}/{key}?done=answered&lang=en"
    assert browser.open(f"{path}?lang=de").text.count('<html lang="fr">') == 1


@SQLITE
@pytest.mark.rule("SEC-7")
def test_who_tries_tokens_is_slowed_down_and_who_has_one_is_not(
    server: Server, anne: Client, browser: Browser
) -> None:
    path = invite(server, anne, meeting())

    tried = [browser.open(f"/r/{n:026}").status_code for n in range(MAX_FAILURES + 5)]

    assert tried == [404] * MAX_FAILURES + [429] * 5
    slowed = browser.open("/r/" + "a" * 26)
    assert int(slowed.headers["Retry-After"]) > 0
    assert "Réessayez" in words_of(slowed.text)
    assert browser.open(path).status_code == 200
    with server.service.database.transaction() as db:
        now = int(NEXT_WEEK.timestamp()) - 6 * 86_400
        # From many addresses, each of them patient.
        db.execute(failed_links.delete())
        rows = [{"address": f"192.0.2.{n}", "at": now} for n in range(MAX_ALL_FAILURES)]
        db.execute(failed_links.insert(), rows)
    assert browser.open("/r/" + "b" * 26).status_code == 429
    assert browser.open(path).status_code == 200


@SQLITE
@pytest.mark.rule("SEC-7")
def test_one_link_changes_a_diary_only_so_often(
    server: Server, anne: Client, browser: Browser
) -> None:
    path = invite(server, anne, meeting())
    action, seal = form_in(browser.open(path).text)
    answers = ["ACCEPTED", "DECLINED"] * MOST_DEEDS

    said = [
        browser.post(action, {"seal": seal, "answer": answer}).status_code
        for answer in answers[: MOST_DEEDS + 2]
    ]

    assert said == [303] * MOST_DEEDS + [429] * 2
    assert browser.open(path).status_code == 200


@SQLITE
@pytest.mark.rule("SEC-1")
def test_neither_logs_nor_figures_tell_a_token_an_address_or_a_title(
    server: Server, anne: Client, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    path = invite(server, anne, meeting())
    browser.open(f"{path}/invitation.ics")
    browser.send(path, {"answer": "ACCEPTED", "comment": "Avec Capucine"})
    browser.open(path[:-1] + "z")
    browser.open(f"{path}/nowhere/at/all")

    ours = [record for record in caplog.records if "urllib3" not in record.name]
    told = "\n".join(repr(vars(record)) for record in ours)
    told += browser.open("/metrics").text
    assert "page.answered" in told
    for word in (path.rpartition("/")[2][:12], JUDGE, "IS-2026-0421", "Capucine", "Salle"):
        assert word not in told


@SQLITE
@pytest.mark.rule("SEC-7")
def test_links_are_taken_back_by_whoever_keeps_the_diary(
    server: Server, anne: Client, browser: Browser
) -> None:
    path = invite(server, anne, meeting())
    paul = server.add_person("paul")
    there = "/api/v1/principals/anne/guest-links/revoke"
    asked = f'{{"uid": "{UID}", "recipient": "mailto:{JUDGE}"}}'
    named = {"Content-Type": "application/json"}

    assert paul.ask("POST", there, asked, named).status_code == 404
    assert browser.open(path).status_code == 200
    assert anne.ask("POST", there, asked, named).json() == {"revoked": 1}

    assert browser.open(path).status_code == 404
    assert anne.ask("POST", there, asked, named).status_code == 404
    put(anne, meeting(start=NEXT_WEEK + HOUR, sequence=1))
    other = [link_in(one) for one in posted(server) if JUDGE in one.read_text()][-1]
    assert other != path
    assert browser.open(other).status_code == 200

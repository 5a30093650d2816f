"""Two assistants keep the director's diary at the same time, from their own homes (DIA-1).

They find it as Thunderbird does: by a plain listing of the home of the login they are given. Their
client takes them for the organizer; everybody is told that it is the director.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from lxml import etree

from calendars.model.principal import Rights, Role
from calendars.services.delegate import DelegationDraft, delegate, revoke_delegation
from tests.serving import CALDAV, DAV, Client, Server, responses, running_server

DIRECTOR, FIRST, SECOND, GUEST = "directrice", "assistante-1", "assistante-2", "chef-spe"


@pytest.fixture
def server(migrated_url: str, tmp_path: Path) -> Iterator[Server]:
    """The service, with a director and two assistants who keep her diary."""
    with running_server(migrated_url, tmp_path / "data") as running:
        running.add_person(DIRECTOR, name="La Directrice", role=Role.DIRECTOR)
        for login in (FIRST, SECOND):
            running.add_person(login, role=Role.ASSISTANT)
            with running.service.database.transaction() as db:
                draft = DelegationDraft(Rights.SCHEDULE, reason="assistante")
                delegate(db, DIRECTOR, login, draft, zone=UTC, now=int(time.time()))
        running.add_person(GUEST)
        yield running


@pytest.fixture
def people(server: Server) -> dict[str, Client]:
    """Everybody, signed in."""
    return {who: Client(server.base, who) for who in (DIRECTOR, FIRST, SECOND, GUEST)}


def diary_in_the_home_of(client: Client) -> str:
    """The director's diary, as somebody finds it who looks nowhere but into his home."""
    [principal] = _hrefs(client, "/dav/", "<D:current-user-principal/>")
    [home] = _hrefs(client, principal, "<C:calendar-home-set/>")
    found = client.propfind(home, "<D:resourcetype/><D:displayname/>", depth="1")
    [path] = [
        one.href
        for one in found
        if one.found[f"{DAV}resourcetype"].find(f"{CALDAV}calendar") is not None
        and one.found[f"{DAV}displayname"].text == "Agenda — La Directrice"
    ]
    assert path.startswith(home)
    return path


def _hrefs(client: Client, path: str, element: str) -> list[str]:
    found = client.prop(path, element)
    assert found is not None
    return [str(node.text) for node in found.iter(f"{DAV}href")]


def meeting(organizer: str, *, start: str = "20260303T080000", uid: str = "m") -> str:
    """As Thunderbird writes it with the mail identity of that person."""
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Mozilla.org/NONSGML Thunderbird//FR",
            "BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260301T000000Z", "SUMMARY:Réunion",
            f"DTSTART;TZID=Pacific/Noumea:{start}", "DURATION:PT1H",
            f"ORGANIZER;CN={organizer}:mailto:{organizer}@example.org",
            f"ATTENDEE;CN={organizer};ROLE=CHAIR;PARTSTAT=ACCEPTED:mailto:{organizer}@example.org",
            f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{GUEST}@example.org",
            "END:VEVENT", "END:VCALENDAR", "",
        ]
    )  # fmt: skip


def read(client: Client, path: str) -> str:
    """The text of an object, unfolded."""
    answer = client.ask("GET", path)
    assert answer.status_code == 200, answer.text
    return answer.text.replace("\r\n ", "").replace("\r\n", "\n")


def people_of(text: str, name: str) -> list[str]:
    """The lines of that name."""
    return re.findall(rf"^{name}[;:].*$", text, re.MULTILINE)


def sync(client: Client, path: str, token: str = "") -> tuple[dict[str, int | None], str]:
    """What changed in a collection, and the token to go on from."""
    body = (
        f"<D:sync-collection><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
        "<D:prop><D:getetag/></D:prop></D:sync-collection>"
    )
    answer = client.report(path, body)
    assert answer.status_code == 207
    new = etree.fromstring(answer.content).findtext(f"{DAV}sync-token") or ""
    return {one.href: one.status for one in responses(answer)}, new


def only_object(client: Client) -> str:
    """The path of the one object in somebody's own diary."""
    listed = client.propfind(client.agenda, "<D:getetag/>", depth="1")
    [path] = [one.href for one in listed if f"{DAV}getetag" in one.found]
    return path


def sent_by(who: str, line: str) -> bool:
    """The line names the director, and that person as who acts."""
    return line.endswith(f":mailto:{DIRECTOR}@example.org") and (
        f'SENT-BY="mailto:{who}@example.org"' in line
    )


@pytest.mark.rule("DIA-1")
def test_what_either_writes_is_the_directors_and_everybody_agrees(
    server: Server, people: dict[str, Client]
) -> None:
    first, second, guest = people[FIRST], people[SECOND], people[GUEST]
    one, two = diary_in_the_home_of(first), diary_in_the_home_of(second)
    assert one != two
    _, token = sync(second, two)

    told = first.put(f"{one}m.ics", meeting(FIRST), if_none_match="*")
    assert told.status_code == 201
    assert "ETag" not in told.headers  # the server wrote something else: the client reads it
    [organizer] = people_of(read(first, f"{one}m.ics"), "ORGANIZER")
    assert sent_by(FIRST, organizer)
    copy = only_object(guest)
    assert sent_by(FIRST, people_of(read(guest, copy), "ORGANIZER")[0])
    assert FIRST not in "".join(people_of(read(guest, copy), "ATTENDEE"))

    changed, token = sync(second, two, token)
    assert changed == {f"{two}m.ics": None}
    tag = second.ask("GET", f"{two}m.ics").headers["ETag"]
    moved = read(second, f"{two}m.ics").replace("T080000", "T140000")
    assert second.put(f"{two}m.ics", moved.replace("\n", "\r\n"), if_match=tag).status_code == 204
    assert sent_by(SECOND, people_of(read(guest, copy), "ORGANIZER")[0])
    assert "T140000" in read(guest, copy)
    assert first.put(f"{one}m.ics", meeting(FIRST), if_match=tag).status_code == 412
    assert read(people[DIRECTOR], f"/dav/calendars/{DIRECTOR}/agenda/m.ics") == read(
        first, f"{one}m.ics"
    )

    _, token = sync(second, two, token)
    answered = re.sub(
        rf"PARTSTAT=NEEDS-ACTION(.*?:mailto:{GUEST}@)", r"PARTSTAT=ACCEPTED\1", read(guest, copy)
    )
    assert guest.put(copy, answered.replace("\n", "\r\n")).status_code == 204
    for client, path in ((first, one), (second, two)):
        [line] = [
            one for one in people_of(read(client, f"{path}m.ics"), "ATTENDEE") if GUEST in one
        ]
        assert "PARTSTAT=ACCEPTED" in line
    assert set(sync(second, two, token)[0]) == {f"{two}m.ics"}

    assert second.ask("DELETE", f"{two}m.ics").status_code == 204
    assert "STATUS:CANCELLED" in read(guest, copy)
    assert first.ask("GET", f"{one}m.ics").status_code == 404


@pytest.mark.rule("DIA-1")
def test_an_answer_of_an_assistant_is_the_directors(
    server: Server, people: dict[str, Client]
) -> None:
    guest, first = people[GUEST], people[FIRST]
    text = meeting(GUEST).replace(
        "END:VEVENT",
        f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{DIRECTOR}@example.org\r\nEND:VEVENT",
    )
    assert guest.put(f"{guest.agenda}m.ics", text).status_code == 201
    path = only_object(people[DIRECTOR])
    mounted = diary_in_the_home_of(first) + path.rpartition("/")[2]
    written = read(first, mounted)
    line = next(one for one in people_of(written, "ATTENDEE") if DIRECTOR in one)
    # Thunderbird knows nobody of that list by the identity of its user, and adds her.
    own = f"ATTENDEE;CN={FIRST};PARTSTAT=TENTATIVE:mailto:{FIRST}@example.org"
    changed = written.replace(line, f"{line}\n{own}").replace("\n", "\r\n")

    assert first.put(mounted, changed).status_code == 204
    for client, where in ((guest, f"{guest.agenda}m.ics"), (people[SECOND], _beside(people, path))):
        answers = people_of(read(client, where), "ATTENDEE")
        [said] = [one for one in answers if f":mailto:{DIRECTOR}@" in one]
        assert "PARTSTAT=TENTATIVE" in said
        assert not [one for one in answers if f":mailto:{FIRST}@" in one]
    history = first.ask(
        "GET",
        f"/api/v1/principals/{DIRECTOR}/calendars/agenda/objects/{path.rpartition('/')[2]}/history",
    )
    [version] = history.json()["items"]
    assert version["replaced_by"]["login"] == FIRST


def _beside(people: dict[str, Client], path: str) -> str:
    return diary_in_the_home_of(people[SECOND]) + path.rpartition("/")[2]


@pytest.mark.rule("DIR-2")
def test_who_is_revoked_has_nothing_at_once_and_the_other_goes_on(
    server: Server, people: dict[str, Client]
) -> None:
    first, second = people[FIRST], people[SECOND]
    one, two = diary_in_the_home_of(first), diary_in_the_home_of(second)
    first.put(f"{one}m.ics", meeting(FIRST))
    home = f"/dav/calendars/{FIRST}/"
    _, at_home = sync(first, home)
    _, inside = sync(first, one)

    with server.service.database.transaction() as db:
        revoke_delegation(db, DIRECTOR, FIRST, now=int(time.time()))

    # The same kept-alive connection, the same credentials, the tokens that were good just now.
    for path in (f"{one}m.ics", one, f"/dav/calendars/{DIRECTOR}/agenda/m.ics"):
        assert first.ask("GET", path).status_code == 404
    assert first.ask("DELETE", f"{one}m.ics").status_code == 404
    body = f"<D:sync-collection><D:sync-token>{inside}</D:sync-token><D:prop/></D:sync-collection>"
    assert first.report(one, body).status_code == 404
    gone, _ = sync(first, home, at_home)
    assert gone[one] == 404
    listed = [found.href for found in first.propfind(home, "<D:owner/>", depth="1")]
    assert one not in listed
    assert sent_by(FIRST, people_of(read(second, f"{two}m.ics"), "ORGANIZER")[0])
    again = read(second, f"{two}m.ics").replace("T080000", "T090000").replace("\n", "\r\n")
    assert second.put(f"{two}m.ics", again).status_code == 204


@pytest.mark.rule("DIA-1")
def test_an_entry_of_the_director_alone_is_hers_too(
    server: Server, people: dict[str, Client]
) -> None:
    first = people[FIRST]
    diary = diary_in_the_home_of(first)
    alone = re.sub(r"ATTENDEE[^\r]*\r\n", "", meeting(FIRST))
    assert first.put(f"{diary}a.ics", alone).status_code == 201

    [organizer] = people_of(read(first, f"{diary}a.ics"), "ORGANIZER")
    assert sent_by(FIRST, organizer)


def titled(text: str, title: str) -> str:
    """The text as a client writes it back, with another title."""
    return text.replace("SUMMARY:Réunion", f"SUMMARY:{title}").replace("\n", "\r\n")


@pytest.mark.rule("DIA-1")
def test_a_copy_that_answers_overtook_is_merged_and_a_true_conflict_is_told(
    server: Server, people: dict[str, Client]
) -> None:
    first, second, guest = people[FIRST], people[SECOND], people[GUEST]
    one = f"{diary_in_the_home_of(first)}m.ics"
    two = f"{diary_in_the_home_of(second)}m.ics"
    first.put(one, meeting(FIRST))
    seen, tag = read(first, one), first.ask("GET", one).headers["ETag"]
    copy = only_object(guest)
    answered = re.sub(
        rf"PARTSTAT=NEEDS-ACTION(.*?:mailto:{GUEST}@)", r"PARTSTAT=ACCEPTED\1", read(guest, copy)
    )
    assert guest.put(copy, answered.replace("\n", "\r\n")).status_code == 204

    # Her copy does not know of the answer: nobody is bothered, and the answer stays.
    assert first.put(one, titled(seen, "Comité"), if_match=tag).status_code == 204
    [line] = [each for each in people_of(read(second, two), "ATTENDEE") if GUEST in each]
    assert "PARTSTAT=ACCEPTED" in line
    # The other wrote meanwhile on what is no more: she is asked, and what she overwrites is kept.
    late = titled(seen, "Autre").replace("T080000", "T100000")
    assert second.put(two, late, if_match=tag).status_code == 412
    assert "SUMMARY:Comité" in read(second, two)
    assert second.put(two, late).status_code == 204
    assert "SUMMARY:Autre" in read(first, one)
    history = second.ask(
        "GET", f"/api/v1/principals/{DIRECTOR}/calendars/agenda/objects/m.ics/history"
    ).json()
    assert history["current"]["written_by"]["login"] == SECOND
    assert "Comité" in {version["content"]["title"] for version in history["items"]}


@pytest.mark.rule("DIA-8")
def test_one_occurrence_is_moved_in_the_directors_name(
    server: Server, people: dict[str, Client]
) -> None:
    first, second, guest = people[FIRST], people[SECOND], people[GUEST]
    one = f"{diary_in_the_home_of(first)}m.ics"
    two = f"{diary_in_the_home_of(second)}m.ics"
    series = meeting(FIRST).replace("DURATION:", "RRULE:FREQ=WEEKLY;COUNT=4\r\nDURATION:")
    first.put(one, series)
    stored = read(second, two)
    [master] = re.findall(r"BEGIN:VEVENT\n.*?END:VEVENT\n", stored, re.DOTALL)
    moved = re.sub(r"RRULE:.*\n", "", master)
    moved = re.sub(r"DTSTART;TZID=([^:]*):.*\n",
                   "RECURRENCE-ID;TZID=\\1:20260310T080000\nDTSTART;TZID=\\1:20260310T150000\n",
                   moved)  # fmt: skip
    moved = re.sub(r"(SENT-BY=\"mailto:)[^\"]*", rf"\g<1>{FIRST}@example.org", moved)
    both = stored.replace("END:VCALENDAR", f"{moved}END:VCALENDAR").replace("\n", "\r\n")

    assert second.put(two, both).status_code == 204
    text = read(guest, only_object(guest))
    assert "T150000" in text
    assert all(sent_by(SECOND, line) for line in people_of(text, "ORGANIZER"))
    assert len(people_of(text, "ORGANIZER")) == 2
    found = people[DIRECTOR].report(
        f"/dav/calendars/{DIRECTOR}/agenda/",
        '<C:free-busy-query><C:time-range start="20260310T000000Z" end="20260311T000000Z"/>'
        "</C:free-busy-query>",
    )
    assert "20260310T040000Z/" in found.text
    assert "20260309T210000Z/" not in found.text

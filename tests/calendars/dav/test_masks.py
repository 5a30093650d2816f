"""What a client is told of entries that are not for its user: one mask at every exit (SEC-3)."""

from __future__ import annotations

import json

import pytest

from calendars.model.principal import Rights
from tests.builders import a_series, a_valarm, a_vevent, an_event
from tests.calendars.dav.test_delegation import delegate
from tests.serving import CALDAV, DAV, Client, Response, Server, precondition, responses, text

AGENDA = "/dav/calendars/paul/agenda/"
SECRET = "Canari-2208"
DATA = "<D:getetag/><C:calendar-data/>"


@pytest.fixture
def second(server: Server, anne: Client, paul: Client) -> Client:
    """Paul's second assistant: she keeps his diary and does not see what is private."""
    delegate(server, "paul", "anne", Rights.SCHEDULE)
    return anne


def a_secret(*, visibility: str = "PRIVATE", location: str = SECRET) -> str:
    """An entry that is nobody else's business."""
    return an_event(
        uid="secret@x",
        summary=SECRET,
        location=location,
        visibility=visibility,
        alarms=[a_valarm()],
    )


def listed(client: Client) -> list[Response]:
    """What stands in Paul's diary."""
    found = client.propfind(AGENDA, "<D:getetag/><D:getcontentlength/>", depth="1")[1:]
    return sorted(found, key=lambda one: one.href)


def tag(response: Response) -> str:
    """Its entity tag."""
    return text(response.found[f"{DAV}getetag"])


def query(client: Client, inner: str) -> list[Response]:
    """The entries that a filter of events finds."""
    body = (
        f"<C:calendar-query><D:prop>{DATA}</D:prop><C:filter><C:comp-filter name='VCALENDAR'>"
        f"<C:comp-filter name='VEVENT'>{inner}</C:comp-filter></C:comp-filter></C:filter>"
        "</C:calendar-query>"
    )
    return responses(client.report(AGENDA, body))


def sync(client: Client, token: str) -> tuple[dict[str, int | None], str]:
    """Names with their statuses, and the next token."""
    answer = client.report(
        AGENDA,
        f"<D:sync-collection><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
        "<D:prop><D:getetag/></D:prop></D:sync-collection>",
    )
    found = {one.href.removeprefix(AGENDA): one.status for one in responses(answer)}
    return found, answer.text.partition("<D:sync-token>")[2].partition("<")[0]


@pytest.mark.rule("SEC-3")
def test_one_mask_with_one_tag_comes_out_of_every_exit(second: Client, paul: Client) -> None:
    paul.put(f"{AGENDA}secret@x.ics", a_secret())
    [member] = listed(second)
    href, etag = member.href, tag(member)

    got = second.ask("GET", href)
    head = second.ask("HEAD", href)
    [queried] = query(second, "")
    hrefs = f"<D:href>{href}</D:href><D:href>{AGENDA}secret@x.ics</D:href>"
    body = f"<C:calendar-multiget><D:prop>{DATA}</D:prop>{hrefs}</C:calendar-multiget>"
    many, missing = responses(second.report(AGENDA, body))

    assert got.headers["ETag"] == head.headers["ETag"] == etag == tag(queried) == tag(many)
    assert text(member.found[f"{DAV}getcontentlength"]) == str(len(got.content))
    plain = got.text.replace("\r\n", "\n").replace("\n ", "")
    assert plain == queried.data == many.data
    assert (missing.status, missing.found) == (404, {})
    assert "SUMMARY:Privé" in plain
    assert "DTSTART;TZID=Pacific/Noumea:20260303T143000" in plain
    assert not any(word in plain for word in (SECRET, "secret@x", "VALARM", "LOCATION"))
    assert second.ask("GET", href, headers={"If-None-Match": etag}).status_code == 304
    assert second.ask("GET", f"{AGENDA}secret@x.ics").status_code == 404
    assert paul.ask("GET", f"{AGENDA}secret@x.ics").headers["ETag"] != etag
    jcal = second.ask("GET", href, headers={"Accept": "application/calendar+json"})
    assert json.loads(jcal.text)[0] == "vcalendar"
    assert SECRET not in jcal.text


@pytest.mark.rule("SEC-3")
@pytest.mark.rfc("4791 §7.8")
@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("<C:time-range start='20260301T000000Z' end='20260401T000000Z'/>", 1),
        ("<C:prop-filter name='SUMMARY'><C:text-match>Privé</C:text-match></C:prop-filter>", 1),
        (f"<C:prop-filter name='SUMMARY'><C:text-match>{SECRET}</C:text-match></C:prop-filter>", 0),
        ("<C:prop-filter name='UID'><C:text-match>secret@x</C:text-match></C:prop-filter>", 0),
        ("<C:prop-filter name='LOCATION'/>", 0),
        ("<C:comp-filter name='VALARM'/>", 0),
    ],
)
def test_a_filter_finds_what_the_mask_says(
    second: Client, paul: Client, where: str, found: int
) -> None:
    paul.put(f"{AGENDA}secret@x.ics", a_secret())

    assert len(query(second, where)) == found


@pytest.mark.rule("SEC-3")
@pytest.mark.rfc("4791 §9.6.5")
def test_an_expanded_series_shows_its_times(second: Client, paul: Client) -> None:
    moved = a_vevent(recurrence_id="20260310T033000Z", start="20260310T060000Z", summary=SECRET)
    paul.put(f"{AGENDA}s.ics", a_series(moved, summary=SECRET, visibility="CONFIDENTIAL"))
    window = "start='20260301T000000Z' end='20260401T000000Z'"
    body = (
        f"<C:calendar-query><D:prop><C:calendar-data><C:expand {window}/></C:calendar-data>"
        f"</D:prop><C:filter><C:comp-filter name='VCALENDAR'><C:comp-filter name='VEVENT'>"
        f"<C:time-range {window}/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    )
    [found] = responses(second.report(AGENDA, body))

    assert found.data.count("SUMMARY:Occupé") == 4
    assert "DTSTART:20260310T060000Z" in found.data
    assert SECRET not in found.data


@pytest.mark.rule("SEC-4")
@pytest.mark.rfc("6578 §3.5")
def test_synchronisation_follows_the_view(second: Client, paul: Client) -> None:
    paul.put(f"{AGENDA}a.ics", a_secret())
    _, token = sync(second, "")
    [mask] = [one.href.removeprefix(AGENDA) for one in listed(second)]

    paul.put(f"{AGENDA}a.ics", a_secret(location="Ailleurs"))
    assert sync(second, token) == ({}, token)
    paul.put(f"{AGENDA}a.ics", a_secret(visibility="PUBLIC"))
    shown, after = sync(second, token)
    assert shown == {mask: 404, "a.ics": None}
    paul.put(f"{AGENDA}a.ics", a_secret())
    assert sync(second, after)[0] == {mask: None, "a.ics": 404}
    # Whoever kept the first token ends up with the same.
    assert sync(second, token)[0] == {mask: None, "a.ics": 404}
    paul.ask("DELETE", f"{AGENDA}a.ics")
    assert sync(second, after)[0] == {mask: 404, "a.ics": 404}
    foreign = text(paul.prop(AGENDA, "<D:sync-token/>"))
    refused = second.report(
        AGENDA,
        f"<D:sync-collection><D:sync-token>{foreign}</D:sync-token><D:prop/></D:sync-collection>",
    )
    assert precondition(refused) == f"{DAV}valid-sync-token"


@pytest.mark.rule("SEC-4")
def test_nothing_is_written_through_a_mask(
    second: Client, paul: Client, caplog: pytest.LogCaptureFixture
) -> None:
    paul.put(f"{AGENDA}secret@x.ics", a_secret())
    [member] = listed(second)
    href, etag = member.href, tag(member)
    text_seen = second.ask("GET", href).text
    own = {"Destination": "/dav/calendars/anne/agenda/mine.ics"}

    tried = [
        second.put(href, text_seen, if_match=etag),
        second.put(href, an_event(), if_match='"x"'),
        second.ask("DELETE", href, headers={"If-Match": etag}),
        second.ask("COPY", href, headers=own),
        second.ask("MOVE", href, headers=own),
        second.ask(
            "PROPPATCH", href,
            "<D:propertyupdate xmlns:D='DAV:'><D:set><D:prop><x xmlns='y'/></D:prop></D:set>"
            "</D:propertyupdate>",
        ),
    ]  # fmt: skip

    assert [answer.status_code for answer in tried] == [403] * 6
    assert caplog.text.count("object.masked_write_refused") == 6
    assert SECRET in paul.ask("GET", f"{AGENDA}secret@x.ics").text
    assert second.ask("GET", "/dav/calendars/anne/agenda/mine.ics").status_code == 404


@pytest.mark.rule("SEC-5")
@pytest.mark.rfc("4791 §5.3.2.1")
@pytest.mark.parametrize("organizer", ["", "paul@example.org"])
def test_a_conflict_does_not_say_with_what(second: Client, paul: Client, organizer: str) -> None:
    meeting = {"organizer": organizer, "attendees": ["anne@example.org"]} if organizer else {}
    hidden = an_event(
        uid="secret@x", summary=SECRET, visibility="CONFIDENTIAL", organizer=organizer,
        attendees=["leo@example.org"] if organizer else [],
    )  # fmt: skip
    paul.ask("MKCALENDAR", "/dav/calendars/paul/autre/")
    assert paul.put(f"{AGENDA}secret@x.ics", hidden).status_code == 201

    for path in (f"{AGENDA}b.ics", "/dav/calendars/paul/autre/b.ics"):
        refused = second.put(path, an_event(uid="secret@x", **meeting))  # type: ignore[arg-type]
        assert "secret@x.ics" not in refused.text
        if path.startswith(AGENDA) or organizer:
            assert refused.status_code == 403
            assert precondition(refused) in {
                f"{CALDAV}no-uid-conflict",
                f"{CALDAV}unique-scheduling-object-resource",
            }
    named = paul.put(f"{AGENDA}b.ics", an_event(uid="secret@x"))
    assert "secret@x.ics" in named.text


@pytest.mark.rule("SEC-5")
def test_the_name_of_what_is_masked_is_like_one_that_nobody_took(
    second: Client, paul: Client
) -> None:
    paul.put(f"{AGENDA}secret@x.ics", a_secret())
    taken, free = f"{AGENDA}secret@x.ics", f"{AGENDA}free.ics"
    own = {"Destination": "/dav/calendars/anne/agenda/mine.ics"}
    tag_of_paul = paul.ask("GET", taken).headers["ETag"]

    def tried(path: str) -> list[tuple[int, str]]:
        answers = [
            second.ask("GET", path),
            second.ask("HEAD", path),
            second.ask("DELETE", path),
            second.ask("DELETE", path, headers={"If-Match": tag_of_paul}),
            second.ask("COPY", path, headers=own),
            second.ask("MOVE", path, headers=own),
            second.ask("PROPFIND", path, headers={"Depth": "0"}),
            second.put(path, an_event(), if_match=tag_of_paul),
            second.put(path, an_event(), if_match="*"),
        ]
        return [(answer.status_code, answer.text) for answer in answers]

    assert tried(taken) == tried(free)


@pytest.mark.rule("SEC-2")
def test_who_writes_what_he_may_not_read_gets_no_tag_of_it(second: Client, paul: Client) -> None:
    made = second.put(f"{AGENDA}n.ics", a_secret(visibility="CONFIDENTIAL"))

    assert (made.status_code, made.headers.get("ETag")) == (201, None)
    assert second.ask("GET", f"{AGENDA}n.ics").status_code == 404
    assert len(listed(second)) == 1
    assert SECRET in paul.ask("GET", f"{AGENDA}n.ics").text


@pytest.mark.rule("SEC-3")
def test_dead_properties_are_not_shown_with_a_mask(second: Client, paul: Client) -> None:
    paul.put(f"{AGENDA}a.ics", a_secret())
    paul.ask(
        "PROPPATCH", f"{AGENDA}a.ics",
        f"<D:propertyupdate xmlns:D='DAV:'><D:set><D:prop><note xmlns='urn:x'>{SECRET}</note>"
        "</D:prop></D:set></D:propertyupdate>",
    )  # fmt: skip
    note = "<note xmlns='urn:x'/><D:current-user-privilege-set/>"
    [member] = [one for one in second.propfind(AGENDA, note, depth="1") if one.href != AGENDA]

    assert "{urn:x}note" in member.missing
    assert f"{DAV}write" not in {
        node.tag for node in member.found[f"{DAV}current-user-privilege-set"].iter()
    }
    [own] = paul.propfind(f"{AGENDA}a.ics", note)
    assert text(own.found["{urn:x}note"]) == SECRET

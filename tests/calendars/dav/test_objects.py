"""GET, PUT and DELETE of calendar objects, and the conditions under which they are done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.builders import a_calendar, a_journal, a_series, a_todo, a_vevent, a_vtodo, an_event
from tests.serving import CALDAV, DAV, Client, error_of, hrefs, precondition


@pytest.mark.rfc("4791 §5.3.2")
@pytest.mark.parametrize(
    "body",
    [
        an_event(),
        an_event(summary="Réunion\nsuite; fin, \\o/", extra=["X-MOZ-LASTACK:20260101T000000Z"]),
        a_series(a_vevent(recurrence_id="20260310T033000Z", status="CANCELLED")),
        a_todo(),
        a_journal(),
        an_event().replace("\r\n", "\n"),
    ],
    ids=["event", "escapes", "series", "todo", "journal", "LF"],
)
def test_what_was_stored_comes_back_octet_for_octet(anne: Client, body: str) -> None:
    path = anne.agenda + "e.ics"
    stored = anne.put(path, body)
    answer = anne.ask("GET", path)

    assert stored.status_code == 201
    assert answer.content == body.encode()
    assert answer.headers["ETag"] == stored.headers["ETag"]
    assert answer.headers["Content-Type"].startswith("text/calendar; charset=utf-8")


@pytest.mark.rfc("9110 §9.3.2")
def test_head_is_get_without_the_body(anne: Client) -> None:
    path = anne.agenda + "e.ics"
    anne.put(path, an_event())
    get, head = anne.ask("GET", path), anne.ask("HEAD", path)

    assert head.status_code == 200
    assert head.content == b""
    for name in ("ETag", "Content-Length", "Content-Type", "Last-Modified"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.rfc("9110 §13.1.2")
def test_get_of_what_the_client_has_is_304(anne: Client) -> None:
    path = anne.agenda + "e.ics"
    tag = anne.put(path, an_event()).headers["ETag"]

    assert anne.ask("GET", path, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.rfc("4791 §5.3.4")
def test_overwriting_gives_204_and_another_tag(anne: Client) -> None:
    path = anne.agenda + "e.ics"
    first = anne.put(path, an_event())
    second = anne.put(path, an_event(summary="Autre"))

    assert second.status_code == 204
    assert second.headers["ETag"] != first.headers["ETag"]
    assert "Autre" in anne.ask("GET", path).content.decode()


@pytest.mark.rfc("9110 §13.1.1")
@pytest.mark.parametrize(
    ("headers", "exists", "status"),
    [
        ({"If-None-Match": "*"}, False, 201),
        ({"If-None-Match": "*"}, True, 412),
        ({"If-Match": "*"}, True, 204),
        ({"If-Match": "*"}, False, 412),
        ({"If-Match": '"stale"'}, True, 412),
        ({"If-Match": '"stale"'}, False, 412),
        ({"If-Match": "{tag}"}, True, 204),
        ({"If-Match": "{bare}"}, True, 204),  # the CalDav Synchronizer sends it without quotes
        ({"If-Match": '"stale", {tag}'}, True, 204),
        ({"If-Match": "W/{tag}"}, True, 412),
        ({"If-None-Match": "{tag}"}, True, 412),
        ({"If-None-Match": '"other"'}, True, 204),
    ],
)
def test_conditions_of_put(
    anne: Client, headers: dict[str, str], exists: bool, status: int
) -> None:
    path = anne.agenda + "e.ics"
    tag = anne.put(path, an_event()).headers["ETag"] if exists else '"none"'
    filled = {
        name: value.replace("{tag}", tag).replace("{bare}", tag.strip('"'))
        for name, value in headers.items()
    }

    body = an_event(summary="Nouvelle version")
    answer = anne.ask("PUT", path, body, {"Content-Type": "text/calendar", **filled})
    assert answer.status_code == status
    stored = anne.ask("GET", path)
    assert ("Nouvelle version" in stored.content.decode()) == (status < 300)


@pytest.mark.rfc("9110 §13.1.1")
def test_of_writers_who_saw_the_same_version_one_wins(anne: Client) -> None:
    path = anne.agenda + "e.ics"
    tag = anne.put(path, an_event()).headers["ETag"]

    def write(number: int) -> int:
        return anne.put(path, an_event(summary=f"De {number}"), If_Match=tag).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(write, range(6))) == [204, *[412] * 5]


@pytest.mark.rfc("9110 §13.1.2")
def test_of_writers_who_make_the_same_name_one_wins(anne: Client) -> None:
    def write(number: int) -> int:
        body = an_event(uid=f"{number}@x")
        return anne.put(anne.agenda + "new.ics", body, If_None_Match="*").status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(write, range(6))) == [201, *[412] * 5]


@pytest.mark.rfc("4791 §5.3.2.1")
def test_of_writers_of_the_same_uid_one_wins(anne: Client) -> None:
    def write(number: int) -> int:
        return anne.put(f"{anne.agenda}{number}.ics", an_event()).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(write, range(6))) == [201, *[403] * 5]


@pytest.mark.rfc("4791 §5.3.2.1")
@pytest.mark.parametrize(
    ("body", "condition"),
    [
        ("", "valid-calendar-data"),
        ("hello", "valid-calendar-data"),
        (an_event().replace("END:VEVENT\r\n", ""), "valid-calendar-data"),
        (an_event(extra=["RRULE:FREQ=DAILY;INTERVAL=0"]), "valid-calendar-data"),
        (an_event(summary="a\0b"), "valid-calendar-data"),
        (an_event().replace("VERSION:2.0", "VERSION:1.0"), "supported-calendar-data"),
        (a_calendar(a_vevent(), method="REQUEST"), "valid-calendar-object-resource"),
        (a_calendar(a_vevent(), a_vevent(uid="b@x")), "valid-calendar-object-resource"),
        (a_calendar(a_vevent(), a_vtodo()), "valid-calendar-object-resource"),
        (a_calendar(), "supported-calendar-component"),
        (an_event(start="18000101T000000", duration="PT1H"), "min-date-time"),
        (an_event(start="21500101T000000", duration="PT1H"), "max-date-time"),
        (an_event(attendees=[f"a{n}@x.org" for n in range(301)]), "max-attendees-per-instance"),
        (an_event(description="x" * 1_100_000), "max-resource-size"),
    ],
    ids=[
        "empty", "text", "unterminated", "interval 0", "NUL", "1.0", "METHOD", "two UIDs",
        "two kinds", "no component", "too early", "too late", "attendees", "size",
    ],
)  # fmt: skip
def test_what_is_no_calendar_object_is_refused_by_its_precondition(
    anne: Client, body: str, condition: str
) -> None:
    answer = anne.put(anne.agenda + "e.ics", body)

    assert answer.status_code in {403, 413}
    assert precondition(answer) == f"{CALDAV}{condition}"
    assert anne.ask("GET", anne.agenda + "e.ics").status_code == 404


@pytest.mark.rfc("4791 §5.3.2.1")
def test_another_media_type_is_refused_by_its_precondition(anne: Client) -> None:
    answer = anne.ask("PUT", anne.agenda + "e.ics", an_event(), {"Content-Type": "text/vcard"})

    assert answer.status_code == 403
    assert precondition(answer) == f"{CALDAV}supported-calendar-data"


@pytest.mark.rfc("4791 §5.3.2.1")
def test_a_uid_stands_once_in_a_calendar(anne: Client) -> None:
    anne.put(anne.agenda + "first.ics", an_event())
    answer = anne.put(anne.agenda + "second.ics", an_event())

    assert answer.status_code == 403
    assert precondition(answer) == f"{CALDAV}no-uid-conflict"
    assert hrefs(error_of(answer)) == [anne.agenda + "first.ics"]


@pytest.mark.rfc("4791 §5.3.2.1")
def test_a_name_keeps_its_uid(anne: Client) -> None:
    anne.put(anne.agenda + "e.ics", an_event())
    answer = anne.put(anne.agenda + "e.ics", an_event(uid="other@x"))

    assert answer.status_code == 403
    assert precondition(answer) == f"{CALDAV}no-uid-conflict"


@pytest.mark.rfc("4791 §5.3.2.1")
def test_the_same_uid_may_stand_in_two_calendars_of_different_people(
    anne: Client, paul: Client
) -> None:
    assert anne.put(anne.agenda + "e.ics", an_event()).status_code == 201
    assert paul.put(paul.agenda + "e.ics", an_event()).status_code == 201


@pytest.mark.rfc("4918 §9.6")
def test_after_delete_name_and_uid_are_free(anne: Client) -> None:
    path = anne.agenda + "e.ics"
    anne.put(path, an_event())

    assert anne.ask("DELETE", path).status_code == 204
    assert anne.ask("GET", path).status_code == 404
    assert anne.ask("DELETE", path).status_code == 404
    assert anne.put(anne.agenda + "other.ics", an_event()).status_code == 201


@pytest.mark.rfc("9110 §13.1.1")
def test_delete_of_another_version_is_refused(anne: Client) -> None:
    path = anne.agenda + "e.ics"
    tag = anne.put(path, an_event()).headers["ETag"]

    assert anne.ask("DELETE", path, headers={"If-Match": '"stale"'}).status_code == 412
    assert anne.ask("DELETE", path, headers={"If-Match": tag}).status_code == 204


@pytest.mark.rfc("4791 §5.3.2")
@pytest.mark.parametrize(
    "path",
    ["/", "/dav/", "/dav/principals/anne/", "/dav/calendars/anne/", "/dav/calendars/anne/agenda/"],
)
def test_thunderbirds_probe_finds_no_file_to_write(anne: Client, path: str) -> None:
    answer = anne.put(path, "", If_Match="nothing")

    assert answer.status_code in {403, 405}


@pytest.mark.rfc("4918 §9.7.1")
def test_put_where_there_is_no_calendar_is_a_conflict(anne: Client) -> None:
    assert anne.put("/dav/calendars/anne/missing/e.ics", an_event()).status_code == 409


@pytest.mark.rfc("4791 §5.3.2")
def test_put_into_another_persons_calendar_finds_nothing(anne: Client, paul: Client) -> None:
    for path in (paul.agenda, "/dav/calendars/paul/missing/", "/dav/calendars/nobody/agenda/"):
        assert anne.put(path + "e.ics", an_event()).status_code == 404


@pytest.mark.rfc("6638 §2.2")
@pytest.mark.parametrize("box", ["inbox", "outbox"])
def test_nothing_is_put_into_the_scheduling_boxes(anne: Client, box: str) -> None:
    answer = anne.put(f"/dav/calendars/anne/{box}/e.ics", an_event())

    assert answer.status_code in {403, 405}


@pytest.mark.rfc("8144 §3.1")
def test_put_gives_the_representation_back_on_request(anne: Client) -> None:
    body = an_event()
    answer = anne.put(anne.agenda + "e.ics", body, Prefer="return=representation")

    assert (answer.status_code, answer.content) == (201, body.encode())


@pytest.mark.rfc("5995 §3.2")
def test_post_adds_a_member_under_a_name_of_its_own(anne: Client) -> None:
    answer = anne.ask("POST", anne.agenda, an_event(), {"Content-Type": "text/calendar"})

    assert answer.status_code == 201
    assert anne.ask("GET", answer.headers["Location"]).content == an_event().encode()


@pytest.mark.rfc("4791 §5.3.4")
def test_get_on_a_calendar_gives_all_of_it_with_each_zone_once(anne: Client) -> None:
    anne.put(anne.agenda + "a.ics", an_event(uid="a@x"))
    anne.put(anne.agenda + "b.ics", an_event(uid="b@x"))
    answer = anne.ask("GET", anne.agenda)

    assert answer.status_code == 200
    assert answer.text.count("BEGIN:VCALENDAR") == 1
    assert answer.text.count("BEGIN:VTIMEZONE") == 1
    assert answer.text.count("BEGIN:VEVENT") == 2


@pytest.mark.rfc("9110 §15.5.16")
def test_a_compressed_body_is_not_taken(anne: Client) -> None:
    answer = anne.ask(
        "PUT",
        anne.agenda + "e.ics",
        b"\x1f\x8b",
        {"Content-Type": "text/calendar", "Content-Encoding": "gzip"},
    )

    assert answer.status_code == 415


@pytest.mark.rfc("9110 §14.5")
def test_a_part_of_an_object_is_not_stored(anne: Client) -> None:
    answer = anne.put(anne.agenda + "e.ics", an_event(), Content_Range="bytes 0-99/200")

    assert answer.status_code == 400
    assert anne.ask("GET", anne.agenda + "e.ics").status_code == 404


@pytest.mark.rfc("4918 §16")
def test_an_error_holds_one_precondition_and_nothing_besides(anne: Client) -> None:
    error = error_of(anne.put(anne.agenda + "e.ics", "hello"))

    assert error.tag == f"{DAV}error"
    assert len(error) == 1

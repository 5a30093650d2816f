"""Rooms and vehicles invited over CalDAV: they answer at once, each by its policy (RES-1)."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from calendars.kernel.audit import CONSOLE
from calendars.model.principal import PrincipalKind, Rights, Role
from calendars.model.resource_policy import AnswerMode, Category, Closure, ResourceFacts
from calendars.services.delegate import DelegationDraft, delegate
from calendars.services.open_account import NewAccount, open_account
from calendars.services.set_policy import close, get_resource, set_policy
from tests.builders import NOUMEA, a_series, a_vevent, an_event
from tests.serving import CALDAV, Client, Server, hrefs, precondition

ANNE, PAUL, OCRE = "anne@example.org", "paul@example.org", "salle-ocre@example.org"
# A Tuesday long after the clock of the machine that runs the tests.
START = datetime(2037, 3, 3, 14, 30, tzinfo=NOUMEA)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


class Rooms:
    """The resources of one server."""

    def __init__(self, server: Server) -> None:
        self.server, self.database = server, server.service.database
        self.now = int(server.service.clock.now().timestamp())

    def add(self, login: str, **policy: Any) -> None:
        """A room with a policy."""
        kind, email = PrincipalKind.ROOM, f"{login}@example.org"
        new = NewAccount(login, login.title(), kind, Role.AGENT, email, 10)
        with self.database.transaction() as db:
            open_account(db, new, timezone_id="Pacific/Noumea", by=CONSOLE, now=self.now)
        self.policy(login, **policy)

    def policy(self, login: str, **changes: Any) -> None:
        """Another policy, in what is said."""
        with self.database.transaction() as db:
            found = get_resource(db, login)
            policy = replace(found.policy, **changes)
            facts = ResourceFacts(Category.ROOM)
            set_policy(db, found.principal, login, facts, policy, now=self.now)

    def close(self, login: str, start: datetime, end: datetime) -> None:
        """Out of service."""
        period = Closure(int(start.timestamp()), int(end.timestamp()), "peinture")
        with self.database.transaction() as db:
            principal = get_resource(db, login).principal
            close(db, principal, login, period, now=self.now)

    def entrust(self, login: str, to: str) -> None:
        """Somebody keeps the calendar of a resource."""
        with self.database.transaction() as db:
            draft = DelegationDraft(Rights.WRITE, sees_private=True)
            delegate(db, login, to, draft, zone=NOUMEA, now=self.now)


@pytest.fixture
def rooms(server: Server) -> Rooms:
    found = Rooms(server)
    found.add("salle-ocre")
    return found


def booking(uid: str = "a", organizer: str = ANNE, **parts: Any) -> str:
    """An hour in the room on Tuesday 3 March 2037 at 14:30."""
    told = {"start": START, "attendees": [OCRE], **parts}
    return an_event(uid=uid, organizer=organizer, **told)


def send(client: Client, text: str, name: str = "a.ics") -> requests.Response:
    answer = client.put(client.agenda + name, text)
    assert answer.status_code in {201, 204}, answer.text
    return answer


def lines(client: Client, name: str = "a.ics", *, agenda: str = "") -> list[str]:
    answer = client.ask("GET", (agenda or client.agenda) + name)
    assert answer.status_code == 200, answer.text
    return answer.text.replace("\r\n ", "").split("\r\n")


def answers(client: Client, name: str = "a.ics", room: str = OCRE) -> list[str]:
    """PARTSTAT of the room in each component, the series first."""
    found = [line for line in lines(client, name) if line.endswith(f":mailto:{room}")]
    stats = [re.search(r"PARTSTAT=([A-Z-]+)", line) for line in found]
    return [stat[1] if stat else "NEEDS-ACTION" for stat in stats]


def comments(client: Client) -> list[str]:
    """The COMMENTs of the REPLYs in the inbox, with plain spaces."""
    inbox = f"/dav/calendars/{client.login}/inbox/"
    listed = client.propfind(inbox, "<D:getetag/>", depth="1")
    texts = [client.ask("GET", one.href).text for one in listed if one.found]
    unfolded = [text.replace("\r\n ", "") for text in texts if "METHOD:REPLY" in text]
    found = [re.search(r"COMMENT:(.*)\r\n", text) for text in unfolded]
    return [one[1].replace("\u00a0", " ").replace("\\", "") for one in found if one]


def room_calendar(server: Server, login: str = "salle-ocre") -> list[str]:
    """The texts that stand in the room's own calendar."""
    from calendars.storage import calendar_objects, collections

    with server.service.database.reading() as db:
        collection = collections.find(db, login, "agenda")
        assert collection is not None
        return [one.data.decode() for one in calendar_objects.each_of(db, collection.id)]


@pytest.mark.rule("RES-1")
@pytest.mark.rfc("6638 §3.2.9")
def test_a_free_room_says_yes_before_the_answer_to_the_put_is_there(
    server: Server, rooms: Rooms, anne: Client
) -> None:
    send(anne, booking())

    [line] = [line for line in lines(anne) if line.endswith(f":mailto:{OCRE}")]
    assert "PARTSTAT=ACCEPTED" in line
    assert "SCHEDULE-STATUS=2.0" in line
    assert "RSVP" not in line
    [kept] = room_calendar(server)
    assert "PARTSTAT=ACCEPTED" in kept


@pytest.mark.rule("RES-1")
def test_a_taken_room_says_no_why_and_when_it_is_free(
    server: Server, rooms: Rooms, anne: Client, paul: Client
) -> None:
    send(anne, booking(summary="Affaire délicate"))
    send(paul, booking("b", PAUL, start=START + HOUR / 2))

    assert answers(paul) == ["DECLINED"]
    [said] = comments(paul)
    assert said == (
        "La salle est déjà réservée de 14 h 30 à 15 h 30. "
        "Prochain créneau libre : mardi 3 mars 2037 à 15 h 30."
    )
    assert len(room_calendar(server)) == 1  # what was declined takes no place
    assert answers(anne) == ["ACCEPTED"]


MODES = [
    (AnswerMode.NONE, "NEEDS-ACTION", "NEEDS-ACTION"),
    (AnswerMode.ACCEPT, "ACCEPTED", "ACCEPTED"),
    (AnswerMode.DECLINE, "DECLINED", "DECLINED"),
    (AnswerMode.ACCEPT_IF_FREE, "ACCEPTED", "NEEDS-ACTION"),
    (AnswerMode.DECLINE_IF_BUSY, "NEEDS-ACTION", "DECLINED"),
    (AnswerMode.AUTOMATIC, "ACCEPTED", "DECLINED"),
    (AnswerMode.APPROVAL, "NEEDS-ACTION", "DECLINED"),
]


@pytest.mark.rule("RES-1")
@pytest.mark.parametrize("recurring", [False, True], ids=["single", "series"])
@pytest.mark.parametrize(("mode", "free", "taken"), MODES, ids=[str(mode) for mode, *_ in MODES])
def test_every_mode_for_single_events_and_series(
    rooms: Rooms, anne: Client, mode: AnswerMode, free: str, taken: str, *, recurring: bool
) -> None:
    rule = {"rrule": "FREQ=WEEKLY;COUNT=3"} if recurring else {}
    send(anne, booking("held", start=START), "held.ics")
    rooms.policy("salle-ocre", mode=mode)

    send(anne, booking("free", start=START + HOUR, **rule), "free.ics")
    send(anne, booking("taken", start=START - HOUR / 2, **rule), "taken.ics")

    assert set(answers(anne, "free.ics")) == {free}
    assert set(answers(anne, "taken.ics")) == {taken}


@pytest.mark.rule("RES-1")
def test_a_series_is_booked_but_for_the_occurrence_that_is_taken(
    server: Server, rooms: Rooms, anne: Client, paul: Client
) -> None:
    rooms.policy("salle-ocre", conflicts_allowed=1)
    send(anne, booking("one", start=START + WEEK))
    moved = a_vevent(uid="b", organizer=PAUL, attendees=[OCRE], recurrence_id=START + 2 * WEEK,
                     start=START + 2 * WEEK + HOUR)  # fmt: skip
    send(paul, a_series(moved, uid="b", organizer=PAUL, attendees=[OCRE], start=START))

    told = dict(zip(_keys(lines(paul)), answers(paul), strict=True))

    assert told == {"": "ACCEPTED", "20370317": "ACCEPTED", "20370310": "DECLINED"}
    [said] = comments(paul)
    assert said.startswith("1 des 4 occurrences n'est pas possible : mardi 10 mars 2037. ")
    # What the series did not get is free for the one who has it, and the rest is taken.
    again = booking("c", start=START + 2 * WEEK + HOUR)
    send(anne, again, "c.ics")
    assert answers(anne, "c.ics") == ["DECLINED"]


def _keys(unfolded: list[str]) -> list[str]:
    """The day of RECURRENCE-ID of each event, empty for the series."""
    text = "\n".join(unfolded)
    events = text.split("BEGIN:VEVENT")[1:]
    found = [re.search(r"RECURRENCE-ID[^:]*:(\d{8})", event) for event in events]
    return [one[1] if one else "" for one in found]


@pytest.mark.rule("RES-1")
def test_an_endless_series_and_one_event_far_away_do_not_overlap(
    rooms: Rooms, anne: Client, paul: Client
) -> None:
    distant = booking("far", start=START + 100 * WEEK)
    send(anne, distant)
    send(paul, booking("b", PAUL, rrule="FREQ=WEEKLY"))
    assert answers(paul) == ["DECLINED"]

    send(paul, booking("c", PAUL, start=START + HOUR, rrule="FREQ=WEEKLY"), "c.ics")
    assert answers(paul, "c.ics") == ["ACCEPTED"]
    send(anne, booking("later", start=START + 1000 * WEEK + HOUR), "later.ics")
    assert answers(anne, "later.ics") == ["DECLINED"]


@pytest.mark.rule("RES-1")
def test_a_meeting_that_moves_is_judged_again_and_one_that_goes_frees_the_room(
    rooms: Rooms, anne: Client, paul: Client
) -> None:
    send(anne, booking())
    send(paul, booking("b", PAUL, start=START + HOUR))

    send(anne, booking(start=START + HOUR, sequence=1))
    assert answers(anne) == ["DECLINED"]
    send(anne, booking(start=START, sequence=2))
    assert answers(anne) == ["ACCEPTED"]
    assert anne.ask("DELETE", anne.agenda + "a.ics").status_code == 204
    send(paul, booking("b", PAUL, start=START, sequence=1))
    assert answers(paul) == ["ACCEPTED"]


@pytest.mark.rule("RES-1")
def test_a_new_title_or_an_answer_of_others_asks_the_room_nothing(
    rooms: Rooms, anne: Client, paul: Client
) -> None:
    send(anne, booking(attendees=[OCRE, PAUL]))
    rooms.policy("salle-ocre", mode=AnswerMode.DECLINE)

    send(anne, booking(attendees=[OCRE, PAUL], summary="Autre titre"))
    assert answers(anne) == ["ACCEPTED"]
    rooms.policy("salle-ocre", mode=AnswerMode.AUTOMATIC, max_attendees=2)
    send(anne, booking(attendees=[OCRE, PAUL, "zoe@example.org"]))
    assert answers(anne) == ["DECLINED"]  # more people than the room holds


@pytest.mark.rule("RES-1")
def test_a_room_that_is_invited_twice_to_one_meeting_is_booked_once(
    server: Server, rooms: Rooms, anne: Client
) -> None:
    [href] = hrefs(anne.prop("/dav/principals/salle-ocre/", "<D:principal-URL/>"))
    twice = booking().replace("END:VEVENT", f"ATTENDEE:{href}\r\nEND:VEVENT")
    send(anne, twice)

    told = [line for line in lines(anne) if line.startswith("ATTENDEE")]
    assert [("PARTSTAT=ACCEPTED" in line) for line in told] == [True, True]
    assert len(room_calendar(server)) == 1


@pytest.mark.rule("RES-1")
@pytest.mark.parametrize(
    ("policy", "parts", "reason"),
    [
        ({"buffer_after": 30}, {"start": START + HOUR}, "il faut 30 min entre deux réservations"),
        ({"bookers": ("paul",)}, {"start": START + WEEK}, "à d'autres personnes ou services"),
        ({"max_duration": 30}, {"start": START + WEEK}, "se réserve pour 30 min au plus"),
        ({"max_ahead": 30}, {"start": START + WEEK}, "se réserve jusqu'au"),
        ({}, {"start": START + 2 * WEEK}, "hors service"),
    ],
    ids=["buffer", "bookers", "duration", "window", "closed"],
)
def test_every_rule_of_the_policy_holds(
    rooms: Rooms, anne: Client, policy: dict[str, Any], parts: dict[str, Any], reason: str
) -> None:
    send(anne, booking())
    anne_has = rooms.server.add_person  # the policy names people that exist
    anne_has("paul")
    rooms.policy("salle-ocre", **policy)
    rooms.close("salle-ocre", START + 2 * WEEK - HOUR, START + 2 * WEEK + HOUR)

    send(anne, booking("b", **parts), "b.ics")

    assert answers(anne, "b.ics") == ["DECLINED"]
    assert reason in comments(anne)[-1]


@pytest.mark.rule("RES-1")
def test_who_keeps_the_calendar_cannot_book_over_a_booking_either(
    rooms: Rooms, anne: Client, paul: Client
) -> None:
    rooms.entrust("salle-ocre", "paul")
    send(anne, booking())
    there = "/dav/calendars/salle-ocre/agenda/"

    refused = paul.put(there + "own.ics", an_event(uid="own", start=START + HOUR / 2))
    assert (refused.status_code, precondition(refused)) == (
        403, "{urn:niaouli:dav}no-overlapping-booking",
    )  # fmt: skip
    assert "Prochain créneau libre" in refused.text
    assert paul.put(there + "own.ics", an_event(uid="own", start=START + HOUR)).status_code == 201
    # Moving his own entry onto the booking, or a series that meets it later, is no way round.
    assert paul.put(there + "own.ics", an_event(uid="own", start=START)).status_code == 403
    weekly = an_event(uid="w", start=START - 2 * WEEK, rrule="FREQ=WEEKLY")
    assert paul.put(there + "w.ics", weekly).status_code == 403
    rooms.policy("salle-ocre", mode=AnswerMode.ACCEPT)
    assert paul.put(there + "own.ics", an_event(uid="own", start=START)).status_code == 204


@pytest.mark.rule("RES-1")
@pytest.mark.rule("DIA-4")
def test_of_sixteen_who_book_one_room_at_one_instant_one_has_it(
    server: Server, rooms: Rooms
) -> None:
    clients = [server.add_person(f"agent{number}") for number in range(16)]
    gate = threading.Barrier(len(clients))

    def book(client: Client) -> None:
        text = booking(client.login, f"{client.login}@example.org")
        gate.wait()
        send(client, text)

    threads = [threading.Thread(target=book, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    refusal = (
        "La salle est déjà réservée de 14 h 30 à 15 h 30. "
        "Prochain créneau libre : mardi 3 mars 2037 à 15 h 30."
    )
    told = [answers(client)[0] for client in clients]
    assert sorted(told) == ["ACCEPTED"] + ["DECLINED"] * 15
    for client, stat in zip(clients, told, strict=True):
        expected = [] if stat == "ACCEPTED" else [refusal]
        assert comments(client) == expected
    assert len(room_calendar(server)) == 1


@pytest.mark.rule("RES-1")
def test_who_wants_room_and_vehicle_has_both_or_none(server: Server, rooms: Rooms) -> None:
    """Acceptance 8 of the domain: one winner, no partial booking."""
    rooms.add("veh-05")
    both = [OCRE, "veh-05@example.org"]
    clients = [server.add_person(f"agent{number}") for number in range(4)]
    gate = threading.Barrier(len(clients))

    def book(number: int) -> None:
        client = clients[number]
        order = both if number % 2 else both[::-1]
        text = booking(client.login, f"{client.login}@example.org", attendees=order)
        gate.wait()
        send(client, text)

    threads = [threading.Thread(target=book, args=[number]) for number in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    told = [(answers(client), answers(client, room="veh-05@example.org")) for client in clients]
    won, lost = (["ACCEPTED"], ["ACCEPTED"]), (["DECLINED"], ["DECLINED"])
    assert sorted(told) == [won, lost, lost, lost]
    assert [len(room_calendar(server, login)) for login in ("salle-ocre", "veh-05")] == [1, 1]


def test_properties_of_a_room_tell_what_it_is(rooms: Rooms, anne: Client) -> None:
    kind = anne.prop("/dav/principals/salle-ocre/", "<C:calendar-user-type/>")
    assert kind is not None
    assert (kind.tag, kind.text) == (f"{CALDAV}calendar-user-type", "ROOM")


@pytest.mark.rule("RES-1")
def test_nobody_says_yes_in_the_name_of_a_room(
    server: Server, rooms: Rooms, anne: Client, paul: Client
) -> None:
    send(anne, booking())
    claimed = {OCRE: "ACCEPTED"}
    send(paul, booking("b", PAUL, attendees=claimed))
    assert answers(paul) == ["DECLINED"]

    send(paul, booking("b", PAUL, attendees=claimed, summary="Autre titre"))

    assert answers(paul) == ["DECLINED"]
    assert len(room_calendar(server)) == 1

"""A calendar is offered to a colleague as Apple's client does it, taken, left and taken back."""

from __future__ import annotations

import pytest
import requests
from lxml import etree

from tests.builders import an_event
from tests.serving import CS, DAV, Client, Server, hrefs, responses, text

CALENDAR = "/dav/calendars/paul/agenda/"
HOME = "/dav/calendars/anne/"
MOUNT = f"{HOME}paul~agenda/"
ANNE, PAUL = "/dav/principals/anne/", "/dav/principals/paul/"
NS = 'xmlns:D="DAV:" xmlns:CS="http://calendarserver.org/ns/"'


def post(client: Client, path: str, body: str) -> requests.Response:
    """A request of CalendarServer's sharing."""
    head, _, rest = body.partition(">")
    return client.ask("POST", path, f"{head} {NS}>{rest}", {"Content-Type": "text/xml"})


def offer(client: Client, *sharees: str, access: str = "read-write", path: str = CALENDAR) -> int:
    """The status of offering a calendar."""
    sets = "".join(
        f"<CS:set><D:href>{sharee}</D:href><CS:common-name>x</CS:common-name>"
        f"<CS:summary>Visites &amp; trajets</CS:summary><CS:{access}/></CS:set>"
        for sharee in sharees
    )
    return post(client, path, f"<CS:share>{sets}</CS:share>").status_code


def withdraw(client: Client, sharee: str) -> int:
    """The status of taking it back."""
    body = f"<CS:share><CS:remove><D:href>{sharee}</D:href></CS:remove></CS:share>"
    return post(client, CALENDAR, body).status_code


def reply(client: Client, uid: str, answer: str, summary: str = "") -> requests.Response:
    """The answer of a sharee."""
    said = f"<CS:summary>{summary}</CS:summary>" if summary else ""
    return post(
        client,
        f"/dav/calendars/{client.login}/",
        f"<CS:invite-reply><D:href>mailto:{client.login}@example.org</D:href>"
        f"<CS:invite-{answer}/><CS:hosturl><D:href>{CALENDAR}</D:href></CS:hosturl>"
        f"<CS:in-reply-to>{uid}</CS:in-reply-to>{said}</CS:invite-reply>",
    )


def notices(client: Client) -> dict[str, etree._Element]:
    """What stands in the collection of notifications, by path."""
    [box] = hrefs(client.prop(f"/dav/principals/{client.login}/", "<CS:notification-URL/>"))
    found = client.propfind(box, "<CS:notificationtype/><D:getetag/>", depth="1")
    told = {}
    for one in found:
        if one.href != box:
            answer = client.ask("GET", one.href)
            assert answer.headers["ETag"] == text(one.found[f"{DAV}getetag"])
            told[one.href] = etree.fromstring(answer.content)
    return told


def uid_of(client: Client) -> str:
    """The offer that a sharee was told of."""
    [notice] = notices(client).values()
    found = notice.findtext(f".//{CS}uid")
    assert found
    return found


def states(client: Client) -> dict[str, str]:
    """CS:invite of the calendar: what each sharee said."""
    found = client.prop(CALENDAR, "<CS:invite/>")
    assert found is not None
    return {
        hrefs(user)[0]: next(
            str(e.tag).removeprefix(f"{CS}invite-") for e in user if "invite-" in str(e.tag)
        )
        for user in found.findall(f"{CS}user")
    }


def kinds(client: Client, path: str) -> set[str]:
    """Local names of the resource types."""
    found = client.prop(path, "<D:resourcetype/>")
    assert found is not None
    return {str(kind.tag).rpartition("}")[2] for kind in found}


@pytest.mark.parametrize("named", ["mailto:Anne@Example.org", ANNE])
def test_what_is_offered_is_open_once_it_is_accepted(
    server: Server, anne: Client, paul: Client, named: str
) -> None:
    assert "calendarserver-sharing" in paul.ask("OPTIONS", CALENDAR).headers["DAV"]
    assert text(paul.prop(CALENDAR, "<CS:allowed-sharing-modes/>")) == ""
    assert offer(paul, named) == 200
    assert states(paul) == {ANNE: "noresponse"}
    assert "shared-owner" in kinds(paul, CALENDAR)
    assert anne.ask("GET", CALENDAR).status_code == 404  # an offer gives no right
    assert anne.ask("GET", MOUNT).status_code == 404
    [(path, notice)] = notices(anne).items()
    assert hrefs(notice.find(f".//{CS}organizer")) == [PAUL]
    assert hrefs(notice.find(f".//{CS}hosturl")) == [CALENDAR]
    assert notice.findtext(f".//{CS}summary") == "Visites & trajets"
    assert notice.find(f".//{CS}access/{CS}read-write") is not None

    answered = reply(anne, uid_of(anne), "accepted", "Paul, visites")
    assert answered.status_code == 200
    assert hrefs(etree.fromstring(answered.content)) == [MOUNT]
    assert states(paul) == {ANNE: "accepted"}
    assert "shared" in kinds(anne, MOUNT)
    assert text(anne.prop(MOUNT, "<D:displayname/>")) == "Paul, visites"
    assert text(paul.prop(CALENDAR, "<D:displayname/>")) == "Agenda"
    assert hrefs(anne.prop(MOUNT, "<CS:shared-url/>")) == [CALENDAR]
    assert hrefs(anne.prop(MOUNT, "<CS:invite/>")) == [PAUL, ANNE]
    assert anne.put(f"{MOUNT}e.ics", an_event()).status_code == 201
    assert paul.ask("GET", f"{CALENDAR}e.ics").status_code == 200
    assert anne.ask("GET", "/dav/calendars/paul/taches/").status_code == 404
    [told] = notices(paul).values()
    assert told.find(f".//{CS}invite-accepted") is not None
    assert anne.ask("DELETE", path).status_code == 204
    assert notices(anne) == {}


def test_access_changes_at_once_and_is_taken_back_at_once(
    server: Server, anne: Client, paul: Client
) -> None:
    offer(paul, ANNE)
    reply(anne, uid_of(anne), "accepted")
    assert anne.put(f"{MOUNT}e.ics", an_event()).status_code == 201
    assert offer(paul, ANNE, access="read") == 200
    assert anne.put(f"{MOUNT}f.ics", an_event()).status_code == 403
    assert anne.ask("GET", f"{MOUNT}e.ics").status_code == 200

    assert withdraw(paul, ANNE) == 200
    assert anne.ask("GET", f"{MOUNT}e.ics").status_code == 404
    assert anne.ask("PROPFIND", MOUNT, headers={"Depth": "0"}).status_code == 404
    [told] = notices(anne).values()
    assert told.find(f".//{CS}invite-deleted") is not None
    assert "shared-owner" not in kinds(paul, CALENDAR)
    assert paul.prop(CALENDAR, "<CS:invite/>") is None or states(paul) == {}


def test_an_offer_that_was_taken_back_before_an_answer_leaves_no_trace(
    server: Server, anne: Client, paul: Client
) -> None:
    offer(paul, ANNE)
    uid = uid_of(anne)
    assert withdraw(paul, "mailto:anne@example.org") == 200
    assert notices(anne) == {}
    assert reply(anne, uid, "accepted").status_code == 404
    assert anne.ask("GET", MOUNT).status_code == 404


def test_it_is_declined_and_accepted_after_all(server: Server, anne: Client, paul: Client) -> None:
    offer(paul, ANNE)
    uid = uid_of(anne)
    assert reply(anne, uid, "declined").status_code == 204
    assert states(paul) == {ANNE: "declined"}
    assert anne.ask("GET", MOUNT).status_code == 404

    assert reply(anne, uid, "accepted").status_code == 200
    assert anne.ask("GET", MOUNT).status_code == 200
    # Who takes it out of his home declines: the owner learns of it, the calendar stays.
    assert anne.ask("DELETE", MOUNT).status_code == 204
    assert states(paul) == {ANNE: "declined"}
    assert anne.ask("GET", CALENDAR).status_code == 404
    [told] = notices(paul).values()
    assert told.find(f".//{CS}invite-declined") is not None
    assert paul.ask("GET", CALENDAR).status_code == 200


def test_notifications_are_synchronised(server: Server, anne: Client, paul: Client) -> None:
    box = f"{HOME}notification/"

    def sync(token: str) -> tuple[dict[str, int | None], str]:
        body = (
            f"<D:sync-collection><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
            "<D:prop><D:getetag/><CS:notificationtype/></D:prop></D:sync-collection>"
        )
        answer = anne.report(box, body)
        assert answer.status_code == 207
        new = etree.fromstring(answer.content).findtext(f"{DAV}sync-token") or ""
        return {one.href: one.status for one in responses(answer)}, new

    _, token = sync("")
    offer(paul, ANNE)
    came, token = sync(token)
    assert list(came.values()) == [None]
    withdraw(paul, ANNE)
    gone, token = sync(token)
    assert gone == dict.fromkeys(came, 404)
    assert sync(token) == ({}, token)
    assert "notification" in kinds(anne, box)


def test_the_calendar_goes_and_with_it_all_shares(
    server: Server, anne: Client, paul: Client
) -> None:
    path = "/dav/calendars/paul/visites/"
    paul.ask("MKCALENDAR", path)
    offer(paul, ANNE, path=path)
    reply(anne, uid_of(anne), "accepted")
    assert anne.ask("GET", f"{HOME}paul~visites/").status_code == 200

    assert paul.ask("DELETE", path).status_code == 204
    assert anne.ask("GET", f"{HOME}paul~visites/").status_code == 404
    [told] = notices(anne).values()
    assert told.find(f".//{CS}invite-deleted") is not None


def test_sharing_is_for_owners_and_colleagues(server: Server, anne: Client, paul: Client) -> None:
    lise = server.add_person("lise")
    assert offer(anne, "/dav/principals/lise/") == 404
    offer(paul, ANNE)
    uid = uid_of(anne)
    assert reply(lise, uid, "accepted").status_code == 404  # an offer to somebody else
    reply(anne, uid, "accepted")

    assert offer(anne, "/dav/principals/lise/") == 403
    assert offer(anne, "/dav/principals/lise/", path=MOUNT) == 403
    assert offer(paul, ANNE, "mailto:nobody@elsewhere.example") == 403
    assert offer(paul, PAUL) in {400, 403}
    assert offer(paul, ANNE, path="/dav/calendars/paul/inbox/") == 403
    assert list(states(paul)) == [ANNE]
    assert lise.ask("GET", f"{HOME}notification/").status_code == 404
    [path] = notices(anne)
    assert lise.ask("GET", path).status_code == 404
    assert anne.ask("PUT", path, "x").status_code in {403, 405}


@pytest.mark.parametrize(
    "body",
    [
        "<CS:share></CS:share>",
        "<CS:share><CS:set><CS:read/></CS:set></CS:share>",
        "<CS:share><CS:set><D:href>/dav/principals/anne/</D:href></CS:set></CS:share>",
        "<D:other></D:other>",
        "<CS:share",
    ],
)
def test_what_cannot_be_read_is_refused(
    server: Server, anne: Client, paul: Client, body: str
) -> None:
    assert post(paul, CALENDAR, body).status_code == 400

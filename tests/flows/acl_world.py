"""A diary, everybody who may have to do with it, and every request that can be made of it.

What each of them gets is said in `test_acl_matrix.py`; here is only who they are and what is asked.
"""

from __future__ import annotations

import http.client
import itertools
import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from calendars.kernel.audit import CONSOLE
from calendars.kernel.database import Db
from calendars.model.mount import mount_name
from calendars.model.principal import Rights, Role
from calendars.services.disable_account import disable_account
from calendars.storage import collections, delegations, principals
from calendars.storage.delegations import Terms
from tests.builders import an_event
from tests.serving import PASSWORD, Server

NOW = 1_767_225_600  # any instant: the dates of delegations are far from it
DAY = 86_400
FOR_EVER = 4_000_000_000
OWNER = "paul"
CALENDAR = "dossiers"
HOME = f"/dav/calendars/{OWNER}/"
HERE = f"{HOME}{CALENDAR}/"
REST = f"/api/v1/principals/{OWNER}/calendars"
CLASSES = ("PUBLIC", "PRIVATE", "CONFIDENTIAL")
CANARY = {visibility: f"canari{visibility.lower()}" for visibility in CLASSES}
NAMES = {visibility: f"{visibility.lower()}.ics" for visibility in CLASSES}
TEXTS = {
    visibility: an_event(
        uid=f"{visibility}-uid",
        visibility=visibility,
        summary=CANARY[visibility],
        description=CANARY[visibility],
        location=CANARY[visibility],
        extra=(
            f"ORGANIZER;SCHEDULE-AGENT=CLIENT:mailto:{OWNER}@example.org",
            *(
                f"ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:{login}@example.org"
                for login in ("invited", "helper")
                if visibility == "CONFIDENTIAL"
            ),
        ),
    )
    for visibility in CLASSES
}
PERIODS = {
    "always": (None, None),
    "now": (NOW - DAY, FOR_EVER),
    "past": (NOW - 2 * DAY, NOW - DAY),
    "later": (FOR_EVER, None),
}
NS = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'


@dataclass(frozen=True)
class Asker:
    """Somebody, and what he holds on the whole diary."""

    login: str
    rights: Rights | None = None
    private: bool = False
    period: str = "always"
    invited: bool = False
    """He is an attendee of the CONFIDENTIAL entry."""
    enabled: bool = True
    calendar: str | None = None
    """Only on this calendar."""

    @property
    def holds(self) -> Rights | None:
        """The rights that he has now."""
        return self.rights if self.period in {"always", "now"} else None


def askers() -> list[Asker]:
    """Every kind of principal; the owner comes last, since he may remove what is asked about."""
    found = [
        Asker(
            f"{rights.replace('_', '')}-{'p' if private else 'x'}-{period}", rights, private, period
        )
        for rights, private, period in itertools.product(Rights, (False, True), PERIODS)
    ]
    found += [
        Asker("stranger"),
        Asker("boss"),
        Asker("guest"),
        Asker("disabled", Rights.ACT_FOR, private=True, enabled=False),
        Asker("invited", Rights.READ, invited=True),
        Asker("helper", Rights.WRITE, private=True, invited=True),
        Asker("here", Rights.WRITE, private=True, calendar=CALENDAR),
        Asker("elsewhere", Rights.ACT_FOR, private=True, calendar="agenda"),
        Asker(OWNER),
    ]
    return found


@dataclass(frozen=True)
class Request:
    """One request of the matrix: what it is about, how it is named there, and what is sent."""

    about: str
    method: str
    path: str
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def cell(self) -> tuple[str, str]:
        """Row and column of the table."""
        return self.about, self.method


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str


class Line:
    """A keep-alive connection of one asker."""

    def __init__(self, base: str, login: str, password: str = PASSWORD) -> None:
        parts = urlsplit(base)
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        pair = b64encode(f"{login}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}"} if login else {}

    def ask(self, request: Request) -> Answer:
        """One request; the method of a cell may bear a remark behind a blank."""
        method = request.method.partition(" ")[0]
        headers = {**self._headers, **request.headers}
        body = request.body.encode()
        try:
            self._http.request(method, request.path, body, headers)
            answer = self._http.getresponse()
        except ConnectionError:  # it was idle for too long
            self._http.close()
            self._http.request(method, request.path, body, headers)
            answer = self._http.getresponse()
        return Answer(answer.status, answer.read().decode())

    def close(self) -> None:
        """Hang up."""
        self._http.close()


TEXT = {"Content-Type": "text/calendar"}
JSON = {"Content-Type": "application/json"}
PROPS = f"<propfind {NS}><prop><getetag/><resourcetype/><displayname/></prop></propfind>"
PATCH = (
    f'<propertyupdate {NS}><set><prop><x:note xmlns:x="urn:x">1</x:note></prop></set>'
    "</propertyupdate>"
)
PROXIES = (
    f"<propertyupdate {NS}><set><prop><group-member-set><href>/dav/principals/guest/</href>"
    "</group-member-set></prop></set></propertyupdate>"
)
BUSY = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//FR\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\n"
    "UID:busy\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260301T000000Z\r\nDTEND:20260308T000000Z\r\n"
    f"ORGANIZER:mailto:{OWNER}@example.org\r\nATTENDEE:mailto:guest@example.org\r\n"
    "END:VFREEBUSY\r\nEND:VCALENDAR\r\n"
)
FILTER = '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>'
DATA = "<prop><getetag/><C:calendar-data/></prop>"
RANGE = '<C:time-range start="20260101T000000Z" end="20261201T000000Z"/>'
REPORTS = {
    "calendar-query": f"<C:calendar-query {NS}>{DATA}{FILTER}</C:calendar-query>",
    "text-match": (
        f'<C:calendar-query {NS}>{DATA}<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter '
        'name="VEVENT"><C:prop-filter name="SUMMARY"><C:text-match>canari</C:text-match>'
        "</C:prop-filter></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    ),
    "calendar-multiget": (
        f"<C:calendar-multiget {NS}>{DATA}"
        + "".join(f"<href>{HERE}{name}</href>" for name in NAMES.values())
        + "</C:calendar-multiget>"
    ),
    "free-busy-query": f"<C:free-busy-query {NS}>{RANGE}</C:free-busy-query>",
    "sync-collection": (
        f"<sync-collection {NS}><sync-token/><sync-level>1</sync-level>{DATA}</sync-collection>"
    ),
    "expand-property": (
        f'<expand-property {NS}><property name="owner"><property name="displayname"/></property>'
        "</expand-property>"
    ),
    "acl-principal-prop-set": (
        f"<acl-principal-prop-set {NS}><prop><displayname/></prop></acl-principal-prop-set>"
    ),
    "principal-match": f"<principal-match {NS}><self/></principal-match>",
    "principal-property-search": (
        f"<principal-property-search {NS}><property-search><prop><displayname/></prop>"
        "<match>Paul</match></property-search><prop><displayname/></prop>"
        "</principal-property-search>"
    ),
    "principal-search-property-set": f"<principal-search-property-set {NS}/>",
}
PLACES = {
    "home": HOME,
    "calendar": HERE,
    "inbox": f"{HOME}inbox/",
    "outbox": f"{HOME}outbox/",
    "nothing": f"{HERE}nothing.ics",
    "no calendar": f"{HOME}none/",
    "principal": f"/dav/principals/{OWNER}/",
    "proxy-read": f"/dav/principals/{OWNER}/calendar-proxy-read/",
    "proxy-write": f"/dav/principals/{OWNER}/calendar-proxy-write/",
}
_numbers = itertools.count(1)


def requests_about(about: str, path: str) -> Iterator[Request]:
    """Every method, on one resource."""
    number = next(_numbers)
    new = f"{number}.ics"
    event = an_event(uid=f"uid-{number}")
    yield Request(about, "GET", path)
    yield Request(about, "HEAD", path)
    yield Request(about, "OPTIONS", path)
    for depth in ("0", "1"):
        yield Request(about, f"PROPFIND {depth}", path, PROPS, {"Depth": depth})
    patch = PROXIES if about.startswith("proxy") else PATCH
    yield Request(about, "PROPPATCH", path, patch)
    for name, body in REPORTS.items():
        yield Request(about, f"REPORT {name}", path, body, {"Depth": "1"})
    yield Request(about, "POST", path, BUSY if about == "outbox" else event, TEXT)
    if about == "home":
        yield Request(about, "MKCALENDAR", f"{path}made{number}/")
        yield Request(about, "MKCOL", f"{path}col{number}/", _mkcol())
    else:
        yield Request(about, "MKCALENDAR", path)
        yield Request(about, "MKCOL", path, _mkcol())
    if about == "calendar":
        yield Request(about, "PUT new", path + new, event, TEXT)
    uid = about if about in CLASSES else f"there-{number}"
    text = TEXTS[about].replace("DTSTAMP", "X-NEW:1\r\nDTSTAMP") if about in CLASSES else None
    yield Request(about, "PUT", path, text or an_event(uid=uid), TEXT)
    if about in CLASSES or about == "nothing":
        yield Request(about, "POST attach", f"{path}?action=attachment-add", "octets", TEXT)
    yield Request(about, "COPY", path, headers={"Destination": new})
    yield Request(about, "MOVE", path, headers={"Destination": f"{HERE}there{number}.ics"})
    yield Request(about, "ACL", path, f"<acl {NS}/>")
    yield Request(about, "DELETE", path)


def _mkcol() -> str:
    return (
        f"<mkcol {NS}><set><prop><resourcetype><collection/><C:calendar/></resourcetype></prop>"
        "</set></mkcol>"
    )


def rest_requests(versions: Mapping[str, int]) -> Iterator[Request]:
    """Every route of the JSON face that is about the diary of somebody."""
    calendar = f"{REST}/{CALENDAR}"
    title = json.dumps({"title": "Autre"})
    period = "from=2026-01-01T00:00:00Z&to=2026-12-01T00:00:00Z"
    draft = {"title": "Neuf", "start": "2026-03-03T14:30:00+11:00", "duration": 60}
    yield Request("rest person", "GET", f"/api/v1/principals/{OWNER}")
    yield Request("rest busy", "GET", f"/api/v1/freebusy?login={OWNER}&{period}")
    yield Request("rest home", "GET", REST)
    yield Request("rest home", "POST", REST, json.dumps({"title": f"Neuf {next(_numbers)}"}), JSON)
    yield Request("rest calendar", "GET", calendar)
    yield Request("rest calendar", "PATCH", calendar, title, JSON)
    yield Request("rest calendar", "GET objects", f"{calendar}/objects?{period}")
    yield Request("rest calendar", "POST objects", f"{calendar}/objects", json.dumps(draft), JSON)
    yield Request("rest calendar", "GET deleted", f"{calendar}/deleted")
    for about in CLASSES:
        name, row = f"{calendar}/objects/{NAMES[about]}", f"rest {about}"
        yield Request(row, "GET", name)
        yield Request(row, "GET history", f"{name}/history")
        yield Request(row, "GET version", f"{name}/history/{versions[about]}")
        yield Request(row, "PATCH", name, title, JSON)
        yield Request(row, "POST restore", f"{name}/history/{versions[about]}/restore")
        yield Request(row, "DELETE", name)
    yield Request("rest nothing", "GET", f"{calendar}/objects/nothing.ics")
    yield Request("rest nothing", "GET calendar", f"{REST}/none")
    yield Request("rest calendar", "DELETE", calendar)


class World:
    """The diary on a running service."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.lines: dict[str, Line] = {}
        for asker in askers():
            role = Role.ADMIN if asker.login == "boss" else Role.AGENT
            server.add_person(asker.login, role=role)
            self.lines[asker.login] = Line(server.base, asker.login)
        self.owner = self.lines[OWNER]
        assert self.owner.ask(Request("", "MKCALENDAR", HERE)).status == 201
        self._grant()
        for visibility in CLASSES:
            for text in (
                TEXTS[visibility].replace("DTSTAMP", "X-OLD:1\r\nDTSTAMP"),
                TEXTS[visibility],
            ):
                put = Request("", "PUT", HERE + NAMES[visibility], text, TEXT)
                assert self.owner.ask(put).status in {201, 204}

    def _grant(self) -> None:
        with self.server.service.database.transaction() as db:
            ids = {str(each.login): each.id for each in principals.list_all(db)}
            for asker in askers():
                if asker.rights is not None:
                    delegations.grant(
                        db, ids[OWNER], ids[asker.login], asker.rights,
                        sees_private=asker.private, valid=PERIODS[asker.period],
                        terms=self._terms(db, asker),
                    )  # fmt: skip
                if not asker.enabled:
                    disable_account(db, asker.login, by=CONSOLE, now=NOW)

    def _terms(self, db: Db, asker: Asker) -> Terms:
        if asker.calendar is None:
            return Terms()
        found = collections.find(db, OWNER, asker.calendar)
        assert found is not None
        return Terms(calendar=found.id)

    def versions(self) -> dict[str, int]:
        """The former version of each entry."""
        found = {}
        for visibility in CLASSES:
            path = f"{REST}/{CALENDAR}/objects/{NAMES[visibility]}/history"
            answer = self.owner.ask(Request("", "GET", path))
            found[visibility] = int(json.loads(answer.text)["items"][-1]["version"])
        return found

    def listing(self, line: Line) -> set[str]:
        """The names that somebody sees in the calendar."""
        answer = line.ask(Request("", "PROPFIND", HERE, PROPS, {"Depth": "1"}))
        return set(re.findall(rf"<D:href>{HERE}([^<]+)</D:href>", answer.text))

    def calendars(self) -> set[str]:
        """What stands in the home."""
        answer = self.owner.ask(Request("", "PROPFIND", HOME, PROPS, {"Depth": "1"}))
        return set(re.findall(rf"<D:href>{HOME}([^/<]+)/</D:href>", answer.text))

    def masks(self, asker: Asker) -> dict[str, str]:
        """The names by which somebody knows what is masked for him, by class."""
        line, found = self.lines[asker.login], {}
        for name in self.listing(line) - set(NAMES.values()):
            text = line.ask(Request("", "GET", HERE + name)).text
            for visibility, word in (("PRIVATE", "Privé"), ("CONFIDENTIAL", "Occupé")):
                if f"SUMMARY:{word}" in text:
                    found[visibility] = name
        return found

    def requests_of(self, asker: Asker) -> Iterator[Request]:
        """All that one asker asks; what he may remove goes last."""
        own = f"/dav/calendars/{asker.login}/agenda/"
        yield from rest_requests(self.versions())
        for visibility, name in self.masks(asker).items():
            yield from _own(requests_about(f"mask of {visibility}", HERE + name), own)
        for visibility, name in NAMES.items():
            yield from _own(requests_about(visibility, HERE + name), own)
        mount = f"/dav/calendars/{asker.login}/{mount_name(OWNER, CALENDAR)}/"
        for about, path in (*PLACES.items(), ("mount", mount)):
            yield from _own(requests_about(about, path), own)

    def restore(self) -> None:
        """What stood there stands there again, and nothing else."""
        if self.owner.ask(Request("", "HEAD", HERE)).status == 404:
            self.owner.ask(Request("", "MKCALENDAR", HERE))
        for name in self.calendars() - {CALENDAR, "agenda", "taches", "inbox", "outbox"}:
            self.owner.ask(Request("", "DELETE", f"{HOME}{name}/"))
        there = self.listing(self.owner)
        for name in there - set(NAMES.values()):
            self.owner.ask(Request("", "DELETE", HERE + name))
        for visibility, name in NAMES.items():
            self.owner.ask(Request("", "PUT", HERE + name, TEXTS[visibility], TEXT))

    def close(self) -> None:
        """Everybody hangs up."""
        for line in self.lines.values():
            line.close()


def _own(requests: Iterator[Request], own: str) -> Iterator[Request]:
    """Copies go to the asker's own calendar."""
    for one in requests:
        if one.method == "COPY":
            name = one.headers["Destination"].rpartition("/")[2]
            yield Request(one.about, one.method, one.path, headers={"Destination": own + name})
        else:
            yield one

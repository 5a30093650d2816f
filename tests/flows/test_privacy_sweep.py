"""Every person at every door with every method: no canary is where it may not be (SEC-2, SEC-3).

The rows are made from tables: people and their rights, objects with a canary in every property, the
methods and reports of CalDAV, and every route of the JSON face as its own document lists them.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from argon2 import PasswordHasher

from calendars.kernel.audit import CONSOLE
from calendars.kernel.clock import FixedClock
from calendars.kernel.database import Db
from calendars.model.calendar_object import CalendarObject
from calendars.model.principal import PrincipalKind, Privilege, Rights
from calendars.services.authorize import open_collection
from calendars.services.delegate import DelegationDraft, delegate
from calendars.services.disable_account import disable_account
from calendars.services.open_account import NewAccount, open_account
from calendars.services.read_objects import read_each
from calendars.services.write_object import NewText, remove_object, write_object
from calendars.storage import calendar_objects, collections, dead_properties, principals
from calendars.storage.dead_properties import Bearer
from scheduler.app.settings import Settings
from scheduler.app.web import create_app
from scheduler.app.wiring import Service, assemble
from tests.calendars.api.conftest import NOW, PASSWORD
from tests.canaries import COMPONENTS, KINDS, NOBODY, an_object, canary, found_in, places, uid_of

NAMESPACES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
    'xmlns:CS="http://calendarserver.org/ns/" xmlns:X="urn:canaries"'
)
AT = int(NOW.timestamp())
AGENDA, INBOX = "/dav/calendars/owner/agenda/", "/dav/calendars/owner/inbox/"
# Verified as any other hash, but in no time.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

PUBLIC, PRIVATE, MEETING = {"public"}, {"public", "private", "unknown"}, {"public", "meeting"}


@dataclass(frozen=True)
class Person:
    """Somebody, what he was given, and the kinds of object whose content is for him."""

    login: str
    rights: Rights | None
    sees: frozenset[str]
    private: bool = False

    @property
    def names(self) -> list[str]:
        """The names to try: of nothing, one learns as much from a few."""
        return REAL_NAMES if self.sees else REAL_NAMES[::5]

    @classmethod
    def of(
        cls, login: str, rights: Rights | None, sees: set[str], *, private: bool = False
    ) -> Person:
        return cls(login, rights, frozenset(sees), private)


OWNER = Person.of("owner", None, set(KINDS))
PEOPLE = (
    OWNER,
    Person.of("first-assistant", Rights.SCHEDULE, PRIVATE, private=True),
    Person.of("second-assistant", Rights.SCHEDULE, PUBLIC),
    Person.of("interim", Rights.ACT_FOR, PUBLIC),
    Person.of("writer", Rights.WRITE, PUBLIC),
    Person.of("deputy", Rights.READ, PUBLIC),
    Person.of("intern", Rights.READ, PUBLIC),
    Person.of("trusted-reader", Rights.READ, PRIVATE, private=True),
    Person.of("planner", Rights.FREE_BUSY, set()),
    Person.of("attendee", Rights.READ, MEETING),
    Person.of("organizer", Rights.READ, MEETING),
    Person.of("invited", None, set()),
    Person.of("stranger", None, set()),
    Person.of("disabled", Rights.WRITE, set(), private=True),
)
IN_MEETING = ("organizer@example.org", "attendee@example.org", "invited@example.org")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: str
    body: bytes

    @property
    def text(self) -> str:
        """The body, whatever it is."""
        return self.body.decode("utf-8", "replace")


class Door:
    """Hands requests to the application without a socket: thousands of them in a test."""

    def __init__(
        self, app: Callable[..., Awaitable[None]], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._app, self._loop = app, loop

    def ask(self, login: str, method: str, target: str, body: bytes, *more: str) -> Answer:
        """One request; `more` are names and values of headers."""
        path, _, query = target.partition("?")
        basic = base64.b64encode(f"{login}:{PASSWORD}".encode()).decode()
        fields = ["host", "niaouli.test", "content-length", str(len(body)), *more]
        if login:
            fields += ["authorization", f"Basic {basic}"]
        pairs = zip(fields[::2], fields[1::2], strict=True)
        scope = {
            "type": "http",
            "method": method,
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(key.lower().encode(), value.encode()) for key, value in pairs],
            "client": ("127.0.0.1", 1),
            "server": ("niaouli.test", 443),
            "scheme": "https",
            "http_version": "1.1",
            "root_path": "",
            "asgi": {"version": "3.0"},
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        self._loop.run_until_complete(self._app(scope, receive, send))
        told = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], repr(sent[0]["headers"]), told)


@dataclass
class Sweep:
    """The service, and what was seen so far."""

    loop: asyncio.AbstractEventLoop
    data: Path
    door: Door = field(init=False)
    service: Service = field(init=False)
    rows: int = 0
    seen_by: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)

    def enter(self, url: str) -> None:
        """Go on with the store at that URL."""
        settings = Settings.model_validate({"data": self.data, "database_url": url})
        self.service = assemble(settings, clock=FixedClock(NOW))
        self.door = Door(create_app(self.service), self.loop)

    def leave(self) -> None:
        """Let go of the store."""
        self.service.database.close()

    def ask(
        self,
        person: Person,
        method: str,
        path: str,
        body: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One row: a request, and every canary in its answer that the asker did not send."""
        more = [part for field in (headers or {}).items() for part in field]
        answer = self.door.ask(person.login, method, path, body.encode(), *more)
        self.rows += 1
        sent = set(found_in(f"{path} {body} {headers}"))
        told = f"{answer.headers} {answer.text}"
        seen = set(found_in(told)) - sent
        self.seen_by.setdefault(person.login, set()).update(seen)
        leaked = {one for one in seen if one[0] not in person.sees}
        if leaked:
            self.leaks.append(f"{person.login}: {method} {path} {body[:300]} -> {sorted(leaked)}")
        assert answer.status < 500, (method, path, answer.text)
        return answer


# --- the world ---------------------------------------------------------------------------------


def _fill(db: Db) -> None:
    for person in PEOPLE:
        email = f"{person.login}@example.org"
        new = NewAccount(person.login, person.login, PrincipalKind.INDIVIDUAL, email=email)
        open_account(db, new, timezone_id="Pacific/Noumea", now=AT, hashed=_HASH, by=CONSOLE)
    for person in PEOPLE:
        if person.rights is not None:
            draft = DelegationDraft(person.rights, person.private)
            delegate(db, "owner", person.login, draft, zone=UTC, now=AT)
    for kind in KINDS:
        for component in COMPONENTS:
            _write(db, kind, component)
            _write(db, kind, component)  # so that there is a version of before
            _write(db, kind, component, gone=True)
        _write(db, kind, "VEVENT", place="inbox")
    disable_account(db, "disabled", now=AT, by=CONSOLE)


def _write(db: Db, kind: str, component: str, *, gone: bool = False, place: str = "agenda") -> None:
    owner = principals.get(db, "owner")
    collection = collections.find(db, "owner", place)
    assert collection is not None
    text = an_object(kind, component, IN_MEETING if kind == "meeting" else NOBODY)
    if gone:
        text = text.replace("uid-", "gone-")
    name = name_of(kind, component).replace("uid-", "gone-" if gone else "uid-")
    new = NewText(name, CalendarObject.parse(text.encode()), text.encode())
    before = calendar_objects.find(db, collection.id, name)
    written, _ = write_object(db, owner, collection, before, new, now=AT)
    xml = f'<X:dead xmlns:X="urn:canaries">{canary(kind, "dead")}</X:dead>'
    dead_properties.set_one(db, Bearer(object=written), "{urn:canaries}dead", xml)
    if gone:
        stored = calendar_objects.find(db, collection.id, name)
        assert stored is not None
        remove_object(db, owner, collection, stored, now=AT)


def name_of(kind: str, component: str) -> str:
    """The resource name, as clients make it of the UID."""
    return f"{uid_of(kind, component)}.ics"


REAL_NAMES = [name_of(kind, component) for kind in KINDS for component in COMPONENTS]


@pytest.fixture
def sweep(migrated_url: str, tmp_path: Path) -> Iterator[Sweep]:
    """A directorate full of canaries."""
    sweep = Sweep(asyncio.new_event_loop(), tmp_path / "data")
    sweep.enter(migrated_url)
    with sweep.service.database.transaction() as db:
        _fill(db)
    yield sweep
    sweep.leave()
    sweep.loop.run_until_complete(sweep.loop.shutdown_default_executor())
    sweep.loop.close()


def own_names(sweep: Sweep, person: Person, calendar: str = "agenda") -> list[str]:
    """The names by which somebody knows masked objects."""
    if not person.sees:
        return []
    with sweep.service.database.reading() as db:
        who = principals.get(db, person.login)
        opened = open_collection(db, who, ("owner", calendar), Privilege.READ, now=AT)
        return [one.name for one in read_each(db, *opened) if one.masked]


# --- the exits of CalDAV -----------------------------------------------------------------------

_LIVE = """
D:getetag D:getcontenttype D:getcontentlength D:displayname D:creationdate D:getlastmodified
D:resourcetype D:owner D:acl D:current-user-privilege-set D:sync-token CS:getctag C:schedule-tag
C:calendar-description C:calendar-timezone X:dead
"""
_PROP = "".join(f"<{name}/>" for name in _LIVE.split())
PROPFINDS = (
    f"<D:propfind {NAMESPACES}><D:allprop/></D:propfind>",
    f"<D:propfind {NAMESPACES}><D:propname/></D:propfind>",
    f"<D:propfind {NAMESPACES}><D:prop>{_PROP}</D:prop></D:propfind>",
    f"<D:propfind {NAMESPACES}><D:prop><D:getetag/></D:prop></D:propfind>",
)
_YEAR = 'start="20260101T000000Z" end="20261231T000000Z"'
_PART = (
    '<C:comp name="VCALENDAR"><C:allprop/><C:comp name="VEVENT"><C:prop name="SUMMARY"/>'
    '<C:prop name="X-UNKNOWN"/><C:comp name="VALARM"/></C:comp></C:comp>'
)
DATA = (
    "<C:calendar-data/>",
    '<C:calendar-data content-type="application/calendar+json" version="2.0"/>',
    f"<C:calendar-data><C:expand {_YEAR}/></C:calendar-data>",
    f"<C:calendar-data><C:limit-recurrence-set {_YEAR}/></C:calendar-data>",
    f"<C:calendar-data>{_PART}</C:calendar-data>",
)
_CANARI = "<C:text-match>canari</C:text-match>"
_BY_NAME = f'<C:param-filter name="CN">{_CANARI}</C:param-filter>'
_IN_EVENT = (
    f"<C:time-range {_YEAR}/>",
    f'<C:prop-filter name="SUMMARY">{_CANARI}</C:prop-filter>',
    f'<C:prop-filter name="UID">{_CANARI}</C:prop-filter>',
    '<C:prop-filter name="X-UNKNOWN"/>',
    f'<C:prop-filter name="ATTENDEE">{_BY_NAME}</C:prop-filter>',
    '<C:comp-filter name="VALARM"/>',
    '<C:comp-filter name="PARTICIPANT"/>',
)
FILTERS = (
    '<C:comp-filter name="VCALENDAR"/>',
    '<C:comp-filter name="VCALENDAR"><C:comp-filter name="VTODO"/></C:comp-filter>',
    *(
        f'<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{inner}</C:comp-filter>'
        "</C:comp-filter>"
        for inner in _IN_EVENT
    ),
)


def reports(base: str, names: list[str], token: str, forms: Sequence[str] = DATA) -> Iterator[str]:
    """Every report in every form."""
    hrefs = "".join(f"<D:href>{base}{quote(name)}</D:href>" for name in names)
    for data in forms:
        prop = f"<D:prop>{_PROP}{data}</D:prop>"
        yield f"<C:calendar-multiget {NAMESPACES}>{prop}{hrefs}</C:calendar-multiget>"
        yield (
            f"<D:sync-collection {NAMESPACES}><D:sync-token/><D:sync-level>1</D:sync-level>"
            f"{prop}</D:sync-collection>"
        )
        # Every form with every filter would be a product that finds nothing more than its sides.
        for where in FILTERS if data == DATA[0] else FILTERS[:1]:
            yield (
                f"<C:calendar-query {NAMESPACES}>{prop}<C:filter>{where}</C:filter>"
                "</C:calendar-query>"
            )
    yield (
        f"<D:sync-collection {NAMESPACES}><D:sync-token>{token}</D:sync-token>"
        "<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
    )
    yield f"<C:free-busy-query {NAMESPACES}><C:time-range {_YEAR}/></C:free-busy-query>"
    yield (
        f'<D:expand-property {NAMESPACES}><D:property name="owner">'
        '<D:property name="displayname"/></D:property></D:expand-property>'
    )
    yield (
        f"<D:principal-property-search {NAMESPACES}><D:property-search><D:prop><D:displayname/>"
        "</D:prop><D:match>canari</D:match></D:property-search></D:principal-property-search>"
    )
    yield f"<D:principal-match {NAMESPACES}><D:self/></D:principal-match>"
    yield (
        f"<D:acl-principal-prop-set {NAMESPACES}><D:prop><D:displayname/></D:prop>"
        "</D:acl-principal-prop-set>"
    )


def sweep_dav(sweep: Sweep, person: Person, names: list[str]) -> None:
    """Everything that reads, at the calendar, its home, its mount and each object."""
    mount = f"/dav/calendars/{person.login}/owner~agenda/"
    for path in (AGENDA, mount, INBOX, "/dav/calendars/owner/", f"/dav/calendars/{person.login}/"):
        _look_at(sweep, person, path, "01")
        forms = DATA if path == AGENDA else DATA[:1]
        for body in reports(path, names, "urn:niaouli:sync:0:1", forms):
            sweep.ask(person, "REPORT", path, body, {"Depth": "1"})
    inbox = REAL_NAMES[::4] + own_names(sweep, person, "inbox")
    for base, some in ((AGENDA, names), (mount, [*names[::7], *names[-2:]]), (INBOX, inbox)):
        for name in some:
            path = base + quote(name)
            _look_at(sweep, person, path, "0")
            sweep.ask(person, "GET", path, headers={"Accept": "application/calendar+json"})
            sweep.ask(person, "GET", path, headers={"If-None-Match": '"x"'})
            for body in list(reports(base, [name], ""))[:3]:
                sweep.ask(person, "REPORT", path, body, {"Depth": "0"})


def _look_at(sweep: Sweep, person: Person, path: str, depths: str) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        sweep.ask(person, method, path)
    for body in PROPFINDS:
        for depth in depths:
            sweep.ask(person, "PROPFIND", path, body, {"Depth": depth})


def write_dav(sweep: Sweep, person: Person, names: list[str]) -> None:
    """Everything that writes: what may not be seen is neither changed nor carried away."""
    own = f"/dav/calendars/{person.login}/agenda/"
    text = an_object("public", "VEVENT").replace("canari-public", "rien")
    patch = (
        f"<D:propertyupdate {NAMESPACES}><D:set><D:prop><X:dead>rien</X:dead></D:prop></D:set>"
        "</D:propertyupdate>"
    )
    for number, name in enumerate(names):
        path = AGENDA + quote(name)
        away = {"Destination": f"{own}taken-{number}.ics"}
        beside = {"Destination": f"{AGENDA}beside-{number}.ics"}
        onto = {"Destination": path}
        tried = [
            sweep.ask(person, "PROPPATCH", path, patch),
            sweep.ask(person, "PUT", path, text, {"Content-Type": "text/calendar"}),
            sweep.ask(person, "PUT", path, text, {"If-None-Match": "*"}),
            sweep.ask(person, "PUT", path, text, {"If-Match": '"x"'}),
            sweep.ask(person, "PUT", f"{AGENDA}new-{number}.ics", an_uid_of(text, name)),
            sweep.ask(person, "COPY", path, headers=away),
            sweep.ask(person, "COPY", path, headers=beside),
            sweep.ask(person, "COPY", f"{own}taken-{number}.ics", headers=onto),
            sweep.ask(person, "MOVE", path, headers=away),
            sweep.ask(person, "DELETE", path),
            sweep.ask(person, "POST", AGENDA, text, {"Content-Type": "text/calendar"}),
            sweep.ask(person, "MKCALENDAR", path),
        ]
        if name not in REAL_NAMES:
            assert {one.status for one in (*tried[:4], *tried[5:7], *tried[8:10])} == {403}
    sweep.ask(person, "GET", own)


def an_uid_of(text: str, name: str) -> str:
    """The same object under the UID of another one."""
    return text.replace("UID:rien-uid-vevent", f"UID:{name.removesuffix('.ics')}")


# --- the exits of the JSON face ------------------------------------------------------------------


def routes(sweep: Sweep) -> list[tuple[str, str, dict[str, Any]]]:
    """Every route, as the document of the face lists them."""
    document = json.loads(sweep.door.ask("", "GET", "/api/v1/openapi.json", b"").body)
    return [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


QUERY = {
    "from": "2026-01-01T00:00:00+11:00",
    "to": "2026-12-31T00:00:00+11:00",
    "search": "canari",
    "login": "owner",
    "limit": "100",
}


def sweep_rest(sweep: Sweep, person: Person, names: list[str], *, reads: bool) -> None:
    """Every route, with every name where it takes one."""
    for method, template, operation in routes(sweep):
        if (method == "GET") is not reads or "password" in template:
            continue
        wanted = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
        query = "&".join(f"{key}={quote(QUERY[key])}" for key in wanted if key in QUERY)
        for path in paths(template, names):
            body = "" if reads else '{"title": "rien"}'
            headers = {} if reads else {"Content-Type": "application/json"}
            sweep.ask(person, method, f"{path}?{query}" if query else path, body, headers)


def paths(template: str, names: list[str]) -> Iterator[str]:
    """The paths of a route; a parameter that is not known here is 1."""
    filled = template.replace("{login}", "owner").replace("{calendar}", "agenda")
    for name in names if "{name}" in filled else [""]:
        path = filled.replace("{name}", quote(name))
        for version in range(1, 26) if "{version}" in path and name == names[0] else [1]:
            one = path.replace("{version}", str(version))
            while "{" in one:
                head, _, rest = one.partition("{")
                one = f"{head}1{rest.partition('}')[2]}"
            yield one


# --- links ---------------------------------------------------------------------------------------


def sweep_links(sweep: Sweep, person: Person) -> None:
    """Every kind of link that somebody can make: none tells what is confidential."""
    allowed = person.sees - {"confidential", "meeting"}
    for level in ("full", "times", "freebusy"):
        wanted = {"calendars": [{"login": "owner", "calendar": "agenda"}], "level": level}
        headers = {"Content-Type": "application/json"}
        made = sweep.ask(person, "POST", "/api/v1/me/feeds", json.dumps(wanted), headers)
        if made.status != 201:
            continue
        anybody = replace(person, sees=allowed if level == "full" else frozenset())
        link = json.loads(made.body)
        busy = link["busy_path"]
        paths = (link["calendar_path"], busy, busy.replace(".ifb", ".vfb"))
        for path in filter(None, paths):
            assert sweep.ask(anybody, "GET", path).status == 200
            sweep.ask(anybody, "HEAD", path)


# --- the sweep -----------------------------------------------------------------------------------


class _Kept(logging.Handler):
    """All that the service logs, with its extras."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("httpx", "httpcore", "asyncio")):
            self.lines.append(f"{record.getMessage()} {record.__dict__}")


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """The log of the test, of every logger."""
    handler, root = _Kept(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.lines
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.timeout(400)
@pytest.mark.rule("SEC-2", "SEC-3", "SEC-4")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_no_canary_is_seen_where_it_may_not_be(
    sweep: Sweep, logged: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for person in PEOPLE:
        _read_as(sweep, person)
    reads = sweep.rows
    for person in PEOPLE[1:]:
        # What one of them changes shall not count for the next one.
        kept, copy = sweep.service, tmp_path / f"{person.login}.sqlite"
        _copy(tmp_path / "niaouli.sqlite", copy)
        sweep.enter(f"sqlite:///{copy}")
        names = [name for name in person.names if "vevent" in name] + own_names(sweep, person)
        write_dav(sweep, person, names)
        sweep_rest(sweep, person, names, reads=False)
        sweep_dav(sweep, person, names[:1])
        sweep.leave()
        sweep.service = kept

    assert sweep.leaks[:10] == []
    assert [line for line in logged if set(found_in(line))][:3] == []
    with capsys.disabled():
        print(
            f"\nprivacy sweep: {sweep.rows} requests ({reads} that only read) of {len(PEOPLE)} "
            f"people, {len(places())} canaries, {len(logged)} log lines: none where it may not be"
        )
    _has_teeth(sweep)


@pytest.mark.rule("SEC-2", "SEC-3")
@pytest.mark.parametrize("engine", ["postgresql"])
def test_no_canary_is_seen_on_the_other_engine_either(sweep: Sweep, logged: list[str]) -> None:
    some = [person for person in PEOPLE if person.login in {"second-assistant", "attendee"}]
    for person in some:
        _read_as(sweep, person)

    assert sweep.leaks[:10] == []
    assert [line for line in logged if set(found_in(line))][:3] == []
    for person in some:
        seen = {kind for kind, where in sweep.seen_by[person.login] if "vevent" in where}
        assert seen == person.sees


def _copy(path: Path, to: Path) -> None:
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def _read_as(sweep: Sweep, person: Person) -> None:
    names = person.names + own_names(sweep, person)
    sweep_dav(sweep, person, names)
    sweep_rest(sweep, person, names, reads=True)
    sweep_links(sweep, person)


def _has_teeth(sweep: Sweep) -> None:
    """The canaries sing where they may: each person saw all that is for him."""
    everywhere = {kind for kind, _ in sweep.seen_by["owner"]}
    assert everywhere == set(KINDS)
    for person in PEOPLE:
        seen = {kind for kind, where in sweep.seen_by[person.login] if "vevent" in where}
        assert person.sees <= seen | {"unknown"}, person.login

"""Every principal × every resource × every method × every class, against the rule (SEC-2, SEC-5).

The rule stands here as a table, and not as code: who may not read finds nothing (404), who may read
and does more than his rights cover is refused (403), and what a path can never take is said to
everybody alike (405, or 403 by its shape). No cell is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from calendars.model.principal import Rights
from tests.flows.acl_world import (
    CANARY,
    CLASSES,
    OWNER,
    Answer,
    Asker,
    Line,
    Request,
    World,
    askers,
)
from tests.serving import running_server

# Columns: none, free-busy, read, write, schedule and act_for, the owner.
# `seen` are objects whose class the asker sees, `hidden` the others by their own names, `mask` the
# others by the names under which he is shown their times.
TABLE = """
seen             GET,HEAD                              404 404 200 200 200 200
seen             OPTIONS                               200 200 200 200 200 200
seen             PROPFIND_0,PROPFIND_1                 404 404 207 207 207 207
seen             PROPPATCH                             404 404 403 207 207 207
seen             REPORT_calendar-query                 404 404 207 207 207 207
seen             REPORT_text-match                     404 404 207 207 207 207
seen             REPORT_expand-property                404 404 207 207 207 207
seen             REPORT_sync-collection                404 404 403 403 403 403
seen             PUT                                   404 404 403 204 204 204
seen             POST_attach                           404 404 403 201 201 201
seen             COPY                                  404 404 201 201 201 403
seen             MOVE                                  404 404 403 201 201 201
seen             DELETE                                404 404 403 204 204 204
hidden           GET,HEAD                              404 404 404 404 404 ---
hidden           OPTIONS                               200 200 200 200 200 ---
hidden           PROPFIND_0,PROPFIND_1,PROPPATCH       404 404 404 404 404 ---
hidden           REPORT_calendar-query                 404 404 404 404 404 ---
hidden           REPORT_text-match                     404 404 404 404 404 ---
hidden           REPORT_expand-property                404 404 404 404 404 ---
hidden           REPORT_sync-collection                404 404 404 404 404 ---
hidden           PUT                                   404 404 403 403 403 ---
hidden           POST_attach                           404 404 403 404 404 ---
hidden           COPY                                  404 404 404 404 404 ---
hidden           MOVE,DELETE                           404 404 403 404 404 ---
mask             GET,HEAD,OPTIONS                      --- --- 200 200 200 ---
mask             PROPFIND_0,PROPFIND_1                 --- --- 207 207 207 ---
mask             REPORT_calendar-query                 --- --- 207 207 207 ---
mask             REPORT_text-match                     --- --- 207 207 207 ---
mask             REPORT_expand-property                --- --- 207 207 207 ---
mask             REPORT_sync-collection                --- --- 403 403 403 ---
mask             PROPPATCH,PUT,POST_attach,COPY,MOVE,DELETE  --- --- 403 403 403 ---
nothing          GET,HEAD,PROPFIND_0,PROPFIND_1        404 404 404 404 404 404
nothing          OPTIONS                               200 200 200 200 200 200
nothing          PROPPATCH,COPY                        404 404 404 404 404 404
nothing          REPORT_calendar-query                 404 404 404 404 404 404
nothing          REPORT_text-match                     404 404 404 404 404 404
nothing          REPORT_expand-property                404 404 404 404 404 404
nothing          REPORT_sync-collection                404 404 404 404 404 404
nothing          PUT                                   404 404 403 201 201 201
nothing          POST_attach                           404 404 403 404 404 404
nothing          MOVE,DELETE                           404 404 403 404 404 404
OBJECTS          REPORT_calendar-multiget              404 404 207 207 207 207
OBJECTS          REPORT_free-busy-query                403 403 403 403 403 403
OBJECTS          ACL                                   405 405 405 405 405 405
OBJECTS          POST                                  403 403 403 403 403 403
OBJECTS          MKCALENDAR,MKCOL                      403 403 403 403 403 403
home             GET,HEAD                              404 404 200 200 200 200
home             PROPFIND_0,PROPFIND_1                 404 404 207 207 207 207
home             PROPPATCH                             404 404 403 207 207 207
home             REPORT_calendar-query                 404 404 207 207 207 207
home             REPORT_text-match                     404 404 207 207 207 207
home             REPORT_sync-collection                404 404 207 207 207 207
home             REPORT_expand-property                404 404 207 207 207 207
home             REPORT_calendar-multiget              404 404 403 403 403 403
home             REPORT_free-busy-query                403 403 403 403 403 403
home             MKCALENDAR,MKCOL                      404 404 403 201 201 201
home             POST,PUT,COPY,MOVE,DELETE             405 405 405 405 405 405
home             ACL                                   404 404 403 403 403 200
COLLECTIONS      GET,HEAD                              404 404 200 200 200 200
COLLECTIONS      PROPFIND_0,PROPFIND_1                 404 404 207 207 207 207
COLLECTIONS      PROPPATCH                             404 404 403 207 207 207
COLLECTIONS      REPORT_calendar-query                 404 404 207 207 207 207
COLLECTIONS      REPORT_text-match                     404 404 207 207 207 207
COLLECTIONS      REPORT_calendar-multiget              404 404 207 207 207 207
COLLECTIONS      REPORT_sync-collection                404 404 207 207 207 207
COLLECTIONS      REPORT_expand-property                404 404 207 207 207 207
COLLECTIONS      REPORT_free-busy-query                404 200 200 200 200 200
COLLECTIONS      REPORT_acl-principal-prop-set         404 404 403 403 403 207
COLLECTIONS      MKCALENDAR                            404 404 403 403 403 403
COLLECTIONS      MKCOL                                 404 404 403 405 405 405
COLLECTIONS      PUT,COPY,MOVE                         405 405 405 405 405 405
calendar         POST,PUT_new                          404 404 403 201 201 201
calendar         ACL                                   404 404 403 403 403 200
calendar         DELETE                                404 404 403 403 403 204
inbox            POST                                  404 404 403 405 405 405
outbox           POST                                  404 404 403 403 200 200
inbox,outbox     ACL,DELETE                            404 404 403 403 403 403
mount            GET,HEAD                              404 404 200 200 200 404
mount            PROPFIND_0,PROPFIND_1,PROPPATCH       404 404 207 207 207 404
mount            REPORT_calendar-query                 404 404 207 207 207 404
mount            REPORT_text-match                     404 404 207 207 207 404
mount            REPORT_calendar-multiget              404 404 207 207 207 404
mount            REPORT_sync-collection                404 404 207 207 207 404
mount            REPORT_expand-property                404 404 207 207 207 404
mount            REPORT_free-busy-query                404 200 200 200 200 404
mount            REPORT_acl-principal-prop-set         404 404 403 403 403 404
mount            POST                                  404 404 403 201 201 404
mount            ACL                                   404 404 403 403 403 404
mount            MKCALENDAR,MKCOL                      403 403 403 403 403 403
mount            PUT,COPY,MOVE                         405 405 405 405 405 405
mount            DELETE                                404 404 204 204 204 404
no_calendar      GET,HEAD,PROPFIND_0,PROPFIND_1        404 404 404 404 404 404
no_calendar      PROPPATCH,POST,ACL,DELETE             404 404 404 404 404 404
no_calendar      REPORT_calendar-query                 404 404 404 404 404 404
no_calendar      REPORT_text-match                     404 404 404 404 404 404
no_calendar      REPORT_calendar-multiget              404 404 404 404 404 404
no_calendar      REPORT_sync-collection                404 404 404 404 404 404
no_calendar      REPORT_expand-property                404 404 404 404 404 404
no_calendar      REPORT_free-busy-query                404 404 404 404 404 404
no_calendar      MKCALENDAR,MKCOL                      404 404 403 201 201 201
no_calendar      PUT,COPY,MOVE                         405 405 405 405 405 405
seen,home        REPORT_acl-principal-prop-set         404 404 403 403 403 404
hidden,nothing   REPORT_acl-principal-prop-set         404 404 404 404 404 404
mask             REPORT_acl-principal-prop-set         --- --- 403 403 403 ---
no_calendar      REPORT_acl-principal-prop-set         404 404 404 404 404 404
PRINCIPALS       GET,HEAD                              200 200 200 200 200 200
PRINCIPALS       PROPFIND_0,PROPFIND_1                 207 207 207 207 207 207
PRINCIPALS       PROPPATCH                             403 403 403 403 403 207
PRINCIPALS       REPORT_expand-property                207 207 207 207 207 207
PRINCIPALS       REPORT_acl-principal-prop-set         207 207 207 207 207 207
PRINCIPALS       REPORT_calendar-query                 403 403 403 403 403 403
PRINCIPALS       REPORT_text-match                     403 403 403 403 403 403
PRINCIPALS       REPORT_calendar-multiget              403 403 403 403 403 403
PRINCIPALS       REPORT_free-busy-query                403 403 403 403 403 403
PRINCIPALS       REPORT_sync-collection                403 403 403 403 403 403
PRINCIPALS       MKCALENDAR,MKCOL                      403 403 403 403 403 403
PRINCIPALS       POST,PUT,COPY,MOVE,ACL,DELETE         405 405 405 405 405 405
ANYWHERE         OPTIONS                               200 200 200 200 200 200
ANYWHERE         REPORT_principal-match                207 207 207 207 207 207
ANYWHERE         REPORT_principal-property-search      207 207 207 207 207 207
ANYWHERE         REPORT_principal-search-property-set  200 200 200 200 200 200
rest_person      GET                                   200 200 200 200 200 200
rest_busy        GET                                   200 200 200 200 200 200
rest_home        GET                                   404 404 200 200 200 200
rest_home        POST                                  404 404 403 201 201 201
rest_calendar    GET,GET_objects,GET_deleted           404 404 200 200 200 200
rest_calendar    PATCH                                 404 404 403 200 200 200
rest_calendar    POST_objects                          404 404 403 201 201 201
rest_calendar    DELETE                                404 404 403 403 403 204
rest_nothing     GET,GET_calendar                      404 404 404 404 404 404
rest_seen        GET,GET_history                       404 404 200 200 200 200
rest_seen        GET_version                           404 404 200 200 200 200
rest_seen        PATCH,POST_restore                    404 404 403 200 200 200
rest_seen        DELETE                                404 404 403 204 204 204
rest_hidden      GET,GET_history,GET_version           404 404 404 404 404 ---
rest_hidden      PATCH,POST_restore,DELETE             404 404 403 404 404 ---
"""
GROUPS = {
    "OBJECTS": ("seen", "hidden", "mask", "nothing"),
    "COLLECTIONS": ("calendar", "inbox", "outbox"),
    "PRINCIPALS": ("principal", "proxy-read", "proxy-write"),
    "ANYWHERE": (
        "seen", "hidden", "mask", "nothing", "home", "calendar", "inbox", "outbox", "no_calendar",
        "mount",
        "principal", "proxy-read", "proxy-write",
    ),
}  # fmt: skip
# The former version of an entry is for those who see its class, whoever takes part in it.
BY_CLASS_ONLY = frozenset({"GET version", "POST restore"})
# Where all that somebody may see stands in one answer.
WHOLE_DIARY = frozenset({
    ("calendar", "GET"), ("calendar", "REPORT calendar-query"), ("calendar", "REPORT text-match"),
    ("calendar", "REPORT calendar-multiget"), ("calendar", "REPORT sync-collection"),
    ("mount", "GET"), ("mount", "REPORT calendar-query"), ("home", "REPORT calendar-query"),
    ("rest calendar", "GET objects"),
})  # fmt: skip
MADE_IN_HOMES = frozenset({"calendar", "inbox", "outbox", "no calendar"})
CHANGES = frozenset({"PUT", "POST", "DELETE", "MOVE", "COPY", "MKCALENDAR", "MKCOL", "PATCH"})
SHUT_OUT = frozenset({401, 429})


def rules() -> dict[tuple[str, str], list[int | None]]:
    """The table, by row and method."""
    found: dict[tuple[str, str], list[int | None]] = {}
    for line in TABLE.strip().splitlines():
        rows, methods, *statuses = line.split()
        cells = [None if status == "---" else int(status) for status in statuses]
        for row in rows.split(","):
            for about in GROUPS.get(row, (row,)):
                for method in methods.split(","):
                    found.setdefault((about, method), cells)
    return found


RULES = rules()


def sees(asker: Asker, visibility: str, *, takes_part: bool = True) -> bool:
    """SEC-2: whose content somebody who may read is shown."""
    if asker.login == OWNER:
        return True
    if asker.holds in {None, Rights.FREE_BUSY} or asker.calendar == "agenda":
        return False
    if visibility == "PUBLIC":
        return True
    if visibility == "PRIVATE":
        return asker.private
    return asker.invited and takes_part


def column(asker: Asker, about: str) -> int:
    """Which column of the table is his, for a kind of resource.

    Rights on one calendar are rights on nothing else; but one may look into the home around it.
    """
    if asker.login == OWNER:
        return 5
    if asker.calendar is not None and about in {"home", "rest home"}:
        return 2
    if asker.calendar == "agenda" and about != "rest busy":
        return 0
    if asker.calendar is not None and about in {"inbox", "outbox", "no calendar"}:
        return 2 if about == "no calendar" else 0
    levels = [None, Rights.FREE_BUSY, Rights.READ, Rights.WRITE, Rights.SCHEDULE, Rights.ACT_FOR]
    return min(levels.index(asker.holds), 4)


def expected(asker: Asker, request: Request) -> frozenset[int]:
    """What the rule says of one cell."""
    if not asker.enabled:
        return SHUT_OUT
    about, method = request.about, request.method
    prefix, _, visibility = about.rpartition(" ")
    if about.startswith("mask of"):
        about = "mask"
    elif visibility in CLASSES:
        shown = sees(asker, visibility, takes_part=method not in BY_CLASS_ONLY)
        readable = column(asker, about) > 1
        about = f"{prefix} {'seen' if shown or not readable else 'hidden'}".strip()
    # A calendar is made in a home: whatever stands at its path, the rights there decide.
    making = method in {"MKCALENDAR", "MKCOL"}
    place = "home" if making and about in MADE_IN_HOMES else request.about
    cells = RULES[about.replace(" ", "_"), method.replace(" ", "_")]
    status = cells[column(asker, place)]
    assert status is not None, f"{asker} should not come to ask {request.cell}"
    return frozenset({status})


def allowed(asker: Asker) -> set[str]:
    """The classes whose content may stand in an answer to him."""
    return {visibility for visibility in CLASSES if asker.enabled and sees(asker, visibility)}


def deviations(asker: Asker, request: Request, answer: Answer) -> Iterator[str]:
    """What is not as the rule says: the status, a word too many, or one that is missing."""
    wanted = expected(asker, request)
    cell = f"{asker.login}: {request.method} {request.about}"
    if answer.status not in wanted:
        yield f"{cell} is {answer.status}, not {sorted(wanted)}"
    shown = {visibility for visibility in CLASSES if CANARY[visibility] in answer.text}
    for visibility in sorted(shown - allowed(asker)):
        yield f"{cell} shows what is {visibility}"
    if request.cell in WHOLE_DIARY and answer.status < 300 and shown != allowed(asker):
        yield f"{cell} shows {sorted(shown)}, not {sorted(allowed(asker))}"


@pytest.fixture(scope="module")
def world(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("acl")
    path = folder / "niaouli.sqlite"
    path.write_bytes(migrated_sqlite.read_bytes())
    with running_server(f"sqlite:///{path}", folder / "data") as server:
        made = World(server)
        yield made
        made.close()


def test_nobody_is_nobody(world: World) -> None:
    stranger = Line(world.server.base, "")
    statuses = Counter(stranger.ask(one).status for one in world.requests_of(Asker("stranger")))
    stranger.close()

    assert set(statuses) == {401}


@pytest.mark.rule("SEC-2")
@pytest.mark.rule("SEC-5")
@pytest.mark.timeout(300)
def test_every_cell_is_as_the_rule_says(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    cells: Counter[str] = Counter()
    wrong: list[str] = []
    for asker in askers():
        for request in world.requests_of(asker):
            answer = world.lines[asker.login].ask(request)
            wrong += deviations(asker, request, answer)
            cells[request.about] += 1
            if answer.status < 300 and request.method.partition(" ")[0] in CHANGES:
                world.restore()
    with capsys.disabled():
        print(f"\nACL: {cells.total()} cells, {len(askers())} askers, {len(wrong)} deviations")
    assert not wrong, "\n".join(wrong)

"""A group counts as its members of the day of the meeting, and people follow it (DIR-1, MTG-2)."""

from __future__ import annotations

from typing import Any

import pytest

from calendars.kernel.audit import CONSOLE
from calendars.model.principal import PrincipalKind, Role
from calendars.services.open_account import NewAccount, open_account
from calendars.services.set_members import change_members
from tests.scheduler.meetings.conftest import Office, rest
from tests.scheduler.meetings.test_follow_up import Clock
from tests.scheduler.meetings.test_meetings import copies, value


@pytest.fixture
def bureau(office: Office) -> Any:
    """A group of two, set by an administrator."""
    admin = office.server.add_person("admin", role=Role.ADMIN)
    with office.server.service.database.transaction() as db:
        new = NewAccount("bureau", "Bureau", PrincipalKind.GROUP)
        open_account(db, new, timezone_id="Pacific/Noumea", by=CONSOLE, now=0)
        change_members(db, "bureau", add=["head", "other"], by=CONSOLE, now=0)

    def put(client: Any = admin, **said: str) -> int:
        url = f"{client.base}/api/v1/groups/bureau/members"
        status: int = client.http.put(url, json=said).status_code
        return status

    put.admin = admin  # type: ignore[attr-defined]
    return put


def invited(office: Office, ref: str) -> dict[str, str]:
    people = rest(office.assistant, "GET", f"/{ref}")["people"]
    answers = {one["address"].removeprefix("mailto:").partition("@")[0]: one["answer"]
               for one in people}  # fmt: skip
    return {login: answer for login, answer in answers.items() if login != "director"}


@pytest.mark.rule("DIR-1")
@pytest.mark.rule("MTG-2")
def test_a_group_is_its_members_of_that_day_and_people_follow_until_it_begins(
    office: Office, bureau: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(office, monkeypatch)
    clock.turn("2027-02-01T09:00:00")
    assert bureau(member="other", until="2027-02-28") == 200
    assert bureau(member="stranger", since="2027-03-01") == 200
    assert bureau(office.head, member="stranger") == 403
    assert bureau(member="other", since="2027-03-02", until="2027-03-01") == 422
    near = office.call(required=["bureau"], start="2027-02-10T08:00:00+11:00")["ref"]
    ref = office.call(required=["bureau"])["ref"]
    assert invited(office, near).keys() == {"head", "other"}
    assert invited(office, ref).keys() == {"head", "stranger"}

    # A colleague has answered: what becomes of the group is no matter of his.
    for one in office.head.propfind(office.head.agenda, "<D:getetag/>", depth="1")[1:]:
        text = office.head.ask("GET", one.href).text.replace("\r\n ", "")
        own = next(line for line in text.split("\r\n") if "mailto:head@" in line)
        answered = text.replace(own, own.replace("NEEDS-ACTION", "ACCEPTED"))
        assert office.head.put(one.href, answered).status_code == 204
    assert invited(office, ref) == {"head": "ACCEPTED", "stranger": "NEEDS-ACTION"}

    assert bureau(member="stranger", since="2027-06-01") == 200
    assert bureau(member="assistant", since="2027-03-05") == 200
    clock.turn("2027-02-05T09:00:00")

    assert invited(office, ref) == {"head": "ACCEPTED", "assistant": "NEEDS-ACTION"}
    called_off = [one for one in copies(office.stranger) if value(one, "STATUS") == "CANCELLED"]
    assert len(called_off) == 1
    assert any("Comité de direction" in one for one in copies(office.assistant))
    rest(office.assistant, "PATCH", f"/{ref}", {"required": ["bureau"], "optional": ["other"]})
    assert invited(office, ref).keys() == {"head", "assistant", "other"}
    assert invited(office, ref)["head"] == "ACCEPTED"

    # What is past keeps its people; the day turns by itself.
    clock.turn("2027-03-01T09:00:00")
    assert bureau(member="head", until="2027-02-01") == 200
    clock.turn("2027-03-02T09:00:00")
    assert invited(office, near).keys() == {"head", "other"}
    assert invited(office, ref).keys() == {"assistant", "other"}

    clock.turn("2027-03-05T09:00:00")

    # When colleagues came and left only administrators read.
    def listed(client: Any) -> dict[str, str | None]:
        url = f"{client.base}/api/v1/groups/bureau/members"
        return {one["member"]: one["until"] for one in client.http.get(url).json()["items"]}

    assert listed(office.head) == {"assistant": None}
    assert listed(bureau.admin) == {
        "head": "2027-02-01", "other": "2027-02-28", "stranger": None, "assistant": None,
    }  # fmt: skip

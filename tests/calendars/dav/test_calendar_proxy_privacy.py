"""Who keeps whose diary is told to these two, and to nobody else (SEC-5)."""

from __future__ import annotations

import pytest

from calendars.model.principal import Rights
from calendars.storage import delegations, principals
from tests.serving import Client, Server, hrefs

PAUL, ANNE, EVE = ("/dav/principals/" + login + "/" for login in ("paul", "anne", "eve"))
GROUP = f"{PAUL}calendar-proxy-write/"


@pytest.fixture
def eve(server: Server, anne: Client, paul: Client) -> Client:
    """Anne and Zoé keep Paul's diary; Eve has nothing to do with it."""
    server.add_person("zoe")
    eve = server.add_person("eve")
    with server.service.database.transaction() as db:
        ids = {str(each.login): each.id for each in principals.list_all(db)}
        for delegate in ("anne", "zoe"):
            delegations.grant(db, ids["paul"], ids[delegate], Rights.WRITE)
    return eve


@pytest.mark.rule("SEC-5")
def test_a_stranger_does_not_learn_who_keeps_a_diary(
    eve: Client, anne: Client, paul: Client
) -> None:
    assert hrefs(paul.prop(GROUP, "<D:group-member-set/>")) == [ANNE, "/dav/principals/zoe/"]
    assert hrefs(anne.prop(GROUP, "<D:group-member-set/>")) == [ANNE]
    assert hrefs(eve.prop(GROUP, "<D:group-member-set/>")) == []


@pytest.mark.rule("SEC-5")
@pytest.mark.parametrize("name", ["CS:calendar-proxy-write-for", "D:group-membership"])
def test_whose_diary_somebody_keeps_is_told_to_him_and_to_its_owner(
    eve: Client, anne: Client, paul: Client, name: str
) -> None:
    told = [GROUP] if name == "D:group-membership" else [PAUL]

    assert hrefs(anne.prop(ANNE, f"<{name}/>")) == told
    assert hrefs(paul.prop(ANNE, f"<{name}/>")) == told
    assert hrefs(eve.prop(ANNE, f"<{name}/>")) == []

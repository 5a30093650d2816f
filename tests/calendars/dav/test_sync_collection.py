"""DAV:sync-collection: following the changes of a calendar loses none and repeats none."""

from __future__ import annotations

import pytest

from tests.builders import an_event
from tests.serving import CALDAV, DAV, Client, precondition, responses, text

NO_TOKEN = ""


class Follower:
    """A client that keeps the token of the last answer."""

    def __init__(self, client: Client, *, limit: int | None = None, depth: str = "1") -> None:
        self.client, self.limit, self.depth = client, limit, depth
        self.token = NO_TOKEN

    def ask(self) -> dict[str, int | None]:
        """Names with the status of their response; None where it has properties."""
        limit = f"<D:limit><D:nresults>{self.limit}</D:nresults></D:limit>" if self.limit else ""
        answer = self.client.report(
            self.client.agenda,
            f"<D:sync-collection><D:sync-token>{self.token}</D:sync-token>"
            f"<D:sync-level>1</D:sync-level>{limit}<D:prop><D:getetag/></D:prop>"
            "</D:sync-collection>",
            depth=self.depth,
        )
        assert answer.status_code == 207, answer.text
        self.token = answer.text.partition("<D:sync-token>")[2].partition("<")[0]
        return {r.href.removeprefix(self.client.agenda): r.status for r in responses(answer)}


def put(client: Client, name: str, **parts: str) -> None:
    """Store an event whose UID follows from its name."""
    body = an_event(uid=f"{name}@x", summary=parts.get("summary", "Réunion"))
    assert client.put(client.agenda + name, body).status_code in {201, 204}


@pytest.mark.rfc("6578 §3.4")
@pytest.mark.parametrize("depth", ["0", "1"])
def test_the_first_answer_lists_everything(anne: Client, depth: str) -> None:
    put(anne, "a.ics")
    put(anne, "b.ics")

    assert Follower(anne, depth=depth).ask() == {"a.ics": None, "b.ics": None}


@pytest.mark.rfc("6578 §3.5")
def test_the_next_answer_tells_what_changed(anne: Client) -> None:
    for name in ("kept.ics", "changed.ics", "gone.ics"):
        put(anne, name)
    follower = Follower(anne)
    follower.ask()
    put(anne, "changed.ics", summary="Autre")
    put(anne, "new.ics")
    anne.ask("DELETE", anne.agenda + "gone.ics")

    assert follower.ask() == {"changed.ics": None, "new.ics": None, "gone.ics": 404}
    assert follower.ask() == {}


@pytest.mark.rfc("6578 §3.5.2")
def test_what_came_and_went_again_is_told_as_gone_at_most(anne: Client) -> None:
    follower = Follower(anne)
    follower.ask()
    put(anne, "brief.ics")
    anne.ask("DELETE", anne.agenda + "brief.ics")

    assert set(follower.ask().values()) <= {404}


@pytest.mark.rfc("6578 §3.5.1")
def test_what_went_and_came_again_is_there(anne: Client) -> None:
    put(anne, "a.ics")
    follower = Follower(anne)
    follower.ask()
    anne.ask("DELETE", anne.agenda + "a.ics")
    put(anne, "a.ics")

    assert follower.ask() == {"a.ics": None}


@pytest.mark.rfc("6578 §3.2")
def test_two_changes_in_one_second_are_both_seen(anne: Client) -> None:
    follower = Follower(anne)
    follower.ask()
    put(anne, "a.ics")
    assert follower.ask() == {"a.ics": None}
    put(anne, "a.ics", summary="Autre")

    assert follower.ask() == {"a.ics": None}


@pytest.mark.rfc("6578 §3.2")
def test_putting_the_same_text_again_changes_nothing(anne: Client) -> None:
    put(anne, "a.ics")
    follower = Follower(anne)
    follower.ask()
    put(anne, "a.ics")

    assert follower.ask() == {}


@pytest.mark.rfc("6578 §3.6")
@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
def test_a_limit_gives_the_rest_later_and_loses_nothing(anne: Client, first: bool) -> None:
    follower = Follower(anne, limit=2)
    if not first:
        put(anne, "before.ics")
        follower.ask()
    for number in range(5):
        put(anne, f"{number}.ics")

    pages = [follower.ask() for _ in range(3)]
    names = [set(page) - {""} for page in pages]
    assert [page.get("") for page in pages] == [507, 507, None]
    assert [len(page) for page in names] == [2, 2, 1]
    assert set.union(*names) == {f"{number}.ics" for number in range(5)}


@pytest.mark.rfc("6578 §3.2")
@pytest.mark.parametrize(
    "token",
    [
        "urn:niaouli:sync:" + "0" * 32 + ":1",
        "0" * 40,
        "http://example.org/sync/1234",
        "{token}0000",
        "{token}' OR 1=1",
        "data:,1",
    ],
)
def test_an_unknown_token_is_refused_by_its_precondition(anne: Client, token: str) -> None:
    own = text(anne.prop(anne.agenda, "<D:sync-token/>"))
    answer = anne.report(
        anne.agenda,
        f"<D:sync-collection><D:sync-token>{token.replace('{token}', own)}</D:sync-token>"
        "<D:prop><D:getetag/></D:prop></D:sync-collection>",
    )

    assert answer.status_code == 403
    assert precondition(answer) == f"{DAV}valid-sync-token"


@pytest.mark.rfc("6578 §3.2")
def test_the_token_of_another_calendar_is_refused(anne: Client) -> None:
    token = text(anne.prop("/dav/calendars/anne/taches/", "<D:sync-token/>"))
    answer = anne.report(
        anne.agenda,
        f"<D:sync-collection><D:sync-token>{token}</D:sync-token><D:prop/></D:sync-collection>",
    )

    assert precondition(answer) == f"{DAV}valid-sync-token"


@pytest.mark.rfc("6578 §3.7")
@pytest.mark.parametrize("limit", ["0", "-1", "many", "", "99999999999999999999"])
def test_a_strange_limit_is_refused_or_ignored(anne: Client, limit: str) -> None:
    answer = anne.report(
        anne.agenda,
        f"<D:sync-collection><D:sync-token/><D:limit><D:nresults>{limit}</D:nresults></D:limit>"
        "<D:prop/></D:sync-collection>",
    )

    assert answer.status_code in {207, 400}


@pytest.mark.rfc("6578 §3.2")
def test_the_answer_may_bring_the_text_along(anne: Client) -> None:
    put(anne, "a.ics")
    answer = anne.report(
        anne.agenda,
        "<D:sync-collection><D:sync-token/><D:prop><D:getetag/><C:calendar-data/></D:prop>"
        "</D:sync-collection>",
    )

    [response] = responses(answer)
    assert "SUMMARY:Réunion" in text(response.found[f"{CALDAV}calendar-data"])


@pytest.mark.rfc("6578 §4.1")
def test_the_ctag_moves_with_every_change(anne: Client) -> None:
    seen = {text(anne.prop(anne.agenda, "<CS:getctag/>"))}
    put(anne, "a.ics")
    seen.add(text(anne.prop(anne.agenda, "<CS:getctag/>")))
    anne.ask("DELETE", anne.agenda + "a.ics")
    seen.add(text(anne.prop(anne.agenda, "<CS:getctag/>")))

    assert len(seen) == 3

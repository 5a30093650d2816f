"""Links without an account: one for each person and purpose, and no other (SEC-7)."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from calendars.kernel.database import Database, Db
from calendars.kernel.identifiers import PrincipalId
from calendars.services.wrong_tokens import WrongToken
from notifications.channels.folder import Folder
from notifications.links import (
    KEPT_SECONDS,
    Link,
    digest_of,
    expiry_of,
    link_url,
    open_link,
    revoke_links,
)
from notifications.tables import links
from tests.builders import START, UID
from tests.notifications.test_mail_leaves import House, mails, text_of
from tests.stores import NOW, a_person

HOUR = 3600
JUDGE = Link("answer", PrincipalId(7), "mailto:juge@tribunal.example", UID)


def made(db: Db, link: Link = JUDGE, *, until: int = NOW + HOUR, now: int = NOW) -> str:
    url = link_url(db, "https://agenda.example.org/", link, expires_at=until, now=now)
    assert url.startswith("https://agenda.example.org/r/")
    return url.rpartition("/")[2]


@pytest.mark.rule("SEC-7")
def test_one_link_stands_for_one_person_one_thing_and_one_purpose(db: Db) -> None:
    others = [
        JUDGE._replace(purpose="poll"),
        JUDGE._replace(owner_id=PrincipalId(8)),
        JUDGE._replace(recipient="mailto:greffe@tribunal.example"),
        JUDGE._replace(about="another"),
    ]
    token = made(db)

    assert made(db, now=NOW + 60) == token
    assert len({token, *(made(db, other) for other in others)}) == 5
    assert open_link(db, token, now=NOW) == JUDGE
    assert re.fullmatch("[a-z2-7]{26}", token)  # 130 bits
    kept = db.execute(select(links).where(links.c.digest == digest_of(token))).one()
    assert token not in repr(kept)


@pytest.mark.rule("SEC-7")
def test_what_is_unknown_expired_or_revoked_opens_nothing(db: Db) -> None:
    token = made(db)
    for wrong in ("", token[:-1], token.upper(), "\ud800", "a" * 26, "é" * 9_000):
        with pytest.raises(WrongToken):
            open_link(db, wrong, now=NOW)
    with pytest.raises(WrongToken):
        open_link(db, token, now=NOW + HOUR)

    assert made(db, until=NOW + 2 * HOUR) == token
    assert made(db, until=NOW + HOUR) == token
    assert open_link(db, token, now=NOW + HOUR) == JUDGE

    named = {"purpose": "answer", "owner": JUDGE.owner_id, "about": UID, "now": NOW}
    assert revoke_links(db, **named, recipient="mailto:greffe@tribunal.example") == 0  # type: ignore[arg-type]
    assert revoke_links(db, **named) == 1  # type: ignore[arg-type]
    with pytest.raises(WrongToken):
        open_link(db, token, now=NOW)
    other = made(db)
    assert other != token
    assert made(db) == other
    assert open_link(db, other, now=NOW) == JUDGE


@given(st.integers(0, 4_000_000_000) | st.none(), st.integers(0, 4_000_000_000))
def test_a_link_is_good_until_thirty_days_after_what_it_is_about(
    ends: int | None, now: int
) -> None:
    expiry = expiry_of(ends, now=now)

    assert expiry >= now + KEPT_SECONDS
    assert ends is None or ends < now or expiry == ends + 30 * 86_400


@pytest.mark.rule("SEC-7")
def test_every_mail_about_a_meeting_leads_to_the_same_page(
    database: Database, tmp_path: Path
) -> None:
    with database.transaction() as db:
        house = House(database, a_person(db, "anne"), Folder(tmp_path))
    house.base_url = "https://agenda.example.org"
    house.invite(start=START, visibility="CONFIDENTIAL", summary="Évaluation IS-2026-0421")
    house.deliver()
    house.invite(start=START + timedelta(days=1))
    house.deliver()
    house.cancel()
    house.deliver()

    invitation, changed, cancelled = mails(tmp_path)

    [url] = re.findall(r"https://\S+", text_of(invitation))
    token = url.rpartition("/")[2]
    html = invitation.get_body(("html",))
    assert html is not None
    assert f'href="{url}"' in html.get_content()
    assert [url] == re.findall(r"https://\S+", text_of(changed))
    assert "https://" not in text_of(cancelled)
    for mail in mails(tmp_path):
        for name, value in mail.items():
            assert token not in value.lower(), name
    with database.reading() as db:
        link = open_link(db, token, now=house.now)
        assert (link.recipient, link.about) == (JUDGE.recipient, UID)
        [expires_at] = db.execute(select(links.c.expires_at)).scalars()
    assert expires_at == int((START + timedelta(days=31, hours=1)).timestamp())

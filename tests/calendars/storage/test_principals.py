"""Principals, their addresses and groups."""

from __future__ import annotations

import pytest

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import Login, PrincipalId
from calendars.model.principal import Principal, PrincipalKind, Role
from calendars.storage import principals
from calendars.storage.principals import AddressTaken, LoginTaken
from tests.stores import NOW, a_person


def named(login: str, name: str, email: str | None = None) -> Principal:
    """Somebody not stored yet."""
    return Principal(
        PrincipalId(0), Login(login), PrincipalKind.INDIVIDUAL, Role.AGENT, name, email
    )


def found(db: Db, asker: PrincipalId, *words: str) -> list[str]:
    """The logins that a search tells."""
    return [p.login for p in principals.search(db, asker, words, limit=10)]


@pytest.mark.rfc("6638 §2.4.1")
def test_an_address_is_compared_without_case(db: Db) -> None:
    principals.add(db, named("anne", "Anne", "Anne.Kaori@Example.org"), now=NOW)

    person = principals.find_by_address(db, "MAILTO:anne.kaori@example.ORG")

    assert person is not None
    assert person.login == "anne"


def test_the_first_address_stays_the_first(db: Db) -> None:
    anne = principals.add(db, named("anne", "Anne", "anne@example.org"), now=NOW)
    for address in ("mailto:a.kaori@example.org", "mailto:00@example.org"):
        principals.add_address(db, anne, address)

    mails = [a for a in principals.get(db, "anne").addresses if a.startswith("mailto:")]
    assert mails == [
        "mailto:anne@example.org",
        "mailto:a.kaori@example.org",
        "mailto:00@example.org",
    ]


def test_a_login_and_an_address_belong_to_one_person(db: Db) -> None:
    principals.add(db, named("anne", "Anne", "anne@example.org"), now=NOW)

    with pytest.raises(LoginTaken):
        principals.add(db, named("anne", "Anne"), now=NOW)
    with pytest.raises(AddressTaken):
        principals.add(db, named("other", "Other", "ANNE@example.org"), now=NOW)


def test_who_is_not_there_is_not_found(db: Db) -> None:
    assert principals.find(db, "nobody") is None
    with pytest.raises(NotFound):
        principals.get(db, "nobody")


def test_the_search_wants_every_word_somewhere(db: Db) -> None:
    anne = a_person(db).id
    principals.add(db, named("mk", "Marie Kaori", "marie@example.org"), now=NOW)
    principals.add(db, named("mw", "Marie Wamytan", "mw@example.org"), now=NOW)

    assert found(db, anne, "marie") == ["mk", "mw"]
    assert found(db, anne, "MARIE", "kaori") == ["mk"]
    assert found(db, anne, "example.org") == ["anne", "mk", "mw"]


@pytest.mark.parametrize(
    "word", ["ELODIE", "élodie", "Elo", "alize", "ALIZÉ", "coeur", "CŒUR", "d'enfance", "d’enfance"]
)
def test_accents_capitals_and_ligatures_are_of_no_matter(db: Db, word: str) -> None:
    anne = a_person(db).id
    name = "Élodie ALIZÉ (Cœur d’Enfance)"
    principals.add(db, named("ea", name, "ea@example.org"), now=NOW)

    assert found(db, anne, word) == ["ea"]


@pytest.mark.parametrize("word", ["%", "_", "\\", "'", "a%b"])
def test_signs_of_sql_are_plain_characters_in_a_search(db: Db, word: str) -> None:
    anne = a_person(db).id

    assert found(db, anne, word) == []


def test_disabled_accounts_are_not_found_by_a_search(db: Db) -> None:
    anne, paul = a_person(db), a_person(db, "paul")
    principals.set_disabled(db, paul.id, NOW)

    assert found(db, anne.id, "paul") == []
    assert principals.get(db, "paul").disabled
    principals.set_disabled(db, paul.id, None)
    assert found(db, anne.id, "paul") == ["paul"]


@pytest.mark.rfc("3744 §4.3")
def test_a_group_has_exactly_the_members_that_were_set(db: Db) -> None:
    anne, paul = a_person(db), a_person(db, "paul")
    group = principals.add(
        db,
        Principal(PrincipalId(0), Login("cellule"), PrincipalKind.GROUP, Role.AGENT, "Cellule"),
        now=NOW,
    )
    principals.set_members(db, group, [anne.id, paul.id])
    principals.set_members(db, group, [paul.id])

    assert [p.login for p in principals.members_of(db, group)] == ["paul"]
    assert [p.login for p in principals.groups_of(db, paul.id)] == ["cellule"]
    assert principals.groups_of(db, anne.id) == []

"""Storing an object: what is refused, what is kept, and who comes first when two write at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from calendars.kernel.database import Database, Db
from calendars.kernel.errors import NotFound, PreconditionFailed, ServiceError
from calendars.model.conditions import Precondition
from calendars.model.invalid import UnsupportedComponent
from calendars.model.principal import Principal, Rights
from calendars.services.authorize import NeedPrivileges, access_to
from calendars.services.delete_object import Removal, delete_object
from calendars.services.list_changes import list_tags
from calendars.services.move_object import NoSuchParent, Transfer, move_object
from calendars.services.put_object import NotACalendar, PutOutcome, UidConflict
from calendars.services.show_objects import MaskedObject
from calendars.storage import calendar_objects, collections, delegations
from tests.builders import UID, an_event
from tests.stores import NOW, a_collection, a_person, agenda_of, listing, object_path, put

NEW = Precondition(if_none_match=frozenset({"*"}))


def matching(etag: str) -> Precondition:
    """If-Match."""
    return Precondition(if_match=frozenset({etag}))


def token(db: Db, person: Principal) -> str:
    """The sync token of a person's agenda."""
    return agenda_of(db, person).sync_token


@pytest.mark.rfc("4791 §5.3.2")
def test_what_was_put_stands_there_octet_by_octet(db: Db, anne: Principal) -> None:
    text = an_event(extra=['X-ODD;X-P="a;b":é\\\\;\u2028']).replace("\r\n", "\n")

    outcome = put(db, anne, text)

    stored = calendar_objects.find(db, agenda_of(db, anne).id, "a.ics")
    assert stored is not None
    assert (stored.data, stored.etag) == (text.encode(), outcome.etag)
    assert outcome.created


@pytest.mark.rfc("9110 §8.8.3")
def test_other_octets_have_another_tag(db: Db, anne: Principal) -> None:
    first = put(db, anne, an_event())
    second = put(db, anne, an_event(summary="Autre chose"))

    assert second.etag != first.etag
    assert not second.created


def test_the_same_octets_again_are_no_change(db: Db, anne: Principal) -> None:
    outcome = put(db, anne, an_event())
    before = token(db, anne)

    again = put(db, anne, an_event())

    assert again == PutOutcome(outcome.etag, created=False, body=outcome.body)
    assert token(db, anne) == before
    assert calendar_objects.list_versions(db, agenda_of(db, anne).id, "a.ics") == []


@pytest.mark.rfc("9110 §13.1")
def test_preconditions_are_decided_on_what_is_there(db: Db, anne: Principal) -> None:
    first = put(db, anne, an_event(), precondition=NEW)
    with pytest.raises(PreconditionFailed):
        put(db, anne, an_event(summary="2"), precondition=NEW)

    second = put(db, anne, an_event(summary="2"), precondition=matching(first.etag))
    with pytest.raises(PreconditionFailed):
        put(db, anne, an_event(summary="3"), precondition=matching(first.etag))
    with pytest.raises(PreconditionFailed):
        put(db, anne, an_event(uid="b"), "b.ics", precondition=matching("*"))

    assert listing(db, anne) == {"a.ics": second.etag}


@pytest.mark.rfc("4791 §5.3.2.1")
def test_a_uid_stands_at_one_name_of_a_calendar(db: Db, anne: Principal) -> None:
    put(db, anne, an_event(uid="one"))

    with pytest.raises(UidConflict) as refused:
        put(db, anne, an_event(uid="one", summary="Bis"), "b.ics")

    assert refused.value.path == ("anne", "agenda", "a.ics")


@pytest.mark.rfc("4791 §5.3.2.1")
def test_a_name_does_not_change_its_uid(db: Db, anne: Principal) -> None:
    put(db, anne, an_event(uid="one"))

    with pytest.raises(UidConflict):
        put(db, anne, an_event(uid="two"))


def test_another_person_may_have_the_same_uid(db: Db, anne: Principal, paul: Principal) -> None:
    put(db, anne, an_event(uid="one"))
    put(db, paul, an_event(uid="one"))

    assert len(listing(db, paul)) == 1


def test_a_uid_and_a_name_may_be_used_again_after_a_removal(db: Db, anne: Principal) -> None:
    put(db, anne, an_event(uid="one"))
    delete_object(db, anne, object_path(anne, "a.ics"), now=NOW)

    put(db, anne, an_event(uid="one"), "b.ics")
    put(db, anne, an_event(uid="two"), "a.ics")

    assert set(listing(db, anne)) == {"a.ics", "b.ics"}


@pytest.mark.rfc("4791 §5.2.3")
def test_a_calendar_takes_its_own_components_only(db: Db, anne: Principal) -> None:
    with pytest.raises(UnsupportedComponent):
        put(db, anne, an_event(), "anne/taches/a.ics")


@pytest.mark.parametrize("place", ["inbox", "outbox"])
def test_an_inbox_is_no_calendar(db: Db, anne: Principal, place: str) -> None:
    with pytest.raises(NotACalendar):
        put(db, anne, an_event(), f"anne/{place}/a.ics")


def test_who_has_no_rights_finds_nothing(db: Db, anne: Principal, paul: Principal) -> None:
    with pytest.raises(NotFound):
        put(db, paul, an_event(), "anne/agenda/a.ics")
    with pytest.raises(NotFound):
        put(db, paul, an_event(), "anne/nowhere/a.ics")


def test_who_may_read_may_not_write(db: Db, anne: Principal, paul: Principal) -> None:
    delegations.grant(db, anne.id, paul.id, Rights.READ)

    with pytest.raises(NeedPrivileges):
        put(db, paul, an_event(), "anne/agenda/a.ics")


@pytest.mark.rule("SEC-4")
def test_who_cannot_read_an_object_cannot_replace_it(
    db: Db, anne: Principal, paul: Principal
) -> None:
    delegations.grant(db, anne.id, paul.id, Rights.WRITE)
    put(db, anne, an_event(visibility="PRIVATE"))
    agenda = agenda_of(db, anne)
    [(mask, _)] = list_tags(db, agenda, access_to(db, paul, agenda, now=NOW))

    with pytest.raises(MaskedObject):
        put(db, paul, an_event(), f"anne/agenda/{mask}")
    with pytest.raises(MaskedObject):
        delete_object(db, paul, object_path(paul, f"anne/agenda/{mask}"), now=NOW)


@pytest.mark.rule("SEC-5")
def test_the_name_of_a_masked_object_is_no_name_for_who_sees_the_mask(
    db: Db, anne: Principal, paul: Principal
) -> None:
    delegations.grant(db, anne.id, paul.id, Rights.WRITE)
    put(db, anne, an_event(visibility="PRIVATE"))

    with pytest.raises(NotFound):
        delete_object(db, paul, object_path(paul, "anne/agenda/a.ics"), now=NOW)
    for uid, name in ((UID, "b.ics"), ("another", "a.ics")):
        with pytest.raises(UidConflict) as refused:
            put(db, paul, an_event(uid=uid), f"anne/agenda/{name}")
        assert refused.value.path is None


@pytest.mark.rule("SEC-5")
@pytest.mark.parametrize("etag", ["right", "wrong", "*"])
def test_no_condition_tells_of_what_is_hidden(
    db: Db, anne: Principal, paul: Principal, etag: str
) -> None:
    """The same answer whether the guess of a tag, of "there is none" or of a UID is right."""
    delegations.grant(db, anne.id, paul.id, Rights.WRITE)
    stored = put(db, anne, an_event(uid="hidden@x", visibility="PRIVATE"), "hidden.ics")
    condition = NEW if etag == "*" else matching(stored.etag if etag == "right" else "0")
    path = "anne/agenda/hidden.ics"

    expected = UidConflict if etag == "*" else PreconditionFailed
    with pytest.raises(expected) as hidden:
        put(db, paul, an_event(uid="other@x"), path, precondition=condition)
    assert getattr(hidden.value, "path", None) is None
    with pytest.raises((NotFound, PreconditionFailed)) as gone:
        delete_object(db, paul, object_path(paul, path), Removal(precondition=condition), now=NOW)
    nowhere = object_path(paul, "anne/agenda/nowhere.ics")
    with pytest.raises((NotFound, PreconditionFailed)) as never:
        delete_object(db, paul, nowhere, Removal(precondition=condition), now=NOW)
    assert gone.type is never.type
    with pytest.raises(UidConflict) as refused:
        put(db, paul, an_event(uid="hidden@x"), "anne/agenda/mine.ics")
    assert refused.value.path is None


def test_the_history_says_who(db: Db, anne: Principal, paul: Principal) -> None:
    delegations.grant(db, anne.id, paul.id, Rights.WRITE)
    put(db, anne, an_event())
    put(db, paul, an_event(summary="Déplacée"), "anne/agenda/a.ics", now=NOW + 1)
    delete_object(db, anne, object_path(anne, "a.ics"), now=NOW + 2)

    versions = calendar_objects.list_versions(db, agenda_of(db, anne).id, "a.ics")

    assert [(v.deed, v.written_by, v.replaced_by, v.replaced_at) for v in versions] == [
        ("DELETE", paul.id, anne.id, NOW + 2),
        ("OVERWRITE", anne.id, paul.id, NOW + 1),
    ]


@pytest.mark.rfc("4918 §9.9")
def test_a_move_keeps_the_octets_and_leaves_the_source_empty(db: Db, anne: Principal) -> None:
    put(db, anne, an_event())
    a_collection(db, anne.id, "projets")
    before = listing(db, anne)
    transfer = Transfer(
        object_path(anne, "a.ics"), object_path(anne, "anne/projets/b.ics"), keep=False
    )

    assert move_object(db, anne, transfer, now=NOW) is True

    assert listing(db, anne) == {}
    assert listing(db, anne, "projets") == {"b.ics": before["a.ics"]}


@pytest.mark.rfc("4918 §9.9")
def test_a_move_within_a_calendar_is_a_new_name(db: Db, anne: Principal) -> None:
    put(db, anne, an_event())
    transfer = Transfer(object_path(anne, "a.ics"), object_path(anne, "b.ics"), keep=False)

    move_object(db, anne, transfer, now=NOW)

    assert set(listing(db, anne)) == {"b.ics"}


def test_a_move_to_nowhere_is_refused(db: Db, anne: Principal) -> None:
    put(db, anne, an_event())
    transfer = Transfer(
        object_path(anne, "a.ics"), object_path(anne, "anne/nowhere/a.ics"), keep=False
    )

    with pytest.raises(NoSuchParent):
        move_object(db, anne, transfer, now=NOW)


def race(database: Database, *deeds: Callable[[Db], object]) -> list[ServiceError | None]:
    """Each deed in a transaction and a thread of its own, all at once; why each was refused."""
    barrier = threading.Barrier(len(deeds))
    refused: list[ServiceError | None] = [None] * len(deeds)

    def run(number: int, deed: Callable[[Db], object]) -> None:
        barrier.wait()
        try:
            with database.transaction() as db:
                deed(db)
        except ServiceError as error:
            refused[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


@pytest.mark.rfc("9110 §13.1.1")
def test_of_writers_with_the_same_tag_one_wins(database: Database) -> None:
    with database.transaction() as db:
        anne = a_person(db)
        etag = put(db, anne, an_event(summary="0")).etag
    for turn in range(5):
        texts = [an_event(summary=f"{turn} {number}") for number in range(4)]

        refused = race(
            database,
            *(
                lambda db, text=text, tag=etag: put(db, anne, text, precondition=matching(tag))
                for text in texts
            ),
        )

        assert [type(error) for error in refused if error] == [PreconditionFailed] * 3
        with database.reading() as db:
            stored = calendar_objects.find(db, agenda_of(db, anne).id, "a.ics")
        assert stored is not None
        assert stored.data.decode() == texts[refused.index(None)]
        etag = stored.etag


@pytest.mark.rfc("9110 §13.1.2")
def test_of_writers_who_create_one_wins(database: Database) -> None:
    with database.transaction() as db:
        anne = a_person(db)

    refused = race(
        database,
        *(
            lambda db, number=number: put(db, anne, an_event(summary=str(number)), precondition=NEW)
            for number in range(4)
        ),
    )

    assert [type(error) for error in refused if error] == [PreconditionFailed] * 3


@pytest.mark.rfc("4791 §5.3.2.1")
def test_of_writers_with_one_uid_under_two_names_one_wins(database: Database) -> None:
    with database.transaction() as db:
        anne = a_person(db)

    refused = race(
        database,
        *(
            lambda db, number=number: put(db, anne, an_event(uid="one"), f"{number}.ics")
            for number in range(4)
        ),
    )

    assert [type(error) for error in refused if error] == [UidConflict] * 3


def test_movers_in_both_directions_do_not_wait_for_each_other(database: Database) -> None:
    with database.transaction() as db:
        anne = a_person(db)
        a_collection(db, anne.id, "projets")
        for number in range(4):
            put(db, anne, an_event(uid=f"a{number}"), f"a{number}.ics")
            put(db, anne, an_event(uid=f"p{number}"), f"anne/projets/p{number}.ics")

    def move(source: str, target: str) -> Callable[[Db], object]:
        transfer = Transfer(object_path(anne, source), object_path(anne, target), keep=False)
        return lambda db: move_object(db, anne, transfer, now=NOW)

    refused = race(
        database,
        *(move(f"a{n}.ics", f"anne/projets/a{n}.ics") for n in range(4)),
        *(move(f"anne/projets/p{n}.ics", f"p{n}.ics") for n in range(4)),
    )

    assert refused == [None] * 8
    with database.reading() as db:
        assert set(listing(db, anne)) == {f"p{n}.ics" for n in range(4)}
        assert set(listing(db, anne, "projets")) == {f"a{n}.ics" for n in range(4)}


def test_a_crash_after_the_deed_and_before_the_commit_leaves_all_as_it_was(
    database: Database,
) -> None:
    with database.transaction() as db:
        anne = a_person(db)
        put(db, anne, an_event())
        before = listing(db, anne), token(db, anne)

    def crash() -> None:
        with database.transaction() as db:
            put(db, anne, an_event(summary="Jamais"))
            put(db, anne, an_event(uid="b"), "b.ics")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        crash()

    with database.reading() as db:
        assert (listing(db, anne), token(db, anne)) == before
        agenda = agenda_of(db, anne)
        assert calendar_objects.list_versions(db, agenda.id, "a.ics") == []
        assert collections.get_by_id(db, agenda.id).modseq == agenda.modseq

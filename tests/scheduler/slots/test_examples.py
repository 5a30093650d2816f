"""What the document gives as examples works, and searches a year of the sample directorate."""

from __future__ import annotations

import time
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from calendars.kernel.database import Database
from calendars.model.resource_policy import Category
from calendars.services.find_principals import get_principal
from calendars.services.tell_busy_time import FreeBusyPolicy
from scheduler.demonstration.directorate import Directorate
from scheduler.demonstration.load import load
from scheduler.slots.api import BOOKINGS, SEARCHES
from scheduler.slots.follow import follow_places
from scheduler.slots.request import ResourceNeed, SlotRequest
from scheduler.slots.service import Asking, search_slots
from scheduler.working_time.hours import at_minute, local_day
from tests.scheduler.slots.conftest import BOOK, SEARCH, House, ask
from tests.serving import Client


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_examples_of_the_document_work(house: House, anne: Client, paul: Client) -> None:
    house.add_resource("ocre", Category.ROOM, 10)
    for example in SEARCHES.values():
        assert ask(anne, "POST", SEARCH, example["value"])["slots"]
    for example in BOOKINGS.values():
        ask(anne, "POST", BOOK, example["value"], 201)


@pytest.mark.rule("MTG-3")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_directorate_finds_its_hours(database: Database) -> None:
    """The deputies' absence in August, holidays and the rooms of the sample year are respected."""
    zone, now = ZoneInfo("Pacific/Noumea"), int(time.time())
    load(database, Directorate(), timezone_id="Pacific/Noumea", now=now, watch=lambda *_: None)
    with database.transaction() as db:
        while follow_places(db, limit=2_000) == 2_000:
            pass
    request = SlotRequest(
        first=date(2026, 8, 10), last=date(2026, 8, 28), minutes=90,
        required=("aurelien.cagou", "clemence.banian"), needs=(ResourceNeed("room", capacity=8),),
        place="Siège de la DPASS", limit=50,
    )  # fmt: skip
    then = at_minute(date(2026, 8, 1), 0, zone)
    with database.reading() as db:
        asker = get_principal(db, "clemence.banian")
        asking = Asking(asker, zone, FreeBusyPolicy.EVERYBODY, then)
        found = search_slots(db, asking, request)

    days = {local_day(one.start, zone) for one in found.outcome.slots}
    assert days
    # She is on leave from 10 to 21 August.
    assert min(days) > date(2026, 8, 21)
    blamed = {one.key: one for one in found.outcome.hindrances}
    assert "ABSENT" in {str(code) for code in blamed["clemence.banian"].codes}
    assert max(days) <= date(2026, 8, 28)

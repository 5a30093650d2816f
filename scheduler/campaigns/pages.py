"""The page by which one of the appraised chooses without signing in (RDV-3, SEC-7)."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from calendars.kernel.audit import Face, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.model.principal import Principal
from notifications.pages.page import Asked, Download, Form, Sheet, Turn, Undone
from scheduler.campaigns.choose import Opened, choose, offered, open_by_link
from scheduler.campaigns.model import CampaignState
from scheduler.choosing.model import ChoiceOver, House, NoLongerFree
from scheduler.choosing.sheet import FIELD, Situation, choice_sheet, start_in
from scheduler.slots.book import SlotTaken

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """Shows the slots of one's evaluator, and takes one."""

    house: House

    def show(self, db: Db, asked: Asked) -> Sheet | Download:
        """Raises NotFound."""
        if asked.step:
            raise NotFound("there is nothing here")
        opened = open_by_link(db, asked.link)
        return choice_sheet(asked, self._situation(db, asked, opened))

    def act(self, db: Db, asked: Asked, form: Form) -> Turn | Sheet:
        """Raises NotFound, Undone."""
        opened = open_by_link(db, asked.link, lock=True)
        start = start_in(form)
        if start is None:
            return choice_sheet(asked, self._situation(db, asked, opened), form, FIELD)
        had = opened.line.taken
        try:
            choose(db, _asker(asked, opened), opened, start, self.house, now=asked.now)
        except ChoiceOver:
            return Turn("", {})
        except NoLongerFree:
            return choice_sheet(asked, self._situation(db, asked, opened), form, "taken")
        except SlotTaken as error:
            raise Undone("taken") from error
        log.info("campaign.chosen", extra={"choice_id": opened.line.choice.id})
        return Turn("", {"done": "moved" if had else "chosen"})

    def _situation(self, db: Db, asked: Asked, opened: Opened) -> Situation:
        campaign, line = opened.campaign, opened.line
        slots = offered(db, _asker(asked, opened), opened, self.house, now=asked.now)
        return Situation(
            case="campaign",
            host=line.evaluator.display_name,
            minutes=campaign.minutes,
            state=_state(opened, self.house, now=asked.now),
            taken=line.taken,
            slots=slots,
            change_until=campaign.change_until,
            zone=self.house.zone,
        )


def _asker(asked: Asked, opened: Opened) -> Principal:
    return opened.line.person.acting(Origin(Face.LINK, asked.source))


def _state(opened: Opened, house: House, *, now: int) -> str:
    if opened.is_choosable(house, now=now):
        return "open"
    if opened.campaign.state is CampaignState.CANCELLED:
        return "cancelled"
    return "held" if opened.line.is_held(now=now) else "closed"

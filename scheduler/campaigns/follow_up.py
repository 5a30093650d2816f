"""What the service does for campaigns by itself: remind once a week, close, tell (RDV-3).

Each campaign in a transaction of its own; two runs at once post nothing twice, since a letter has
the number of its week for an occasion.
"""

from __future__ import annotations

from calendars.kernel.database import Database, Db
from calendars.model.principal import Principal
from scheduler.campaigns import repository
from scheduler.campaigns.access import lines_of
from scheduler.campaigns.choose import terms_of
from scheduler.campaigns.messages import Letter, tell_full
from scheduler.campaigns.model import Campaign, CampaignId, CampaignState
from scheduler.campaigns.service import ask_one, end
from scheduler.choosing.model import House
from scheduler.choosing.offer import free_slots
from scheduler.reminders.rules import SendingHours
from scheduler.working_time.hours import local_day

WEEK = 7


def tend_campaigns(database: Database, house: House, hours: SendingHours, *, now: int) -> int:
    """Reminders and ends that are due; how many letters were queued, or campaigns ended."""
    with database.reading() as db:
        found = repository.list_open(db)
    due = [one.id for one in found if _is_due(one, house, hours, now=now)]
    done = 0
    for number in due:
        with database.transaction() as db:
            done += _tend(db, number, house, now=now)
    return done


def _is_due(one: Campaign, house: House, hours: SendingHours, *, now: int) -> bool:
    """It is over, or somebody may be reminded at an hour at which people are (TIM-11)."""
    over = local_day(now, house.zone) > one.last_day
    return over or (_week(one, house, now=now) > 0 and hours.is_open(now))


def _week(one: Campaign, house: House, *, now: int) -> int:
    """How many weeks have passed since it was opened."""
    opened = local_day(one.opened_at or now, house.zone)
    return (local_day(now, house.zone) - opened).days // WEEK


def _tend(db: Db, number: CampaignId, house: House, *, now: int) -> int:
    campaign = repository.find(db, number, lock=True)
    if campaign is None or campaign.state is not CampaignState.OPEN:
        return 0
    if local_day(now, house.zone) > campaign.last_day:
        end(db, campaign, house, now=now)
        return 1
    week, posted = _week(campaign, house, now=now), 0
    lines, reminded = lines_of(db, repository.choices_of(db, number)), dict[int, Principal]()
    for line in lines:
        asked = line.choice.asked_at
        if line.taken is not None or asked is None:
            continue
        # Who was asked, or reminded, less than a week ago has time yet.
        if (local_day(now, house.zone) - local_day(asked, house.zone)).days >= WEEK:
            posted += ask_one(
                db, Letter(campaign, line, line.evaluator), f"week {week}", house, now=now
            )
            reminded[line.evaluator.id] = line.evaluator
    for evaluator in reminded.values():
        if not free_slots(db, evaluator, terms_of(campaign, evaluator), house, now=now):
            mine = [one for one in lines if one.evaluator.id == evaluator.id]
            figures = (len(mine), sum(one.taken is not None for one in mine))
            tell_full(db, campaign, evaluator, figures, week, house, now=now)
    return posted

"""One of the appraised chooses a slot, or another one (RDV-3).

He sees his own slots and nobody else's: neither who else is appraised nor what others took.
"""

from __future__ import annotations

from calendars.kernel.audit import Deed
from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal
from calendars.services.note_deed import note_deed
from notifications.links import Link
from scheduler.campaigns import messages, repository
from scheduler.campaigns.access import line_of
from scheduler.campaigns.model import Campaign, CampaignState, ChoiceId, Line
from scheduler.choosing.model import ChoiceOver, Free, House, Taken, Terms, Wording
from scheduler.choosing.offer import free_slots
from scheduler.choosing.take import Chooser, move, take
from scheduler.working_time.hours import local_day


def terms_of(one: Campaign, evaluator: Principal, *guests: Principal) -> Terms:
    """The evaluator's time in a campaign, where these people come."""
    return Terms(
        evaluator, guests, one.first_day, one.last_day, one.minutes, one.rooms,
        buffer_after=one.buffer_after,
    )  # fmt: skip


class Opened:
    """A choice with its campaign, for the one whose choice it is."""

    def __init__(self, campaign: Campaign, line: Line) -> None:
        self.campaign, self.line = campaign, line

    @property
    def terms(self) -> Terms:
        """What he may choose from."""
        return terms_of(self.campaign, self.line.evaluator, self.line.person)

    def is_choosable(self, house: House, *, now: int) -> bool:
        """He may choose, or choose otherwise."""
        try:
            today = local_day(now, house.zone)
            self.campaign.check_choosable(self.line.taken, today=today, now=now)
        except ChoiceOver:
            return False
        return True


def list_own(db: Db, actor: Principal) -> list[Opened]:
    """Where the actor is appraised himself, once he was asked."""
    found = []
    for one in repository.choices_for(db, actor.id):
        campaign = repository.find(db, one.campaign_id)
        if campaign is not None and one.asked_at is not None:
            found.append(Opened(campaign, line_of(db, one)))
    return found


def open_own(db: Db, actor: Principal, number: ChoiceId, *, lock: bool = False) -> Opened:
    """One of them. Raises NotFound."""
    return _open(db, actor.id, number, lock=lock)


def open_by_link(db: Db, link: Link, *, lock: bool = False) -> Opened:
    """What the holder of a link may choose. Raises NotFound."""
    choice = repository.find_choice(db, ChoiceId(int(link.about)))
    if choice is None or choice.evaluator_id != link.owner_id:
        raise NotFound("there is nothing here")
    return _open(db, choice.person_id, choice.id, lock=lock)


def _open(db: Db, person: PrincipalId, number: ChoiceId, *, lock: bool) -> Opened:
    choice = repository.find_choice(db, number)
    if choice is not None and lock:
        # The campaign before the choice, as who calls it off does: of the two, one sees the other.
        repository.hold(db, choice.campaign_id)
        choice = repository.find_choice(db, number, lock=True)
    if choice is None or choice.person_id != person or choice.asked_at is None:
        raise NotFound("there is nothing here")
    campaign = repository.find(db, choice.campaign_id)
    if campaign is None or campaign.state is CampaignState.PREPARING:
        raise NotFound("there is nothing here")
    line = line_of(db, choice)
    if line.person.disabled or line.evaluator.disabled:
        raise NotFound("there is nothing here")
    return Opened(campaign, line)


def offered(db: Db, asker: Principal, opened: Opened, house: House, *, now: int) -> list[Free]:
    """The slots that he may choose from now; none where it is too late."""
    if not opened.is_choosable(house, now=now):
        return []
    had = opened.line.taken
    moving = None if had is None else had.uid
    found = free_slots(db, asker, opened.terms, house, moving=moving, now=now)
    return [one for one in found if had is None or one.starts_at != had.starts_at]


def choose(
    db: Db, asker: Principal, opened: Opened, starts_at: int, house: House, *, now: int
) -> Taken:
    """The slot is his, in place of the one that he had. Chosen twice, it changes nothing.

    Raises ChoiceOver, NoLongerFree, SlotTaken.
    """
    campaign, line = opened.campaign, opened.line
    had, choice = line.taken, line.choice
    if had is not None and had.starts_at == starts_at:
        return had
    campaign.check_choosable(had, today=local_day(now, house.zone), now=now)
    who = Chooser.of(asker, line.evaluator)
    if had is None:
        words = Wording(campaign.title, campaign.visibility)
        taken = take(db, who, opened.terms, words, starts_at, house, now=now)
    else:
        taken = move(db, who, opened.terms, had.uid, starts_at, house, now=now)
    choice.uid, choice.chosen_at = taken.uid, now
    repository.save_choice(db, choice)
    messages.withdraw(db, line, now=now)
    details: dict[str, int | str | list[str]] = {"campaign": campaign.id, "choice": choice.id}
    note_deed(db, asker, Deed.CHOOSE, owner=line.evaluator.id, details=details, now=now)
    return taken

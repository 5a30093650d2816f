"""Run a campaign: prepare, have evaluators agree, open, close, call off (RDV-3)."""

from __future__ import annotations

from collections.abc import Sequence

from calendars.kernel.database import Db
from calendars.kernel.errors import InvalidInput, NotFound
from calendars.model.principal import Principal, PrincipalKind
from calendars.services.find_principals import get_principal, get_principal_by_id
from calendars.services.schedules_for import schedules_for
from calendars.services.set_policy import get_resource
from scheduler.campaigns import messages, repository
from scheduler.campaigns.access import line_of, lines_of, open_campaign, overview, runs
from scheduler.campaigns.messages import Letter
from scheduler.campaigns.model import (
    MOST_PEOPLE,
    AlreadyChosen,
    Campaign,
    CampaignDraft,
    CampaignId,
    CampaignState,
    NobodyAgreed,
    Overview,
    WrongState,
)
from scheduler.choosing.model import House
from scheduler.choosing.rights import is_near
from scheduler.choosing.take import Chooser, give_up
from scheduler.slots.service import resolve


def make_campaign(db: Db, actor: Principal, wanted: CampaignDraft, *, now: int) -> Overview:
    """A campaign in preparation. Raises NotFound, InvalidInput, UnknownParticipants."""
    owner = get_principal(db, wanted.on_behalf_of or actor.login)
    if not is_near(db, actor, owner, wanted.visibility, now=now):
        raise NotFound("there is nothing here")
    made = Campaign(
        CampaignId(0), owner.id, wanted.first_day, wanted.last_day, wanted.minutes,
        wanted.change_until or wanted.last_day, wanted.title, wanted.visibility,
        tuple(str(get_resource(db, one).principal.login) for one in wanted.rooms),
        wanted.buffer_after,
    )  # fmt: skip
    made.check()
    repository.add(db, made, by=actor.login, now=now)
    for login, people in wanted.people:
        _assign(db, actor, made, login, people, now=now)
    return overview(db, actor, made, now=now)


def list_campaigns(db: Db, actor: Principal, login: str | None, *, now: int) -> list[Overview]:
    """What somebody runs or appraises in, for him and those who keep his diary. Raises NotFound."""
    whose = get_principal(db, login or actor.login)
    if not schedules_for(db, actor, whose.id, now=now):
        raise NotFound("there is nothing here")
    found = repository.list_concerning(db, [whose.id])
    shown = [overview(db, actor, one, now=now) for one in found]
    return [one for one in shown if one.shares or runs(db, actor, one.campaign, now=now)]


def set_people(
    db: Db, actor: Principal, number: CampaignId, login: str, people: Sequence[str],
    house: House, *, now: int,
) -> Overview:  # fmt: skip
    """Whom an evaluator appraises from now on; who is new in an open campaign is asked at once.

    Raises NotFound, WrongState, AlreadyChosen, InvalidInput, UnknownParticipants.
    """
    campaign = open_campaign(db, actor, number, lock=True, now=now)
    _check_running(campaign)
    evaluator = _assign(db, actor, campaign, login, people, now=now)
    if campaign.state is CampaignState.OPEN and _has_agreed(db, campaign, evaluator):
        _ask_new(db, actor, campaign, evaluator, house, now=now)
    return overview(db, actor, campaign, now=now)


def agree(
    db: Db, actor: Principal, number: CampaignId, login: str, house: House, *, now: int
) -> Overview:
    """An evaluator takes part: his people may choose from his time. Raises NotFound, WrongState."""
    campaign = open_campaign(db, actor, number, lock=True, now=now)
    evaluator = get_principal(db, login)
    known = evaluator.id in repository.evaluators_of(db, campaign.id)
    if not known or not is_near(db, actor, evaluator, campaign.visibility, now=now):
        raise NotFound("there is nothing here")
    _check_running(campaign)
    repository.set_evaluator(db, campaign.id, evaluator.id, agreed=True)
    if campaign.state is CampaignState.OPEN:
        _ask_new(db, actor, campaign, evaluator, house, now=now)
    return overview(db, actor, campaign, now=now)


def open_choosing(
    db: Db, actor: Principal, number: CampaignId, house: House, *, now: int
) -> Overview:
    """Everybody is sent a link of his own. Raises NotFound, WrongState, NobodyAgreed."""
    campaign = _run(db, actor, number, now=now)
    agreed = [n for n, said in repository.evaluators_of(db, campaign.id).items() if said]
    if not agreed:
        raise NobodyAgreed("no evaluator has agreed yet")
    campaign.open(now=now)
    repository.save(db, campaign)
    for evaluator in agreed:
        _ask_new(db, actor, campaign, get_principal_by_id(db, evaluator), house, now=now)
    return overview(db, actor, campaign, now=now)


def close(db: Db, actor: Principal, number: CampaignId, house: House, *, now: int) -> Overview:
    """Nobody chooses any more; each evaluator is told how it went. Raises NotFound, WrongState."""
    campaign = _run(db, actor, number, now=now)
    end(db, campaign, house, now=now)
    return overview(db, actor, campaign, now=now)


def end(db: Db, campaign: Campaign, house: House, *, now: int) -> None:
    """The same where the last day is over. Raises WrongState."""
    campaign.close(now=now)
    repository.save(db, campaign)
    lines = lines_of(db, repository.choices_of(db, campaign.id))
    for one in lines:
        messages.withdraw(db, one, now=now)
    for number, agreed in repository.evaluators_of(db, campaign.id).items():
        mine = [one for one in lines if one.evaluator.id == number]
        if agreed and mine:
            figures = (len(mine), sum(one.taken is not None for one in mine))
            evaluator = get_principal_by_id(db, number)
            messages.tell_end(db, campaign, evaluator, figures, house, now=now)


def cancel(db: Db, actor: Principal, number: CampaignId, house: House, *, now: int) -> Overview:
    """What was not held yet is called off, with one mail to each. Raises NotFound, WrongState."""
    campaign = _run(db, actor, number, now=now)
    was_known = campaign.state is not CampaignState.PREPARING
    campaign.cancel(now=now)
    repository.save(db, campaign)
    for one in lines_of(db, repository.choices_of(db, campaign.id)):
        if one.is_held(now=now):
            continue
        if one.taken is not None and one.choice.uid is not None:
            give_up(db, Chooser.of(actor, one.evaluator), one.choice.uid, house, now=now)
        if was_known and one.choice.asked_at is not None:
            sender = _sender(db, actor, one.evaluator, now=now)
            messages.tell_cancelled(db, Letter(campaign, one, sender), house, now=now)
    return overview(db, actor, campaign, now=now)


def _run(db: Db, actor: Principal, number: CampaignId, *, now: int) -> Campaign:
    campaign = open_campaign(db, actor, number, lock=True, now=now)
    if not runs(db, actor, campaign, now=now):
        raise NotFound("there is no such campaign")
    return campaign


def _assign(
    db: Db, actor: Principal, campaign: Campaign, login: str, people: Sequence[str], *, now: int
) -> Principal:
    """Who speaks for the evaluator, or who runs the campaign as long as he has not agreed."""
    evaluator = get_principal(db, login)
    if evaluator.kind is not PrincipalKind.INDIVIDUAL:
        raise InvalidInput("a person appraises")
    speaks = is_near(db, actor, evaluator, campaign.visibility, now=now)
    if not speaks and (
        not runs(db, actor, campaign, now=now) or _has_agreed(db, campaign, evaluator)
    ):
        raise NotFound("there is nothing here")
    repository.set_evaluator(db, campaign.id, evaluator.id, agreed=speaks)
    wanted = {one.id for one in resolve(db, people, ()).people} - {evaluator.id}
    known = repository.choices_of(db, campaign.id)
    mine = {one.person_id: one for one in known if one.evaluator_id == evaluator.id}
    if wanted & {one.person_id for one in known} - set(mine):
        raise InvalidInput(
            "everybody is appraised by one person",
            words="une personne ne s'entretient qu'avec un évaluateur par campagne",
            field="people",
        )
    fresh = wanted - set(mine)
    if len(known) + len(fresh) > MOST_PEOPLE:
        raise InvalidInput(f"{MOST_PEOPLE} people at most are appraised in one campaign")
    gone = [line_of(db, one) for person, one in mine.items() if person not in wanted]
    if any(one.taken is not None for one in gone):
        raise AlreadyChosen("who has chosen a slot stays until it is given up")
    for one in gone:
        messages.withdraw(db, one, now=now)
        messages.revoke(db, one, now=now)
    repository.remove_choices(db, [one.choice.id for one in gone])
    repository.add_people(db, campaign.id, evaluator.id, sorted(fresh))
    return evaluator


def _ask_new(
    db: Db, actor: Principal, campaign: Campaign, evaluator: Principal, house: House, *, now: int
) -> None:
    """Those who were not asked yet."""
    sender = _sender(db, actor, evaluator, now=now)
    for one in lines_of(db, repository.choices_of(db, campaign.id)):
        if one.evaluator.id == evaluator.id and one.choice.asked_at is None:
            ask_one(db, Letter(campaign, one, sender), messages.ASKED, house, now=now)


def ask_one(db: Db, letter: Letter, occasion: str, house: House, *, now: int) -> bool:
    """A letter with the link, once on each occasion."""
    sent = messages.ask(db, letter, occasion, house, now=now)
    letter.line.choice.asked_at = now
    repository.save_choice(db, letter.line.choice)
    return sent


def _has_agreed(db: Db, campaign: Campaign, evaluator: Principal) -> bool:
    return repository.evaluators_of(db, campaign.id).get(evaluator.id, False)


def _sender(db: Db, actor: Principal, evaluator: Principal, *, now: int) -> Principal:
    """The actor where he may write in the evaluator's name, else the evaluator himself."""
    return actor if schedules_for(db, actor, evaluator.id, now=now) else evaluator


def _check_running(campaign: Campaign) -> None:
    if campaign.state not in {CampaignState.PREPARING, CampaignState.OPEN}:
        raise WrongState(campaign.state)

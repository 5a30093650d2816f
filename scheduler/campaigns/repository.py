"""The shelf of campaigns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Row, Select, delete, insert, or_, select, update

from calendars.kernel.database import Db
from calendars.kernel.identifiers import PrincipalId
from scheduler.campaigns.model import Campaign, CampaignId, CampaignState, Choice, ChoiceId
from scheduler.campaigns.tables import campaign_choices, campaign_evaluators, campaigns

_C, _E, _P = campaigns.c, campaign_evaluators.c, campaign_choices.c
_TERMS = (
    _C.id, _C.owner_id, _C.first_day, _C.last_day, _C.minutes, _C.change_until, _C.title,
    _C.visibility, _C.rooms, _C.buffer_after, _C.state, _C.opened_at, _C.ended_at,
)  # fmt: skip


def add(db: Db, one: Campaign, *, by: str, now: int) -> Campaign:
    """A new campaign without anybody in it."""
    row = insert(campaigns).values(
        owner_id=one.owner_id, title=one.title, visibility=one.visibility,
        first_day=one.first_day, last_day=one.last_day, minutes=one.minutes,
        buffer_after=one.buffer_after, rooms=list(one.rooms), change_until=one.change_until,
        state=one.state, made_at=now, made_by=by,
    )  # fmt: skip
    one.id = CampaignId(db.execute(row.returning(_C.id)).scalar_one())
    return one


def save(db: Db, one: Campaign) -> None:
    """What state it is in."""
    said = {"state": one.state, "opened_at": one.opened_at, "ended_at": one.ended_at}
    db.execute(update(campaigns).where(_C.id == one.id).values(said))


def find(db: Db, number: CampaignId, *, lock: bool = False) -> Campaign | None:
    """The campaign of that number."""
    query = select(*_TERMS).where(_C.id == number)
    return next(iter(_campaigns(db, query.with_for_update() if lock else query)), None)


def hold(db: Db, number: CampaignId) -> None:
    """It is neither closed nor called off meanwhile; others may choose in it (docs/adr/0022)."""
    db.execute(select(_C.id).where(_C.id == number).with_for_update(read=True))


def list_concerning(db: Db, people: Collection[PrincipalId]) -> list[Campaign]:
    """The campaigns that these people run or appraise in, the newest first."""
    within = select(_E.campaign_id).where(_E.evaluator_id.in_(people))
    mine = or_(_C.owner_id.in_(people), _C.id.in_(within))
    return _campaigns(db, select(*_TERMS).where(mine).order_by(_C.id.desc()).limit(100))


def list_open(db: Db) -> list[Campaign]:
    """The campaigns in which people choose."""
    return _campaigns(db, select(*_TERMS).where(_C.state == CampaignState.OPEN).order_by(_C.id))


def set_evaluator(db: Db, campaign: CampaignId, evaluator: PrincipalId, *, agreed: bool) -> None:
    """Somebody appraises; what he has agreed to stays agreed."""
    mine = (_E.campaign_id == campaign, _E.evaluator_id == evaluator)
    known = db.execute(select(_E.agreed).where(*mine)).scalar()
    if known is None:
        values = {"campaign_id": campaign, "evaluator_id": evaluator, "agreed": agreed}
        db.execute(insert(campaign_evaluators).values(values))
    elif agreed and not known:
        db.execute(update(campaign_evaluators).where(*mine).values(agreed=True))


def evaluators_of(db: Db, campaign: CampaignId) -> Mapping[PrincipalId, bool]:
    """Who appraises, and whether each has agreed."""
    query = select(_E.evaluator_id, _E.agreed).where(_E.campaign_id == campaign)
    rows = db.execute(query.order_by(_E.evaluator_id))
    return {PrincipalId(number): bool(agreed) for number, agreed in rows}


def add_people(
    db: Db, campaign: CampaignId, evaluator: PrincipalId, people: Iterable[PrincipalId]
) -> None:
    """These are appraised by him."""
    rows = [
        {"campaign_id": campaign, "evaluator_id": evaluator, "person_id": one} for one in people
    ]
    if rows:
        db.execute(insert(campaign_choices), rows)


def remove_choices(db: Db, choices: Collection[ChoiceId]) -> None:
    """These are appraised no more."""
    if choices:
        db.execute(delete(campaign_choices).where(_P.id.in_(choices)))


def choices_of(db: Db, campaign: CampaignId) -> list[Choice]:
    """Everybody who is appraised in a campaign."""
    return _choices(db, select(campaign_choices).where(_P.campaign_id == campaign))


def choices_for(db: Db, person: PrincipalId) -> list[Choice]:
    """Where somebody is appraised himself, the newest first."""
    query = select(campaign_choices).where(_P.person_id == person)
    return _choices(db, query.order_by(_P.id.desc()).limit(50))


def find_choice(db: Db, number: ChoiceId, *, lock: bool = False) -> Choice | None:
    """One of the appraised."""
    query = select(campaign_choices).where(_P.id == number)
    return next(iter(_choices(db, query.with_for_update() if lock else query)), None)


def save_choice(db: Db, one: Choice) -> None:
    """What he has chosen, and when he was asked last."""
    said = {"uid": one.uid, "chosen_at": one.chosen_at, "asked_at": one.asked_at}
    db.execute(update(campaign_choices).where(_P.id == one.id).values(said))


def _campaigns(db: Db, query: Select[Any]) -> list[Campaign]:
    return [_campaign(row) for row in db.execute(query)]


def _campaign(row: Row[Any]) -> Campaign:
    return Campaign(
        CampaignId(row.id), PrincipalId(row.owner_id), row.first_day, row.last_day, row.minutes,
        row.change_until, row.title, row.visibility, tuple(row.rooms), row.buffer_after,
        CampaignState(row.state), row.opened_at, row.ended_at,
    )  # fmt: skip


def _choices(db: Db, query: Select[Any]) -> list[Choice]:
    return [
        Choice(
            ChoiceId(row.id), CampaignId(row.campaign_id), PrincipalId(row.evaluator_id),
            PrincipalId(row.person_id), row.uid, row.chosen_at, row.asked_at,
        )
        for row in db.execute(query)
    ]  # fmt: skip

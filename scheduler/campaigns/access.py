"""Who sees what of a campaign (SEC-2, SEC-5): an evaluator his own people, the appraised himself.

Who runs a campaign sees how many have chosen, not who; who is neither finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Principal
from calendars.services.find_entry import find_entries
from calendars.services.find_principals import get_principal, get_principal_by_id
from scheduler.campaigns import repository
from scheduler.campaigns.model import (
    Campaign,
    CampaignId,
    Choice,
    Evaluator,
    Line,
    Overview,
    Share,
)
from scheduler.choosing.rights import Nearness, is_near, nearness_of
from scheduler.choosing.take import taken_at


def open_campaign(
    db: Db, actor: Principal, number: CampaignId, *, lock: bool = False, now: int
) -> Campaign:
    """For who runs it, who appraises in it, and those who keep their diaries. Raises NotFound."""
    found = repository.find(db, number, lock=lock)
    if found is not None and (
        runs(db, actor, found, now=now) or evaluators_seen(db, actor, found, now=now)
    ):
        return found
    raise NotFound("there is no such campaign")


def runs(db: Db, actor: Principal, campaign: Campaign, *, now: int) -> bool:
    """He opens it, closes it, calls it off."""
    owner = get_principal_by_id(db, campaign.owner_id)
    return is_near(db, actor, owner, campaign.visibility, now=now)


def evaluators_seen(
    db: Db, actor: Principal, campaign: Campaign, *, now: int
) -> dict[PrincipalId, Nearness]:
    """The evaluators whose lists he reads, and how closely."""
    found: dict[PrincipalId, Nearness] = {}
    for number in repository.evaluators_of(db, campaign.id):
        near = nearness_of(db, actor, get_principal_by_id(db, number), campaign.visibility, now=now)
        if near is not Nearness.STRANGER:
            found[number] = near
    return found


def overview(db: Db, actor: Principal, campaign: Campaign, *, now: int) -> Overview:
    """The campaign with all evaluators for who runs it, else with those he stands near to."""
    agreed = repository.evaluators_of(db, campaign.id)
    seen = set(agreed)
    if not runs(db, actor, campaign, now=now):
        seen = set(evaluators_seen(db, actor, campaign, now=now))
    choices = repository.choices_of(db, campaign.id)
    standing = _standing(db, choices)
    shares = [
        Share(
            Evaluator(get_principal_by_id(db, number), agreed[number]),
            sum(one.evaluator_id == number for one in choices),
            sum(one.evaluator_id == number and one.id in standing for one in choices),
        )
        for number in agreed
        if number in seen
    ]
    return Overview(campaign, get_principal_by_id(db, campaign.owner_id), tuple(shares))


def lines_for(
    db: Db, actor: Principal, campaign: Campaign, login: str | None, *, now: int
) -> list[Line]:
    """Who is appraised, by the names of those who appraise. Raises NotFound.

    Who keeps a diary without reading what is confidential in it learns who has chosen, not when.
    """
    near = evaluators_seen(db, actor, campaign, now=now)
    if login is not None:
        wanted = get_principal(db, login).id
        near = {number: how for number, how in near.items() if number == wanted}
    if not near:
        raise NotFound("there is no such list")
    choices = [c for c in repository.choices_of(db, campaign.id) if c.evaluator_id in near]
    return [
        one._replace(told=near[one.evaluator.id] is Nearness.HOST) for one in lines_of(db, choices)
    ]


def lines_of(db: Db, choices: Iterable[Choice]) -> list[Line]:
    """Each as the evaluator's diary has it now, by name."""
    found = [line_of(db, one) for one in choices]
    return sorted(found, key=lambda one: (one.evaluator.login, one.person.display_name.casefold()))


def line_of(db: Db, choice: Choice) -> Line:
    """One of them."""
    taken = None if choice.uid is None else taken_at(db, choice.evaluator_id, choice.uid)
    person, evaluator = choice.person_id, choice.evaluator_id
    return Line(choice, get_principal_by_id(db, person), get_principal_by_id(db, evaluator), taken)


def _standing(db: Db, choices: Sequence[Choice]) -> set[int]:
    """Those whose event stands: a glance, for figures."""
    kept = [(one.evaluator_id, one.uid) for one in choices if one.uid is not None]
    there = find_entries(db, kept)
    return {one.id for one in choices if (one.evaluator_id, one.uid or "") in there}

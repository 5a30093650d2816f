"""Campaigns of appraisals over REST (RDV-3)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Identifier, PathName
from calendars.http.spreadsheet import CSV_RESPONSES, spreadsheet
from calendars.http.state import CurrentPrincipal, State
from scheduler.campaigns import choose, service
from scheduler.campaigns.access import lines_for, open_campaign, overview
from scheduler.campaigns.model import CampaignId, ChoiceId, Line
from scheduler.campaigns.schemas import (
    CAMPAIGN_HEADINGS,
    OWN_HEADINGS,
    PEOPLE_HEADINGS,
    CampaignIn,
    CampaignOut,
    CampaignsOut,
    OwnChoiceOut,
    OwnChoicesOut,
    PeopleIn,
    PeopleOut,
    PersonOut,
)
from scheduler.choosing.api import Choosing
from scheduler.choosing.schemas import ChosenIn, FreeSlotsOut

TAG = "Entretiens professionnels"

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)

Number = Annotated[Identifier, Path(alias="campaign", description="Le numéro de la campagne.")]
Chosen = Annotated[Identifier, Path(alias="choice", description="Le numéro de votre entretien.")]
EvaluatorLogin = Annotated[
    PathName, Path(alias="login", description="Qui mène les entretiens.", examples=["anne"])
]
Of = Annotated[
    PathName | None, Query(description="De qui ; par défaut, de vous.", examples=["anne"])
]
Whose = Annotated[PathName | None, Query(alias="evaluator", description="D'un seul évaluateur.")]
Remaining = Annotated[bool, Query(description="Seulement qui n'a pas encore choisi.")]

CAMPAIGNS = {
    "year": {
        "summary": "Les entretiens de l'année",
        "value": {
            "first_day": "2027-03-01",
            "last_day": "2027-03-26",
            "minutes": 60,
            "evaluators": [{"login": "anne", "people": ["paul"]}],
        },
    }
}


@router.post(
    "/campaigns",
    status_code=201,
    operation_id="makeCampaign",
    summary="Préparer une campagne d'entretiens",
    description="Qui mène des entretiens et dont vous ne tenez pas l'agenda doit encore "
    "l'accepter : d'ici là, personne ne choisit dans son temps.",
)
def make(
    actor: CurrentPrincipal,
    state: State,
    said: Annotated[CampaignIn, Body(openapi_examples=CAMPAIGNS)],
) -> CampaignOut:
    """A campaign in preparation."""
    with state.database.transaction() as db:
        return CampaignOut.of(service.make_campaign(db, actor, said.draft(), now=state.now()))


@router.get("/campaigns", operation_id="listCampaigns", summary="Les campagnes d'une personne")
def list_all(actor: CurrentPrincipal, state: State, of: Of = None) -> CampaignsOut:
    """Those that she runs, or appraises in."""
    with state.database.reading() as db:
        found = service.list_campaigns(db, actor, of, now=state.now())
    return CampaignsOut(items=[CampaignOut.of(one) for one in found])


@router.get(
    "/campaigns.csv",
    operation_id="exportCampaigns",
    summary="Les campagnes d'une personne, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_all(actor: CurrentPrincipal, state: State, of: Of = None) -> Response:
    """The same list, in figures."""
    rows = [one.row for one in list_all(actor, state, of).items]
    return spreadsheet("campagnes.csv", CAMPAIGN_HEADINGS, rows)


@router.get("/campaigns/{campaign}", operation_id="getCampaign", summary="Une campagne")
def show(actor: CurrentPrincipal, state: State, number: Number) -> CampaignOut:
    """How it stands, in figures."""
    with state.database.reading() as db:
        found = open_campaign(db, actor, CampaignId(number), now=state.now())
        return CampaignOut.of(overview(db, actor, found, now=state.now()))


@router.put(
    "/campaigns/{campaign}/evaluators/{login}",
    operation_id="setCampaignPeople",
    summary="Dire avec qui quelqu'un s'entretient",
    description="Qui s'ajoute à une campagne ouverte reçoit aussitôt son lien.",
)
def set_people(
    actor: CurrentPrincipal, state: State, house: Choosing, number: Number,
    login: EvaluatorLogin, said: PeopleIn,
) -> CampaignOut:  # fmt: skip
    """These, and nobody else."""
    with state.database.transaction() as db:
        return CampaignOut.of(
            service.set_people(
                db, actor, CampaignId(number), login, said.people, house, now=state.now()
            )
        )


@router.post(
    "/campaigns/{campaign}/evaluators/{login}/agree",
    operation_id="agreeToCampaign",
    summary="Accepter de mener des entretiens",
)
def agree(
    actor: CurrentPrincipal, state: State, house: Choosing, number: Number, login: EvaluatorLogin
) -> CampaignOut:
    """People may choose from his time from now on."""
    with state.database.transaction() as db:
        return CampaignOut.of(
            service.agree(db, actor, CampaignId(number), login, house, now=state.now())
        )


@router.post(
    "/campaigns/{campaign}/open",
    operation_id="openCampaign",
    summary="Ouvrir une campagne",
    description="Chacun reçoit un lien qui lui est propre ; qui n'a pas choisi est relancé une "
    "fois par semaine.",
)
def open_it(actor: CurrentPrincipal, state: State, house: Choosing, number: Number) -> CampaignOut:
    """People choose."""
    with state.database.transaction() as db:
        done = service.open_choosing(db, actor, CampaignId(number), house, now=state.now())
    return CampaignOut.of(done)


@router.post(
    "/campaigns/{campaign}/close",
    operation_id="closeCampaign",
    summary="Clore une campagne",
    description="Ce qui est choisi reste ; qui mène des entretiens reçoit un bilan.",
)
def close(actor: CurrentPrincipal, state: State, house: Choosing, number: Number) -> CampaignOut:
    """Nobody chooses any more."""
    with state.database.transaction() as db:
        done = service.close(db, actor, CampaignId(number), house, now=state.now())
    return CampaignOut.of(done)


@router.post(
    "/campaigns/{campaign}/cancel",
    operation_id="cancelCampaign",
    summary="Annuler une campagne",
    description="Les entretiens à venir sont annulés ; chacun en est averti une fois.",
)
def cancel(actor: CurrentPrincipal, state: State, house: Choosing, number: Number) -> CampaignOut:
    """What was not held is called off."""
    with state.database.transaction() as db:
        done = service.cancel(db, actor, CampaignId(number), house, now=state.now())
    return CampaignOut.of(done)


@router.get(
    "/campaigns/{campaign}/people",
    operation_id="listCampaignPeople",
    summary="Qui a choisi, et qui non",
    description="Pour qui mène les entretiens et pour qui tient son agenda.",
)
def people(
    actor: CurrentPrincipal, state: State, number: Number, evaluator: Whose = None,
    *, remaining: Remaining = False,
) -> PeopleOut:  # fmt: skip
    """By name."""
    lines = _lines(actor, state, number, evaluator, remaining=remaining)
    return PeopleOut(items=[PersonOut.of(one, state.zone, now=state.now()) for one in lines])


@router.get(
    "/campaigns/{campaign}/people.csv",
    operation_id="exportCampaignPeople",
    summary="Qui a choisi, et qui non, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export(
    actor: CurrentPrincipal, state: State, number: Number, evaluator: Whose = None,
    *, remaining: Remaining = False,
) -> Response:  # fmt: skip
    """The same list."""
    lines = _lines(actor, state, number, evaluator, remaining=remaining)
    rows = [PersonOut.of(one, state.zone, now=state.now()).row for one in lines]
    return spreadsheet("entretiens.csv", PEOPLE_HEADINGS, rows)


def _lines(
    actor: CurrentPrincipal, state: State, number: int, login: str | None, *, remaining: bool
) -> list[Line]:
    with state.database.reading() as db:
        campaign = open_campaign(db, actor, CampaignId(number), now=state.now())
        found = lines_for(db, actor, campaign, login, now=state.now())
    return [one for one in found if not remaining or one.taken is None]


@router.get("/me/appraisals", operation_id="listOwnAppraisals", summary="Vos propres entretiens")
def list_own(actor: CurrentPrincipal, state: State, house: Choosing) -> OwnChoicesOut:
    """The asker's own, and nobody else's."""
    now = state.now()
    with state.database.reading() as db:
        found = choose.list_own(db, actor)
    return OwnChoicesOut(
        items=[
            OwnChoiceOut.of(one, state.zone, choosable=one.is_choosable(house, now=now), now=now)
            for one in found
        ]
    )


@router.get(
    "/me/appraisals.csv",
    operation_id="exportOwnAppraisals",
    summary="Vos propres entretiens, pour un tableur",
    response_class=Response,
    responses=dict(CSV_RESPONSES),
)
def export_own(actor: CurrentPrincipal, state: State, house: Choosing) -> Response:
    """The same list."""
    rows = [one.row for one in list_own(actor, state, house).items]
    return spreadsheet("mes-entretiens.csv", OWN_HEADINGS, rows)


@router.get(
    "/me/appraisals/{choice}/slots",
    operation_id="listOwnAppraisalSlots",
    summary="Les créneaux parmi lesquels choisir",
    description="Calculés à l'instant : ce qui remplit un agenda entre-temps les retire.",
)
def own_slots(
    actor: CurrentPrincipal, state: State, house: Choosing, number: Chosen
) -> FreeSlotsOut:
    """What is free for both, and for a room."""
    state.inquiries.charge(actor.id, 1, now=state.now())
    with state.database.reading() as db:
        opened = choose.open_own(db, actor, ChoiceId(number))
        found = choose.offered(db, actor, opened, house, now=state.now())
    return FreeSlotsOut.of(found, state.zone)


@router.put(
    "/me/appraisals/{choice}",
    operation_id="chooseOwnAppraisal",
    summary="Choisir votre créneau, ou un autre",
    description="409 si quelqu'un l'a pris entre-temps : relisez les créneaux.",
)
def choose_own(
    actor: CurrentPrincipal, state: State, house: Choosing, number: Chosen, said: ChosenIn
) -> OwnChoiceOut:
    """The slot is his, or it is not."""
    now = state.now()
    with state.database.transaction() as db:
        opened = choose.open_own(db, actor, ChoiceId(number), lock=True)
        start = int(said.start.timestamp())
        choose.choose(db, actor, opened, start, house, now=now)
        opened = choose.open_own(db, actor, ChoiceId(number))
    choosable = opened.is_choosable(house, now=now)
    return OwnChoiceOut.of(opened, state.zone, choosable=choosable, now=now)

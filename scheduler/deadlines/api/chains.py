"""Chains of dates from templates, over REST (DLN-1)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path
from fastapi.openapi.models import Example

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.state import CurrentPrincipal, State
from scheduler.deadlines import chain_repository, start_chain
from scheduler.deadlines.chain_schemas import ChainIn, TemplateIn, TemplateOut, TemplatesOut
from scheduler.deadlines.schemas import DeadlinesOut

TAG = "Échéanciers"

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)

Code = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{1,40}$", description="Le code.", examples=["LETTRE"])
]
_REPORT: dict[str, Example] = {
    "rapport": {
        "summary": "Un rapport d'activité en deux étapes",
        "value": {
            "label": "Rapport d'activité",
            "steps": [
                {"key": "remise", "label": "Remise du rapport", "role": "service",
                 "rule": "next-working-day"},
                {"key": "chiffres", "label": "Chiffres des bureaux", "role": "bureaux",
                 "rule": "planned-sending-day", "count": 10, "after": "remise"},
            ],
        },
    },
}  # fmt: skip


@router.get("/chain-templates", operation_id="listChainTemplates", summary="Les échéanciers types")
def list_templates(_: CurrentPrincipal, state: State) -> TemplatesOut:
    """By code."""
    with state.database.reading() as db:
        found = chain_repository.list_templates(db)
    return TemplatesOut(items=[TemplateOut.of(one) for one in found])


@router.put(
    "/chain-templates/{code}",
    operation_id="setChainTemplate",
    summary="Régler un échéancier type",
    description="Réservé à l'administration. Les échéances déjà posées restent.",
)
def set_template(
    actor: CurrentPrincipal,
    state: State,
    code: Code,
    wanted: Annotated[TemplateIn, Body(openapi_examples=_REPORT)],
) -> TemplateOut:
    """A template from now on."""
    one = wanted.template(code)
    with state.database.transaction() as db:
        start_chain.set_template(db, actor, one, now=state.now())
    return TemplateOut.of(one)


@router.delete(
    "/chain-templates/{code}",
    status_code=204,
    operation_id="unsetChainTemplate",
    summary="Revenir à l'échéancier d'origine, ou le retirer",
    description="Réservé à l'administration.",
)
def unset_template(actor: CurrentPrincipal, state: State, code: Code) -> None:
    """What was set is no more."""
    with state.database.transaction() as db:
        start_chain.unset_template(db, actor, code, now=state.now())


@router.post(
    "/deadline-chains",
    status_code=201,
    operation_id="startDeadlineChain",
    summary="Poser un échéancier",
    description="D'un échéancier type et d'un jour : toutes ses échéances, chacune à qui a son "
    "rôle, ou aucune.",
)
def start(actor: CurrentPrincipal, state: State, said: ChainIn) -> DeadlinesOut:
    """All its dates."""
    with state.database.transaction() as db:
        made = start_chain.start_chain(db, actor, said.start(), zone=state.zone, now=state.now())
    return DeadlinesOut.of(made, state.zone)

"""Chains that come again as data: their steps, each with its delay and who has it (DLN-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from calendars.kernel.errors import InvalidInput
from scheduler.working_time.rules import DateRule, DayUnit

MAX_STEPS = 60


class BadTemplate(InvalidInput):
    """Steps come after steps that stand before them, each under a name of its own."""


class NoOwner(InvalidInput):
    """A role of the template is nobody's."""


@dataclass(frozen=True, slots=True)
class ChainStep:
    """A date of a chain; without `after` it is reckoned from the day that the chain is given."""

    key: str
    label: str
    role: str
    rule: DateRule = DateRule.DUE_IN_DAYS
    count: int = 0
    unit: DayUnit = DayUnit.WORKING
    after: str | None = None


class ChainTemplate(NamedTuple):
    """How a chain is made."""

    code: str
    label: str
    steps: tuple[ChainStep, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """Who is wanted, in the order of the steps."""
        return tuple(dict.fromkeys(one.role for one in self.steps))


def check_template(one: ChainTemplate) -> None:
    """Raises BadTemplate."""
    seen: set[str] = set()
    for step in one.steps:
        if step.key in seen or (step.after is not None and step.after not in seen):
            raise BadTemplate("a step comes after one that stands before it")
        seen.add(step.key)
    if not 0 < len(one.steps) <= MAX_STEPS:
        raise BadTemplate(f"a chain has between 1 and {MAX_STEPS} steps")


def owners_of(one: ChainTemplate, owners: Mapping[str, str]) -> Mapping[str, str]:
    """The login of each role. Raises NoOwner."""
    missing = [role for role in one.roles if role not in owners]
    if missing:
        raise NoOwner(f"nobody has: {', '.join(missing)}")
    return owners


_NEXT, _BEFORE = DateRule.NEXT_WORKING, DateRule.PLANNED_SENDING
_DAYS, _CLEAR = DayUnit.CALENDAR, DayUnit.CLEAR

EXAMPLES = (
    ChainTemplate(
        "LETTRE",
        "Lettre d'information",
        (
            ChainStep("parution", "Parution", "redaction", _NEXT),
            ChainStep("appel", "Appel à contributions", "redaction", _BEFORE, 15, after="parution"),
            ChainStep("textes", "Remise des textes", "services", _BEFORE, 8, after="parution"),
            ChainStep("maquette", "Maquette", "redaction", _BEFORE, 5, after="parution"),
            ChainStep("relecture", "Relecture", "direction", _BEFORE, 3, after="parution"),
            ChainStep("bon", "Bon à diffuser", "direction", _BEFORE, 1, after="parution"),
        ),
    ),
    ChainTemplate(
        "MARCHE",
        "Consultation de marché public",
        (
            ChainStep("avis", "Publication de l'avis", "secretariat", _NEXT),
            ChainStep("offres", "Remise des offres", "secretariat", count=30, unit=_DAYS,
                      after="avis"),
            ChainStep("questions", "Fin des questions des candidats", "secretariat", _BEFORE, 6,
                      _DAYS, "offres"),
            ChainStep("plis", "Ouverture des plis", "secretariat", count=1, after="offres"),
            ChainStep("analyse", "Rapport d'analyse des offres", "service", count=15, after="plis"),
            ChainStep("choix", "Choix de l'attributaire", "direction", count=5, after="analyse"),
            ChainStep("information", "Information des candidats non retenus", "secretariat",
                      count=2, after="choix"),
            ChainStep("signature", "Signature du marché", "direction", count=10, unit=_CLEAR,
                      after="information"),
            ChainStep("notification", "Notification à l'attributaire", "secretariat", count=3,
                      after="signature"),
            ChainStep("attribution", "Avis d'attribution", "secretariat", count=30, unit=_DAYS,
                      after="notification"),
        ),
    ),
)  # fmt: skip
"""What an administrator finds at first; he may set each otherwise: no delay is a constant."""

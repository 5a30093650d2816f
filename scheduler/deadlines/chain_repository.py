"""The shelf of chain templates: those that were set take the place of the examples."""

from __future__ import annotations

import json
from dataclasses import asdict

from sqlalchemy import delete, insert, select, update

from calendars.kernel.database import Db
from calendars.kernel.errors import NotFound
from scheduler.deadlines.chain_model import EXAMPLES, ChainStep, ChainTemplate
from scheduler.deadlines.tables import chain_templates
from scheduler.working_time.rules import DateRule, DayUnit

_T = chain_templates.c


def list_templates(db: Db) -> list[ChainTemplate]:
    """By code."""
    found = {one.code: one for one in EXAMPLES}
    for code, label, steps in db.execute(select(_T.code, _T.label, _T.steps)):
        found[code] = ChainTemplate(code, label, tuple(_step(one) for one in json.loads(steps)))
    return [found[code] for code in sorted(found)]


def get_template(db: Db, code: str) -> ChainTemplate:
    """The template of that code. Raises NotFound."""
    for one in list_templates(db):
        if one.code == code:
            return one
    raise NotFound("there is no such template")


def set_template(db: Db, one: ChainTemplate) -> None:
    """The template of that code from now on."""
    steps = json.dumps([asdict(step) for step in one.steps], ensure_ascii=False)
    values = {"label": one.label, "steps": steps}
    if not db.execute(update(chain_templates).where(_T.code == one.code).values(values)).rowcount:
        db.execute(insert(chain_templates).values(code=one.code, **values))


def unset_template(db: Db, code: str) -> bool:
    """What was set goes, and the example is what it was; whether something was set."""
    return db.execute(delete(chain_templates).where(_T.code == code)).rowcount > 0


def _step(said: dict[str, object]) -> ChainStep:
    typed = {"rule": DateRule(str(said["rule"])), "unit": DayUnit(str(said["unit"]))}
    return ChainStep(**{**said, **typed})  # type: ignore[arg-type]

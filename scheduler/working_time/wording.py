"""Why a computed date is what it is, said to the people whom it binds (TIM-10)."""

from __future__ import annotations

from calendars.model.french_dates import long_date
from calendars.model.typeset import typeset
from scheduler.working_time.recurring import Shifted
from scheduler.working_time.rules import (
    Closed,
    ClosedDay,
    DateInputs,
    DateRule,
    DayUnit,
    Reckoning,
    add_months,
)

_UNITS = {
    DayUnit.CALENDAR: ("jour calendaire", "jours calendaires"),
    DayUnit.CLEAR: ("jour franc", "jours francs"),
    DayUnit.WORKING: ("jour ouvré", "jours ouvrés"),
    DayUnit.WORKABLE: ("jour ouvrable", "jours ouvrables"),
}


def because(rule: DateRule, inputs: DateInputs, found: Reckoning) -> str:
    """« vendredi 25 septembre 2026, parce que … »."""
    reasons = [_counting(rule, inputs), *_closed(found)]
    told = " ; ".join(filter(None, reasons))
    return typeset(f"{long_date(found.day)}, parce que {told}")


def _counting(rule: DateRule, inputs: DateInputs) -> str:
    start = long_date(inputs.day)
    if rule is DateRule.NEXT_WORKING:
        return f"l'on part du {start}"
    if rule in {DateRule.APPEAL_END, DateRule.DUE_IN_MONTHS}:
        months = f"{inputs.count} mois à compter du {start}"
        reached = long_date(add_months(inputs.day, inputs.count))
        if rule is DateRule.DUE_IN_MONTHS:
            return f"{months} mènent au {reached}"
        return f"{months} mènent au {reached} et que le délai est franc, soit un jour de plus"
    count = f"{inputs.count} {_UNITS[inputs.unit][inputs.count > 1]}"
    if rule is DateRule.DUE_IN_DAYS:
        return f"le délai de {count} part du {start}, qui ne compte pas"
    told = f"l'envoi précède de {count} le {start}"
    if inputs.unit is DayUnit.CLEAR:
        return f"{told}, ni le jour de l'envoi ni celui de la réunion ne comptant"
    if inputs.unit is DayUnit.CALENDAR:
        return told
    return f"{told}, ces jours étant entiers entre les deux"


def _closed(found: Reckoning) -> list[str]:
    told = [because_closed(one) for one in sorted(set(found.passed_over), key=lambda one: one.day)]
    told = [one for one in told if one]
    weekend = [one for one in found.passed_over if one.because is Closed.WEEKEND]
    if weekend:
        told.append("les jours de fin de semaine ne sont pas travaillés")
    return [f"que {one}" for one in told]


def because_closed(one: ClosedDay) -> str:
    """« le lundi 5 avril 2027 est chômé (Pont) »; of a weekend there is nothing to say."""
    if one.because is Closed.WEEKEND:
        return ""
    kind = "férié" if one.because is Closed.HOLIDAY else "chômé"
    label = f" ({one.label})" if one.label else ""
    return f"le {long_date(one.day)} est {kind}{label}"


def because_shifted(one: Shifted) -> str:
    """Why what comes again is on that day, or on none (DLN-1)."""
    named = long_date(one.nominal)
    if one.day == one.nominal:
        return typeset(f"{named}, comme prévu")
    reasons = " et ".join(_closed(Reckoning(one.nominal, one.passed_over)))
    head = f"rien le {named}" if one.day is None else f"{long_date(one.day)}, au lieu du {named}"
    return typeset(f"{head}, parce {reasons}")

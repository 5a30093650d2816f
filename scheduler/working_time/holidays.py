"""The public holidays of the territory, year by year (TIM-4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from holidays import country_holidays


def public_holidays(years: Iterable[int], *, country: str, subdivision: str) -> dict[date, str]:
    """The holidays of whole years with their French names.

    What an order adds by hand, or takes away, comes on top of this, as data (TIM-5).
    """
    found = country_holidays(country, subdiv=subdivision, years=list(years), language="fr")
    return dict(found.items())

"""The house of the search for slots serves the conflicts of dates too."""

from tests.scheduler.slots.conftest import admin, anne, house, paul

__all__ = ["admin", "anne", "house", "paul"]

"""How much work a recurrence may cause: threats are met by counting, not by hoping."""

from __future__ import annotations

from calendars.model.invalid import TooManyInstances

MAX_INSTANCES = 10_000
"""A year of every hour, which is the longest that anybody is answered about, and some more."""
MAX_INSTANCES_PER_REPORT = 50_000
STEPS_PER_INSTANCE = 16


class Budget:
    """How much may be searched for one component, and for all of one report.

    An empty period costs a part of an instance, so that a search that finds nothing ends too.
    """

    __slots__ = ("_left", "_per_component", "_whole")

    def __init__(
        self,
        per_component: int = MAX_INSTANCES,
        per_report: int = MAX_INSTANCES_PER_REPORT,
        *,
        whole: Budget | None = None,
    ) -> None:
        self._per_component = per_component
        self._left = per_report * STEPS_PER_INSTANCE
        self._whole = whole

    def component(self) -> Budget:
        """The budget of one component, which also draws on this one."""
        return Budget(self._per_component, self._per_component, whole=self)

    def spend(self, steps: int = STEPS_PER_INSTANCE) -> None:
        """Charge one instance, or that many steps of search. Raises TooManyInstances."""
        left = self._left = self._left - steps
        whole = self._whole
        if whole is not None:
            # Written out: this is called for every instance.
            rest = whole._left = whole._left - steps
            left = min(left, rest)
        if left < 0:
            raise TooManyInstances("the recurrence has too many instances to be answered")

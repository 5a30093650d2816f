"""Ticks: each job runs every so many seconds, in a thread of its own, and may run twice.

Nothing is remembered here. A job finds in the tables what is due, so that a tick that was missed, a
process that was killed and a second process that ticks as well do no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC
from typing import NamedTuple

from apscheduler.executors.pool import ThreadPoolExecutor  # type: ignore[import-untyped]
from apscheduler.schedulers.background import (  # type: ignore[import-untyped]
    BackgroundScheduler,
)

from calendars.kernel.database import StoreUnavailable

THREADS = 2

log = logging.getLogger(__name__)


class Job(NamedTuple):
    """What is done, and how often it is looked whether there is something to do."""

    name: str
    seconds: int
    deed: Callable[[], object]


class Ticker:
    """The clockwork of one process."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(THREADS)},
            # After a pause one run catches up; a run that takes long is not joined by a second.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in jobs:
            self._scheduler.add_job(
                _run, "interval", args=[job], seconds=job.seconds, jitter=min(job.seconds // 10, 60)
            )

    def start(self) -> None:
        """The first run of each job is one interval away."""
        self._scheduler.start()

    def stop(self) -> None:
        """What is running ends first."""
        self._scheduler.shutdown(wait=True)


def _run(job: Job) -> None:
    """One run; what goes wrong is told, and tried again at the next tick."""
    try:
        job.deed()
    except StoreUnavailable:
        log.warning("job.store_unavailable", extra={"job": job.name})
    except Exception:
        log.exception("job.failed", extra={"job": job.name})

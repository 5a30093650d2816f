"""The clockwork: jobs run again and again, whatever one of them does."""

from __future__ import annotations

import logging
import threading

import pytest

from scheduler.jobs.runner import Job, Ticker


def test_a_job_runs_again_and_one_that_fails_stops_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ran = threading.Semaphore(0)

    def fail() -> None:
        ran.release()
        raise RuntimeError("a bug")

    ticker = Ticker([Job("bad", 1, fail), Job("good", 1, ran.release)])
    with caplog.at_level(logging.ERROR):
        ticker.start()
        for _ in range(4):
            assert ran.acquire(timeout=10)
        ticker.stop()

    assert {getattr(record, "job", "") for record in caplog.records} >= {"bad"}
    assert not any(getattr(record, "job", "") == "good" for record in caplog.records)

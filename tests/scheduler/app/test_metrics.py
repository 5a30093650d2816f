"""Figures for Prometheus: what was asked and how it ended, and nothing of whom."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from pathlib import Path

from calendars.dav.app import Receive, Scope, Send
from notifications.message import State
from scheduler.app.metrics import Metrics
from tests.serving import running_server


def test_requests_are_counted_by_method_status_and_time(migrated_url: str, tmp_path: Path) -> None:
    with running_server(migrated_url, tmp_path / "data") as server:
        anne = server.add_person("anne")
        anne.propfind(anne.agenda, "<D:displayname/>")
        anne.ask("GET", f"{anne.agenda}none.ics")
        anne.ask("LOCK", anne.agenda)

        # A request is counted once its answer has left.
        deadline = time.monotonic() + 10
        told = anne.ask("GET", "/metrics").text
        while told.count("niaouli_requests_total{") < 3 and time.monotonic() < deadline:
            told = anne.ask("GET", "/metrics").text

    samples = dict(re.findall(r"^(niaouli_\S+) (\S+)$", told, re.MULTILINE))
    assert samples['niaouli_requests_total{method="PROPFIND",status="207"}'] == "1.0"
    assert samples['niaouli_requests_total{method="GET",status="404"}'] == "1.0"
    assert samples['niaouli_requests_total{method="other",status="405"}'] == "1.0"
    assert samples['niaouli_request_seconds_bucket{le="+Inf",method="PROPFIND"}'] == "1.0"
    assert float(samples['niaouli_request_seconds_sum{method="GET"}']) > 0
    assert samples["niaouli_requests_under_way"] == "0.0"
    assert "anne" not in told


def test_what_a_server_is_told_beside_the_answer_is_no_answer() -> None:
    """The template of a page is told to servers that ask for it (ASGI, extensions)."""

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.debug", "info": {}})
        await send({"type": "http.response.start", "status": 203, "headers": []})

    async def none() -> Mapping[State, int]:
        return {}

    async def ignore(message: object) -> None:
        pass

    metrics = Metrics(page, none)
    scope: Scope = {"type": "http", "path": "/", "method": "GET"}
    asyncio.run(metrics(scope, none, ignore))  # type: ignore[arg-type]

    labels = {"method": "GET", "status": "203"}
    assert metrics.registry.get_sample_value("niaouli_requests_total", labels) == 1

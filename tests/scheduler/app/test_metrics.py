"""Figures for Prometheus: what was asked and how it ended, and nothing of whom."""

from __future__ import annotations

import re
import time
from pathlib import Path

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

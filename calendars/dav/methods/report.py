"""REPORT (RFC 3253 §3.6): which one is said by the root of the body."""

from __future__ import annotations

from dataclasses import replace

from calendars.dav.conditions import UnsupportedReport
from calendars.dav.reports import REPORTS
from calendars.dav.request import DavRequest, DavResponse


def report(request: DavRequest) -> DavResponse:
    """Hand the request to its report."""
    handle = REPORTS.get(str(request.root.tag))
    if handle is None:
        raise UnsupportedReport("this report is not known here")
    answer = handle(request)
    if request.minimal and answer.status == 207:
        applied = ("Preference-Applied", "return=minimal")
        return replace(answer, headers=(*answer.headers, applied))
    return answer

"""The methods: what each does and how it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from calendars.dav.methods.acl import acl
from calendars.dav.methods.make import mkcalendar, mkcol
from calendars.dav.methods.objects import delete, get, put
from calendars.dav.methods.options import options
from calendars.dav.methods.post import add_or_refuse, ask_busy_time, is_outbox
from calendars.dav.methods.properties import propfind, proppatch
from calendars.dav.methods.report import report
from calendars.dav.methods.transfer import copy, move
from calendars.dav.paths import DavPath
from calendars.dav.request import DavRequest, DavResponse


class Method(NamedTuple):
    """A handler; whether it writes, and whether its body is XML."""

    handle: Callable[[DavRequest], DavResponse]
    writes: bool = False
    xml: bool = False


METHODS = {
    "OPTIONS": Method(options),
    "GET": Method(get),
    "HEAD": Method(get),
    "PUT": Method(put, writes=True),
    "DELETE": Method(delete, writes=True),
    "PROPFIND": Method(propfind, xml=True),
    "PROPPATCH": Method(proppatch, writes=True, xml=True),
    "MKCALENDAR": Method(mkcalendar, writes=True, xml=True),
    "MKCOL": Method(mkcol, writes=True, xml=True),
    "COPY": Method(copy, writes=True),
    "MOVE": Method(move, writes=True),
    "POST": Method(add_or_refuse, writes=True),
    "ACL": Method(acl, writes=True, xml=True),
    "REPORT": Method(report, xml=True),
}

# It only reads, so that it need not wait for those who write.
_ASK_BUSY_TIME = Method(ask_busy_time)


def method_for(name: str, path: DavPath) -> Method | None:
    """What a method does at a place; None for one that is not known at all."""
    return _ASK_BUSY_TIME if name == "POST" and is_outbox(path) else METHODS.get(name)

"""The shelf of requests for an appointment."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, insert, or_, select, update

from calendars.kernel.database import Db
from scheduler.diary_requests.model import (
    OPEN,
    DiaryRequest,
    DiaryRequestId,
    Requester,
    RequestState,
    RequestStep,
    RequestUrgency,
    Wish,
)
from scheduler.diary_requests.tables import diary_request_steps, diary_requests

MOST = 200
_R, _S = diary_requests.c, diary_request_steps.c


def add(db: Db, request: DiaryRequest, *, year: int) -> DiaryRequest:
    """A new request; its reference is made of the year and its number."""
    row = insert(diary_requests).values(
        owner=request.owner, ref=secrets.token_hex(16), made_by=request.made_by,
        made_at=request.made_at, requester=request.requester._asdict(),
        wish=_plain(request.wish), due_on=request.wish.due_on, urgency=request.wish.urgency,
        state=request.state,
    )  # fmt: skip
    request.id = DiaryRequestId(db.execute(row.returning(_R.id)).scalar_one())
    request.ref = f"DR-{year}-{request.id:05d}"
    db.execute(update(diary_requests).where(_R.id == request.id).values(ref=request.ref))
    _note(db, request, RequestStep(request.made_at, request.made_by, request.state))
    return request


def save(db: Db, request: DiaryRequest, *, by: str, because: str = "", now: int) -> None:
    """Where the request has come to, with the step that led there."""
    calendar, name, uid = request.event or (None, None, None)
    db.execute(
        update(diary_requests)
        .where(_R.id == request.id)
        .values(
            state=request.state, claimed_by=request.claimed_by,
            claimed_until=request.claimed_until, options=request.options, calendar=calendar,
            name=name, uid=uid, because=request.because, until=request.until,
            redirected_to=request.redirected_to, meeting=request.meeting,
        )
    )  # fmt: skip
    _note(db, request, RequestStep(now, by, request.state, because))


def set_meeting(db: Db, request: DiaryRequest) -> None:
    """The meeting that it asks for."""
    where = _R.id == request.id
    db.execute(update(diary_requests).where(where).values(meeting=request.meeting))


def _note(db: Db, request: DiaryRequest, step: RequestStep) -> None:
    request.steps.append(step)
    db.execute(insert(diary_request_steps).values(request_id=request.id, **step._asdict()))


def find(db: Db, owner: str, ref: str, *, lock: bool = False) -> DiaryRequest | None:
    """The request of that reference; locked, nobody else moves it until the transaction ends."""
    query = select(diary_requests).where(_R.owner == owner, _R.ref == ref)
    return next(iter(_requests(db, query.with_for_update() if lock else query)), None)


def claimer_of(db: Db, owner: str, options: str, *, now: int) -> str | None:
    """Who has taken on the request that these dates are held for, as long as it is his."""
    mine = (_R.owner == owner, _R.options == options, _R.claimed_by.is_not(None))
    query = select(_R.claimed_by).where(
        *mine, or_(_R.claimed_until.is_(None), _R.claimed_until > now)
    )
    return db.execute(query).scalars().first()


def list_of(db: Db, owner: str, states: Iterable[RequestState]) -> list[DiaryRequest]:
    """The requests for one person: urgent ones first, then by the day an answer is due."""
    urgent = (_R.urgency != RequestUrgency.URGENT).label("later")
    query = select(diary_requests).where(_R.owner == owner, _R.state.in_(list(states)))
    due = func.coalesce(_R.due_on, date.max)
    return _requests(db, query.order_by(urgent, due, _R.id).limit(MOST))


def list_made_by(db: Db, login: str) -> list[DiaryRequest]:
    """What somebody has asked for, latest first."""
    query = select(diary_requests).where(_R.made_by == login)
    return _requests(db, query.order_by(_R.id.desc()).limit(MOST))


def list_of_meetings(db: Db) -> list[DiaryRequest]:
    """Requests on their way whose meeting may have been led on."""
    states = [*OPEN, RequestState.PLANNED]
    query = select(diary_requests).where(_R.meeting.is_not(None), _R.state.in_(states))
    return _requests(db, query.order_by(_R.id))


def list_planned(db: Db, *, after: DiaryRequestId, limit: int) -> list[DiaryRequest]:
    """Appointments that are planned, in the order of their numbers."""
    query = select(diary_requests).where(_R.state == RequestState.PLANNED, _R.id > after)
    return _requests(db, query.order_by(_R.id).limit(limit).with_for_update(skip_locked=True))


def _requests(db: Db, query: Select[Any]) -> list[DiaryRequest]:
    found = [_request(row) for row in db.execute(query)]
    by_id = {one.id: one for one in found}
    inside = select(diary_request_steps).where(_S.request_id.in_(list(by_id)))
    for row in db.execute(inside.order_by(_S.id)) if found else ():
        step = RequestStep(row.at, row.by, RequestState(row.state), row.because)
        by_id[row.request_id].steps.append(step)
    return found


def _request(row: Row[Any]) -> DiaryRequest:
    return DiaryRequest(
        DiaryRequestId(row.id),
        row.owner,
        row.ref,
        row.made_by,
        row.made_at,
        Requester(**row.requester),
        _wish(row.wish),
        RequestState(row.state),
        row.claimed_by,
        row.claimed_until,
        row.options,
        None if row.uid is None else (row.calendar, row.name, row.uid),
        row.because,
        row.until,
        row.redirected_to,
        row.meeting,
    )


_DAYS = ("earliest", "latest", "due_on")


def _plain(wish: Wish) -> dict[str, object]:
    said = wish._asdict()
    days = {name: said[name] and said[name].isoformat() for name in _DAYS}
    lists = {"attendees": list(wish.attendees), "papers": list(wish.papers)}
    return {**said, **days, **lists, "urgency": wish.urgency.value}


def _wish(said: dict[str, Any]) -> Wish:
    days = {name: said[name] and date.fromisoformat(said[name]) for name in _DAYS}
    return Wish(**{**said, **days, "urgency": RequestUrgency(said["urgency"])})

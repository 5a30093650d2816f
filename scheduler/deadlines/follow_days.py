"""Days that are closed or opened later: what that would do to dates is proposed (TIM-10).

Each date is reckoned anew once for each new version of the days; one that would be another is
proposed to its owner, who moves it or leaves it.
"""

from __future__ import annotations

from calendars.kernel.database import Database, Db
from calendars.model.wall_clock import epoch_to_local
from calendars.services.find_principals import get_principal_by_id
from scheduler.deadlines import repository
from scheduler.deadlines.letters import News, Notice, tell
from scheduler.deadlines.model import DeadlineId, DeadlineState, Proposal
from scheduler.deadlines.remind import Post
from scheduler.deadlines.service import current
from scheduler.working_time.service import compute_date, working_calendar


def follow_days(database: Database, post: Post, *, now: int) -> int:
    """Dates to come that the days of now would put elsewhere; how many were proposed."""
    today = epoch_to_local(now, post.zone).date()
    with database.reading() as db:
        version = working_calendar(db, today, today).version
        outdated = repository.list_outdated(db, version, today)
    proposed = 0
    for number in outdated:
        with database.transaction() as db:
            proposed += _follow(db, number, post, now=now)
    return proposed


def _follow(db: Db, number: DeadlineId, post: Post, *, now: int) -> bool:
    found = repository.find(db, number, lock=True)
    if found is None or current(db, [found], now=now)[0].state is not DeadlineState.OPEN:
        return False
    reckoned = compute_date(db, found.rule, found.inputs)
    found.version = reckoned.version
    if reckoned.day == found.due:
        found.because = reckoned.because
    repository.save(db, found)
    waiting = found.proposed
    if reckoned.day == found.due or (waiting is not None and waiting.due == reckoned.day):
        return False
    owner = get_principal_by_id(db, found.owner_id)
    proposal = Proposal(found.inputs.day, reckoned.day, found.due, owner.login, now)
    made = repository.put_proposal(db, found.id, proposal)
    news = News(Notice.DAYS, owner, reckoned.day, found.due)
    tell(db, owner, found, news, f"{made}", default=post.language, now=now)
    return True

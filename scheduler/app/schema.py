"""Every table of the service, feature by feature: the ground first, so that references hold."""

from __future__ import annotations

from calendars.storage import tables as calendars
from notifications import tables as notifications
from scheduler.absences import tables as absences
from scheduler.appointments import tables as appointments
from scheduler.campaigns import tables as campaigns
from scheduler.deadlines import tables as deadlines
from scheduler.diaries import tables as diaries
from scheduler.diary_requests import tables as diary_requests
from scheduler.directory import tables as directory
from scheduler.meetings import tables as meetings
from scheduler.polls import tables as polls
from scheduler.references import tables as references
from scheduler.reminders import tables as reminders
from scheduler.slots import tables as slots
from scheduler.webhooks import tables as webhooks
from scheduler.working_time import tables as working_time

PARTS = (
    calendars.metadata,
    notifications.metadata,
    absences.metadata,
    appointments.metadata,
    campaigns.metadata,
    deadlines.metadata,
    diaries.metadata,
    diary_requests.metadata,
    directory.metadata,
    meetings.metadata,
    polls.metadata,
    references.metadata,
    reminders.metadata,
    slots.metadata,
    webhooks.metadata,
    working_time.metadata,
)

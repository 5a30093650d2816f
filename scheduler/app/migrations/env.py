"""Runs the revisions on the connection that `migrate` hands over."""

from __future__ import annotations

from alembic import context

from calendars.storage import tables as calendars
from notifications import tables as notifications
from scheduler.diaries import tables as diaries

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=[calendars.metadata, notifications.metadata, diaries.metadata],
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()

"""Runs the revisions on the connection that `migrate` hands over."""

from __future__ import annotations

from alembic import context

from scheduler.app.schema import PARTS

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=list(PARTS),
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()

"""What all tables have in common."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey

from calendars.kernel.tables import BigId, new_metadata

metadata = new_metadata()


def owned(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    """A row that goes with the one it belongs to."""
    return Column(name, BigId, ForeignKey(target, ondelete="CASCADE"), nullable=nullable)

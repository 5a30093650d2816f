"""References over REST: one by one, and a table of them at once (DIR-5)."""

from __future__ import annotations

from fastapi import APIRouter

from scheduler.references.api import imports, references
from scheduler.references.api.parameters import TAG, give_eyes

__all__ = ["TAG", "give_eyes", "router"]

router = APIRouter()
# Paths of imports come first: "import" is no number of a reference.
for _one in (imports, references):
    router.include_router(_one.router)

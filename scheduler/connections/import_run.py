"""An import from beginning to end: batch after batch, each in a short transaction of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from calendars.kernel.database import Database
from calendars.services.import_objects import (
    Parsed,
    Piece,
    Tally,
    Target,
    import_objects,
    list_new,
    parse_pieces,
    remember,
)

BATCH = 200
BATCH_OCTETS = 4 * 2**20


def import_pieces(
    database: Database,
    target: Target,
    pieces: Iterable[Piece | Parsed],
    *,
    now: int,
    source: str | None = None,
) -> Iterator[Tally]:
    """Store the pieces; after each batch, what became of it.

    What stands there already is left alone without being read, so that an import that was
    interrupted soon is where it had been; a second one changes nothing. What comes parsed is
    what could not be had: it is counted as refused.
    """
    for batch in _batches(pieces):
        there = [each for each in batch if isinstance(each, Piece)]
        with database.reading() as db:
            fresh = list_new(db, target, there)
        tally = Tally(unchanged=len(there) - len(fresh))
        parsed = parse_pieces(fresh) + [each for each in batch if isinstance(each, Parsed)]
        if parsed or source is not None:
            with database.transaction() as db:
                tally.add(import_objects(db, target, parsed, source=source, now=now))
                if source is not None:
                    remember(db, target.owner, source, _others(there, fresh), now=now)
        yield tally


def _others(pieces: list[Piece], fresh: list[Piece]) -> list[tuple[str, str]]:
    """What stood there already, for the ledger."""
    items = {piece.item for piece in fresh}
    return [(each.item, each.fingerprint) for each in pieces if each.item not in items]


def _batches(pieces: Iterable[Piece | Parsed]) -> Iterator[list[Piece | Parsed]]:
    """So many objects or so many octets at a time, whichever comes first."""
    batch: list[Piece | Parsed] = []
    octets = 0
    for piece in pieces:
        batch.append(piece)
        octets += len(piece.body) if isinstance(piece, Piece) else 0
        if len(batch) >= BATCH or octets >= BATCH_OCTETS:
            yield batch
            batch, octets = [], 0
    if batch:
        yield batch

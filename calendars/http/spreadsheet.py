"""Lists for a spreadsheet, as French ones read them: semicolons, a byte order mark, their dates."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import Response

MEDIA_TYPE = "text/csv; charset=utf-8"
CSV_RESPONSES: Mapping[int | str, dict[str, Any]] = {
    200: {
        "content": {"text/csv": {"schema": {"type": "string"}}},
        "description": "UTF-8, point-virgule, intitulés en français.",
    }
}
MOST_ROWS = 2_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Cell = str | int | date | datetime | Sequence[str] | None


def spreadsheet(filename: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A file that a browser keeps, and a spreadsheet opens as it is."""
    # The console makes tables too, and need not wait for a web server to be read in.
    from fastapi import Response

    named = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Response(table_of(headings, rows).encode(), media_type=MEDIA_TYPE, headers=named)


def table_of(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The table as text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([_harmless(text_of(cell)) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def text_of(cell: Cell) -> str:
    """A value as people read it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, str | int):
        return str(cell)
    return ", ".join(cell)


def _harmless(cell: str) -> str:
    """A spreadsheet takes text that begins like a formula for one."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell

"""Statements that every poll runs: their text is made once an engine, and handed to the driver.

SQLAlchemy takes 20 µs and more from a statement to its rows, the driver 3 (docs/performance.md).
Rows come as the driver gives them: the booleans of SQLite are numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement

from calendars.kernel.database import Db


class _Text(NamedTuple):
    """A statement as one engine reads it."""

    sql: str
    order: tuple[str, ...] | None
    """The names of the values where the driver wants them by position, as SQLite's does: it looks
    for each name among all of them."""
    fixed: dict[str, Any]
    """Values that stand in it from the start."""

    def bind(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the driver's own
        """The values as the driver takes them."""
        if self.fixed:
            values = {**self.fixed, **values}
        return values if self.order is None else [values[name] for name in self.order]


class Prepared:
    """One statement; its values are named by its `bindparam`s."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._texts: dict[str, _Text] = {}

    def rows(self, db: Db, values: Mapping[str, Any]) -> list[Any]:
        """All rows, in the transaction of the connection."""
        rows: list[Any] = self._execute(db, values).fetchall()
        return rows

    def first(self, db: Db, values: Mapping[str, Any]) -> Any | None:  # noqa: ANN401 - a row
        """The first row, None if there is none."""
        rows = self.rows(db, values)
        return rows[0] if rows else None

    def run(self, db: Db, values: Mapping[str, Any]) -> None:
        """For a statement that answers nothing."""
        self._execute(db, values)

    def run_each(self, db: Db, many: Sequence[Mapping[str, Any]]) -> None:
        """Once for each of the values."""
        text = self._texts.get(db.dialect.name) or self._text_for(db.dialect)
        _driver(db).cursor().executemany(text.sql, [text.bind(values) for values in many])

    def _execute(self, db: Db, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a cursor
        text = self._texts.get(db.dialect.name) or self._text_for(db.dialect)
        return _driver(db).execute(text.sql, text.bind(values))

    def _text_for(self, dialect: Dialect) -> _Text:
        fresh: Callable[..., Dialect] = type(dialect)
        compiler: Any = self._statement.compile(dialect=fresh(paramstyle=dialect.paramstyle))
        order = tuple(compiler.positiontup) if compiler.positional else None
        fixed = {name: value for name, value in compiler.params.items() if value is not None}
        return self._texts.setdefault(dialect.name, _Text(str(compiler), order, fixed))


def _driver(db: Db) -> Any:  # noqa: ANN401 - of the one engine or of the other
    """The driver's connection, in the transaction that SQLAlchemy will end."""
    if not db.in_transaction():
        db.begin()
    return db.connection.dbapi_connection


class PreparedForMany:
    """A statement with a list in it: one text for every four times longer list.

    `make` gets the parameters that the list becomes; a shorter list repeats its last member.
    """

    def __init__(self, make: Callable[[Sequence[BindParameter[Any]]], ClauseElement]) -> None:
        self._make = make
        self._by_size: dict[int, tuple[Prepared, list[str]]] = {}

    def rows(self, db: Db, members: Sequence[Any], values: Mapping[str, Any]) -> list[Any]:
        """All rows; none for an empty list."""
        if not members:
            return []
        size = 1
        while size < len(members):
            size *= 4
        prepared, names = self._by_size.get(size) or self._prepare(size)
        padded = [*members, *[members[-1]] * (size - len(members))]
        return prepared.rows(db, {**values, **dict(zip(names, padded, strict=True))})

    def _prepare(self, size: int) -> tuple[Prepared, list[str]]:
        names = [f"member_{number}" for number in range(size)]
        statement = self._make([bindparam(name) for name in names])
        return self._by_size.setdefault(size, (Prepared(statement), names))

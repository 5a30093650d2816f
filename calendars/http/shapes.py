"""What JSON bodies and parameters are made of: instants, days, texts (RFC 3339, RFC 8259).

Every text has a longest length and no control character: what passes here fits every store.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from calendars.services.open_account import InvalidAddress, check_email

FIRST = datetime(1900, 1, 1, tzinfo=UTC)
LAST = datetime(2101, 1, 1, tzinfo=UTC)

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LOST_PLUS = re.compile(r"([0-9]) ([0-9]{2}:[0-9]{2})$")


def _without_docstring(schema: dict[str, Any]) -> None:
    """Docstrings speak to developers; what users read stands in the fields' descriptions."""
    schema.pop("description", None)


class Shape(BaseModel):
    """A JSON object of an answer."""

    model_config = ConfigDict(json_schema_extra=_without_docstring)


class StrictShape(BaseModel):
    """A JSON object of a request: a member that nobody knows is refused, not dropped."""

    model_config = ConfigDict(json_schema_extra=_without_docstring, extra="forbid")


def rfc3339_text_only(value: object) -> object:
    """Text with an offset; numbers and words that pydantic would take are refused."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise PydanticCustomError(
            "instant", "une date et une heure avec décalage, comme 2026-03-03T14:30:00+11:00"
        )
    return value


def iso_day_text_only(value: object) -> object:
    """A date as text and nothing else."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("day", "une date, comme 2026-03-03")
    return value


def _plus_restored(value: object) -> object:
    """In a query a plus sign that was not escaped arrives as a blank (HTML forms)."""
    return _LOST_PLUS.sub(r"\1+\2", value) if isinstance(value, str) else value


def _instant_kept(value: datetime) -> datetime:
    if not FIRST <= value < LAST:
        raise PydanticCustomError("range", "une date entre 1900 et 2100")
    return value.replace(microsecond=0)


def _day_kept(value: date) -> date:
    if not FIRST.year <= value.year < LAST.year:
        raise PydanticCustomError("range", "une date entre 1900 et 2100")
    return value


Instant = Annotated[
    AwareDatetime, BeforeValidator(rfc3339_text_only), AfterValidator(_instant_kept)
]
QueryInstant = Annotated[Instant, BeforeValidator(_plus_restored)]
Day = Annotated[date, BeforeValidator(iso_day_text_only), AfterValidator(_day_kept)]


def _moment(value: object) -> datetime | date:
    """An instant or a day; one validator, so that a mistake has one message."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return _A_DAY.validate_python(value)
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return _AN_INSTANT.validate_python(value)
    raise PydanticCustomError(
        "moment", "une date, ou une date et une heure avec décalage : 2026-03-03T14:30:00+11:00"
    )


_A_DAY: TypeAdapter[date] = TypeAdapter(Day)
_AN_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
Moment = Annotated[
    datetime | date,
    PlainValidator(_moment),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}
    ),
]
QueryMoment = Annotated[Moment, BeforeValidator(_plus_restored)]

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NO_NAME = re.compile(r"[\x00-\x1f\x7f/\\]")


# Validators and not patterns: a pattern would stand in the document, where nobody reads it.
def one_line(text: str) -> str:
    """Text without control characters. Raises PydanticCustomError."""
    return _without(_CONTROL, text)


def _lines(text: str) -> str:
    return _without(_CONTROL_BUT_LINES, text)


def _name(text: str) -> str:
    return unicodedata.normalize("NFC", _without(_NO_NAME, text))


def _email(text: str) -> str:
    try:
        return check_email(text)
    except InvalidAddress:
        raise PydanticCustomError(
            "email", "une adresse électronique, comme anne@example.org"
        ) from None


def _without(refused: re.Pattern[str], text: str) -> str:
    if refused.search(text):
        raise PydanticCustomError("character", "ce texte contient un caractère qui n'est pas admis")
    return text


Line = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(one_line)]
"""One line of text: a place, a reason."""
Title = Annotated[str, StringConstraints(min_length=1, max_length=1_000), AfterValidator(one_line)]
"""One line of text that says something."""
Text = Annotated[str, StringConstraints(max_length=100_000), AfterValidator(_lines)]
"""Text of several lines."""
Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_email)]
"""An e-mail address."""
EmailOrNone = Annotated[
    str, StringConstraints(max_length=254), AfterValidator(lambda text: text and _email(text))
]
"""The same, or nothing."""
PathName = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_name)]
"""One segment of a path: a login, the name of a calendar or of an object."""
Identifier = Annotated[int, Field(ge=1, lt=2**53)]
"""The number of a row."""


class Overriding(StrictShape):
    """A wish for a date, which may be a bad one (DIA-4)."""

    override: Line | None = Field(
        None,
        description="Motif pour passer outre ce qui s'oppose à la date (409) ; il est conservé.",
        examples=["validé par la direction"],
    )


def overriding(wanted: Overriding | None) -> str | None:
    """The reason in a body that need not be there."""
    return None if wanted is None else wanted.override


def instant_of(epoch: int) -> datetime:
    """Epoch seconds as an aware instant in UTC."""
    return datetime.fromtimestamp(epoch, UTC)


def next_day(day: date) -> date:
    """The day after, which `end` of an all-day object names."""
    return day + timedelta(days=1)

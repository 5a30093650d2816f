"""Secret links to calendars as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from calendars.http.shapes import PathName, QueryInstant, Shape, StrictShape, instant_of, one_line
from calendars.model.feed import LONGEST, FeedLevel, FeedRange
from calendars.services.issue_feed import FeedDraft, IssuedFeed, ToldFeed

Level = Literal["full", "times", "freebusy"]
Label = Annotated[str, StringConstraints(max_length=100), AfterValidator(one_line)]
Days = Annotated[int, Field(ge=0, le=LONGEST)]

_LEVEL = (
    "Ce que le lien montre : les entrées comme vous les voyez (`full` ; ce qui est confidentiel "
    "reste masqué), leurs heures seules (`times`), ou les seules périodes occupées (`freebusy`)."
)


class FeedCalendar(StrictShape):
    """A calendar by its path."""

    login: PathName = Field(examples=["anne"])
    calendar: PathName = Field(examples=["agenda"])


class FeedIn(StrictShape):
    """A link to be made."""

    calendars: list[FeedCalendar] = Field(min_length=1, max_length=20)
    label: Label = Field(
        "", description="Le nom que l'abonnement portera.", examples=["Mon agenda"]
    )
    level: Level = Field("times", description=_LEVEL)
    past_days: Days = Field(90, description="Jours montrés avant aujourd'hui.")
    future_days: Days = Field(400, description="Jours montrés après aujourd'hui.")
    expires_at: QueryInstant | None = Field(
        None, description="Le lien ne vaut plus à partir de cet instant."
    )

    def draft(self) -> FeedDraft:
        """As the service takes it."""
        return FeedDraft(
            [(one.login, one.calendar) for one in self.calendars],
            self.label,
            FeedLevel(self.level),
            FeedRange(self.past_days, self.future_days),
            None if self.expires_at is None else int(self.expires_at.timestamp()),
        )


class FeedOut(Shape):
    """A link, without its secret."""

    id: int
    label: str
    level: Level = Field(description=_LEVEL)
    calendars: list[FeedCalendar]
    past_days: int
    future_days: int
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None

    @classmethod
    def of(cls, told: ToldFeed) -> FeedOut:
        """What may be told of a link."""
        feed = told.feed
        return cls(
            id=feed.id,
            label=feed.label,
            level=feed.level.value,
            calendars=[
                FeedCalendar(login=one.owner_login, calendar=one.name) for one in told.calendars
            ],
            past_days=feed.range.past_days,
            future_days=feed.range.future_days,
            created_at=instant_of(feed.created_at),
            expires_at=None if feed.expires_at is None else instant_of(feed.expires_at),
            last_used_at=None if feed.last_used_at is None else instant_of(feed.last_used_at),
        )


class IssuedFeedOut(FeedOut):
    """A new link, with the paths that are told this once."""

    calendar_path: str | None = Field(
        None, description="L'abonnement, dit cette seule fois. Absent pour `freebusy`."
    )
    busy_path: str = Field(description="Les disponibilités, dites cette seule fois.")

    @classmethod
    def issued(cls, issued: IssuedFeed, told: ToldFeed) -> IssuedFeedOut:
        """With its secret."""
        calendar = f"/feeds/{issued.token}.ics"
        return cls(
            **FeedOut.of(told).model_dump(),
            calendar_path=None if issued.feed.level is FeedLevel.BUSY else calendar,
            busy_path=f"/freebusy/{issued.token}.ifb",
        )


class FeedsOut(Shape):
    """The links that are good now."""

    items: list[FeedOut]

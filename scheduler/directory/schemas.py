"""Sites, ways and workplaces as JSON."""

from __future__ import annotations

from pydantic import Field

from calendars.http.shapes import Line, PathName, Shape, StrictShape, Title
from scheduler.directory.model import Site, Way


class SiteIn(StrictShape):
    """A place where people work."""

    label: Title = Field(examples=["CMS de Bourail"])
    commune: Title = Field(examples=["Bourail"])

    def site(self, code: str) -> Site:
        """As the service takes it."""
        return Site(code, self.label, self.commune)


class SiteOut(Shape):
    """A place where people work."""

    code: str
    label: str
    commune: str

    @classmethod
    def of(cls, site: Site) -> SiteOut:
        """With its code."""
        return cls(code=site.code, label=site.label, commune=site.commune)


class SitesOut(Shape):
    """By code."""

    items: list[SiteOut]


class WayShape(StrictShape):
    """How long the way takes between two communes, in either direction."""

    commune_a: Line = Field(min_length=1, examples=["Nouméa"])
    commune_b: Line = Field(min_length=1, examples=["Bourail"])
    minutes: int = Field(ge=0, le=1_440, examples=[120], description="0 retire le trajet.")

    def way(self) -> Way:
        """As the service takes it."""
        return Way(self.commune_a, self.commune_b, self.minutes)


class WaysShape(StrictShape):
    """Ways between communes."""

    items: list[WayShape] = Field(max_length=5_000)


class WorkplaceShape(StrictShape):
    """Where somebody works."""

    site: PathName | None = Field(examples=["SIEGE"])


class PairShape(StrictShape):
    """Two people, by login."""

    first: PathName = Field(examples=["anne"])
    second: PathName = Field(examples=["paul"])


class PairsShape(StrictShape):
    """People who must not be away together, two by two."""

    items: list[PairShape] = Field(max_length=500)

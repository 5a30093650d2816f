"""Sites, and the way between two places (DIA-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Site(NamedTuple):
    """A place where people work."""

    code: str
    label: str
    commune: str


class Way(NamedTuple):
    """How long it takes from one commune to another; within one commune, across it."""

    commune_a: str
    commune_b: str
    minutes: int

    @property
    def pair(self) -> frozenset[str]:
        """In either direction."""
        return frozenset((self.commune_a, self.commune_b))


class Place(NamedTuple):
    """Where something is: its commune, and what tells it from other places there."""

    commune: str
    spot: str
    """The site's code where it is known: no way lies between two rooms of one house."""


@dataclass(frozen=True, slots=True)
class Travel:
    """How long the way takes between two places, by the communes that they are in (DIA-5)."""

    minutes: Mapping[frozenset[str], int]
    """By pair of communes; one commune alone stands for a way across it."""
    places: Mapping[str, Place]
    """By the name that people write, in lower case: a site, a room, a commune."""

    def between(self, here: str, there: str) -> int:
        """Minutes from one place to another as people write them, 0 where that is not known."""
        return self.way(self.find(here), self.find(there))

    def way(self, here: Place | None, there: Place | None) -> int:
        """Minutes from one place to another."""
        if here is None or there is None or here == there:
            return 0
        return self.minutes.get(frozenset((here.commune, there.commune)), 0)

    def find(self, place: str) -> Place | None:
        """« Salle Turquoise, siège de la DPASS » is where the room of the first part is."""
        name = place.casefold().strip()
        return self.places.get(name) or self.places.get(name.partition(",")[0].strip())


def travel_of(
    sites: Iterable[Site], ways: Iterable[Way], rooms: Iterable[tuple[str, str]] = ()
) -> Travel:
    """From sites, ways, and rooms by their label with the code of their site."""
    ways = tuple(ways)
    by_code = {one.code: Place(one.commune, one.code) for one in sites}
    places = {commune.casefold(): Place(commune, "") for way in ways for commune in way.pair}
    for one in sites:
        places[one.label.casefold()] = by_code[one.code]
    for label, code in rooms:
        if code in by_code:
            places[label.casefold()] = by_code[code]
            # « Salle Ocre (étage) » is written « Salle Ocre » too.
            places.setdefault(label.partition(" (")[0].casefold(), by_code[code])
    return Travel({way.pair: way.minutes for way in ways}, places)

"""A meeting, its agenda and who was there: states are moved here and nowhere else (MTG-1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, NewType

from calendars.kernel.errors import Conflict, NotFound
from calendars.kernel.identifiers import PrincipalId
from calendars.model.principal import Visibility
from scheduler.meetings.rules import (
    DATED,
    NEXT,
    ItemKind,
    ItemState,
    MeetingState,
    Presence,
    Window,
    label_of,
    windows_of,
)

MeetingId = NewType("MeetingId", int)
ItemId = NewType("ItemId", int)
PaperId = NewType("PaperId", int)


class WrongState(Conflict):
    """The meeting, its minutes or the action are not in a state that allows it."""

    named = ("wrong-state", "Cette étape n'est pas possible à présent")

    def __init__(self, state: str, wanted: str, ways: Iterable[str] = ()) -> None:
        open_ways = ", ".join(f"« {label_of(one)} »" for one in sorted(ways))
        instead = f" ; de là, on passe à {open_ways}" if open_ways else ""
        super().__init__(
            f"from {state} there is no way to {wanted}",
            words=f"de « {label_of(state)} », on ne passe pas à « {label_of(wanted)} »{instead}",
        )
        self.state, self.wanted = state, wanted


class NoSuchItem(NotFound):
    """The agenda has no such item."""

    words = "l'ordre du jour n'a pas de point de ce numéro"


class NoDate(Conflict):
    """The meeting has no event yet: it was asked for, or put off."""

    named = ("no-date", "La réunion n'a pas de date")
    words = "donnez-lui d'abord un début (`start`)"


@dataclass(slots=True)
class Meeting:
    """What is kept of a meeting beside its event."""

    id: MeetingId
    ref: str
    kind: str
    series: str | None
    state: MeetingState
    owner_id: PrincipalId
    made_by: PrincipalId
    chair_id: PrincipalId | None
    chair_function: str | None
    secretary_id: PrincipalId | None
    uid: str | None
    recurrence_id: int | None
    title: str
    visibility: str
    starts_at: int | None
    ends_at: int | None
    seen_etag: str | None
    minutes: int
    agenda_closes_at: int | None
    external_refs: tuple[str, ...]
    made_at: int
    held_at: int | None = None
    request_ref: str | None = None
    """The request for an appointment that asked for it (DIA-2)."""

    def move(self, to: MeetingState, *, now: int) -> None:
        """The next state. Raises WrongState, NoDate."""
        if to not in NEXT[self.state]:
            raise WrongState(self.state, to, NEXT[self.state])
        if to in DATED and self.uid is None:
            raise NoDate("the meeting has no date yet")
        self.state = to
        if to is MeetingState.HELD:
            self.held_at = now

    def takes_items_late(self, *, now: int) -> bool:
        """The agenda is closed: who still has a point adds it in session (MTG-6)."""
        closes = self.agenda_closes_at
        return self.state not in {
            MeetingState.REQUESTED, MeetingState.SEARCHING, MeetingState.PLANNED,
            MeetingState.POSTPONED,
        } or (closes is not None and now >= closes)  # fmt: skip

    @property
    def confidential(self) -> bool:
        """Its content is for those who take part, and for nobody else (SEC-2)."""
        return self.visibility == Visibility.CONFIDENTIAL


@dataclass(slots=True)
class AgendaItem:
    """One point of an agenda."""

    id: ItemId
    position: int
    title: str
    kind: ItemKind
    minutes: int
    presenter: str | None
    """A calendar user address."""
    visibility: str
    state: ItemState
    added_in_session: bool = False
    carried_from: ItemId | None = None

    @property
    def reserved(self) -> bool:
        """What it is about stands in nothing that others than those at the table may read."""
        return self.visibility != Visibility.PUBLIC

    @property
    def on(self) -> bool:
        """It takes time at this meeting."""
        return self.state is not ItemState.POSTPONED


class TimedItem(NamedTuple):
    """A point, and from when to when it is planned; None while the meeting has no date."""

    item: AgendaItem
    window: Window | None


@dataclass(slots=True)
class Agenda:
    """The points of a meeting in their order."""

    items: list[AgendaItem] = field(default_factory=list)

    def item(self, item_id: int) -> AgendaItem:
        """The point of that number. Raises NoSuchItem."""
        for one in self.items:
            if one.id == item_id:
                return one
        raise NoSuchItem("the agenda has no such item")

    def at(self, position: int) -> AgendaItem:
        """The point that stands at a place. Raises NoSuchItem."""
        for one in self.items:
            if one.position == position:
                return one
        raise NoSuchItem("the agenda has no such item")

    def timed(self, starts_at: int | None) -> list[TimedItem]:
        """The points with their times, from the start of the meeting on."""
        if starts_at is None:
            return [TimedItem(one, None) for one in self.items]
        lengths = (one.minutes if one.on else 0 for one in self.items)
        windows = windows_of(starts_at, lengths)
        return [
            TimedItem(one, window if one.on else None)
            for one, window in zip(self.items, windows, strict=True)
        ]

    def put_in_order(self, ids: Sequence[int]) -> None:
        """Exactly these points in this order. Raises NoSuchItem."""
        if sorted(ids) != sorted(one.id for one in self.items):
            raise NoSuchItem("the order names other items than the agenda has")
        self.items.sort(key=lambda one: ids.index(one.id))
        self.number()

    def place(self, item: AgendaItem, position: int | None) -> None:
        """A point at a place, at the end where none is named; the others move down."""
        where = len(self.items) if position is None else min(position - 1, len(self.items))
        self.items.insert(max(where, 0), item)
        self.number()

    def drop(self, item: AgendaItem) -> None:
        """A point less; the others move up."""
        self.items.remove(item)
        self.number()

    def number(self) -> None:
        """Places are counted from one, without a gap."""
        for position, one in enumerate(self.items, 1):
            one.position = position


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of a meeting or of one of its points; one that is expected has no file yet."""

    id: PaperId
    ref: str
    item_id: ItemId | None
    filename: str | None
    media_type: str | None
    size: int | None
    digest: str | None
    managed_id: str | None
    """As the event bears it; what is not for everybody who sees the event it does not bear."""
    added_by: PrincipalId | None
    added_at: int | None

    @property
    def missing(self) -> bool:
        """It was announced, and nobody handed it in yet."""
        return self.filename is None


@dataclass(frozen=True, slots=True)
class Attendance:
    """How one person took part, as somebody noted it."""

    address: str
    name: str
    presence: Presence
    civility: str | None = None
    represented_by: str | None = None
    arrived_at: int | None = None
    left_at: int | None = None

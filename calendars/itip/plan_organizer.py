"""Which messages an organizer's change calls for (RFC 6638 §3.2.1, RFC 5546 §3.2)."""

from __future__ import annotations

from dataclasses import dataclass, field

from calendars.itip.amend_organizer import amend, sent_at
from calendars.itip.changes import Weight, changed_names
from calendars.itip.copy import Copy, Key
from calendars.itip.message import ItipMessage, ItipMethod
from calendars.itip.people import FROM, attendee, by_server, organizer_of, sequence_of
from calendars.itip.views import NOTHING, View, Views, called_off, message_of
from calendars.model.component import Component, ContentLine
from calendars.model.line_edit import put_line

_Parts = tuple[Component, ...]


@dataclass(slots=True)
class _Messages:
    """The messages of one change; equal views share one calendar."""

    before: Views | None
    after: Views | None
    weights: dict[Key, Weight]
    forced: set[str]
    now: int
    made: list[ItipMessage] = field(default_factory=list)
    _shared: dict[tuple[object, ...], Component] = field(default_factory=dict)

    @property
    def frame(self) -> Copy:
        """Where sender, UID and time zones are taken from."""
        views = self.after or self.before
        assert views is not None  # noqa: S101 - one of both is there
        return views.copy

    def tell(self, address: str) -> None:
        """What one attendee gets."""
        was = NOTHING if self.before is None else _served(self.before, address)
        now = NOTHING if self.after is None else _served(self.after, address)
        if was.empty and now.empty:
            return
        if now.empty:
            self.cancel(address, None if was.whole else was.keys)
        elif was.empty or (address in self.forced) or (now.whole and not was.whole):
            self.request(address, now, None)
        elif was.whole and not now.whole:
            self.cancel(address, None)
            self.request(address, now, None)
        else:
            self.change(address, was, now)

    def change(self, address: str, was: View, now: View) -> None:
        """He was invited and is: what is different for him."""
        assert self.before is not None  # noqa: S101
        gone = was.keys - now.keys
        if now.whole:
            copy = self.before.copy
            gone = frozenset(k for k in now.holes - was.holes if copy.at(k) is not None)
        if gone:
            self.cancel(address, gone)
        if now.whole and self._anew(was, now, gone):
            self.request(address, now, None)
            return
        changed = {key for key in now.keys if self.weights.get(key, Weight.SIGNIFICANT)}
        changed |= {key for key in now.keys - was.keys if not now.whole}
        if changed:
            self.request(address, now, frozenset(changed))

    def _anew(self, was: View, now: View, gone: frozenset[int]) -> bool:
        """The series itself is another, or an occurrence is as the series has it again."""
        if was.holes - now.holes or was.keys - now.keys - gone:
            return True
        return bool(self.weights.get(None, Weight.SIGNIFICANT)) and self._series_changed

    @property
    def _series_changed(self) -> bool:
        """In more than what EXDATE takes out."""
        before, after = self.before, self.after
        if before is None or after is None or not before.copy.master or not after.copy.master:
            return True
        names = changed_names(before.copy, before.copy.master, after.copy, after.copy.master)
        return bool(names - {"EXDATE"})

    def request(self, address: str, view: View, keys: frozenset[int] | None) -> None:
        """A REQUEST with all that he may see, or with single occurrences only."""
        assert self.after is not None  # noqa: S101
        after = self.after
        shared = self._shared.get(("R", view, keys))
        if shared is None:
            if keys is None:
                parts = after.components(view, self.now)
            else:
                parts = [after.component(key, self.now) for key in sorted(keys)]
            shared = message_of(after.copy.calendar, ItipMethod.REQUEST, parts)
            self._shared["R", view, keys] = shared
        about: set[Key] = {*view.keys} if keys is None else {*keys}
        if keys is None and view.whole:
            about.add(None)
        new = self.before is None or _served(self.before, address).empty
        heavy = any(self.weights.get(k, Weight.SIGNIFICANT) >= Weight.SIGNIFICANT for k in about)
        self._add(ItipMethod.REQUEST, address, shared, significant=new or heavy)

    def cancel(self, address: str, keys: frozenset[int] | None) -> None:
        """A CANCEL of the series (`keys` None), or of single occurrences."""
        assert self.before is not None  # noqa: S101
        shared = self._shared.get(("C", keys))
        if shared is None:
            about: list[Key] = [None] if keys is None else [*sorted(keys)]
            parts = [self._called_off(key) for key in about]
            shared = message_of(self.before.copy.calendar, ItipMethod.CANCEL, parts)
            self._shared["C", keys] = shared
        self._add(ItipMethod.CANCEL, address, shared, significant=True)

    def _called_off(self, key: Key) -> Component:
        before, after = self.before, self.after
        assert before is not None  # noqa: S101
        part = before.copy.at(key)
        assert part is not None  # noqa: S101 - only what there was is called off
        if after is None:
            return called_off(part, self.now, cancelled=True, sequence=sequence_of(part) + 1)
        current = after.copy.components().get(key) or after.copy.master
        off = after.over
        if key is not None and not off:
            off = after.copy.at(key) is None or key in after.called_off
        # The organizer's copy knows what SEQUENCE this is: what is put back must be newer.
        sequence = 0 if current is None else sequence_of(current)
        told = called_off(part, self.now, cancelled=off, sequence=sequence)
        own = after.copy.components().get(key)
        why = None if own is None else _reason(own)
        if why is not None:
            put_line(told, why)
        return told

    def _add(
        self, method: ItipMethod, address: str, calendar: Component, *, significant: bool
    ) -> None:
        sender, sent_by = _sender(self.frame)
        self.made.append(
            ItipMessage(method, self.frame.uid, sender, address, calendar, significant, sent_by)
        )


def _reason(current: Component) -> ContentLine | None:
    """What the organizer says of it (RFC 5546 §3.2.5); not what somebody answered him."""
    return next((one for one in current.all("COMMENT") if one.parameter(FROM) is None), None)


def _served(views: Views, address: str) -> View:
    """What the server has to tell him: nothing where a client does (SCHEDULE-AGENT)."""
    for part in views.copy.parts:
        line = attendee(part, (address,))
        if line is not None:
            served = by_server(line) and by_server(part.line("ORGANIZER"))
            return views.view(address) if served else NOTHING
    return NOTHING


def _sender(copy: Copy) -> tuple[str, str | None]:
    for part in copy.parts:
        line = part.line("ORGANIZER")
        if line is not None:
            sent_by = line.parameter("SENT-BY")
            return organizer_of(part) or "", None if sent_by is None else sent_by.strip().lower()
    return "", None


def organizer_messages(
    before: Copy | None, after: Copy | None, mine: frozenset[str], *, now: int
) -> tuple[Component | None, tuple[ItipMessage, ...]]:
    """What is to be stored, and the messages; `after` None: the meeting was deleted."""
    weights: dict[Key, Weight] = {}
    forced: set[str] = set()
    stored: Component | None = None
    if after is not None:
        amended = amend(before, after, mine, now)
        stored, weights, forced = amended.calendar, amended.weights, amended.forced
        if stored is not after.calendar:
            after = Copy(stored, after.zones.default)
    old = None if before is None else Views.of(before)
    new = None if after is None else Views.of(after)
    messages = _Messages(old, new, weights, forced, now)
    everybody = dict.fromkeys(
        [*(old.everybody() if old else ()), *(new.everybody() if new else ())]
    )
    for address in everybody:
        if address not in mine:
            messages.tell(address)
    if stored is not None and messages.made:
        stored = sent_at(stored, now)
    return stored, tuple(messages.made)


def request_to(copy: Copy, address: str, *, now: int) -> ItipMessage | None:
    """A REQUEST with all that one attendee may see; None if he is not invited."""
    views = Views.of(copy)
    about = dict.fromkeys(copy.components(), Weight.WORDS)
    messages = _Messages(views, views, about, set(), now)
    view = views.view(address)
    if view.empty:
        return None
    messages.request(address, view, None)
    return messages.made[0]


def refresh_messages(
    copy: Copy, mine: frozenset[str], *, but: str, now: int
) -> tuple[ItipMessage, ...]:
    """REQUESTs that tell the others what one answered (protocol.md §7.2)."""
    views = Views.of(copy)
    about = dict.fromkeys(copy.components(), Weight.WORDS)
    messages = _Messages(views, views, about, set(), now)
    for address in views.everybody():
        view = _served(views, address)
        if address not in mine and address != but and not view.empty:
            messages.request(address, view, None)
    return tuple(messages.made)

"""Minutes: drawn up, validated, sent, corrected; each step stands for ever (MTG-1, MTG-7)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from calendars.kernel.errors import InvalidInput, NotFound
from calendars.kernel.identifiers import PrincipalId
from scheduler.meetings.model import WrongState
from scheduler.meetings.rules import NEW_VERSION, NEXT_MINUTES, OUT, MinutesState


class MinutesKind(StrEnum):
    """Compte rendu, relevé de décisions."""

    ACCOUNT = "account"
    DECISIONS = "decisions"


class ReasonNeeded(InvalidInput):
    """Who corrects or returns minutes says why (MTG-1)."""

    named = ("reason-needed", "Un motif est nécessaire")
    words = "dites en quelques mots ce qui change, ou ce qui manque"


class NotedAction(NamedTuple):
    """An action as the minutes have it; the reference is allotted when it is noted."""

    label: str
    owner: str
    """A calendar user address."""
    due: date | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """What the minutes say of one point; texts are Markdown."""

    title: str
    item: int | None = None
    text: str = ""
    decisions: tuple[str, ...] = ()
    actions: tuple[NotedAction, ...] = ()
    reserved: bool = False
    """The point is not for everybody."""

    def json(self) -> dict[str, Any]:
        """As it is kept."""
        actions = [
            {**one._asdict(), "due": one.due and one.due.isoformat()} for one in self.actions
        ]
        return {
            "title": self.title,
            "item": self.item,
            "text": self.text,
            "decisions": list(self.decisions),
            "actions": actions,
            "reserved": self.reserved,
        }

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Section:
        """As it was kept."""
        actions = tuple(
            NotedAction(
                one["label"],
                one["owner"],
                date.fromisoformat(one["due"]) if one["due"] else None,
                one["ref"],
            )
            for one in kept["actions"]
        )
        decisions = tuple(kept["decisions"])
        return cls(kept["title"], kept["item"], kept["text"], decisions, actions, kept["reserved"])


@dataclass(frozen=True, slots=True)
class MinutesStep:
    """One thing that was done with the minutes, and their text from then on."""

    version: int
    state: MinutesState
    kind: MinutesKind
    author_id: PrincipalId
    at: int
    sections: tuple[Section, ...]
    for_id: PrincipalId | None = None
    """Whose interim the author held (DIR-3)."""
    reason: str | None = None
    replaces: int | None = None
    id: int = 0


class Step(NamedTuple):
    """What somebody wants to do with the minutes."""

    state: MinutesState
    author_id: PrincipalId
    sections: tuple[Section, ...] | None = None
    kind: MinutesKind | None = None
    for_id: PrincipalId | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Minutes:
    """The steps so far, oldest first."""

    steps: tuple[MinutesStep, ...] = ()

    @property
    def current(self) -> MinutesStep | None:
        """The last step."""
        return self.steps[-1] if self.steps else None

    @property
    def sent(self) -> MinutesStep | None:
        """What was sent last."""
        return next((one for one in reversed(self.steps) if one.state in OUT), None)

    def version(self, number: int, *, sent_only: bool = False) -> MinutesStep:
        """The last step of a version; of those that were sent, where told. Raises NotFound."""
        for one in reversed(self.steps):
            if one.version == number and (not sent_only or one.state in OUT):
                return one
        raise NotFound("there is nothing here")

    def validation_of(self, step: MinutesStep) -> MinutesStep | None:
        """Who validated what a step says, or what it corrects."""
        until = [one for one in self.steps if one.version <= step.version]
        return next((one for one in reversed(until) if one.state is MinutesState.VALIDATED), None)

    def replaced_by(self, step: MinutesStep) -> MinutesStep | None:
        """What was sent before, and is replaced by a correction."""
        found = next((one for one in self.steps if one.version == step.version), step)
        if found.replaces is None:
            return None
        return self.version(found.replaces, sent_only=True)

    def correction_of(self, step: MinutesStep) -> MinutesStep | None:
        """The step that says why a version replaces another."""
        return next(
            (
                one
                for one in self.steps
                if one.version == step.version and one.state is MinutesState.CORRECTED
            ),
            None,
        )

    def advance(self, wanted: Step, *, now: int) -> MinutesStep:
        """The next step. Raises WrongState, ReasonNeeded."""
        last = self.current
        was = None if last is None else last.state
        if wanted.state not in NEXT_MINUTES[was]:
            raise WrongState(
                "pas encore rédigé" if was is None else was, wanted.state, NEXT_MINUTES[was]
            )
        if wanted.state in {MinutesState.CORRECTED, MinutesState.RETURNED} and not wanted.reason:
            raise ReasonNeeded("a reason is needed")
        fresh = last is None or wanted.state in NEW_VERSION or _is_new_draft(last, wanted)
        replaces = None
        if wanted.state is MinutesState.CORRECTED and self.sent is not None:
            replaces = self.sent.version
        return MinutesStep(
            (0 if last is None else last.version) + (1 if fresh else 0),
            wanted.state,
            wanted.kind or (MinutesKind.ACCOUNT if last is None else last.kind),
            wanted.author_id,
            now,
            _text(wanted, last),
            wanted.for_id,
            wanted.reason,
            replaces,
        )


def _is_new_draft(last: MinutesStep, wanted: Step) -> bool:
    return wanted.state is MinutesState.DRAFT and last.state is MinutesState.RETURNED


def _text(wanted: Step, last: MinutesStep | None) -> tuple[Section, ...]:
    if wanted.sections is not None:
        return wanted.sections
    return () if last is None else last.sections


def seen_outside(found: Minutes, own: Collection[int], words: ReservedWords) -> Minutes:
    """The minutes as somebody reads them who is no part of the house: of reserved points he sees
    those that he presents, of the others that they were there (MTG-8).

    What changed in a point that he does not see is not told to him.
    """
    steps = tuple(
        replace(one, sections=tuple(_outside(part, own, words.title) for part in one.sections))
        for one in found.steps
    )
    plain = Minutes(steps)
    return Minutes(tuple(_reason_outside(plain, one, words.change) for one in steps))


class ReservedWords(NamedTuple):
    """What stands where something is not for the reader."""

    title: str
    change: str


def _outside(section: Section, own: Collection[int], title: str) -> Section:
    if not section.reserved or (section.item is not None and section.item in own):
        return section
    return Section(title, section.item)


def _reason_outside(found: Minutes, step: MinutesStep, words: str) -> MinutesStep:
    former = found.replaced_by(step)
    if step.reason is None or former is None or former.sections != step.sections:
        return step
    return replace(step, reason=words)


def actions_in(sections: Sequence[Section]) -> list[NotedAction]:
    """Every action that the minutes note, in their order."""
    return [action for section in sections for action in section.actions]

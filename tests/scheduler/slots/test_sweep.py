"""The sweep answers as a search does that looks at every slot and every diary by itself."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.slots.codes import ConflictCode
from scheduler.slots.model import (
    Diary,
    FoundSlot,
    Hindrance,
    Need,
    Outcome,
    Reason,
    Search,
    Shortcoming,
    Span,
    Stretch,
    Supply,
    Terms,
    Wish,
)
from scheduler.slots.sweep import find_slots, merged

QUARTER, HOUR, DAY = 900, 3_600, 86_400
NAMES = ("missing", "tentative", "lunch", "load", "avoided", "break", "approval")
CODES = [ConflictCode.OVERLAP, ConflictCode.TRAVEL, ConflictCode.ABSENT, ConflictCode.HOURS]


def brute_force(search: Search) -> Outcome:
    """Slot by slot, diary by diary, minute by minute where that is what is meant."""
    judged = [_judge(search, start) for start in search.starts]
    ranked = sorted(
        (penalty, start, reasons, chosen)
        for start, (against, penalty, reasons, chosen) in zip(search.starts, judged, strict=True)
        if not against
    )
    slots = _apart(search, ranked, search.limit, overlapping=search.overlapping)
    nearest = [
        (len(against), penalty, start, reasons, chosen)
        for (against, penalty, reasons, chosen), start in zip(judged, search.starts, strict=True)
    ]
    near = [row[1:] for row in sorted(nearest, key=lambda row: row[:3])]
    least = [] if slots else _apart(search, near, min(search.limit, 3), overlapping=False)
    free = sum(not against for against, *_ in judged)
    blamed = _blamed(search, [against for against, *_ in judged])
    return Outcome(tuple(slots), free, len(search.starts), blamed, tuple(least))


def _apart(
    search: Search,
    ranked: Iterable[tuple[int, int, tuple[Reason, ...], tuple[str, ...]]],
    limit: int,
    *,
    overlapping: bool,
) -> list[FoundSlot]:
    slots: list[FoundSlot] = []
    for penalty, start, reasons, chosen in ranked:
        end = start + search.duration
        clear = all(end <= one.start or one.end <= start for one in slots)
        if len(slots) < limit and (overlapping or clear):
            slots.append(FoundSlot(start, end, penalty, reasons, chosen))
    return slots


def _judge(
    search: Search, start: int
) -> tuple[list[tuple[str, tuple[ConflictCode, ...]]], int, tuple[Reason, ...], tuple[str, ...]]:
    end, weight = start + search.duration, search.terms.weight
    against: list[tuple[str, tuple[ConflictCode, ...]]] = []
    missing: list[Reason] = []
    absent: list[Reason] = []
    soft: dict[Shortcoming, list[Reason]] = {}
    for diary in search.diaries:
        codes = _codes(search, diary, start, end)
        if codes:
            absent.append(Reason(Shortcoming.MISSING, diary.key, codes))
        if codes and diary.required:
            against.append((diary.key, codes))
        elif codes:
            missing.append(absent[-1])
        else:
            for kind in _soft(search, diary, start, end):
                soft.setdefault(kind, []).append(Reason(kind, diary.key))
    if len(search.diaries) - len(missing) < search.least:
        against.append(("", ()))
    chosen, lacking = _resources(search, start, end)
    lacked = [(label, (ConflictCode.RESOURCE,)) for label in lacking] if chosen is None else []
    against += lacked
    reasons = [
        *soft.get(Shortcoming.TENTATIVE, ()),
        *soft.get(Shortcoming.LUNCH, ()),
        *soft.get(Shortcoming.LOAD, ()),
        *(
            Reason(Shortcoming(wish.kind), wish.label)
            for wish in search.wishes
            if wish.start < end and start < wish.end
        ),
        *(
            Reason(Shortcoming.APPROVAL, supply.key)
            for key in chosen or ()
            for supply in {s.key: s for n in search.needs for s in n.supplies}.values()
            if supply.key == key and supply.approval
        ),
    ]
    penalty = sum(weight(one.kind) for one in (*missing, *reasons))
    last = search.needs[-1].label if search.needs else ""
    needs = [
        Reason(Shortcoming.MISSING, last if label == "?" else label, codes)
        for label, codes in lacked
    ]
    return against, penalty, (*absent, *reasons, *needs), chosen or ()


def _codes(search: Search, diary: Diary, start: int, end: int) -> tuple[ConflictCode, ...]:
    found = {one.code for one in diary.blocked if one.start < end and start < one.end}
    if "gone" in _lunches(search, diary, start, end):
        found.add(ConflictCode.LUNCH)
    return tuple(sorted(found))


def _lunches(search: Search, diary: Diary, start: int, end: int) -> list[str]:
    terms, told = search.terms, []
    if search.duration >= terms.long_minutes * 60:
        return []
    for lunch in diary.lunches:
        if lunch.start < end and start < lunch.end:
            before = _longest(lunch, diary.busy)
            after = _longest(lunch, [*diary.busy, Span(start, end)])
            if after < min(before, terms.lunch_minutes * 60):
                told.append("gone" if after < terms.lunch_least * 60 else "reduced")
    return told


def _longest(lunch: Span, busy: list[Span] | tuple[Span, ...]) -> int:
    longest = run = 0
    for at in range(lunch.start, lunch.end, 300):
        taken = any(one.start <= at < one.end for one in busy)
        run = 0 if taken else run + 300
        longest = max(longest, run)
    return longest


def _soft(search: Search, diary: Diary, start: int, end: int) -> list[Shortcoming]:
    found = []
    if any(one.start < end and start < one.end for one in diary.tentative):
        found.append(Shortcoming.TENTATIVE)
    if "reduced" in _lunches(search, diary, start, end):
        found.append(Shortcoming.LUNCH)
    for day in search.days:
        if day.start <= start < day.end:
            load = sum(max(0, min(b, day.end) - max(a, day.start)) for a, b in diary.busy)
            if load and load + search.duration > search.terms.day_load_minutes * 60:
                found.append(Shortcoming.LOAD)
    return found


def _resources(search: Search, start: int, end: int) -> tuple[tuple[str, ...] | None, list[str]]:
    free = [
        [s.key for s in need.supplies if all(e <= start or end <= b for b, e in s.blocked)]
        for need in search.needs
    ]
    for choice in product(*free):
        if len(set(choice)) == len(choice):
            return choice, []
    lacking = [n.label for n, keys in zip(search.needs, free, strict=True) if not keys]
    return None, lacking or ["?"]


def _blamed(
    search: Search, against: list[list[tuple[str, tuple[ConflictCode, ...]]]]
) -> tuple[Hindrance, ...]:
    found = []
    everybody = {need.label for need in search.needs}
    for key in {key for each in against for key, _ in each} - {"?"} | (
        everybody if any(key == "?" for each in against for key, _ in each) else set()
    ):
        counts: dict[ConflictCode, int] = {}
        refused = alone = 0
        for each in against:
            mine = [codes for name, codes in each if name == key]
            shared = key in everybody and any(name == "?" for name, _ in each)
            if shared:
                mine = [(ConflictCode.RESOURCE,)]
            if mine:
                refused += 1
                alone += len(each) == 1
                for code in mine[0]:
                    counts[code] = counts.get(code, 0) + 1
        codes = tuple(sorted(counts, key=lambda code: (-counts[code], code)))
        found.append(Hindrance(key, codes, refused, alone))
    return tuple(sorted(found, key=lambda one: (-one.alone, -one.refused, one.key)))


# Two days of eight hours, starts every quarter of an hour; everything in twelfths of an hour.
WINDOW = 2 * DAY
instants = st.integers(0, WINDOW // 300).map(lambda n: n * 300)
lengths = st.integers(1, 40).map(lambda n: n * 300)
spans = st.tuples(instants, lengths).map(lambda one: Span(one[0], one[0] + one[1]))
LUNCHES = (Span(4 * HOUR, 5 * HOUR), Span(DAY + 4 * HOUR, DAY + 5 * HOUR))


@st.composite
def diaries(draw: st.DrawFn, number: int) -> Diary:
    busy = merged(draw(st.lists(spans, max_size=4)))
    other = draw(st.lists(st.tuples(spans, st.sampled_from(CODES)), max_size=2))
    blocked = [Stretch(*span, ConflictCode.OVERLAP) for span in busy]
    blocked += [Stretch(*span, code) for span, code in other]
    return Diary(
        f"p{number}", f"P {number}", draw(st.booleans()), tuple(blocked),
        tuple(draw(st.lists(spans, max_size=2))), busy,
        LUNCHES if draw(st.booleans()) else (),
    )  # fmt: skip


@st.composite
def searches(draw: st.DrawFn) -> Search:
    starts = [day * DAY + q * QUARTER for day in range(2) for q in range(32)]
    people = tuple(draw(diaries(number)) for number in range(draw(st.integers(0, 4))))
    supplies = [
        Supply(f"r{n}", f"R {n}", tuple(draw(st.lists(spans, max_size=3))), draw(st.booleans()))
        for n in range(3)
    ]
    needs = tuple(
        Need(f"n{n}", tuple(draw(st.permutations(supplies))[: draw(st.integers(1, 3))]))
        for n in range(draw(st.integers(0, 3)))
    )
    wishes = tuple(
        Wish(*draw(spans), f"w{n}", draw(st.sampled_from(["avoided", "break"]))) for n in range(2)
    )
    weights = {name: draw(st.integers(0, 9)) for name in NAMES}
    return Search(
        tuple(starts), draw(st.sampled_from([1, 2, 3, 6, 22])) * QUARTER, people, needs,
        (Span(0, DAY), Span(DAY, 2 * DAY)), wishes, Terms(day_load_minutes=180, weights=weights),
        least=draw(st.integers(0, 4)), limit=draw(st.integers(1, 8)),
        overlapping=draw(st.booleans()),
    )  # fmt: skip


@pytest.mark.rule("MTG-3")
@settings(max_examples=300)
@given(searches())
def test_the_sweep_answers_as_brute_force_does(search: Search) -> None:
    assert find_slots(search) == brute_force(search)


@pytest.mark.rule("MTG-3")
def test_who_refuses_most_is_named_first() -> None:
    """Anne refuses the morning alone, Paul one hour of it too: without Anne there would be more."""
    anne = Diary("anne", "Anne", True, (Stretch(0, 4 * HOUR, ConflictCode.TRAVEL),))
    paul = Diary("paul", "Paul", True, (Stretch(3 * HOUR, 4 * HOUR, ConflictCode.OVERLAP),))
    found = find_slots(Search(tuple(range(0, 4 * HOUR, HOUR)), HOUR, (anne, paul)))

    assert found.slots == ()
    assert found.hindrances == (
        Hindrance("anne", (ConflictCode.TRAVEL,), 4, 3),
        Hindrance("paul", (ConflictCode.OVERLAP,), 1, 0),
    )

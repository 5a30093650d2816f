"""Laws of recurrence rules, and dateutil beside our engine (RFC 5545 §3.3.10)."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import takewhile

from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from calendars.model.invalid import InvalidCalendarData, TooManyInstances
from calendars.model.recurrence import LAST, Budget, Rule

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def at(*clock: int) -> datetime:
    return datetime(*clock)  # type: ignore[arg-type]  # noqa: DTZ001 - wall clock


numbers = st.integers


def listed(values: st.SearchStrategy[int], most: int) -> st.SearchStrategy[str]:
    return st.sets(values, min_size=1, max_size=most).map(lambda v: ",".join(map(str, v)))


def signed(highest: int) -> st.SearchStrategy[int]:
    return numbers(-highest, highest).filter(bool)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule of days or longer periods, without end."""

    def maybe(name: str, values: st.SearchStrategy[str]) -> None:
        if draw(st.booleans()):
            parts.append(f"{name}={draw(values)}")

    freq = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]))
    parts = [f"FREQ={freq}"]
    maybe("INTERVAL", numbers(1, 6).map(str))
    maybe("WKST", st.sampled_from(DAYS))
    weekdays = st.sets(st.sampled_from(DAYS), min_size=1).map(",".join)
    if draw(st.booleans()):
        maybe("BYMONTH", listed(numbers(1, 12), 4))
    if freq == "YEARLY" and draw(numbers(0, 4)) == 0:
        # Without BYDAY dateutil takes all seven days, where the RFC has that of DTSTART.
        parts += [f"BYWEEKNO={draw(listed(signed(53), 4))}", f"BYDAY={draw(weekdays)}"]
    else:
        if freq == "YEARLY" and draw(numbers(0, 3)) == 0:
            parts.append(f"BYYEARDAY={draw(listed(signed(366), 9))}")
        elif freq != "WEEKLY":
            maybe("BYMONTHDAY", listed(signed(31), 9))
        if freq in ("YEARLY", "MONTHLY") and draw(st.booleans()):
            # With ordinals and without in one part, dateutil wants both of a day, the RFC either.
            numbered = draw(st.booleans())
            ordinals = st.sampled_from(["1", "2", "-1", "+4", "-5"] if numbered else [""])
            days = st.tuples(ordinals, st.sampled_from(DAYS)).map("".join)
            parts.append(f"BYDAY={','.join(draw(st.sets(days, min_size=1, max_size=3)))}")
        else:
            maybe("BYDAY", weekdays)
    maybe("BYHOUR", listed(numbers(0, 23), 3))
    if len(parts) > 2 and freq != "WEEKLY" and draw(st.booleans()):
        # Of the first week, dateutil counts only what follows DTSTART.
        parts.append(f"BYSETPOS={draw(listed(signed(4), 2))}")
    return ";".join(parts)


moments = st.datetimes(at(1995, 1, 1), at(2035, 1, 1)).map(
    lambda moment: moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
)
stretches = st.tuples(numbers(-30, 2_500), numbers(1, 800))


def first_of(text: str, base: datetime) -> datetime:
    """A DTSTART that the rule names: for others the RFC leaves the meaning open."""
    later = Rule.parse(text).between(base, base + timedelta(seconds=1), LAST, Budget())
    first = next(later, None)
    assume(first is not None and first.year < 2040)
    assert first is not None
    return first


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    rules(), moments, stretches, st.sampled_from(["", "COUNT=1", "COUNT=7", "COUNT=40", "UNTIL"])
)
def test_the_engine_agrees_with_dateutil(
    text: str, base: datetime, stretch: tuple[int, int], ending: str
) -> None:
    dtstart = first_of(text, base)
    start = dtstart + timedelta(days=stretch[0], hours=3)
    end = start + timedelta(days=stretch[1])
    # dateutil would search for the next instance until the year 9999.
    later = max(end, dtstart + timedelta(days=900))
    assume(any(Rule.parse(text).between(dtstart, later, LAST, Budget())))
    if ending == "UNTIL":
        ending = f"UNTIL={dtstart + timedelta(days=900):%Y%m%dT%H%M%S}"
    text = f"{text};{ending}" if ending else text

    expected = takewhile(
        lambda wall: wall < end, rrulestr(text, dtstart=dtstart).xafter(start, inc=True)
    )

    assert list(Rule.parse(text).between(dtstart, start, end, Budget(10**6, 10**6))) == list(
        expected
    )


@settings(max_examples=150, deadline=None)
@given(rules(), moments, stretches, numbers(0, 400), numbers(0, 400))
def test_a_smaller_window_holds_the_same_instances(
    text: str, dtstart: datetime, stretch: tuple[int, int], before: int, after: int
) -> None:
    start = dtstart + timedelta(days=stretch[0])
    end = start + timedelta(days=stretch[1])
    wide = (start - timedelta(days=before), end + timedelta(days=after))
    plenty = Budget(10**6, 10**6)

    inside = list(Rule.parse(text).between(dtstart, start, end, plenty))
    around = list(Rule.parse(text).between(dtstart, *wide, plenty))

    assert inside == [wall for wall in around if start <= wall < end]
    assert inside == sorted(set(inside))


@settings(max_examples=150, deadline=None)
@given(
    rules(),
    st.sampled_from(["", ";COUNT=999999999", ";COUNT=3", ";UNTIL=99991231"]),
    st.sampled_from(["", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MINUTELY;BYHOUR=3"]),
    moments,
    numbers(0, 9_999),
)
def test_the_budget_ends_every_search(
    text: str, ending: str, instead: str, dtstart: datetime, days: int
) -> None:
    budget = Budget(50, 50)
    start = dtstart + timedelta(days=days)
    rule = Rule.parse((instead or text) + ending, minutely=True)
    try:
        found = list(rule.between(dtstart, start, LAST, budget))
    except TooManyInstances:
        return
    assert len(found) <= 50


@given(st.text(alphabet="FREQ=DAILYMONTHCU;,-+0123456789BSZ²٣", max_size=60))
def test_no_rule_does_worse_than_be_refused(text: str) -> None:
    try:
        Rule.parse(f"FREQ=DAILY;{text}")
    except InvalidCalendarData:
        return

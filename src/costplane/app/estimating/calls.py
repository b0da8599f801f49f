"""A workload's calls, month by month, as groups of equal calls.

Averages become whole: of the calls of a group of time, the first have a token more than the
others, so that all together have the average times their number, rounded once. A group stands
for its calls exactly: they share time, prices and counts, so rating one of them and taking its
amounts times their number is rating them all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from costplane.app.estimating.average import CACHED, WRITE
from costplane.app.estimating.workload import Traffic, Workload
from costplane.core.period import day_start, next_month
from costplane.core.quantities import BY_NAME

Whole = Mapping[str, int]
"""Quantities of a call by name, in their smallest stored parts (core.quantities, scale)."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """`calls` calls in `month` from `start` on, during which no price changes."""

    month: date
    start: datetime
    calls: int


def months(workload: Workload) -> list[date]:
    """The first days of the workload's months."""
    found = [workload.start]
    while len(found) < workload.months:
        found.append(next_month(day_start(found[-1])).date())
    return found


def growth(workload: Workload, month: date) -> Fraction:
    """How many times the calls of the first month there are in `month`."""
    passed = (month.year - workload.start.year) * 12 + month.month - workload.start.month
    return (1 + workload.growth) ** passed


def stretches(workload: Workload, cuts: Collection[datetime] = ()) -> list[Stretch]:
    """The workload's calls, parted by month and at `cuts`; the calls of a month are whole."""
    return [part for month in months(workload) for part in _of_month(workload, month, cuts)]


def _of_month(workload: Workload, month: date, cuts: Collection[datetime]) -> Iterator[Stretch]:
    start, end = day_start(month), next_month(day_start(month))
    inside = sorted(cut for cut in set(cuts) if start < cut < end)
    factor = growth(workload, month)
    before = 0
    for since, until in zip((start, *inside), (*inside, end), strict=True):
        after = round(_expected(workload.traffic, start, until) * factor)
        if after > before:
            yield Stretch(month, since, after - before)
        before = after


def _expected(traffic: Traffic, start: datetime, until: datetime) -> Fraction:
    """The calls from `start` to `until`, spread evenly over each day."""
    calls, day = Fraction(0), start
    while day < until:
        rest = Fraction((until - day) // timedelta(microseconds=1), 86_400_000_000)
        a_day = traffic.weekday if day.weekday() < 5 else traffic.weekend
        calls += a_day * min(rest, Fraction(1))
        day += timedelta(days=1)
    return calls


def whole_calls(average: Mapping[str, Fraction], calls: int) -> list[tuple[Whole, int]]:
    """`calls` calls as groups of equal ones whose sums are the average's, rounded once each."""
    series = {name: _total(amount, name, calls) for name, amount in _nested(average).items()}
    borders = sorted({0, *(total % calls for total in series.values())})
    ends = (*borders[1:], calls)
    groups = []
    for first, end in zip(borders, ends, strict=True):
        counts = {n: t // calls + (first < t % calls) for n, t in series.items()}
        groups.append((_parted(counts), end - first))
    return [(counts, number) for counts, number in groups if number]


def _total(amount: Fraction, name: str, calls: int) -> int:
    scale = BY_NAME[name].scale if name in BY_NAME else 0
    return round(amount * Fraction(10) ** scale * calls)


def _nested(average: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Parts of the text input as sums that contain each other: rounded so, no part of any call
    is negative, and the whole input is rounded once."""
    sums, inside = {}, Fraction(0)
    for name in _parts(average):
        inside += average[name]
        sums[name] = inside
    return dict(average) | sums


def _parted(counts: Whole) -> Whole:
    parted, inside = dict(counts), 0
    for name in _parts(counts):
        parted[name], inside = counts[name] - inside, counts[name]
    return {name: count for name, count in parted.items() if count}


def _parts(names: Collection[str]) -> Sequence[str]:
    """The parts of the text input, cached first, what remains last."""
    written = [name for name in names if name.startswith(WRITE)]
    return [name for name in (CACHED, *sorted(written), "input_text") if name in names]


def batched(calls: int, share: Fraction) -> tuple[int, int]:
    """Calls parted into those sent at once and those sent as batch."""
    batch = round(calls * share)
    return calls - batch, batch

"""The parts of an estimate that meters with tiers price: the plan's own month decides.

What the account uses beside the plan is not known and counts nothing. Calls stand in the order
of their stretches and workloads; each call is parted where a tier ends, and its parts are rounded
as rating does (rating/tiers.py, billing-rules 13).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from costplane.app.estimating.groups import CallGroup
from costplane.core.period import day_start
from costplane.core.quantities import PROMPT_TYPES
from costplane.rating.rates import Rate
from costplane.rating.tiers import KeyCount, TierKey, key_of, tiers_within


@dataclass(frozen=True, slots=True)
class TierLine:
    """What a group's calls come to at one tier: `rate` is at that tier, `amount` counts the
    quantity's smallest parts, costs are in whole 1e-12 of the currency."""

    group: CallGroup
    rate: Rate
    amount: int
    contracted: int
    listed: int

    @property
    def token_type(self) -> str:
        """The quantity's name."""
        assert self.rate.use.quantity is not None
        return self.rate.use.quantity.name


@dataclass(frozen=True, slots=True)
class _Use:
    """The calls of a group and what each has of a quantity with tiers."""

    group: CallGroup
    rate: Rate
    each: int


def tier_lines(
    rates: Iterable[Rate], groups: Sequence[tuple[int, CallGroup]], thresholds: Sequence[int]
) -> Iterator[TierLine]:
    """The lines of `rates` that have tiers; groups come with the number of their series."""
    found: dict[tuple[int, int], list[Rate]] = {}
    for rate in rates:
        if rate.tiers:
            found.setdefault((rate.use.series, rate.use.band), []).append(rate)
    keys: dict[TierKey, list[_Use]] = {}
    for series, group in groups:
        for rate in found.get((series, _band(group.counts, thresholds)), ()):
            each = group.counts.get(rate.use.quantity.name if rate.use.quantity else "", 0)
            if each and group.instant in rate.period:
                key = key_of(rate, day_start(group.month))
                keys.setdefault(key, []).append(_Use(group, rate, each))
    for uses in keys.values():
        yield from _of_key(uses)


def _band(counts: Mapping[str, int], thresholds: Sequence[int]) -> int:
    prompt = sum(counts.get(quantity.name, 0) for quantity in PROMPT_TYPES)
    return sum(prompt > threshold for threshold in thresholds)


def _of_key(uses: Sequence[_Use]) -> Iterator[TierLine]:
    count = KeyCount(sum(use.each * use.group.calls for use in uses), {})
    since = 0
    for use in uses:
        until = since + use.each * use.group.calls
        for begins, ends, rate in tiers_within(use.rate, count):
            first, last = max(begins, since), until if ends is None else min(ends, until)
            if first < last:
                yield _line(use, rate, first - since, last - since)
        since = until


def _line(use: _Use, rate: Rate, first: int, last: int) -> TierLine:
    """The calls' quantities from `first` up to `last`, counted from the group's first call."""
    parts = list(_parts(use.each, first, last))
    return TierLine(
        use.group,
        rate,
        last - first,
        _priced(parts, rate.contracted),
        _priced(parts, rate.list),
    )


def _parts(each: int, first: int, last: int) -> Iterator[tuple[int, int]]:
    """The range as amounts and how many calls have each: whole calls, and divided ones."""
    start, end = -(-first // each), last // each
    if start > end:
        yield last - first, 1
        return
    yield start * each - first, 1
    yield each, end - start
    yield last - end * each, 1


def _priced(parts: Iterable[tuple[int, int]], price: tuple[int, int]) -> int:
    unit = Fraction(*price)
    return sum(round(amount * unit) * calls for amount, calls in parts)

"""Tiers: what a meter counts in a billing month of an account chooses or parts its price.

billing-rules 11 and 14. The month's lines of a key stand in canonical order: hour, resource,
deployment (both in lower case, by code point), then source and id of the event, then quantity.
Graduated tiers price each part of that row of quantities; where a border falls inside the hour
of a place (a deployment of a resource), that hour's lines are taken one by one. Everywhere else a
place is in one tier for hours on end. Volume tiers price the whole month by its total.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction

from costplane.core.period import HOUR, Period, month_start, next_month
from costplane.core.quantities import Quantity
from costplane.pricing.book import Offer
from costplane.rating.holder import Facts
from costplane.rating.rates import Rate


@dataclass(frozen=True, slots=True, order=True)
class TierKey:
    """What one counting of tiers is about: a meter in a UTC month of a billing account."""

    month: datetime
    billing_account_id: str
    meter_id: str

    @property
    def period(self) -> Period:
        """The month."""
        return Period(self.month, next_month(self.month))

    def __str__(self) -> str:
        return json.dumps([f"{self.month:%Y-%m}", self.billing_account_id, self.meter_id])


def parse_tier_key(text: str) -> TierKey:
    """The key that `str` wrote."""
    month, account, meter = json.loads(text)
    return TierKey(datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC), account, meter)


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a key's quantity reaches a border: during the `hour` of a `place`, whose lines go
    from `since` up to `until` in smallest units of the month's count."""

    hour: datetime
    place: int
    since: int
    until: int

    def divides(self, border: int) -> bool:
        """Whether the border falls inside, and not at the end."""
        return border < self.until


@dataclass(frozen=True, slots=True)
class KeyCount:
    """What a key counts: the month's total, and where it reaches each border (those that it does
    not reach are not there)."""

    total: int
    crossings: Mapping[int, Crossing]

    def divided(self) -> dict[tuple[datetime, int], int]:
        """The hours of places in which a border falls, with the count at their start."""
        return {
            (crossing.hour, crossing.place): crossing.since
            for border, crossing in self.crossings.items()
            if crossing.divides(border)
        }


def keys_of(rates: Iterable[Rate]) -> set[TierKey]:
    """The keys in which rates with tiers may count."""
    return {
        TierKey(month, rate.holder.billing_account_id, rate.offer.row.meter_id)
        for rate in rates
        if rate.tiers and rate.offer
        for month in _months(rate.period)
    }


def _months(period: Period) -> Iterator[datetime]:
    month = month_start(period.start)
    while month < period.end:
        yield month
        month = next_month(month)


def key_of(rate: Rate, month: datetime) -> TierKey:
    """The key in which a rate with tiers counts."""
    assert rate.offer is not None
    return TierKey(month, rate.holder.billing_account_id, rate.offer.row.meter_id)


def places(series: Mapping[int, Facts]) -> dict[int, int]:
    """The place of each series, numbered in canonical order."""
    names = {
        number: ((facts["resource_id"] or "").lower(), (facts["deployment"] or "").lower())
        for number, facts in series.items()
    }
    order = {name: place for place, name in enumerate(sorted(set(names.values())))}
    return {number: order[name] for number, name in names.items()}


def borders(rate: Rate) -> list[int]:
    """Where the tiers of a rate begin, in smallest units of the quantity; a unit that a border
    would divide belongs to the tier below."""
    assert rate.use.quantity is not None
    return [_border(tier, rate.use.quantity) for tier in rate.tiers]


def _border(tier: Offer, quantity: Quantity) -> int:
    units = Fraction(tier.row.tier_minimum) * Fraction(tier.row.block_size)
    return -int(-(units * 10**quantity.scale) // 1)


def reached(rate: Rate, total: int) -> Rate:
    """The rate at the tier that a month's total reached: volume tiers."""
    begun = [
        tier for tier, border in zip(rate.tiers, borders(rate), strict=True) if border <= total
    ]
    return rate.at_tier(begun[-1])


def is_volume(rate: Rate) -> bool:
    """Whether the month's total chooses the price of all of it."""
    return rate.tiers[0].row.tiering == "volume"


def in_hours(rate: Rate, place: int, count: KeyCount) -> Iterator[Rate]:
    """The rate at each of its tiers, for the hours during which its place is in that tier; hours
    that a border divides are left out."""
    divided = [hour for hour, at in count.divided() if at == place]
    stretches = (
        [(rate.period, reached(rate, count.total))]
        if is_volume(rate)
        else _stretches(rate, place, count)
    )
    for stretch, priced in stretches:
        shared = rate.period.intersection(stretch)
        for period in _without(shared, divided) if shared else ():
            yield replace(priced, period=period)


def _stretches(rate: Rate, place: int, count: KeyCount) -> Iterator[tuple[Period, Rate]]:
    starts = [rate.period.start]
    for border in borders(rate)[1:]:
        crossing = count.crossings.get(border)
        if crossing is None:
            break
        after = crossing.hour if place > crossing.place else crossing.hour + HOUR
        starts.append(max(after, starts[-1]))
    ends = [*starts[1:], max(rate.period.end, starts[-1])]
    for tier, start, end in zip(rate.tiers, starts, ends, strict=False):
        yield Period(start, end), rate.at_tier(tier)


def _without(period: Period, hours: Sequence[datetime]) -> Iterator[Period]:
    """`period` less the given hours."""
    start = period.start
    for hour in sorted(hours):
        if period.start < hour + HOUR and hour < period.end:
            if start < hour:
                yield Period(start, hour)
            start = hour + HOUR
    if start < period.end:
        yield Period(start, period.end)


def tiers_within(rate: Rate, count: KeyCount) -> Iterator[tuple[int, int | None, Rate]]:
    """The tiers of a rate, each from where up to where of the month's count it holds."""
    if is_volume(rate):
        yield 0, None, reached(rate, count.total)
        return
    starts = borders(rate)
    for tier, since, until in zip(rate.tiers, starts, [*starts[1:], None], strict=True):
        yield since, until, rate.at_tier(tier)

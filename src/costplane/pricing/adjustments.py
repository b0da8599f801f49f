"""Which adjustments a charge gets: one discount, one exchange rate, one markup, each dated.

The order is fixed (docs/agreements.md): price row, negotiated discount, exchange rate, markup.
Of several discounts (or markups) that hold for a charge one applies: that of the narrowest scope,
then the one with most conditions, then the latest start, then the latest import, then the last
line of its file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from costplane.core.period import day_start
from costplane.pricing.adjustment import (
    Adjustment,
    Applies,
    Discount,
    ExchangeRate,
    Markup,
)

A = TypeVar("A", Discount, Markup)
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Exchange:
    """From one currency to another: `rate` units of `quote` for one of `base`, since `day`.

    A rate that is told the other way round is inverted, exactly.
    """

    base: str
    quote: str
    rate: Fraction
    day: date
    told: ExchangeRate


@dataclass(frozen=True, slots=True)
class Charged:
    """What a price is adjusted for: scope ids (the narrowest first), facts (named as
    adjustment.PATTERNS, in lower case) and tags (keys in lower case)."""

    scopes: tuple[str, ...]
    facts: Mapping[str, str]
    tags: Mapping[str, str]


class Adjustments:
    """The adjustments that are known. Of each the latest version stands."""

    def __init__(self, told: Iterable[Adjustment] = ()) -> None:
        self._told = tuple(told)
        standing = _latest(self._told)
        self.discounts = tuple(a for a in standing if isinstance(a, Discount))
        self.markups = tuple(a for a in standing if isinstance(a, Markup))
        self.rates = tuple(a for a in standing if isinstance(a, ExchangeRate))

    def at(self, version: int) -> Adjustments:
        """What was known when `version` was the newest."""
        known = [a for a in self._told if a.told.version <= version]
        return self if len(known) == len(self._told) else Adjustments(known)

    @property
    def is_empty(self) -> bool:
        """Whether there is none."""
        return not self._told

    @cached_property
    def changes(self) -> frozenset[datetime]:
        """Every instant at which a discount or markup begins or ends; rates change at midnight."""
        applies = [*(d.applies for d in self.discounts), *(m.applies for m in self.markups)]
        ends = {a.valid_to for a in applies if a.valid_to is not None}
        return frozenset(ends | {a.valid_from for a in applies})

    def discounts_of(self, charged: Charged) -> list[Discount]:
        """The discounts that hold for a charge at some time, the one to apply first."""
        return _in_order(self.discounts, charged)

    def markups_of(self, charged: Charged) -> list[Markup]:
        """The markups that hold for a charge at some time, the one to apply first."""
        return _in_order(self.markups, charged)

    def exchange(self, base: str, quote: str, day: date) -> Exchange | None:
        """The rate from `base` to `quote` on a UTC day: the nearest earlier one, told either way
        round (of two of one day, the one told as asked). None if there is none."""
        direct = self._rate(base, quote, day)
        inverse = self._rate(quote, base, day)
        if direct is not None and (inverse is None or direct.day >= inverse.day):
            return Exchange(base, quote, Fraction(direct.rate), direct.day, direct)
        if inverse is not None:
            return Exchange(base, quote, 1 / Fraction(inverse.rate), inverse.day, inverse)
        return None

    def exchange_days(self, base: str, quote: str) -> list[datetime]:
        """The instants at which the rate between two currencies may change."""
        days = {*self._days(base, quote), *self._days(quote, base)}
        return sorted(day_start(day) for day in days)

    def _rate(self, base: str, quote: str, day: date) -> ExchangeRate | None:
        place = bisect_right(self._days(base, quote), day)
        return self._by_pair[base, quote][place - 1] if place else None

    def _days(self, base: str, quote: str) -> Sequence[date]:
        return self._days_by_pair.get((base, quote), ())

    @cached_property
    def _by_pair(self) -> Mapping[tuple[str, str], list[ExchangeRate]]:
        found: dict[tuple[str, str], list[ExchangeRate]] = defaultdict(list)
        for rate in sorted(self.rates, key=lambda rate: rate.day):
            found[rate.base, rate.quote].append(rate)
        return dict(found)

    @cached_property
    def _days_by_pair(self) -> Mapping[tuple[str, str], list[date]]:
        return {pair: [rate.day for rate in rates] for pair, rates in self._by_pair.items()}


def first_at(ordered: Sequence[A], instant: datetime) -> A | None:
    """The one of `ordered` that applies at an instant."""
    return next((a for a in ordered if a.applies.at(instant)), None)


def bounds(ordered: Iterable[A]) -> set[datetime]:
    """The instants at which any of them begins or ends."""
    ends = {a.applies.valid_to for a in ordered if a.applies.valid_to is not None}
    return ends | {a.applies.valid_from for a in ordered}


def _in_order(adjustments: Iterable[A], charged: Charged) -> list[A]:
    ranked = [(rank, a) for a in adjustments if (rank := _rank(a.applies, charged)) is not None]
    # The latest and last first, then stable by what is stronger.
    ranked.sort(key=lambda r: (r[1].applies.valid_from, r[1].told.version, r[1].told.line))
    ranked.reverse()
    ranked.sort(key=lambda r: (r[0], -r[1].applies.conditions))
    return [adjustment for _, adjustment in ranked]


def _rank(applies: Applies, charged: Charged) -> int | None:
    """How near the scope is to the charge, 0 being the nearest; None if it does not hold."""
    if not applies.matches(charged.facts, charged.tags):
        return None
    if applies.scope is None:
        return len(charged.scopes)
    return charged.scopes.index(applies.scope) if applies.scope in charged.scopes else None


def _latest(told: Iterable[Adjustment]) -> list[Adjustment]:
    """Each adjustment in its latest version; the order of the file stays."""
    newest: dict[object, Adjustment] = {}
    for adjustment in sorted(told, key=lambda a: (a.told.version, a.told.line)):
        key = _identity(adjustment)
        newest.pop(key, None)
        newest[key] = adjustment
    return list(newest.values())


def _identity(adjustment: Adjustment) -> tuple[object, ...]:
    """What a later version must share to stand in another's place."""
    if isinstance(adjustment, ExchangeRate):
        return ("rate", adjustment.base, adjustment.quote, adjustment.day)
    kind = type(adjustment).__name__
    return (kind, adjustment.told.agreement, adjustment.name, adjustment.applies.valid_from)


NOTHING = Adjustments()
"""What holds where nobody told of an agreement."""

"""Explanations of lines of meters with tiers: tier by tier, out of their place in the month."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from costplane.core.exact_text import exact_text
from costplane.core.money import EXACT, round_line
from costplane.core.period import hour_start
from costplane.core.quantities import Quantity
from costplane.rating.charge_address import ChargeAddress
from costplane.rating.explain import (
    Sheets,
    exact_amount,
    price_explanation,
    rounding_text,
)
from costplane.rating.line_explanation import LineExplanation, TierPart
from costplane.rating.rates import Rate
from costplane.rating.tiers import KeyCount, tiers_within


@dataclass(frozen=True, slots=True)
class CountedLine:
    """An event's line where it stands in its key's count: from `since` up to `until`, in the
    smallest units of its quantity."""

    source: str
    id: str
    time: datetime
    rate: Rate
    since: int
    until: int
    count: KeyCount

    @property
    def quantity(self) -> Quantity:
        """What the line counts."""
        assert self.rate.use.quantity is not None
        return self.rate.use.quantity

    def parts(self) -> Iterator[Part]:
        """The parts of the line by tier."""
        for begins, ends, rate in tiers_within(self.rate, self.count):
            since, until = max(self.since, begins), min(self.until, ends or self.until)
            if since < until:
                yield Part(rate, since, until)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a line at the rate of one tier."""

    rate: Rate
    since: int
    until: int

    @property
    def count(self) -> Decimal:
        """How many units it has."""
        assert self.rate.use.quantity is not None
        return _units(self.until - self.since, self.rate.use.quantity)

    @property
    def exact(self) -> Fraction:
        """Its amount, unrounded."""
        assert self.rate.use.quantity is not None
        return exact_amount(self.rate.contracted, self.count, self.rate.use.quantity)


def with_tiers(
    line: LineExplanation, counted: CountedLine, posted: Container[str], sheets: Sheets
) -> LineExplanation:
    """The explanation of a line, with its tiers; each part is rounded once."""
    parts = list(counted.parts())
    tiers = tuple(_tier(part, counted, posted, sheets) for part in parts)
    exact, amount = sum((part.exact for part in parts), Fraction(0)), _sum(t.amount for t in tiers)
    public = parts[0].rate.list_offer
    return replace(
        line,
        price=tiers[0].price,
        exact=exact_text(exact),
        rounding=rounding_text(exact, amount),
        amount=amount,
        list_price=price_explanation(public, sheets) if public else None,
        list_amount=_sum(_rounded(part, part.rate.list) for part in parts) if public else None,
        charge=tiers[0].charge,
        posted=all(tier.posted for tier in tiers),
        tiers=tiers,
        pricing_amount=_sum(_rounded(part, part.rate.priced) for part in parts),
        cross_charge=_sum(_rounded(part, part.rate.cross_charge) for part in parts),
    )


def _tier(part: Part, line: CountedLine, posted: Container[str], sheets: Sheets) -> TierPart:
    offer, quantity = part.rate.offer, line.quantity
    assert offer is not None
    amount = round_line(part.exact)
    hour = hour_start(line.time)
    address = str(ChargeAddress(hour, part.rate.use.series, quantity.name, offer.id))
    return TierPart(
        minimum=offer.row.tier_minimum,
        tiering=offer.row.tiering,
        since=_units(part.since, quantity),
        until=_units(part.until, quantity),
        total=_units(line.count.total, quantity),
        count=part.count,
        price=price_explanation(offer, sheets),
        exact=exact_text(part.exact),
        rounding=rounding_text(part.exact, amount),
        amount=amount,
        charge=address,
        posted=address in posted,
    )


def _rounded(part: Part, units: tuple[int, int]) -> Decimal:
    """An amount of a part, from that of one stored unit."""
    assert part.rate.use.quantity is not None
    return round_line(exact_amount(units, part.count, part.rate.use.quantity))


def _units(smallest: int, quantity: Quantity) -> Decimal:
    return Decimal(smallest).scaleb(-quantity.scale, EXACT)


def _sum(amounts: Iterator[Decimal] | Sequence[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total

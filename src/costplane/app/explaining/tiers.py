"""Explanations of meters with tiers: where lines stand in their month, and what a charge holds."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from costplane.app.explaining.charge_events import EVENTS_SHOWN, Sums
from costplane.app.explaining.ledger_rows import Row
from costplane.app.tiers.usage import TierUsage
from costplane.core.exact_text import exact_text
from costplane.core.money import EXACT, round_line
from costplane.core.period import hour_start, month_start
from costplane.core.quantities import BY_NAME
from costplane.rating.charge_address import ChargeAddress
from costplane.rating.explain import Pricing
from costplane.rating.explanation import EventBehind, EventsBehind
from costplane.rating.holder import Facts
from costplane.rating.line_explanation import LineExplanation
from costplane.rating.rates import Rate
from costplane.rating.tier_explain import CountedLine, Part, with_tiers
from costplane.rating.tiers import TierKey, key_of


@dataclass(frozen=True, slots=True)
class TieredEvents:
    """The parts of events behind a charge of one tier (as charge_events.ChargeEvents)."""

    parts: Sequence[tuple[CountedLine, Part]]

    @property
    def rate(self) -> Rate | None:
        """The rate of the tier."""
        return self.parts[-1][1].rate if self.parts else None

    def sums(self) -> Sums:
        """The sums over all parts."""
        exact = sum((part.exact for _, part in self.parts), Fraction(0))
        amount = Decimal(0)
        for _, part in self.parts:
            amount = EXACT.add(amount, round_line(part.exact))
        return Sums(len(self.parts), exact, amount)

    def behind(self, sums: Sums, skip: int = 0, most: int = EVENTS_SHOWN) -> EventsBehind:
        """The page after `skip` events, and what the others come to."""
        shown = tuple(_behind(*pair) for pair in self.parts[skip : skip + most])
        others = sums.amount
        for event in shown:
            others = EXACT.subtract(others, event.amount)
        return EventsBehind(sums.events, skip, shown, others)


def _behind(line: CountedLine, part: Part) -> EventBehind:
    return EventBehind(
        source=line.source,
        id=line.id,
        time=line.time,
        count=part.count,
        exact=exact_text(part.exact),
        amount=round_line(part.exact),
    )


def tiered_events(usage: TierUsage, address: ChargeAddress, posted: Row) -> TieredEvents:
    """The events behind the charge at `address`, of which `posted` is a row, by time."""
    month = month_start(address.hour)
    key = TierKey(month, posted["BillingAccountId"], posted["x_SkuMeterId"])
    found = [
        (line, part)
        for line in usage.lines(key, address.hour, address.series)
        if line.rate.use.series == address.series and line.quantity.name == address.quantity
        for part in line.parts()
        if part.rate.offer is not None and part.rate.offer.id == address.price_id
    ]
    return TieredEvents(sorted(found, key=lambda pair: (pair[0].time, pair[0].source, pair[0].id)))


def lines_with_tiers(
    usage: Callable[[], TierUsage],
    pricing: Pricing,
    event: Row,
    facts: Facts,
    posted: Container[str],
) -> tuple[LineExplanation, ...]:
    """The lines of a row of `usage`, those of meters with tiers tier by tier."""
    time = event["time"].astimezone(UTC)
    placed: dict[TierKey, Mapping[str, CountedLine]] = {}
    lines = []
    for line in pricing.lines(event, facts, posted):
        rate = pricing.rate(event, facts, BY_NAME[line.quantity])
        if rate.tiers:
            key = key_of(rate, month_start(time))
            if key not in placed:
                placed[key] = _of_event(usage(), key, event, time)
            counted = placed[key].get(line.quantity)
            lines.append(with_tiers(line, counted, posted, pricing.sheets) if counted else line)
        else:
            lines.append(line)
    return tuple(lines)


def _of_event(usage: TierUsage, key: TierKey, event: Row, time: datetime) -> dict[str, CountedLine]:
    return {
        line.quantity.name: line
        for line in usage.lines(key, hour_start(time), event["series"])
        if (line.source, line.id) == (event["source"], event["id"])
    }

"""A workload on provisioned throughput: by the hour and reserved, with its break-even."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from costplane.app.estimating.alternative import (
    Alternative,
    Crossing,
    Variant,
    change_of,
    cost_of,
    lines_of,
)
from costplane.app.estimating.break_even import Offered, break_even
from costplane.app.estimating.calls import batched, months
from costplane.app.estimating.payer import Payers
from costplane.app.estimating.provisioned import (
    PROVISIONED,
    Sizing,
    UnitPrice,
    hours_of,
    reserved_units,
    sizing,
    unit_prices,
    units_by_month,
)
from costplane.app.estimating.result import Estimate, sums
from costplane.core.money import round_line
from costplane.pricing.book import PriceBook
from costplane.pricing.providers import AZURE

_NEVER = "never cheaper: a full unit costs more than the calls that it serves"


def provisioned_ways(
    variant: Variant,
    estimate: Estimate,
    base: tuple[str, Decimal] | None,
    book: PriceBook,
    payers: Payers,
    at: datetime,
) -> Iterator[Alternative]:
    """The provisioned ways that have the scope of a deployment type paid by use."""
    served = variant.workload.served
    needed = sizing(variant.workload) if served.provider == AZURE else None
    for kind, (scope, standard) in PROVISIONED.items():
        if standard == served.deployment_type and needed and scope in needed.throughput.sizes:
            for price in unit_prices(variant.workload, kind, book, payers, at):
                yield _at_price(variant, estimate, base, kind, needed, price)


def _at_price(
    variant: Variant,
    estimate: Estimate,
    base: tuple[str, Decimal] | None,
    kind: str,
    needed: Sizing,
    price: UnitPrice,
) -> Alternative:
    workload = variant.workload
    scope, _ = PROVISIONED[kind]
    sizes = needed.throughput.sizes[scope]
    units = units_by_month(workload, needed, sizes)
    if price.months:
        units = reserved_units(units, price.months)
    costs = _costs(variant, estimate, units, price)
    total = (price.currency, sum(costs.values(), Decimal(0))) if costs else None
    first = units[workload.start]
    crossing, reason = _crossing(variant, estimate, needed, kind, price)
    return Alternative(
        workload=variant.origin.name,
        model=workload.served.model,
        deployment_type=kind,
        purchase=price.purchase,
        planned=False,
        month_cost=costs.get(workload.start),
        total=total[1] if total else None,
        currency=price.currency,
        change=change_of(total, base),
        units=first,
        utilisation=round_line(needed.units_needed / first * 100).quantize(Decimal("0.1")),
        commitment=price.commitment(first),
        crossing=crossing,
        reasons=tuple(text for text in (price.reason, reason) if text),
    )


def _costs(
    variant: Variant, estimate: Estimate, units: dict[date, int], price: UnitPrice
) -> dict[date, Decimal]:
    """The cost of each month: units, and what is sent as batch by use. Empty without price."""
    if price.price is None:
        return {}
    lines = [line for line in lines_of(estimate, variant.workload) if line.service_tier == "batch"]
    return {
        month: price.cost(units[month], month)
        + sums(line for line in lines if line.month == month).get(price.currency, Decimal(0))
        for month in months(variant.workload)
    }


def _crossing(
    variant: Variant, estimate: Estimate, needed: Sizing, kind: str, price: UnitPrice
) -> tuple[Crossing | None, str | None]:
    """Where units become cheaper than the same calls by use, or why that is not known."""
    if price.price is None:
        return None, None
    workload = variant.workload
    lines = [n for n in lines_of(estimate, workload) if n.service_tier != "batch"]
    cost = cost_of(lines, workload.start)
    every = estimate.calls(workload.start, workload.name)
    calls, _ = batched(every, workload.batch_share)
    gaps = [g for g in estimate.gaps if g.workload == workload.name]
    if cost is None or gaps or not calls or cost[0] != price.currency:
        return None, "no break-even: paying by use has no full price to compare with"
    found = break_even(
        Offered(
            per_call=Fraction(cost[1]) / calls,
            unit_cost=_unit_cost(price, workload.start),
            units_per_call=needed.units_needed / calls,
            sizes=needed.throughput.sizes[PROVISIONED[kind][0]],
        )
    )
    if found is None:
        return None, _NEVER
    days = Fraction(hours_of(workload.start), 24)
    first, always = found.cheaper_from, found.always_from
    return Crossing(_a_day(first, days), first, _a_day(always, days), always), None


def _unit_cost(price: UnitPrice, month: date) -> Fraction:
    assert price.price is not None
    return price.price / price.months if price.months else price.price * hours_of(month)


def _a_day(calls: int, days: Fraction) -> Decimal:
    return round_line(calls / days).quantize(Decimal("0.1"))

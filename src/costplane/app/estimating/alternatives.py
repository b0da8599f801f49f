"""A plan beside other ways to serve it: models, deployment types, provisioned throughput."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from costplane.app.estimating.break_even import Offered, break_even
from costplane.app.estimating.calls import batched, months
from costplane.app.estimating.estimating import Estimating
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
from costplane.app.estimating.result import Estimate, EstimateLine, sums
from costplane.app.estimating.workload import Plan, Workload
from costplane.core.money import round_line
from costplane.core.period import day_start
from costplane.pricing.book import PriceBook
from costplane.pricing.providers import AZURE

BY_USE = "by use"
_DEPLOYMENT_TYPES = (
    "GlobalStandard",
    "DataZoneStandard",
    "Standard",
    "GlobalBatch",
    "DataZoneBatch",
)
_NEVER = "never cheaper: a full unit costs more than the calls that it serves"


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where provisioned units become cheaper than paying by use, at prices and days of the first
    month: `first` for the first time, `always` from then on at any number of calls (between the
    two, a step to more units makes them dearer again)."""

    first_calls_a_day: Decimal
    first_calls_a_month: int
    always_calls_a_day: Decimal
    always_calls_a_month: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to serve a workload. Costs are None where nothing has a price; `reasons` say what
    is missing in them, `change` is in percent of the cost as planned.

    `purchase` is "by use", "hourly", or a reservation's term, whose cost is its part for the
    month; `commitment` is that of the first whole term. `units` and `utilisation` (percent of the
    units at the busiest minute) are of the first month.
    """

    workload: str
    model: str
    deployment_type: str | None
    purchase: str
    planned: bool
    month_cost: Decimal | None
    total: Decimal | None
    currency: str
    change: Decimal | None
    units: int | None = None
    utilisation: Decimal | None = None
    commitment: Decimal | None = None
    crossing: Crossing | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Variant:
    """A workload as one of its alternatives serves it, under a name of its own."""

    origin: Workload
    workload: Workload

    @property
    def is_planned(self) -> bool:
        return self.workload == replace(self.origin, name=self.workload.name)


def compare(estimating: Estimating, plan: Plan, priced_at: datetime | None) -> list[Alternative]:
    """Every workload of `plan` on its own model and on those to compare with, by each deployment
    type and purchase. Raises NotFound if no price sheet is stored."""
    variants = [variant for workload in plan.workloads for variant in _variants(workload, plan)]
    workloads = tuple(variant.workload for variant in variants)
    estimate = estimating.estimate(Plan(plan.name, workloads), priced_at)
    planned = {
        v.origin.name: _cost(_of(estimate, v.workload), None) for v in variants if v.is_planned
    }
    book, payers = estimating.book(), estimating.payers(workloads)
    found = []
    for variant in variants:
        base = planned[variant.origin.name]
        found.append(_by_use(variant, estimate, base))
        at = priced_at or day_start(variant.origin.start)
        found += _provisioned(variant, estimate, base, book, payers, at)
    return found


def _variants(workload: Workload, plan: Plan) -> Iterator[_Variant]:
    own = workload.served.model
    for told in dict.fromkeys((own, *plan.compare_models)):
        model, _, version = told.lower().partition("@")
        served = replace(workload.served, model=model)
        if told != own:
            served = replace(served, model_version=version or None)
        kinds: Sequence[str | None] = (served.deployment_type,)
        if served.provider == AZURE:
            kinds = tuple(dict.fromkeys((*kinds, *_DEPLOYMENT_TYPES)))
        for kind in kinds:
            batch = Fraction(1) if kind in _DEPLOYMENT_TYPES[3:] else workload.batch_share
            if kind == workload.served.deployment_type:
                batch = workload.batch_share
            yield _Variant(
                workload,
                replace(
                    workload,
                    name=f"{workload.name}\n{told}\n{kind}",
                    served=replace(served, deployment_type=kind),
                    batch_share=batch,
                ),
            )


def _of(estimate: Estimate, workload: Workload) -> list[EstimateLine]:
    return [line for line in estimate.lines if line.workload == workload.name]


def _cost(lines: Sequence[EstimateLine], month: date | None) -> tuple[str, Decimal] | None:
    """Currency and cost; None if nothing has a price, or not in one currency."""
    found = sums(line for line in lines if month in (None, line.month))
    return next(iter(found.items())) if len(found) == 1 else None


def _reasons(estimate: Estimate, workload: Workload) -> tuple[str, ...]:
    gaps = (gap for gap in estimate.gaps if gap.workload == workload.name)
    return tuple(dict.fromkeys(f"{gap.token_type}: {gap.reason}" for gap in gaps))


def _by_use(variant: _Variant, estimate: Estimate, base: tuple[str, Decimal] | None) -> Alternative:
    lines = _of(estimate, variant.workload)
    month, total = _cost(lines, variant.origin.start), _cost(lines, None)
    reasons = _reasons(estimate, variant.workload)
    return Alternative(
        workload=variant.origin.name,
        model=variant.workload.served.model,
        deployment_type=variant.workload.served.deployment_type,
        purchase=BY_USE,
        planned=variant.is_planned,
        month_cost=month[1] if month else None,
        total=total[1] if total else None,
        currency=total[0] if total else "",
        change=None if reasons else _change(total, base),
        reasons=reasons,
    )


def _change(cost: tuple[str, Decimal] | None, base: tuple[str, Decimal] | None) -> Decimal | None:
    """The difference to the cost as planned in percent of it, to a tenth."""
    if cost is None or base is None or cost[0] != base[0] or not base[1]:
        return None
    share = Fraction(cost[1] - base[1]) / Fraction(base[1]) * 100
    return round_line(share).quantize(Decimal("0.1"))


def _provisioned(
    variant: _Variant,
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
    variant: _Variant,
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
        change=_change(total, base),
        units=first,
        utilisation=round_line(needed.units_needed / first * 100).quantize(Decimal("0.1")),
        commitment=price.commitment(first),
        crossing=crossing,
        reasons=tuple(text for text in (price.reason, reason) if text),
    )


def _costs(
    variant: _Variant, estimate: Estimate, units: dict[date, int], price: UnitPrice
) -> dict[date, Decimal]:
    """The cost of each month: units, and what is sent as batch by use. Empty without price."""
    if price.price is None:
        return {}
    lines = [line for line in _of(estimate, variant.workload) if line.service_tier == "batch"]
    return {
        month: price.cost(units[month], month)
        + sums(line for line in lines if line.month == month).get(price.currency, Decimal(0))
        for month in months(variant.workload)
    }


def _crossing(
    variant: _Variant, estimate: Estimate, needed: Sizing, kind: str, price: UnitPrice
) -> tuple[Crossing | None, str | None]:
    """Where units become cheaper than the same calls by use, or why that is not known."""
    if price.price is None:
        return None, None
    workload = variant.workload
    lines = [n for n in _of(estimate, workload) if n.service_tier != "batch"]
    cost = _cost(lines, workload.start)
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

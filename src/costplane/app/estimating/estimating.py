"""Estimates: planned calls through the one rating function (rating.rate_usage).

Each group of equal calls is rated as one event; its amounts times its number of calls are those
of rating them all, to the last digit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from costplane.app.estimating.groups import GROUP, CallGroup, PlannedCalls, planned_calls
from costplane.app.estimating.payer import Payers, payers
from costplane.app.estimating.result import Estimate, EstimateGap, EstimateLine, PlannedMonth
from costplane.app.estimating.tiers import TierLine, tier_lines
from costplane.app.estimating.workload import Plan, Workload
from costplane.app.holders import CatalogHolders
from costplane.app.ports import Settings
from costplane.app.prices import PriceBooks
from costplane.catalog.ports import CatalogReader
from costplane.core.money import EXACT, LINE_PLACES
from costplane.core.quantities import BY_NAME
from costplane.core.relation import Engine
from costplane.core.settings import TAG_INHERITANCE
from costplane.errors import NotFound
from costplane.pricing.book import PriceBook
from costplane.rating.rate_usage import Rater
from costplane.rating.templates import charge_template

_SUMMED = ("quantity", "cost", "list_cost", "calls")


@dataclass(frozen=True, slots=True)
class RatedCalls:
    """Rows of one call of each group, with the group's number; and the lines of meters with
    tiers, which are of all calls."""

    charges: pa.Table
    uncharged: pa.Table
    tiers: tuple[TierLine, ...]


class Estimating:
    """Makes estimates from the stored prices and the catalog's agreements."""

    def __init__(
        self,
        engine: Engine,
        catalog: CatalogReader,
        settings: Settings,
        prices: PriceBooks,
        now: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._catalog = catalog
        self._settings = settings
        self._prices = prices
        self._now = now

    def book(self) -> PriceBook:
        """The prices of today. Raises NotFound if none are stored."""
        book = self._prices.newest()
        if next(book.models(), None) is None:
            raise NotFound(
                "no prices are stored; import a price sheet first: costplane prices import FILE",
                target="prices",
            )
        return book

    def estimate(self, plan: Plan, priced_at: datetime | None) -> Estimate:
        """What `plan` comes to with the prices of `priced_at`; with None each month has those
        that the sheets of today say for it. Raises NotFound if no price sheet is stored."""
        book = self.book()
        planned = planned_calls(plan.workloads, book.changes, priced_at)
        rated = self.rated(planned, book, self.payers(plan.workloads))
        return Estimate(
            name=plan.name,
            price_version=book.version,
            priced_at=priced_at,
            planned=_by_month(planned.groups),
            lines=tuple(_summed(_lines(rated, planned.groups))),
            gaps=(*planned.gaps, *_merged(_gaps(rated.uncharged, planned.groups))),
            notes=planned.notes,
        )

    def payers(self, workloads: Sequence[Workload]) -> Payers:
        """Who would pay for workloads."""
        inheritance = self._settings.get(TAG_INHERITANCE)
        catalog = CatalogHolders(self._catalog, inheritance=inheritance)
        return payers(workloads, catalog, self._catalog.scopes())

    def rated(self, planned: PlannedCalls, book: PriceBook, who: Payers) -> RatedCalls:
        """The rating of one call of each group, and of all calls where a meter has tiers."""
        rater = Rater(self._engine, book, who)
        grain = rater.grain(keys=(GROUP,))
        survey = rater.survey(planned.usage(), planned.series, grain)
        direct = [rate for rate in survey.rates if not rate.tiers]
        rows = rater.priced(survey, direct, self._now().date())
        tiers = tier_lines(survey.rates, planned.in_series(), book.context_thresholds)
        return RatedCalls(rows.charges, rows.uncharged, tuple(tiers))


def _by_month(groups: Iterable[CallGroup]) -> tuple[PlannedMonth, ...]:
    calls: dict[tuple[date, str], int] = {}
    for group in groups:
        place = (group.month, group.workload.name)
        calls[place] = calls.get(place, 0) + group.calls
    return tuple(PlannedMonth(*place, number) for place, number in calls.items())


def _lines(rated: RatedCalls, groups: Sequence[CallGroup]) -> Iterator[EstimateLine]:
    for row in rated.charges.to_pylist():
        group = groups[row[GROUP]]
        amounts = (row["ConsumedQuantity"], row["BilledCost"], row["ListCost"])
        yield _line(group, row, *(EXACT.multiply(amount, group.calls) for amount in amounts))
    for line in rated.tiers:
        quantity = Decimal(line.amount).scaleb(-BY_NAME[line.token_type].scale)
        costs = (line.contracted, line.listed)
        yield _line(line.group, charge_template(line.rate), quantity, *map(_money, costs))


def _line(
    group: CallGroup, row: Mapping[str, Any], quantity: Decimal, cost: Decimal, listed: Decimal
) -> EstimateLine:
    return EstimateLine(
        month=group.month,
        workload=group.workload.name,
        scope=group.workload.scope,
        model=row["x_Model"],
        model_version=row["x_ModelVersion"],
        deployment_type=row["x_DeploymentType"],
        service_tier=row["x_ServiceTier"],
        meter=row["SkuMeter"],
        meter_id=row["x_SkuMeterId"],
        token_type=row["x_TokenType"],
        quantity=quantity,
        unit=row["ConsumedUnit"],
        unit_price=row["ContractedUnitPrice"],
        pricing_unit=row["PricingUnit"],
        cost=cost,
        list_cost=listed,
        currency=row["BillingCurrency"],
        calls=group.calls,
        tier_minimum=row["x_TierMinimum"],
        units_per_million=row.get("x_ConsumptionUnitsPerMillion"),
    )


def _money(units: int) -> Decimal:
    return Decimal(units).scaleb(-LINE_PLACES, EXACT)


def _summed(lines: Iterable[EstimateLine]) -> list[EstimateLine]:
    """Lines of the same meter and month as one, by workload, meter and month."""
    found: dict[tuple[Any, ...], EstimateLine] = {}
    for line in lines:
        names = (field.name for field in fields(line) if field.name not in _SUMMED)
        key = tuple(getattr(line, name) for name in names)
        before = found.get(key)
        if before is None:
            found[key] = line
        else:
            added = {name: getattr(before, name) + getattr(line, name) for name in _SUMMED}
            found[key] = replace(before, **added)
    return sorted(found.values(), key=_order)


def _order(line: EstimateLine) -> tuple[object, ...]:
    """By month, workload and meter; tiers from the first on."""
    meter = (line.token_type, line.meter, line.meter_id)
    return (line.month, line.workload, *meter, line.tier_minimum or 0, line.unit_price)


def _gaps(uncharged: pa.Table, groups: Sequence[CallGroup]) -> Iterator[EstimateGap]:
    for row in uncharged.to_pylist():
        if row["x_TokenType"] is None:
            continue  # the row of the events as such: their quantities have rows of their own
        group = groups[row[GROUP]]
        yield EstimateGap(
            month=group.month,
            workload=group.workload.name,
            token_type=row["x_TokenType"],
            quantity=EXACT.multiply(row["ConsumedQuantity"], group.calls),
            unit=row["ConsumedUnit"],
            calls=group.calls,
            reason=row["x_StatusReason"],
        )


def _merged(gaps: Iterable[EstimateGap]) -> list[EstimateGap]:
    found: dict[tuple[Any, ...], EstimateGap] = {}
    for gap in gaps:
        key = (gap.month, gap.workload, gap.token_type, gap.reason)
        before = found.get(key)
        if before is not None and before.quantity is not None and gap.quantity is not None:
            gap = replace(
                gap, quantity=before.quantity + gap.quantity, calls=before.calls + gap.calls
            )
        found[key] = gap
    return sorted(found.values(), key=lambda g: (g.month, g.workload, g.token_type or "", g.reason))

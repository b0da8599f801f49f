"""Charges of a scope by billing period: Azure's own, those billed separately, the Marketplace's.

The three sum to what was billed. An amount is billed separately when no prepayment or credit of who
pays could pay for it, and it is not the Marketplace's (as in balances).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from costplane.app.access.visible import EVERYTHING
from costplane.app.consumption.charge_sums import ChargeSum, ChargeSums, Span
from costplane.app.ports import BillingPeriods
from costplane.billing.balances import MARKETPLACE, is_prepayable
from costplane.billing.lot import Lot
from costplane.billing.ports import LotStore
from costplane.core.money import EXACT, total
from costplane.core.period import DAY, Period, day_start, month_start, next_month
from costplane.core.scope import Scope

Part = Literal["profile", "section", "customer"]
"""What summaries of an account can be grouped by."""
Kind = Literal["azure", "separate", "marketplace"]


@dataclass(frozen=True, slots=True)
class ChargeSummary:
    """What was charged in a billing period, in one currency.

    `usage_start` and `usage_end` are the first and the last day that the sums cover: of the
    billing period, or of an earlier one that it corrects, as far as they were asked for. Of
    `profile`, `section` and `customer` those are told that were asked for.
    """

    month: datetime
    currency: str
    usage_start: datetime
    usage_end: datetime
    azure: Decimal
    separate: Decimal
    marketplace: Decimal
    invoiced: bool
    profile: str | None = None
    section: str | None = None
    customer: str | None = None

    @property
    def billed(self) -> Decimal:
        """All of it."""
        return total((self.azure, self.separate, self.marketplace))


KindOf = Callable[[ChargeSum], Kind]


@dataclass(frozen=True, slots=True)
class ChargeSummaries:
    """Sums charges as Azure's `charges` does."""

    sums: ChargeSums
    lots: LotStore
    periods: BillingPeriods

    def of(
        self,
        scope: Scope,
        span: Span,
        by: Sequence[Part] = (),
        visible: Sequence[Scope] = EVERYTHING,
    ) -> list[ChargeSummary]:
        """The summaries of a scope, by billing period. Raises NotFound for an unknown scope."""
        kind = kind_of(self.lots)
        groups: dict[tuple[str, ...], list[ChargeSum]] = {}
        for row in self.sums.of(scope, span, visible):
            parts = (getattr(row, part) or "" for part in by)
            groups.setdefault((row.month.isoformat(), row.currency, *parts), []).append(row)
        return [self._summary(groups[place], span, by, kind) for place in sorted(groups)]

    def _summary(
        self, rows: Sequence[ChargeSum], span: Span, by: Sequence[Part], kind: KindOf
    ) -> ChargeSummary:
        first, last = _days(rows, span)
        amounts = by_kind((kind(row), row.billed_cost) for row in rows)
        return ChargeSummary(
            month=rows[0].month,
            currency=rows[0].currency,
            usage_start=first,
            usage_end=last,
            azure=amounts["azure"],
            separate=amounts["separate"],
            marketplace=amounts["marketplace"],
            invoiced=all(
                self.periods.closed(key, rows[0].month) for key in {r.billing_key for r in rows}
            ),
            **{part: getattr(rows[0], part) for part in by},
        )


def kind_of(store: LotStore) -> KindOf:
    """Tells what kind of amount a sum is, by the lots of who pays it."""
    known: dict[str, list[Lot]] = {}

    def kind(row: ChargeSum) -> Kind:
        if row.product.publisher_type == MARKETPLACE:
            return "marketplace"
        if row.billing_key not in known:
            known[row.billing_key] = list(store.lots(row.billing_key))
        lots = [lot for lot in known[row.billing_key] if lot.currency == row.currency]
        return "azure" if is_prepayable(row.product, lots) else "separate"

    return kind


def by_kind(amounts: Iterable[tuple[Kind, Decimal]]) -> dict[Kind, Decimal]:
    """The sum of each kind."""
    sums: dict[Kind, Decimal] = dict.fromkeys(("azure", "separate", "marketplace"), Decimal(0))
    for kind, amount in amounts:
        sums[kind] = EXACT.add(sums[kind], amount)
    return sums


def _days(rows: Sequence[ChargeSum], span: Span) -> tuple[datetime, datetime]:
    """The whole months that the rows are in, cut to the days that were asked for."""
    first = month_start(min(row.first for row in rows))
    end = next_month(max(row.last for row in rows))
    if isinstance(span, Period):
        first, end = max(first, span.start), min(end, span.end)
    return day_start(first.date()), day_start((end - DAY).date())

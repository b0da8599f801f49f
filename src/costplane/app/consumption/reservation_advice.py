"""Which reservations of provisioned throughput would have paid in the last days.

Looked at are the hours of units that no reservation covered. A reservation is priced as it would be
if it were bought now: by the payer's own sheet, with its discounts, in its currency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from sqlglot import exp

from costplane.analysis.nodes import instant, template
from costplane.app.access.visible import EVERYTHING
from costplane.app.capacity.due import TYPES
from costplane.app.capacity.reserved import reservation_rate
from costplane.app.consumption.charge_sums import charged_to
from costplane.app.consumption.reservation_savings import HourUse, Saving, best, savings
from costplane.app.holders import CatalogHolders
from costplane.app.ports import Settings
from costplane.app.prices import PriceBooks
from costplane.app.readable_ledger import Snapshots
from costplane.catalog.ports import CatalogReader
from costplane.catalog.reservations import (
    PROVISIONED_SCOPES,
    TERM_MONTHS,
    Reservation,
    ReservedScope,
    Term,
)
from costplane.core.money import EXACT, LINE_PLACES
from costplane.core.period import HOUR, Period, hour_start, months_later
from costplane.core.relation import Engine
from costplane.core.scope import Scope
from costplane.core.settings import TAG_INHERITANCE
from costplane.rating.capacity import reserved_amount
from costplane.rating.capacity_templates import CAPACITY
from costplane.rating.rates import Rate

Reach = Literal["Single", "Shared"]
"""Azure's words: a reservation for one subscription, or for all of its billing account."""

_HOURS = f"""
    SELECT BillingAccountId AS account, SubAccountId AS subscription, RegionId AS region,
        LOWER(x_DeploymentType) AS type, BillingCurrency AS currency,
        MAX(x_SkuMeterId) AS meter, DATE_TRUNC('hour', ChargePeriodStart) AS hour,
        SUM(ConsumedQuantity) AS units, SUM(BilledCost) AS cost
    FROM charges
    WHERE x_ChargeBasis = '{CAPACITY}' AND LOWER(x_DeploymentType) IN ({TYPES})
        AND CommitmentDiscountId IS NULL AND ChargePeriodStart >= :start
        AND ChargePeriodStart < :end
    GROUP BY ALL HAVING SUM(ConsumedQuantity) > 0
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a reservation could be for: units of one scope of deployments and region, of a
    subscription (Single) or of all of an account (Shared, `subscription` None)."""

    account: str
    subscription: str | None
    deployment_scope: ReservedScope
    region: str
    currency: str


@dataclass(frozen=True, slots=True)
class Advice:
    """A candidate with its use in the last `days`, and what a reservation for `term` would have
    saved: `options` by quantity, `best` the one that saves most, None if none does.

    `unit_hour` is the price of one reserved unit for an hour, `hourly` what was paid for one.
    """

    candidate: Candidate
    subscriptions: tuple[str, ...]
    meter: str | None
    term: Term
    days: int
    period: Period
    uses: tuple[HourUse, ...]
    hourly: Fraction
    unit_hour: Fraction
    options: tuple[Saving, ...]

    @property
    def best(self) -> Saving | None:
        """The option that saves most."""
        return best(self.options)

    def by_hour(self) -> list[HourUse]:
        """The use of every hour from the first to the last one that has any."""
        known = {use.hour: use for use in self.uses}
        first, last = self.uses[0].hour, self.uses[-1].hour
        hours = (first + n * HOUR for n in range((last - first) // HOUR + 1))
        return [known.get(hour, HourUse(hour, Decimal(0), Decimal(0))) for hour in hours]


_Rows = list[dict[str, Any]]
RateOf = Callable[[Reservation], Rate]
Quote = tuple[Reservation, str]


@dataclass(frozen=True, slots=True)
class ReservationAdvice:
    """Computes advice from the ledger."""

    ledger: Snapshots
    engine: Engine
    catalog: CatalogReader
    settings: Settings
    books: PriceBooks

    def of(
        self,
        scope: Scope,
        reach: Reach,
        days: int,
        now: datetime,
        visible: Sequence[Scope] = EVERYTHING,
    ) -> list[Advice]:
        """Advice for each candidate of a scope and each term that has a price, whether it would
        save or not. Raises NotFound for a scope that is not known."""
        end = hour_start(now)
        period = Period(end - timedelta(days=days), end)
        groups: dict[Candidate, _Rows] = {}
        for row in self._rows(scope, period, visible):
            groups.setdefault(_candidate(row, reach), []).append(row)
        if not groups:
            return []
        book = self.books.newest()
        holders = CatalogHolders(self.catalog, inheritance=self.settings.get(TAG_INHERITANCE))

        def rate(one: Reservation) -> Rate:
            return reservation_rate(one, book, self.catalog, holders)

        return [
            advice
            for candidate in sorted(groups, key=_order)
            for advice in self._advice(candidate, groups[candidate], period, days, rate)
        ]

    def _rows(self, scope: Scope, period: Period, visible: Sequence[Scope]) -> _Rows:
        statement = template(_HOURS, start=instant(period.start), end=instant(period.end))
        assert isinstance(statement, exp.Select)
        narrowed = statement.where(*charged_to(self.catalog, scope, visible))
        rows: _Rows = self.engine.execute(narrowed, self.ledger.snapshot().files).to_pylist()
        return rows

    def _advice(
        self, candidate: Candidate, rows: _Rows, period: Period, days: int, rate: RateOf
    ) -> Iterator[Advice]:
        uses = _by_hour(rows)
        subscriptions = tuple(sorted({row["subscription"] for row in rows}))
        units = sum((Fraction(use.units) for use in uses), Fraction(0))
        paid = sum((Fraction(use.cost) for use in uses), Fraction(0))
        hours = (period.end - period.start) // HOUR
        for term in TERM_MONTHS:
            price = _unit_hour(_quoted(candidate, subscriptions[0], term, period.end), rate)
            if price is not None:
                yield Advice(
                    candidate=candidate,
                    subscriptions=subscriptions,
                    meter=max((row["meter"] or "" for row in rows), default=None) or None,
                    term=term,
                    days=days,
                    period=period,
                    uses=uses,
                    hourly=paid / units,
                    unit_hour=price,
                    options=tuple(savings(uses, hours, price)),
                )


def _quoted(candidate: Candidate, subscription: str, term: Term, at: datetime) -> Quote:
    """One unit for a term that begins at `at`, and its currency."""
    one = Reservation(
        id="advice",
        order_id="advice",
        name="advice",
        deployment_scope=candidate.deployment_scope,
        region=candidate.region,
        units=1,
        term=term,
        billing_plan="Upfront",
        valid_from=at,
        valid_to=months_later(at, TERM_MONTHS[term]),
        billing_account_id=candidate.account,
        billing_subscription=subscription,
    )
    return one, candidate.currency


def _unit_hour(quote: Quote, rate: RateOf) -> Fraction | None:
    """What it would cost for an hour of its term; None without a price in the currency."""
    one, currency = quote
    found = rate(one)
    if found.offer is None or found.currency != currency:
        return None
    whole = Fraction(reserved_amount(one, found.contracted), 10**LINE_PLACES)
    return whole / ((one.valid_to - one.valid_from) // HOUR)


def _candidate(row: dict[str, Any], reach: Reach) -> Candidate:
    return Candidate(
        account=row["account"],
        subscription=row["subscription"] if reach == "Single" else None,
        deployment_scope=PROVISIONED_SCOPES[row["type"]],
        region=row["region"] or "",
        currency=row["currency"],
    )


def _order(candidate: Candidate) -> tuple[str, ...]:
    return (
        candidate.account,
        candidate.subscription or "",
        candidate.deployment_scope,
        candidate.region,
        candidate.currency,
    )


def _by_hour(rows: Iterable[dict[str, Any]]) -> tuple[HourUse, ...]:
    found: dict[datetime, HourUse] = {}
    for row in rows:
        hour = row["hour"].astimezone(UTC)
        known = found.get(hour, HourUse(hour, Decimal(0), Decimal(0)))
        found[hour] = HourUse(
            hour, EXACT.add(known.units, row["units"]), EXACT.add(known.cost, row["cost"])
        )
    return tuple(found[hour] for hour in sorted(found))

"""Usage that no invoice has in it, by billing key and month (billing-rules 22)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlglot import exp

from costplane.analysis.nodes import any_of, instant, template
from costplane.billing.billing_key import billing_key
from costplane.billing.invoice import UnchargedStatus, UnpricedUsage
from costplane.catalog.ports import CatalogReader
from costplane.core.money import EXACT
from costplane.core.period import next_month
from costplane.core.relation import Engine, Relation
from costplane.core.sql import select

_MICROSECOND = timedelta(microseconds=1)
_Place = tuple[str, datetime]  # billing key and month
_Told = dict[
    tuple[UnchargedStatus, str], dict[str | None, Decimal]
]  # by status and reason: type and amount


def unpriced_usage(
    engine: Engine,
    tables: Mapping[str, Relation],
    catalog: CatalogReader,
    months: Collection[datetime] | None = None,
) -> dict[_Place, tuple[UnpricedUsage, ...]]:
    """What of all or some months has no charge although it was used: events and quantities by
    reason.

    Such lines do not carry a billing profile, so the catalog tells their subscription's.
    """
    if months is not None and not months:
        return {}
    hierarchy = catalog.hierarchy()
    places = hierarchy.places()
    keys: dict[tuple[str, str], str] = {}
    for subscription in hierarchy.subscriptions:
        for at in (None, *(former.until - _MICROSECOND for former in subscription.former)):
            place = places.of(subscription, at)
            if place.account and place.profile:
                keys.setdefault(
                    (place.account.id, subscription.id),
                    billing_key(place.account.id, place.profile.id),
                )
    found: dict[_Place, _Told] = defaultdict(lambda: defaultdict(lambda: defaultdict(Decimal)))
    for row in engine.execute(_statement(months), tables).to_pylist():
        account = row["account"] or ""
        key = keys.get((account, row["subscription"] or ""), account)
        told = found[key, row["month"].replace(tzinfo=UTC)]
        reason = told[row["status"], row["reason"] or row["status"]]
        reason[row["type"]] = EXACT.add(reason[row["type"]], _amount(row))
    usages = ((place, _usage(told)) for place, told in found.items())
    return {place: usage for place, usage in usages if usage}


def _amount(row: Mapping[str, Any]) -> Decimal:
    """Rows without a type count events (rating puts one beside the lines of each reason)."""
    return Decimal(int(row["events"])) if row["type"] is None else (row["quantity"] or Decimal(0))


def _usage(told: _Told) -> tuple[UnpricedUsage, ...]:
    """By reason; what a re-rating took back is nothing."""
    found = [
        UnpricedUsage(
            status,
            reason,
            int(amounts.get(None, Decimal(0))),
            tuple(sorted((t, amount) for t, amount in amounts.items() if t is not None)),
        )
        for (status, reason), amounts in told.items()
        if any(amounts.values())
    ]
    return tuple(sorted(found, key=lambda u: (-u.events, u.status, u.reason)))


def _statement(months: Collection[datetime] | None) -> exp.Select:
    statement = select(
        "SELECT BillingAccountId AS account, SubAccountId AS subscription, "
        "DATE_TRUNC('month', MAKE_TIMESTAMP(EPOCH_US(ChargePeriodStart))) AS month, "
        "x_BillingStatus AS status, x_StatusReason AS reason, x_TokenType AS type, "
        "SUM(x_Events) AS events, SUM(ConsumedQuantity) AS quantity FROM uncharged "
        "WHERE x_BillingStatus IN ('Unpriced', 'UsageMissing') GROUP BY ALL"
    )
    if months is None:
        return statement
    whole = [
        template(
            "(ChargePeriodStart >= :start AND ChargePeriodStart < :end)",
            start=instant(month),
            end=instant(next_month(month)),
        )
        for month in sorted(months)
    ]
    return statement.where(any_of(whole))

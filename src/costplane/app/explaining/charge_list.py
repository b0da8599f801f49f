"""The charges of a scope on a day, with their addresses: where an explanation starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlglot import exp

from costplane.analysis.lines import in_scopes
from costplane.analysis.nodes import instant, literal, template
from costplane.analysis.plan import Scopes
from costplane.app.explaining.charge_addresses import COLUMNS, RESOURCE, SHARE, address_of
from costplane.core.period import Period
from costplane.core.relation import Engine
from costplane.core.sql import select
from costplane.ledger.delta import Snapshot

_HOUR = "DATE_TRUNC('hour', MAKE_TIMESTAMP(EPOCH_US(ChargePeriodStart)))"
_SHOWN = ("ResourceId", "x_Deployment", "x_Model", "SkuMeter", "BillingCurrency")
_COUNT = "COALESCE(ConsumedQuantity, CommitmentDiscountQuantity)"


@dataclass(frozen=True, slots=True)
class ChargeItem:
    """A charge: where it was made, by what, and what it came to."""

    address: str
    hour: datetime
    resource_id: str
    deployment: str | None
    model: str | None
    meter: str | None
    quantity: str
    count: Decimal
    unit: str
    events: int
    billed_cost: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class ChargeList:
    """The costliest charges, of `total` in all."""

    charges: tuple[ChargeItem, ...]
    total: int


def charge_list(
    engine: Engine, snapshot: Snapshot, scopes: Scopes, period: Period, meter: str, most: int
) -> ChargeList:
    """The `most` costliest charges whose meter's name has the text `meter`."""
    statement = _grouped()
    statement.where(
        *in_scopes(scopes, "charges"),
        template("ChargePeriodStart >= :at", at=instant(period.start)),
        template("ChargePeriodStart < :at", at=instant(period.end)),
        template("CONTAINS(LOWER(SkuMeter), :part)", part=literal(meter.lower())),
        copy=False,
    )
    rows = engine.execute(statement.limit(most), snapshot.files).to_pylist()
    total = rows[0]["total"] if rows else 0
    return ChargeList(tuple(_item(row) for row in rows), total)


def _grouped() -> exp.Select:
    """Charges by address, the costliest first."""
    shown = ", ".join(f"ANY_VALUE({name}) AS {name}" for name in _SHOWN)
    return select(
        f"SELECT {_HOUR} AS hour, {COLUMNS}, {shown}, "
        "COALESCE(MAX(ConsumedUnit), MAX(CommitmentDiscountUnit)) AS unit, "
        f"SUM({_COUNT}) AS quantity, SUM(x_Events) AS events, SUM(BilledCost) AS cost, "
        "COUNT(*) OVER () AS total FROM charges "
        f"WHERE x_Series IS NOT NULL OR {SHARE} IS NOT NULL "
        f"GROUP BY {_HOUR}, x_Series, x_TokenType, SkuPriceId, {SHARE}, {RESOURCE} "
        f"HAVING SUM({_COUNT}) <> 0 OR SUM(BilledCost) <> 0 OR SUM(x_Events) <> 0 "
        "ORDER BY cost DESC, hour, x_Series, x_TokenType, SkuPriceId, share, resource"
    )


def _item(row: Mapping[str, Any]) -> ChargeItem:
    address = address_of(row)
    assert address is not None
    return ChargeItem(
        address=str(address),
        hour=address.hour,
        resource_id=row["ResourceId"],
        deployment=row["x_Deployment"],
        model=row["x_Model"],
        meter=row["SkuMeter"],
        quantity=address.quantity,
        count=row["quantity"],
        unit=row["unit"],
        events=int(row["events"]),
        billed_cost=row["cost"],
        currency=row["BillingCurrency"],
    )

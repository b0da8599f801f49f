"""The billing period of posted rows: the month of their use, or the open one (billing-rules 23)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from costplane.app.ports import BillingPeriods
from costplane.core.period import month_start, next_month
from costplane.core.tables import INSTANT

CORRECTION = "Correction"
"""FOCUS ChargeClass of a row that changes a closed billing period."""


def in_open_periods(rows: pa.Table, periods: BillingPeriods, recorded: date) -> pa.Table:
    """Rows of `charges` as they are posted on the day `recorded`.

    The charge period stays; where its month is closed the billing period is the first open one,
    and the row a Correction.
    """
    month = pc.floor_temporal(rows["ChargePeriodStart"], unit="month")
    keys = pa.table({"account": _billing_keys(rows), "month": month})
    distinct = keys.group_by(["account", "month"]).aggregate([]).to_pylist()
    closed = {
        (account, month): periods.open_month(account, month)
        for account, month in ((key["account"], _utc(key["month"])) for key in distinct)
        if periods.closed(account, month)
    }
    columns = {
        "x_RecordedDate": pa.repeat(pa.scalar(recorded, pa.date32()), len(rows)),
        **(_corrected(keys, closed) if closed else _in_time(month)),
    }
    for name, column in columns.items():
        rows = rows.set_column(rows.schema.get_field_index(name), name, column)
    return rows


def _billing_keys(rows: pa.Table) -> pa.Array | pa.ChunkedArray:
    """The account, with its profile where it bills by profile (billing/billing_key.py)."""
    parts = [rows[name].cast(pa.string()) for name in ("BillingAccountId", "x_BillingProfileId")]
    return pc.binary_join_element_wise(*parts, ":", null_handling="skip")


def _in_time(month: pa.ChunkedArray) -> dict[str, pa.Array | pa.ChunkedArray]:
    following = pc.floor_temporal(
        pc.add(month, pa.scalar(32 * 86_400_000_000, pa.duration("us"))), unit="month"
    )
    return {
        "BillingPeriodStart": month,
        "BillingPeriodEnd": following,
        "ChargeClass": pa.nulls(len(month), pa.string()),
    }


def _corrected(
    keys: pa.Table, closed: dict[tuple[str, datetime], datetime]
) -> dict[str, pa.Array | pa.ChunkedArray]:
    pairs = [(row["account"], _utc(row["month"])) for row in keys.to_pylist()]
    months = [closed.get(pair, pair[1]) for pair in pairs]
    return {
        "BillingPeriodStart": pa.array([month_start(month) for month in months], INSTANT),
        "BillingPeriodEnd": pa.array([next_month(month) for month in months], INSTANT),
        "ChargeClass": pa.array([CORRECTION if p in closed else None for p in pairs], pa.string()),
    }


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)

"""The ledger as plain rows, read without the product: what cost details are checked against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC
from decimal import Decimal
from typing import Any

from deltalake import DeltaTable

from costplane.app.workspace import Workspace

Row = dict[str, Any]


def charges(workspace: Workspace) -> list[Row]:
    """Every row of `charges`."""
    table = DeltaTable(str(workspace.data / "tables" / "charges"))
    return list(table.to_pyarrow_table().to_pylist())


def day_of(row: Row) -> str:
    """The UTC day of a charge."""
    return f"{row['ChargePeriodStart'].astimezone(UTC):%Y-%m-%d}"


def summed(rows: Iterable[Row], key: Callable[[Row], Any], amount: str) -> dict[Any, Decimal]:
    """The sums of a column by `key`, without those that are zero."""
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[key(row)] += row[amount] or 0
    return {k: v for k, v in sums.items() if v}

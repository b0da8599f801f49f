"""The report of a re-rating: sums per meter and events per reason, before and after."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pyarrow as pa

from costplane.core.money import EXACT
from costplane.core.relation import Engine, Relation
from costplane.core.rerating import Changes, MeterChange, StatusChange
from costplane.core.sql import query

_METERS = query(
    "SELECT COALESCE(SkuMeter, '') AS meter, BillingCurrency AS currency, "
    "SUM(BilledCost) AS cost FROM lines GROUP BY ALL"
)
_REASONS = query(
    "SELECT x_BillingStatus AS status, COALESCE(x_StatusReason, '') AS reason, "
    "CAST(SUM(x_Events) AS BIGINT) AS events FROM lines WHERE x_TokenType IS NULL GROUP BY ALL"
)
_REVERSALS = {
    "charges": query(
        "SELECT COUNT(*) AS rows FROM lines WHERE COALESCE(NULLIF(ConsumedQuantity, 0), "
        "NULLIF(CommitmentDiscountQuantity, 0), NULLIF(EffectiveCost, 0), x_Events) < 0"
    ),
    "uncharged": query(
        "SELECT COUNT(*) AS rows FROM lines "
        "WHERE COALESCE(NULLIF(ConsumedQuantity, 0), x_Events) < 0"
    ),
}
_Pair = list[Any]


class Report:
    """Adds up the parts of a re-rating."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._meters: dict[tuple[str, str], _Pair] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        self._reasons: dict[tuple[str, str], _Pair] = defaultdict(lambda: [0, 0])
        self._rows = 0
        self._reversals = 0

    def add(self, found: tuple[pa.Table, pa.Table], posted: tuple[Relation, Relation]) -> None:
        """The differences of both tables, beside what was posted."""
        self.add_charges(found[0], posted[0])
        self._count("uncharged", found[1])
        for place, lines in enumerate((posted[1], found[1])):
            for row in self._engine.execute(_REASONS, {"lines": lines}).to_pylist():
                self._reasons[(row["status"], row["reason"])][place] += row["events"]

    def add_charges(self, found: pa.Table, posted: Relation) -> None:
        """The differences of charges, beside what was posted."""
        self._count("charges", found)
        for place, lines in enumerate((posted, found)):
            for row in self._engine.execute(_METERS, {"lines": lines}).to_pylist():
                sums = self._meters[(row["meter"], row["currency"])]
                sums[place] = EXACT.add(sums[place], row["cost"])

    def changes(self) -> Changes:
        """What changes, the meters of the greatest differences first."""
        meters = [
            MeterChange(meter, currency, before, EXACT.add(before, difference))
            for (meter, currency), (before, difference) in self._meters.items()
            if difference
        ]
        events = [
            StatusChange(status, reason, before, before + difference)
            for (status, reason), (before, difference) in self._reasons.items()
            if difference
        ]
        return Changes(
            tuple(sorted(meters, key=lambda m: (-abs(m.difference), m.meter, m.currency))),
            tuple(sorted(events, key=lambda e: (e.status, e.reason))),
            self._rows,
            self._reversals,
        )

    def _count(self, table: str, found: pa.Table) -> None:
        self._rows += len(found)
        if len(found):
            taken_back = self._engine.execute(_REVERSALS[table], {"lines": found})
            self._reversals += taken_back["rows"][0].as_py()

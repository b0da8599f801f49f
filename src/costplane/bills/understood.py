"""What a delivery was understood to be: periods, accounts, currencies and totals.

It is summed while the files are read, so that its size follows the number of sub-accounts and
billing periods, not that of rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from costplane.core.money import EXACT
from costplane.core.relation import Engine
from costplane.core.sql import query

_WITHIN = "ChargePeriodStart >= BillingPeriodStart AND ChargePeriodStart < BillingPeriodEnd"
_DAY = "CAST(ChargePeriodStart AS DATE)"
_ENDS = "LEAST(ChargePeriodEnd, BillingPeriodEnd) - INTERVAL 1 MICROSECOND"
_LAST = f"GREATEST(CASE WHEN ChargeCategory = 'Usage' THEN CAST({_ENDS} AS DATE) END, {_DAY})"

_SUMMED = query(
    f"""SELECT BillingAccountId AS account, x_BillingProfileId AS profile,
    SubAccountId AS sub_account,
    BillingPeriodStart AS period_start, BillingPeriodEnd AS period_end,
    BillingCurrency AS currency, MAX(BillingAccountName) AS account_name,
    MAX(SubAccountName) AS sub_account_name, MAX(InvoiceIssuerName) AS issuer,
    COUNT(*) AS rows, SUM(BilledCost) AS billed, SUM(EffectiveCost) AS effective,
    COUNT(*) FILTER (WHERE ServiceSubcategory = 'Generative AI') AS ai_rows,
    MIN({_DAY}) FILTER (WHERE {_WITHIN}) AS first_day,
    MAX({_LAST}) FILTER (WHERE {_WITHIN}) AS last_day,
    MIN({_DAY}) FILTER (WHERE NOT ({_WITHIN})) AS first_late,
    MAX({_DAY}) FILTER (WHERE NOT ({_WITHIN})) AS last_late,
    MIN(x_SourceLine) AS line
    FROM rows GROUP BY ALL"""
)


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one sub-account in one billing period and currency, of one account or profile.

    `first_day` and `last_day` are days of the billing period that they tell of; `first_late` and
    `last_late` those of charges that lie outside it. `line` is the first of their lines.
    """

    account: str
    profile: str | None
    sub_account: str | None
    period_start: datetime
    period_end: datetime
    currency: str
    account_name: str | None
    sub_account_name: str | None
    issuer: str
    rows: int
    billed: Decimal
    effective: Decimal
    ai_rows: int
    first_day: date | None
    last_day: date | None
    first_late: date | None
    last_late: date | None
    line: int

    @property
    def key(self) -> tuple[object, ...]:
        """What parts of equal key are one by."""
        period = (self.period_start, self.period_end)
        return (self.account, self.profile, self.sub_account, *period, self.currency)

    def with_(self, other: Part) -> Part:
        """Both as one."""
        return replace(
            self,
            rows=self.rows + other.rows,
            billed=EXACT.add(self.billed, other.billed),
            effective=EXACT.add(self.effective, other.effective),
            ai_rows=self.ai_rows + other.ai_rows,
            first_day=_least(self.first_day, other.first_day),
            last_day=_greatest(self.last_day, other.last_day),
            first_late=_least(self.first_late, other.first_late),
            last_late=_greatest(self.last_late, other.last_late),
            line=min(self.line, other.line),
        )


def parts_of(engine: Engine, rows: pa.Table) -> list[Part]:
    """The parts of some rows as `bills.bill` gives them."""
    found = engine.execute(_SUMMED, {"rows": rows}).to_pylist()
    return [Part(**_in_utc(row)) for row in found]


def united(parts: Iterable[Part]) -> list[Part]:
    """Each part once, by account, sub-account and period."""
    found: dict[tuple[object, ...], Part] = {}
    for part in parts:
        known = found.get(part.key)
        found[part.key] = part if known is None else known.with_(part)
    return sorted(found.values(), key=lambda p: (p.account, p.period_start, p.sub_account or ""))


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a billing period that a delivery tells of, the last one included."""

    first: date
    last: date

    @property
    def after(self) -> date:
        """The day after the last."""
        return self.last + timedelta(days=1)


Place = tuple[str, datetime]
"""A billing account and the start of a billing period."""


def days_of(parts: Iterable[Part]) -> dict[Place, Days]:
    """The days of each account's billing periods that parts tell of; none of a period in which all
    charges lie outside it."""
    found: dict[Place, Days] = {}
    for part in parts:
        if part.first_day is None or part.last_day is None:
            continue
        place = (part.account, part.period_start)
        known = found.get(place, Days(part.first_day, part.last_day))
        found[place] = Days(min(known.first, part.first_day), max(known.last, part.last_day))
    return found


def _in_utc(row: dict[str, Any]) -> dict[str, Any]:
    times = {name: row[name].astimezone(UTC) for name in ("period_start", "period_end")}
    return row | times


def _least(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _greatest(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day is not None), default=None)

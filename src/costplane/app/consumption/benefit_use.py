"""How much of reservations and other benefits was used, by day or month, and by what.

The figures are those of the ledger's rows: each hour of a reservation is in rows that are Used and
Unused (FOCUS CommitmentDiscountStatus), whose quantities sum to what is reserved. Quantities of a
reservation of provisioned throughput are unit-hours; of a savings plan, amounts of its currency.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import sqlglot
from sqlglot import exp

from costplane.analysis.nodes import column, in_list, instant, template
from costplane.app.readable_ledger import Snapshots
from costplane.core.period import Period
from costplane.core.relation import Engine

Grain = Literal["hour", "day", "month"]

_HOURS = """
    SELECT LOWER(CommitmentDiscountId) AS benefit, ANY_VALUE(CommitmentDiscountType) AS type,
        ANY_VALUE(x_DeploymentType) AS sku,
        DATE_TRUNC('hour', ChargePeriodStart) AS hour,
        COALESCE(SUM(CommitmentDiscountQuantity)
            FILTER (WHERE CommitmentDiscountStatus = 'Used'), 0) AS used,
        SUM(CommitmentDiscountQuantity) AS reserved
    FROM charges WHERE CommitmentDiscountStatus IN ('Used', 'Unused')
    GROUP BY ALL HAVING SUM(CommitmentDiscountQuantity) <> 0
"""
_BY_GRAIN = """
    SELECT benefit, ANY_VALUE(type) AS type, ANY_VALUE(sku) AS sku,
        DATE_TRUNC(:grain, hour) AS start,
        COUNT(*) AS hours, SUM(used) AS used, SUM(reserved) AS reserved,
        ARG_MIN(STRUCT_PACK(used := used, reserved := reserved), used / reserved) AS least,
        ARG_MAX(STRUCT_PACK(used := used, reserved := reserved), used / reserved) AS most
    FROM hours GROUP BY ALL ORDER BY benefit, start
"""
_BY_INSTANCE = """
    SELECT LOWER(CommitmentDiscountId) AS benefit, DATE_TRUNC('day', ChargePeriodStart) AS start,
        ResourceId AS resource, x_Deployment AS deployment,
        SUM(CommitmentDiscountQuantity) AS used
    FROM charges WHERE CommitmentDiscountStatus = 'Used'
    GROUP BY ALL HAVING SUM(CommitmentDiscountQuantity) <> 0 ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class BenefitUse:
    """A benefit in a day or month that begins at `start`.

    `type` is FOCUS's word for it, `sku` Azure's for the deployments that it covers, None where
    nothing tells. `reserved` and `used` are sums over its `hours`; `least` and `most` are the
    shares used in the hours with the lowest and the highest one, from 0 to 1.
    """

    benefit: str
    type: str | None
    sku: str | None
    start: datetime
    hours: int
    reserved: Decimal
    used: Decimal
    least: Fraction
    most: Fraction

    @property
    def share(self) -> Fraction:
        """What was used, of what was reserved."""
        return Fraction(self.used) / Fraction(self.reserved)


@dataclass(frozen=True, slots=True)
class InstanceUse:
    """What a deployment used of a benefit on a UTC day. Without `resource` it is all that stands
    where the asker may not see."""

    benefit: str
    start: datetime
    resource: str | None
    deployment: str | None
    used: Decimal


@dataclass(frozen=True, slots=True)
class BenefitUses:
    """Reads the use of benefits from the ledger."""

    ledger: Snapshots
    engine: Engine

    def by(
        self,
        grain: Grain,
        within: Period | None,
        benefits: Collection[str] | None = None,
        where: Sequence[exp.Expr] = (),
    ) -> list[BenefitUse]:
        """The use of some benefits (ids in lower case) or of all in rows that fit `where`, by
        benefit and time."""
        hours = _select(_HOURS).where(*_wanted(within, benefits), *where)
        found = template(_BY_GRAIN, grain=exp.Literal.string(grain))
        assert isinstance(found, exp.Select)
        statement = found.with_("hours", as_=hours)
        files = self.ledger.snapshot().files
        return [_use(row) for row in self.engine.execute(statement, files).to_pylist()]

    def instances(self, within: Period | None, benefits: Collection[str]) -> list[InstanceUse]:
        """What used them, by benefit, day and deployment."""
        statement = _select(_BY_INSTANCE).where(*_wanted(within, benefits))
        rows = self.engine.execute(statement, self.ledger.snapshot().files).to_pylist()
        return [InstanceUse(**row | {"start": row["start"].astimezone(UTC)}) for row in rows]


def _wanted(within: Period | None, benefits: Collection[str] | None) -> Iterator[exp.Expr]:
    if benefits is not None:
        own = exp.Lower(this=column("CommitmentDiscountId"))
        yield in_list(own, sorted(benefits)) if benefits else exp.false()
    if within is not None:
        yield template("ChargePeriodStart >= :start", start=instant(within.start))
        yield template("ChargePeriodStart < :end", end=instant(within.end))


def _use(row: dict[str, Any]) -> BenefitUse:
    return BenefitUse(
        benefit=row["benefit"],
        type=row["type"],
        sku=row["sku"],
        start=row["start"].astimezone(UTC),
        hours=row["hours"],
        reserved=row["reserved"],
        used=row["used"],
        least=_share(row["least"]),
        most=_share(row["most"]),
    )


def _share(pair: dict[str, Decimal]) -> Fraction:
    return Fraction(pair["used"]) / Fraction(pair["reserved"])


def _select(text: str) -> exp.Select:
    statement = sqlglot.parse_one(text, dialect="duckdb")
    assert isinstance(statement, exp.Select)
    return statement

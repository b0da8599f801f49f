"""Sums of a query, in two stages: by the columns of a table, then by what the answer shows.

Money is only ever added: DECIMAL(38, 12) in, DECIMAL(38, 12) out, no division, mean or rounding
(ARCHITECTURE.md, "Exact decimals in DuckDB").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from costplane.analysis.aggregations import Aggregation, cost_column
from costplane.analysis.nodes import (
    MONEY_TYPE,
    cast,
    column,
    null,
    number,
    template,
)
from costplane.analysis.plan import QueryPlan

_USAGE_QUANTITY = "SUM(CASE WHEN ChargeCategory = 'Usage' THEN PricingQuantity END)"
"""Of what was used: the units of a purchase, such as of a reservation, are no hours or tokens."""

_CROSS_CHARGE = "SUM(COALESCE(x_CrossChargeCost, EffectiveCost))"
"""Rows that no rating made (purchases, rows of older versions) have no markup."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A summed column of the first stage: the aggregate over each table."""

    alias: str
    charges: exp.Expr
    uncharged: exp.Expr

    @property
    def nothing(self) -> exp.Expr:
        """No amount, in the column's type."""
        return null(MONEY_TYPE)


def amounts(plan: QueryPlan) -> tuple[Amount, ...]:
    """The first stage's sums; calls are counted elsewhere (analysis/calls.py)."""
    asked = enumerate(plan.definition.aggregations)
    return tuple(amount for n, a in asked for amount in _amounts(plan, a, n))


def _amounts(plan: QueryPlan, aggregation: Aggregation, place: int) -> Iterator[Amount]:
    alias = alias_of(place)
    if aggregation.kind == "Tokens":
        yield Amount(alias, _tokens(), _tokens())
    elif aggregation.kind == "PricingQuantity":
        yield Amount(alias, template(_USAGE_QUANTITY), null(MONEY_TYPE))
    elif aggregation.kind == "CrossCharge":
        yield Amount(alias, template(_CROSS_CHARGE), null(MONEY_TYPE))
    elif aggregation.kind in ("Cost", "CostInUsd"):
        in_usd = aggregation.kind == "CostInUsd"
        cost = cost_column(plan.definition.type, in_usd=in_usd)
        yield _charged_only(alias, cost)
        if in_usd:
            # Summed, so that a reversal takes back what is not known with what it reverses.
            unknown = template(
                "SUM(CASE WHEN :usd IS NULL THEN :cost ELSE 0 END)",
                usd=column(cost),
                cost=column(cost_column(plan.definition.type, in_usd=False)),
            )
            yield Amount(_unknown(place), unknown, cast(number(0), MONEY_TYPE))


def _charged_only(alias: str, name: str) -> Amount:
    return Amount(alias, exp.Sum(this=column(name)), null(MONEY_TYPE))


def _tokens() -> exp.Expr:
    """Tokens of a row: none where it counts something else, unknown where it tells nothing."""
    return template(
        "SUM(CASE WHEN :unit = 'Tokens' THEN :quantity WHEN NOT :unit IS NULL THEN 0 END)",
        unit=column("ConsumedUnit"),
        quantity=column("ConsumedQuantity"),
    )


def total(aggregation: Aggregation, place: int) -> exp.Expr:
    """The answer's column: null where nothing is known, never zero in its place."""
    summed = exp.Sum(this=column(alias_of(place)))
    if aggregation.kind == "Tokens":
        return cast(summed, "BIGINT")
    if aggregation.kind == "Calls":
        return cast(template("COALESCE(:sum, 0)", sum=summed), "BIGINT")
    if aggregation.kind == "CostInUsd":
        unknown = exp.Sum(this=column(_unknown(place)))
        return template("CASE WHEN :unknown = 0 THEN :sum END", unknown=unknown, sum=summed)
    return summed


def alias_of(place: int) -> str:
    """The column of the aggregation at `number` in statements."""
    return f"m{place}"


def _unknown(place: int) -> str:
    """The column that sums, in their own currency, charges whose amount is unknown in the
    wanted one."""
    return f"unknown{place}"

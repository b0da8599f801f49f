"""What an answer's total lacks: lines without a price, and events that told no usage.

`properties.unpriced` covers the whole range, scope and filter, on every page (billing-rules 22).
A filter on what such a line cannot tell (its meter, or the token types of an event that told
none) lets it through: a total is never silently too low.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlglot import exp

from costplane.analysis import dimensions
from costplane.analysis.expressions import (
    Value,
    condition,
    group_value,
    physical,
    tag_columns,
    text_of,
    within,
)
from costplane.analysis.filters import Leaf, leaves_of
from costplane.analysis.lines import TIME, early, in_scopes, late
from costplane.analysis.nodes import (
    alias,
    cast,
    column,
    columns,
    grouped,
    select,
    template,
    with_tables,
)
from costplane.analysis.plan import QueryPlan


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Usage of one reason that no total contains.

    `status` is Unpriced or UsageMissing, `events` the number of events concerned, `quantities`
    what they told, by token type.
    """

    status: str
    reason: str
    events: int
    quantities: tuple[tuple[str, Decimal], ...]


def unpriced_statement(plan: QueryPlan) -> exp.Select:
    """Rows of status, reason, type, events and quantity; the type is null where events are
    counted (rating puts one such row beside the lines of each reason)."""
    shown = ["status", "reason", "type"]
    order = exp.Order(expressions=columns(shown))
    if not late(plan):
        whole = _lines(plan)
        whole.set("order", order)
        return whole
    summed = [
        alias(template("SUM(events)"), "events"),
        alias(template("SUM(quantity)"), "quantity"),
    ]
    filters = [_lenient(condition(part, _late_value(plan))) for part in late(plan)]
    answer = grouped(select([*columns(shown), *summed], "lines", where=filters))
    answer.set("order", order)
    return with_tables(answer, {"lines": _lines(plan)})


def unpriced_of(rows: pa.Table) -> tuple[Unpriced, ...]:
    """The statement's rows by reason, those that concern most events first; what a re-rating
    took back is nothing."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows.to_pylist():
        if row["events"] or row["quantity"]:
            found.setdefault((row["status"], row["reason"] or row["status"]), []).append(row)
    reasons = [_reason(status, reason, lines) for (status, reason), lines in found.items()]
    return tuple(sorted(reasons, key=lambda u: (-u.events, u.status, u.reason)))


def _reason(status: str, reason: str, lines: list[dict[str, Any]]) -> Unpriced:
    quantities = tuple(
        (line["type"], line["quantity"]) for line in lines if line["type"] is not None
    )
    counted = [int(line["events"]) for line in lines if line["type"] is None]
    return Unpriced(status, reason, sum(counted), quantities)


def _lines(plan: QueryPlan) -> exp.Select:
    shown = [
        alias(column("x_BillingStatus"), "status"),
        alias(column("x_StatusReason"), "reason"),
        alias(column("x_TokenType"), "type"),
        *(alias(physical(name, "uncharged"), name) for name in dict.fromkeys(_kept(plan))),
        alias(template('SUM("x_Events")'), "events"),
        alias(template('SUM("ConsumedQuantity")'), "quantity"),
    ]
    filters = [_lenient(condition(part, _early_value)) for part in early(plan)]
    status = template("x_BillingStatus IN ('Unpriced', 'UsageMissing')")
    matching = [within(plan, TIME), status, *in_scopes(plan.scopes, "uncharged"), *filters]
    return grouped(select(shown, "uncharged", where=matching))


def _kept(plan: QueryPlan) -> list[str]:
    leaves = [leaf for part in late(plan) for leaf in leaves_of(part)]
    return [
        name
        for leaf in leaves
        for name in (tag_columns(plan, leaf.name) if leaf.kind == "TagKey" else (leaf.name,))
    ]


def _lenient(predicate: exp.Expr) -> exp.Expr:
    """`predicate`, held where it cannot be told."""
    return exp.Coalesce(this=exp.Paren(this=predicate), expressions=[exp.true()])


def _early_value(leaf: Leaf) -> exp.Expr:
    raw = physical(leaf.name, "uncharged")
    text = text_of(dimensions.BY_NAME[leaf.name.lower()], raw)
    return cast(raw, "TEXT") if _is_unknown(leaf) else text


def _late_value(plan: QueryPlan) -> Value:
    def value(leaf: Leaf) -> exp.Expr:
        unknown = leaf.kind == "Dimension" and _is_unknown(leaf)
        text = group_value(plan, leaf.kind, leaf.name)
        return cast(column(leaf.name), "TEXT") if unknown else text

    return value


def _is_unknown(leaf: Leaf) -> bool:
    """Whether a missing value of the dimension means that it is not known, rather than none."""
    dimension = dimensions.BY_NAME[leaf.name.lower()]
    return dimension.uncharged is None or dimension.name == "TokenType"

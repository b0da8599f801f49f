"""The first stage of statements: rows of a table in range, scope and filter, few columns each.

Filters on columns are applied here. Filters on tags, and whatever is joined with them by `or`,
wait for the second stage, where equal sets of tags are read once, not on every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from sqlglot import exp

from costplane.analysis.expressions import (
    Table,
    bucket,
    condition,
    conjuncts,
    direct_value,
    group_value,
    physical,
    tag_columns,
    within,
)
from costplane.analysis.filters import Condition, leaves_of
from costplane.analysis.nodes import (
    alias,
    column,
    columns,
    grouped,
    in_list,
    literal,
    null,
    select,
    template,
)
from costplane.analysis.plan import QueryPlan, ScopeFilter, Scopes

TIME = "ChargePeriodStart"
_OF_LINES = {
    "subscriptions": "SubAccountId",
    "resource_group": "x_ResourceGroupName",
    "resource_id": "ResourceId",
}
_SCOPE_COLUMNS: dict[Table, dict[str, str]] = {
    "charges": _OF_LINES,
    "uncharged": _OF_LINES,
    "event": {
        "subscriptions": "subscription_id",
        "resource_group": "resource_group",
        "resource_id": "resource_id",
    },
}


def group_aliases(plan: QueryPlan) -> list[str]:
    """The names of the second stage's groups: the bucket, then the groupings in order."""
    return [*bucket_alias(plan), *(f"g{n}" for n in range(len(plan.definition.groupings)))]


def bucket_alias(plan: QueryPlan) -> list[str]:
    """The name of the bucket, if the answer has one."""
    return ["bucket"] if plan.definition.date_column else []


def carried(plan: QueryPlan) -> list[str]:
    """What the first stage keeps for the second: dimensions by name, and sets of tags."""
    names = [(g.kind, g.name) for g in plan.definition.groupings]
    names += [(f.kind, f.name) for part in late(plan) for f in leaves_of(part)]
    kept = [
        name
        for kind, asked in names
        for name in (tag_columns(plan, asked) if kind == "TagKey" else (asked,))
    ]
    return list(dict.fromkeys(kept))


def early(plan: QueryPlan) -> list[Condition]:
    """The parts of the filter that columns of each table answer."""
    return [part for part in conjuncts(plan.definition.filter) if not _asks_tags(part)]


def late(plan: QueryPlan) -> list[Condition]:
    """The parts of the filter that need tags."""
    return [part for part in conjuncts(plan.definition.filter) if _asks_tags(part)]


def _asks_tags(part: Condition) -> bool:
    return any(leaf.kind == "TagKey" for leaf in leaves_of(part))


def rows(
    plan: QueryPlan,
    table: Literal["charges", "uncharged"],
    further: Iterable[exp.Expr],
    where: Sequence[exp.Expr] = (),
) -> exp.Select:
    """The matching rows of `table`: bucket, carried columns, currency and `further`, grouped."""
    names = [alias(physical(name, table), name) for name in carried(plan)]
    currency = column("BillingCurrency") if table == "charges" else null("TEXT")
    shown = [*bucket_columns(plan, TIME), *names, alias(currency, "currency"), *further]
    filters = [condition(part, direct_value(table)) for part in early(plan)]
    matching = [
        within(plan, TIME),
        *in_scopes(plan.scopes, table),
        *_of_type(plan, table),
        *filters,
    ]
    return grouped(select(shown, table, where=[*matching, *where]))


def regrouped(
    plan: QueryPlan,
    source: str,
    further: Iterable[exp.Expr],
    kept: Iterable[str] = (),
    having: Sequence[exp.Expr] = (),
) -> exp.Select:
    """The second stage over the rows of `source`: `kept` columns, derived groups, `further`."""
    return grouped(named(plan, source, further, kept), having)


def named(
    plan: QueryPlan,
    source: str,
    further: Iterable[exp.Expr],
    kept: Iterable[str] = (),
) -> exp.Select:
    """The same with the rows as they are, not yet grouped."""
    filters = [
        condition(part, lambda leaf: group_value(plan, leaf.kind, leaf.name)) for part in late(plan)
    ]
    groups = [
        alias(group_value(plan, g.kind, g.name), f"g{n}")
        for n, g in enumerate(plan.definition.groupings)
    ]
    shown = [*columns(kept), *columns(bucket_alias(plan)), *groups, *further]
    return select(shown, source, where=filters)


def bucket_columns(plan: QueryPlan, time: str) -> list[exp.Expr]:
    """The local hour, day or month of `time`, if the answer has one."""
    value = bucket(plan, time)
    return [] if value is None else [alias(value, "bucket")]


def in_scopes(scopes: Scopes, table: Table) -> list[exp.Expr]:
    """The predicates of what lies in any of the parts; ids in the tables are in lower case."""
    parts = [_in_scope(part, table) for part in scopes]
    if not all(parts):
        return []
    return [exp.or_(*(exp.and_(*part) for part in parts))] if parts else [exp.false()]


def _in_scope(chosen: ScopeFilter, table: Table) -> list[exp.Expr]:
    names = _SCOPE_COLUMNS[table]
    found: list[exp.Expr] = []
    if chosen.subscriptions is not None:
        ids = sorted(chosen.subscriptions)
        found.append(in_list(column(names["subscriptions"]), ids) if ids else exp.false())
    if chosen.resource_group is not None:
        found.append(_equals(column(names["resource_group"]), chosen.resource_group))
    if chosen.resource_id is not None:
        found.append(_equals(column(names["resource_id"]), chosen.resource_id))
    return found


def _equals(value: exp.Expr, text: str) -> exp.Expr:
    return exp.EQ(this=value, expression=literal(text))


def _of_type(plan: QueryPlan, table: Table) -> list[exp.Expr]:
    """Usage is ActualCost of the category Usage (billing-rules 15). Rows that only count the
    events of unpriced lines stand beside these lines, and are left out."""
    if table == "uncharged":
        return [template("NOT (x_BillingStatus = 'Unpriced' AND x_TokenType IS NULL)")]
    if plan.definition.type == "Usage":
        return [_equals(column("ChargeCategory"), "Usage")]
    return []

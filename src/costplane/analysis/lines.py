"""The first stage of statements: rows of a table in range, scope and filter, few columns each.

Filters on columns are applied here. Filters on tags, and whatever is joined with them by `or`,
wait for the second stage, where equal sets of tags are read once, not on every row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from sqlglot import exp

from costplane.analysis.expressions import (
    Table,
    bucket,
    column,
    condition,
    conjuncts,
    direct_value,
    group_value,
    literal,
    physical,
    tag_columns,
    template,
    within,
)
from costplane.analysis.filters import Condition, Leaf, leaves_of
from costplane.analysis.plan import QueryPlan, ScopeFilter

TIME = "ChargePeriodStart"
_SCOPE_COLUMNS: dict[Table, dict[str, str]] = {
    "charges": {"subscriptions": "SubAccountId", "resource_group": "x_ResourceGroupName"},
    "uncharged": {"subscriptions": "SubAccountId", "resource_group": "x_ResourceGroupName"},
    "event": {"subscriptions": "subscription_id", "resource_group": "resource_group"},
}


def group_aliases(plan: QueryPlan) -> list[str]:
    """The names of the second stage's groups: the bucket, then the groupings in order."""
    date = ["bucket"] if plan.definition.date_column else []
    return date + [f"g{n}" for n in range(len(plan.definition.groupings))]


def carried(plan: QueryPlan) -> list[str]:
    """What the first stage keeps for the second: dimensions by name, and sets of tags."""
    names = [(g.kind, g.name) for g in plan.definition.groupings]
    names += [(f.kind, f.name) for part in late(plan) for f in leaves_of(part)]
    kept = [
        column_name
        for kind, name in names
        for column_name in (tag_columns(plan, name) if kind == "TagKey" else (name,))
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
    plan: QueryPlan, table: Literal["charges", "uncharged"], further: Iterable[exp.Expr]
) -> exp.Select:
    """The matching rows of `table`: bucket, carried columns, currency and `further`, grouped."""
    names = [exp.alias_(physical(name, table), name, quoted=True) for name in carried(plan)]
    if table == "charges":
        currency: exp.Expr = column("BillingCurrency")
    else:
        currency = exp.cast(exp.null(), "TEXT")
    selected = exp.select(*bucket_columns(plan, TIME), *names, exp.alias_(currency, "currency"))
    filters = [condition(part, direct_value(table)) for part in early(plan)]
    matching = [within(plan, TIME), *scope(plan.scope, table), *_of_type(plan, table), *filters]
    return grouped(selected.select(*further).from_(table).where(*matching))


def regrouped(
    plan: QueryPlan, source: str, further: Sequence[exp.Expr], kept: Sequence[str] = ()
) -> exp.Select:
    """The second stage over the rows of `source`: derived groups, `kept` columns, sums."""
    selected = exp.select(*(column(name) for name in kept), *groups(plan))
    filters = [condition(part, _carried_value(plan)) for part in late(plan)]
    return grouped(selected.select(*further).from_(source).where(*filters))


def groups(plan: QueryPlan) -> list[exp.Expr]:
    """The second stage's group columns, from carried ones."""
    date: list[exp.Expr] = [column("bucket")] if plan.definition.date_column else []
    groupings = enumerate(plan.definition.groupings)
    return date + [exp.alias_(group_value(plan, g.kind, g.name), f"g{n}") for n, g in groupings]


def bucket_columns(plan: QueryPlan, time: str) -> list[exp.Expr]:
    """The local hour, day or month of `time`, if the answer has one."""
    value = bucket(plan, time)
    return [] if value is None else [exp.alias_(value, "bucket")]


def grouped(select: exp.Select) -> exp.Select:
    """`select` grouped by all that is no aggregate; no rows, no group."""
    select.set("group", exp.Group(all=True))
    return select.having(template("COUNT(*) > 0"))


def scope(chosen: ScopeFilter, table: Table) -> list[exp.Expr]:
    """The predicates of a scope; ids in the tables are in lower case."""
    columns = _SCOPE_COLUMNS[table]
    found: list[exp.Expr] = []
    if chosen.subscriptions is not None:
        ids = [literal(i) for i in sorted(chosen.subscriptions)]
        found.append(column(columns["subscriptions"]).isin(*ids) if ids else exp.false())
    if chosen.resource_group is not None:
        found.append(column(columns["resource_group"]).eq(literal(chosen.resource_group)))
    if chosen.resource_id is not None:
        found.append(column("ResourceId").eq(literal(chosen.resource_id)))
    if chosen.billing_account is not None:
        account = exp.func("LOWER", column("BillingAccountId"))
        found.append(exp.EQ(this=account, expression=literal(chosen.billing_account)))
    return found


def _of_type(plan: QueryPlan, table: Table) -> list[exp.Expr]:
    """Usage is ActualCost of the category Usage (billing-rules 15). Rows that only count the
    events of unpriced lines stand beside these lines, and are left out."""
    if table == "uncharged":
        return [template("NOT (x_BillingStatus = 'Unpriced' AND x_TokenType IS NULL)")]
    if plan.definition.type == "Usage":
        return [column("ChargeCategory").eq(literal("Usage"))]
    return []


def _carried_value(plan: QueryPlan) -> Callable[[Leaf], exp.Expr]:
    return lambda leaf: group_value(plan, leaf.kind, leaf.name)

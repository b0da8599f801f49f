"""A plan as one SELECT: what the engine runs, and `--explain` prints.

First stage: `lines`, rows of `charges` and `uncharged` summed by the columns that are needed.
Second stage: `groups`, the same by what the answer shows. `calls` joins them as further rows.
Then a row of unknown currency goes to the currency of its group, and persons under pseudonyms.
Where nothing of this looks at whole groups, the answer itself sums what the second stage names.
"""

from __future__ import annotations

from sqlglot import exp

from costplane.analysis.amounts import alias_of, amounts, total
from costplane.analysis.calls import calls_of_events
from costplane.analysis.calls_by_line import calls_of_lines
from costplane.analysis.definition import Sorting
from costplane.analysis.lines import group_aliases, named, regrouped, rows
from costplane.analysis.nodes import (
    alias,
    column,
    columns,
    literal,
    null,
    select,
    template,
    union_all,
    with_tables,
)
from costplane.analysis.plan import QueryPlan
from costplane.analysis.pseudonyms import persons, under_pseudonyms

_HOME = """
    COALESCE(
        MAX(priced) OVER (PARTITION BY currency),
        MAX(CASE WHEN priced = :own THEN priced END) OVER (),
        MIN(priced) OVER (),
        :own)"""
_DATE_FORMATS = {"Hourly": "%Y-%m-%dT%H:00:00", "Monthly": "%Y-%m-01T00:00:00"}


def statement(plan: QueryPlan) -> exp.Select:
    """The answer's rows, in order: `m0`..., `date`, then for each grouping `g0`... (a tag's key
    before it as `k0`...), `currency`."""
    tables: dict[str, exp.Query] = {}
    if plan.sums_amounts:
        tables["lines"] = _lines(plan)
        tables["groups"] = _named(plan) if _is_summed_last(plan) else _groups(plan)
    if plan.calls is not None:
        tables |= calls_of_events(plan) if plan.calls == "usage" else calls_of_lines(plan)
    if not plan.uncharged and plan.calls is None and not persons(plan):
        # Charges alone: each row has its own currency.
        return with_tables(_answer(plan, "groups"), tables)
    tables["parts"] = _parts(plan)
    tables["homed"] = _homed(plan)
    if persons(plan):
        tables["crowds"], tables["shown"] = under_pseudonyms(plan, "homed")
        return with_tables(_answer(plan, "shown"), tables)
    return with_tables(_answer(plan, "homed"), tables)


def _is_summed_last(plan: QueryPlan) -> bool:
    """Whether the answer can be summed from rows that are not grouped yet."""
    by_row = plan.one_currency or not plan.uncharged
    return by_row and plan.calls is None and not plan.reversals and not persons(plan)


def _lines(plan: QueryPlan) -> exp.Query:
    summed = amounts(plan)
    events = [alias(template('SUM("x_Events")'), "events")] if plan.reversals else []
    charges = rows(plan, "charges", [*(alias(a.charges, a.alias) for a in summed), *events])
    if not plan.uncharged:
        return charges
    further = [*(alias(a.uncharged, a.alias) for a in summed), *events]
    return union_all(charges, rows(plan, "uncharged", further))


def _groups(plan: QueryPlan) -> exp.Query:
    summed = [alias(exp.Sum(this=column(a.alias)), a.alias) for a in amounts(plan)]
    return regrouped(plan, "lines", summed, ["currency"], _left(plan))


def _named(plan: QueryPlan) -> exp.Query:
    return named(plan, "lines", columns(a.alias for a in amounts(plan)), ["currency"])


def _left(plan: QueryPlan) -> list[exp.Expr]:
    """That something of a group is left: neither events nor amounts of it were all taken back."""
    if not plan.reversals:
        return []
    sums = [template("SUM(:column)", column=column(a.alias)) for a in amounts(plan)]
    kept = [template("COALESCE(:sum, 0) <> 0", sum=one) for one in sums]
    return [exp.or_(template("SUM(events) <> 0"), *kept)]


def _parts(plan: QueryPlan) -> exp.Query:
    """Rows of amounts and rows of calls in one shape; `priced` is the currency of amounts."""
    kept = [*group_aliases(plan), "currency"]
    sums = amounts(plan)
    calls = [alias_of(n) for n, a in enumerate(plan.definition.aggregations) if a.kind == "Calls"]
    found: list[exp.Query] = []
    if plan.sums_amounts:
        own = columns([*kept, *(a.alias for a in sums)])
        empty = [alias(null("BIGINT"), name) for name in calls]
        found.append(select([*own, *empty, alias(column("currency"), "priced")], "groups"))
    if calls:
        empty = [alias(a.nothing, a.alias) for a in sums]
        counted = [alias(column("calls"), name) for name in calls]
        priced = alias(null("TEXT"), "priced")
        found.append(select([*columns(kept), *empty, *counted, priced], "calls"))
    return found[0] if len(found) == 1 else union_all(*found)


def _homed(plan: QueryPlan) -> exp.Query:
    """Each row's currency: its own where the group has amounts in it. Lines without a charge,
    and calls beside them, have none: they go to the billing currency's row of their group, else
    to its first, else make one in the billing currency."""
    if plan.one_currency:
        told = alias(literal(plan.currency), "currency")
        return select([template("* EXCLUDE (currency)"), told], "parts")
    home = template(_HOME, own=literal(plan.currency))
    for window in home.find_all(exp.Window):
        own = window.args.get("partition_by") or []
        window.set("partition_by", [*columns(group_aliases(plan)), *own])
    return select([template("* EXCLUDE (currency)"), alias(home, "currency")], "parts")


def _answer(plan: QueryPlan, source: str) -> exp.Select:
    sums = [alias(total(a, n), alias_of(n)) for n, a in enumerate(plan.definition.aggregations)]
    query = select([*sums, *shown_date(plan), *_shown_groups(plan), column("currency")], source)
    groups = columns([*group_aliases(plan), "currency"])
    query.set("group", exp.Group(expressions=groups))
    query.set("order", exp.Order(expressions=_order(plan)))
    return query


def shown_date(plan: QueryPlan) -> list[exp.Expr]:
    """`date`, as the answer shows the bucket, if it has one."""
    granularity = plan.definition.granularity
    if granularity == "None":
        return []
    if granularity == "Daily":
        return [template("CAST(STRFTIME(bucket, '%Y%m%d') AS INTEGER) AS date")]
    form = literal(_DATE_FORMATS[granularity])
    return [alias(template("STRFTIME(bucket, :form)", form=form), "date")]


def _shown_groups(plan: QueryPlan) -> list[exp.Expr]:
    shown: list[exp.Expr] = []
    for number, grouping in enumerate(plan.definition.groupings):
        if grouping.kind == "TagKey":
            shown.append(alias(literal(grouping.written), f"k{number}"))
        shown.append(column(f"g{number}"))
    return shown


def _order(plan: QueryPlan) -> list[exp.Expr]:
    """As asked, then by date, groups and currency, so that any two runs agree."""
    asked = [_ordered(_sorted_column(plan, s), s.direction) for s in plan.definition.sorting]
    rest = [_ordered(name, "Ascending") for name in [*group_aliases(plan), "currency"]]
    return asked + rest


def _sorted_column(plan: QueryPlan, sorting: Sorting) -> str:
    definition = plan.definition
    if sorting.by in definition.aggregations:
        return alias_of(definition.aggregations.index(sorting.by))
    if sorting.by in definition.groupings:
        return f"g{definition.groupings.index(sorting.by)}"
    return "bucket" if sorting.by == definition.date_column else "currency"


def _ordered(name: str, direction: str) -> exp.Expr:
    return exp.Ordered(this=column(name), desc=direction == "Descending", nulls_first=False)

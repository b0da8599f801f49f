"""A plan as one SELECT: what the engine runs, and `--explain` prints.

First stage: `lines`, rows of `charges` and `uncharged` summed by the columns that are needed.
Second stage: `groups`, the same by what the answer shows. `calls` joins them as further rows.
Last, a row of unknown currency goes to the currency of its group.
"""

from __future__ import annotations

from sqlglot import exp

from costplane.analysis.amounts import Amount, alias_of, amounts, money, total
from costplane.analysis.calls import calls_of_events
from costplane.analysis.calls_by_line import calls_of_lines
from costplane.analysis.definition import Sorting
from costplane.analysis.expressions import column, literal, template
from costplane.analysis.lines import group_aliases, regrouped, rows
from costplane.analysis.plan import QueryPlan

_HOME = """
    COALESCE(
        currency,
        MAX(CASE WHEN currency = :own THEN currency END) OVER (),
        MIN(currency) OVER (),
        :own)"""
_DATE_FORMATS = {"Hourly": "%Y-%m-%dT%H:00:00", "Monthly": "%Y-%m-01T00:00:00"}


def statement(plan: QueryPlan) -> exp.Select:
    """The answer's rows, in order: `m0`..., `date`, then for each grouping `g0`... (a tag's key
    before it as `k0`...), `currency`."""
    tables: dict[str, exp.Query] = {}
    if plan.sums_amounts:
        tables["lines"] = _lines(plan)
        tables["groups"] = _groups(plan)
    if plan.calls is not None:
        tables |= calls_of_events(plan) if plan.calls == "usage" else calls_of_lines(plan)
    tables["parts"] = _parts(plan)
    tables["homed"] = _homed(plan)
    answer = _answer(plan)
    for name, query in tables.items():
        answer = answer.with_(name, as_=query)
    return answer


def _lines(plan: QueryPlan) -> exp.Query:
    summed = amounts(plan)
    charges = rows(plan, "charges", [_as(a.charges, a.alias) for a in summed])
    if not plan.uncharged:
        return charges
    uncharged = rows(plan, "uncharged", [_as(a.uncharged, a.alias) for a in summed])
    return exp.union(charges, uncharged, distinct=False)


def _groups(plan: QueryPlan) -> exp.Query:
    summed = [_as(exp.Sum(this=column(a.alias)), a.alias) for a in amounts(plan)]
    return regrouped(plan, "lines", summed, ["currency"])


def _parts(plan: QueryPlan) -> exp.Query:
    """Rows of amounts and rows of calls in one shape."""
    kept = [*group_aliases(plan), "currency"]
    sums = amounts(plan)
    calls = [n for n, a in enumerate(plan.definition.aggregations) if a.kind == "Calls"]
    found: list[exp.Query] = []
    if plan.sums_amounts:
        own = [column(name) for name in [*kept, *(a.alias for a in sums)]]
        empty = [_as(exp.cast(exp.null(), "BIGINT"), alias_of(n)) for n in calls]
        found.append(exp.select(*own, *empty).from_("groups"))
    if calls:
        empty = [_as(_nothing(a), a.alias) for a in sums]
        counted = [_as(column("calls"), alias_of(n)) for n in calls]
        selected = exp.select(*(column(name) for name in kept), *empty, *counted)
        found.append(selected.from_("calls"))
    return found[0] if len(found) == 1 else exp.union(*found, distinct=False)


def _nothing(amount: Amount) -> exp.Expr:
    return money(exp.null()) if amount.alias.startswith("m") else exp.cast(exp.null(), "BIGINT")


def _homed(plan: QueryPlan) -> exp.Query:
    """Lines without a charge, and calls beside them, have no currency of their own: they go to
    the billing currency's row of their group, else to its first, else make one."""
    groups = [column(name) for name in group_aliases(plan)]
    home = template(_HOME, own=literal(plan.currency))
    for over in home.find_all(exp.Window):
        over.set("partition_by", groups)
    return exp.select("* EXCLUDE (currency)", _as(home, "currency")).from_("parts")


def _answer(plan: QueryPlan) -> exp.Select:
    sums = [_as(total(a, n), alias_of(n)) for n, a in enumerate(plan.definition.aggregations)]
    groups = [*group_aliases(plan), "currency"]
    select = exp.select(*sums, *_date(plan), *_shown_groups(plan), column("currency"))
    select = select.from_("homed").group_by(*(column(name) for name in groups))
    return select.order_by(*_order(plan))


def _date(plan: QueryPlan) -> list[exp.Expr]:
    granularity = plan.definition.granularity
    if granularity == "None":
        return []
    if granularity == "Daily":
        return [template("CAST(STRFTIME(bucket, '%Y%m%d') AS INTEGER) AS date")]
    form = literal(_DATE_FORMATS[granularity])
    return [_as(template("STRFTIME(bucket, :form)", form=form), "date")]


def _shown_groups(plan: QueryPlan) -> list[exp.Expr]:
    shown: list[exp.Expr] = []
    for number, grouping in enumerate(plan.definition.groupings):
        if grouping.kind == "TagKey":
            shown.append(_as(literal(grouping.written), f"k{number}"))
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


def _as(value: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(value, name)

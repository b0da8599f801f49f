"""CallCount where all that is asked is a fact of the event: rows of `usage`, counted.

The count goes by series first: a series has the facts, `usage` the requests.
"""

from __future__ import annotations

from sqlglot import exp

from costplane.analysis import dimensions
from costplane.analysis.expressions import (
    column,
    condition,
    conjuncts,
    direct_value,
    physical,
    template,
    text_of,
    within,
)
from costplane.analysis.lines import TIME, bucket_columns, grouped, scope
from costplane.analysis.plan import QueryPlan


def calls_of_events(plan: QueryPlan) -> dict[str, exp.Query]:
    """The common tables of the count; `calls` has the groups, a currency and the calls."""
    tables: dict[str, exp.Query] = {"event_counts": _event_counts(plan)}
    if plan.sums_amounts:
        tables["series_currencies"] = _series_currencies(plan)
    tables["calls"] = _calls(plan)
    return tables


def _event_counts(plan: QueryPlan) -> exp.Select:
    kept = [column("series"), *(column(name) for name in plan.request_columns)]
    counted = exp.select(*bucket_columns(plan, "time"), *kept)
    counted = counted.select(exp.alias_(template("COUNT(*)"), "events"))
    return grouped(counted.from_("usage").where(within(plan, "time")))


def _series_currencies(plan: QueryPlan) -> exp.Select:
    """A series' currency is that of its charges, so that calls stand beside their cost."""
    selected = exp.select(
        exp.alias_(column("x_Series"), "series"),
        exp.alias_(template('MIN("BillingCurrency")'), "currency"),
    )
    return grouped(selected.from_("charges").where(within(plan, TIME)))


def _calls(plan: QueryPlan) -> exp.Select:
    date: list[exp.Expr] = [column("bucket")] if plan.definition.date_column else []
    values = [
        exp.alias_(_event_value(g.name), f"g{n}") for n, g in enumerate(plan.definition.groupings)
    ]
    currency = column("currency") if plan.sums_amounts else exp.cast(exp.null(), "TEXT")
    select = exp.select(*date, *values, exp.alias_(currency, "currency"))
    select = select.select(exp.alias_(template("SUM(events)"), "calls"))
    select = select.from_("event_counts").join("series", using=["series"])
    if plan.sums_amounts:
        select = select.join("series_currencies", using=["series"], join_type="left")
    filters = [condition(p, direct_value("event")) for p in conjuncts(plan.definition.filter)]
    return grouped(select.where(*scope(plan.scope, "event"), *filters))


def _event_value(name: str) -> exp.Expr:
    return text_of(dimensions.BY_NAME[name.lower()], physical(name, "event"))

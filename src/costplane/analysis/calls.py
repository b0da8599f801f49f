"""CallCount where all that is asked is a fact of the event: rows of `usage`, counted.

The count goes by series first: a series has the facts, `usage` the requests.
"""

from __future__ import annotations

from sqlglot import exp

from costplane.analysis import dimensions
from costplane.analysis.expressions import (
    condition,
    conjuncts,
    direct_value,
    physical,
    text_of,
    within,
)
from costplane.analysis.lines import TIME, bucket_alias, bucket_columns, in_scopes
from costplane.analysis.nodes import (
    alias,
    column,
    columns,
    grouped,
    join,
    null,
    select,
    template,
)
from costplane.analysis.plan import QueryPlan


def calls_of_events(plan: QueryPlan) -> dict[str, exp.Query]:
    """The common tables of the count; `calls` has the groups, a currency and the calls."""
    tables: dict[str, exp.Query] = {"event_counts": _event_counts(plan)}
    if _tells_currencies(plan):
        tables["series_currencies"] = _series_currencies(plan)
    tables["calls"] = _calls(plan)
    return tables


def _tells_currencies(plan: QueryPlan) -> bool:
    """Whether calls stand beside amounts in several currencies."""
    return plan.sums_amounts and not plan.one_currency


def _event_counts(plan: QueryPlan) -> exp.Select:
    kept = columns(["series", *plan.request_columns])
    counted = alias(template("COUNT(*)"), "events")
    shown = [*bucket_columns(plan, "time"), *kept, counted]
    return grouped(select(shown, "usage", where=[within(plan, "time")]))


def _series_currencies(plan: QueryPlan) -> exp.Select:
    """A series' currency is that of its charges, so that calls stand beside their cost."""
    currency = alias(template('MIN("BillingCurrency")'), "currency")
    shown = [alias(column("x_Series"), "series"), currency]
    return grouped(select(shown, "charges", where=[within(plan, TIME)]))


def _calls(plan: QueryPlan) -> exp.Select:
    values = [alias(_event_value(g.name), f"g{n}") for n, g in enumerate(plan.definition.groupings)]
    currency = column("currency") if _tells_currencies(plan) else null("TEXT")
    counted = alias(template("SUM(events)"), "calls")
    shown = [*columns(bucket_alias(plan)), *values, alias(currency, "currency"), counted]
    joins = [join("series", using="series")]
    if _tells_currencies(plan):
        joins.append(join("series_currencies", using="series", side="LEFT"))
    filters = [condition(p, direct_value("event")) for p in conjuncts(plan.definition.filter)]
    matching = [*in_scopes(plan.scopes, "event"), *filters]
    return grouped(select(shown, "event_counts", where=matching, joins=joins))


def _event_value(name: str) -> exp.Expr:
    return text_of(dimensions.BY_NAME[name.lower()], physical(name, "event"))

"""Users and sessions by tags, out of rows of `usage`: no request is rated for that.

What tags a call has beside its own follows from its series and its time, as the catalog knows
them (`TAG_SETS`). Calls are counted as the rows that they are, also those of which no line was
posted, such as one that told zeros alone.
"""

from __future__ import annotations

import pyarrow as pa
from sqlglot import exp

from costplane.analysis import dimensions
from costplane.analysis.definition import Grouping
from costplane.analysis.distinct import distinct_values
from costplane.analysis.expressions import (
    TAGS,
    condition,
    conjuncts,
    direct_value,
    physical,
    tag_value,
    text_of,
    within,
)
from costplane.analysis.filters import Leaf
from costplane.analysis.lines import bucket_alias, bucket_columns, in_scopes
from costplane.analysis.nodes import (
    alias,
    column,
    columns,
    grouped,
    join,
    select,
    template,
    with_tables,
)
from costplane.analysis.plan import EVENT_TAGS, QueryPlan
from costplane.analysis.sql import shown_date
from costplane.core.tables import INSTANT

TAG_SETS = pa.schema(
    [
        pa.field("series", pa.int64(), nullable=False),
        pa.field("since", INSTANT, nullable=False),
        pa.field("until", INSTANT, nullable=False),
        pa.field("charge_tags", pa.string(), nullable=False),
    ]
)
"""The relation `tag_sets`: which tags the charges of a series have from `since` up to, not
including, `until`, as canonical text."""

_HOLDS = "usage.series = tag_sets.series AND :time >= since AND :time < until"


def series_in_use(plan: QueryPlan) -> exp.Select:
    """The numbers of the series that have calls in the plan's period."""
    return grouped(select([column("series")], "usage", where=[within(plan, "time")]))


def distinct_by_tags(plan: QueryPlan) -> exp.Select:
    """The rows of `distinct_statement` out of `usage`, `series` and `tag_sets`."""
    groups = [f"g{n}" for n in range(len(plan.definition.groupings))]
    calls = select([*shown_date(plan), *columns(groups), column("m0")], "calls_by_group")
    tables = {"event_counts": _event_counts(plan), "calls_by_group": _calls(plan)}
    return distinct_values(plan, with_tables(calls, tables))


def _event_counts(plan: QueryPlan) -> exp.Select:
    kept = [
        alias(column(name, "usage"), EVENT_TAGS if name == "tags" else name)
        for name in ("series", *plan.request_columns)
    ]
    tags = alias(column("charge_tags"), TAGS)
    counted = alias(template("COUNT(*)"), "events")
    shown = [*bucket_columns(plan, "time"), *kept, tags, counted]
    holds = join("tag_sets", on=[template(_HOLDS, time=column("time"))], side="LEFT")
    return grouped(select(shown, "usage", where=[within(plan, "time")], joins=[holds]))


def _calls(plan: QueryPlan) -> exp.Select:
    values = [alias(_value(plan, g), f"g{n}") for n, g in enumerate(plan.definition.groupings)]
    counted = alias(template("SUM(events)"), "m0")
    filters = [
        condition(part, lambda leaf: _compared(plan, leaf))
        for part in conjuncts(plan.definition.filter)
    ]
    matching = [*in_scopes(plan.scopes, "event"), *filters]
    shown = [*columns(bucket_alias(plan)), *values, counted]
    joins = [join("series", using="series")]
    return grouped(select(shown, "event_counts", where=matching, joins=joins))


def _value(plan: QueryPlan, grouping: Grouping) -> exp.Expr:
    if grouping.kind == "TagKey":
        return tag_value(plan, grouping.name)
    dimension = dimensions.BY_NAME[grouping.name.lower()]
    return text_of(dimension, physical(grouping.name, "event"))


def _compared(plan: QueryPlan, leaf: Leaf) -> exp.Expr:
    return tag_value(plan, leaf.name) if leaf.kind == "TagKey" else direct_value("event")(leaf)

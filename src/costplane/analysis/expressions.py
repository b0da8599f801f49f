"""Values of dimensions and tags, local time and filters, as pieces of SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sqlglot import exp

from costplane.analysis import dimensions
from costplane.analysis.dimensions import Constant, Dimension, Formula
from costplane.analysis.filters import Condition, Junction, Leaf, Not
from costplane.analysis.nodes import (
    all_of,
    any_of,
    cast,
    column,
    in_list,
    instant,
    literal,
    none_of,
    null,
    number,
    parameter,
    template,
)
from costplane.analysis.plan import ANY_PERIOD, EVENT_TAGS, QueryPlan

Table = Literal["charges", "uncharged", "event"]
"""Where a value is read from; `event` is `usage` joined with `series`."""

Value = Callable[[Leaf], exp.Expr]
"""How a filter's leaf finds the text that it compares."""

TAGS = "Tags"

_BUCKET = "DATE_TRUNC(:unit, MAKE_TIMESTAMP(EPOCH_US(:time) + :ahead))"
_FORMATTED = "STRFTIME(MAKE_TIMESTAMP(EPOCH_US(:value)), :form)"
_TAG_VALUE = """
    LIST_FILTER(
        MAP_ENTRIES(CAST(CAST(:tags AS JSON) AS MAP(TEXT, TEXT))), LAMBDA e: LOWER(e.key) = :key
    )[1].value"""
_CONTAINS_ANY = """
    CASE WHEN :value IS NOT NULL
    THEN LEN(LIST_FILTER(:texts, LAMBDA t: CONTAINS(:value, t))) > 0 END"""
"""Unknown for an unknown value: the filter of a list would say no."""
_UNITS = {"Hourly": "hour", "Daily": "day", "Monthly": "month"}


def within(plan: QueryPlan, time: str) -> exp.Expr:
    """`time` lies in the plan's range; on the bare column, so that files are skipped by it."""
    start, end = _bounds(plan)
    return all_of(
        [
            exp.GTE(this=column(time), expression=start),
            exp.LT(this=column(time), expression=end),
        ]
    )


def _bounds(plan: QueryPlan) -> tuple[exp.Expr, exp.Expr]:
    if plan.period is ANY_PERIOD:
        return parameter("period_start"), parameter("period_end")
    return instant(plan.period.start), instant(plan.period.end)


def bucket(plan: QueryPlan, time: str) -> exp.Expr | None:
    """The local hour, day or month of `time` as a naive timestamp; None without granularity.

    Where clocks go back, two hours share a local name and are one bucket.
    """
    unit = _UNITS.get(plan.definition.granularity)
    if unit is None:
        return None
    return template(_BUCKET, unit=literal(unit), time=column(time), ahead=_ahead(plan, time))


def _ahead(plan: QueryPlan, time: str) -> exp.Expr:
    """Microseconds by which local time is ahead of UTC at `time`."""
    amounts = [number(int(offset.ahead.total_seconds()) * 1_000_000) for offset in plan.offsets]
    branches = [
        exp.If(this=exp.LT(this=column(time), expression=instant(following.since)), true=amount)
        for amount, following in zip(amounts, plan.offsets[1:], strict=False)
    ]
    return exp.Case(ifs=branches, default=amounts[-1]) if branches else amounts[0]


def physical(name: str, table: Table) -> exp.Expr:
    """The column behind a dimension's name, `Tags` or `x_EventTags`; NULL where there is none."""
    if name in (TAGS, EVENT_TAGS):
        return column(name)
    dimension = dimensions.BY_NAME[name.lower()]
    place = getattr(dimension, table)
    if isinstance(place, Constant):
        return literal(place.value)
    if isinstance(place, Formula):
        return template(place.sql)
    if place is None:
        return null("TIMESTAMPTZ" if dimension.form else "TEXT")
    return column(place)


def text_of(dimension: Dimension, value: exp.Expr) -> exp.Expr:
    """A dimension's value as the answer shows it; a missing one is the empty string."""
    if dimension.form is not None:
        text = template(_FORMATTED, value=value, form=literal(dimension.form))
    else:
        text = cast(value, "TEXT")
    return exp.Coalesce(this=text, expressions=[literal("")])


def tag_columns(plan: QueryPlan, key: str) -> tuple[str, ...]:
    """The sets of tags that may tell the value of `key`, the strongest first: an event's own
    over those of its charge (billing-rules 24)."""
    return (EVENT_TAGS, TAGS) if key in plan.event_tags else (TAGS,)


def tag_value(plan: QueryPlan, key: str) -> exp.Expr:
    """The value of the tag `key` (lower case) in the carried sets, whose keys are of any case."""
    first, *rest = (
        template(_TAG_VALUE, tags=column(name), key=literal(key)) for name in tag_columns(plan, key)
    )
    return exp.Coalesce(this=first, expressions=[*rest, literal("")])


def group_value(plan: QueryPlan, kind: str, name: str) -> exp.Expr:
    """The value of a grouping or leaf over columns under the names of dimensions and tags."""
    if kind == "TagKey":
        return tag_value(plan, name)
    return text_of(dimensions.BY_NAME[name.lower()], column(name))


def direct_value(table: Table) -> Value:
    """The value of a dimension's leaf over the columns of `table` itself."""

    def value(leaf: Leaf) -> exp.Expr:
        return text_of(dimensions.BY_NAME[leaf.name.lower()], physical(leaf.name, table))

    return value


def condition(node: Condition, value: Value) -> exp.Expr:
    """`node` as a predicate."""
    if isinstance(node, Leaf):
        return _comparison(node, value(node))
    if isinstance(node, Not):
        return none_of(condition(node.condition, value))
    parts = [condition(part, value) for part in node.conditions]
    return all_of(parts) if node.word == "and" else any_of(parts)


def _comparison(leaf: Leaf, value: exp.Expr) -> exp.Expr:
    if leaf.name == "Dataset" and "best" in leaf.values:
        return exp.true()
    if leaf.kind == "Dimension":
        value = exp.Lower(this=value)
    if leaf.comparison == "In":
        return in_list(value, leaf.values)
    texts = exp.Array(expressions=[literal(text) for text in leaf.values])
    return template(_CONTAINS_ANY, texts=texts, value=value)


def conjuncts(node: Condition | None) -> tuple[Condition, ...]:
    """The parts of `node` that must all hold."""
    if node is None:
        return ()
    if isinstance(node, Junction) and node.word == "and":
        return tuple(part for inner in node.conditions for part in conjuncts(inner))
    return (node,)

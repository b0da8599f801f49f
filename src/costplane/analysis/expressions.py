"""Pieces of SQL: columns, tags, local time and filters, as sqlglot expressions.

The text of templates is constant; whatever a user wrote enters as a literal node.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import sqlglot
from sqlglot import exp

from costplane.analysis import dimensions
from costplane.analysis.dimensions import Constant, Dimension
from costplane.analysis.filters import Condition, Junction, Leaf, Not
from costplane.analysis.plan import EVENT_TAGS, QueryPlan

Table = Literal["charges", "uncharged", "event"]
"""Where a value is read from; `event` is `usage` joined with `series`."""

Value = Callable[[Leaf], exp.Expr]
"""How a filter's leaf finds the text that it compares."""

TAGS = "Tags"
_TAG_VALUE = """
    LIST_FILTER(
        MAP_ENTRIES(CAST(CAST(:tags AS JSON) AS MAP(TEXT, TEXT))), LAMBDA e: LOWER(e.key) = :key
    )[1].value"""


def template(text: str, **parts: exp.Expr) -> exp.Expr:
    """The expression `text` with its `:placeholders` replaced by `parts`."""
    return exp.replace_placeholders(_parsed(text).copy(), **parts)


@lru_cache(maxsize=256)
def _parsed(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, dialect="duckdb")


def column(name: str, table: str | None = None) -> exp.Column:
    """A quoted column."""
    return exp.column(name, table=table, quoted=True)


def literal(text: str) -> exp.Literal:
    """A text literal."""
    return exp.Literal.string(text)


def instant(value: object) -> exp.Expr:
    """An aware datetime as TIMESTAMPTZ, comparable with a column without casting that."""
    return exp.cast(literal(str(value)), "TIMESTAMPTZ")


def within(plan: QueryPlan, time: str) -> exp.Expr:
    """`time` lies in the plan's range; on the bare column, so that files are skipped by it."""
    period = plan.period
    return exp.and_(column(time) >= instant(period.start), column(time) < instant(period.end))


def bucket(plan: QueryPlan, time: str) -> exp.Expr | None:
    """The local hour, day or month of `time` as a naive timestamp; None without granularity."""
    unit = {"Hourly": "hour", "Daily": "day", "Monthly": "month"}.get(plan.definition.granularity)
    if unit is None:
        return None
    return template(
        "DATE_TRUNC(:unit, MAKE_TIMESTAMP(EPOCH_US(:time) + :ahead))",
        unit=literal(unit),
        time=column(time),
        ahead=_ahead(plan, time),
    )


def _ahead(plan: QueryPlan, time: str) -> exp.Expr:
    """Microseconds by which local time is ahead of UTC at `time`."""
    amounts = [_number(int(offset.ahead.total_seconds()) * 1_000_000) for offset in plan.offsets]
    if len(amounts) == 1:
        return amounts[0]
    case = exp.Case(default=amounts[-1])
    for amount, following in zip(amounts, plan.offsets[1:], strict=False):
        case = case.when(column(time) < instant(following.since), amount)
    return case


def _number(value: int) -> exp.Expr:
    return exp.Paren(this=exp.Literal.number(value)) if value < 0 else exp.Literal.number(value)


def physical(name: str, table: Table) -> exp.Expr:
    """The column behind a dimension's name, `Tags` or `x_EventTags`; NULL where there is none."""
    if name in (TAGS, EVENT_TAGS):
        return column(name)
    place = getattr(dimensions.BY_NAME[name.lower()], table)
    if isinstance(place, Constant):
        return literal(place.value)
    return exp.cast(exp.null(), "TEXT") if place is None else column(place)


def text_of(dimension: Dimension, value: exp.Expr) -> exp.Expr:
    """A dimension's value as the answer shows it; a missing one is the empty string."""
    if dimension.form is not None:
        text = template("STRFTIME(:value, :form)", value=value, form=literal(dimension.form))
    else:
        text = exp.cast(value, "TEXT")
    return exp.func("COALESCE", text, literal(""))


def tag_columns(plan: QueryPlan, key: str) -> tuple[str, ...]:
    """The sets of tags that may tell the value of `key`, the strongest first: an event's own
    over those of its charge (billing-rules 24)."""
    return (EVENT_TAGS, TAGS) if key in plan.event_tags else (TAGS,)


def tag_value(plan: QueryPlan, key: str) -> exp.Expr:
    """The value of the tag `key` (lower case) in the carried sets, whose keys are of any case."""
    values = [
        template(_TAG_VALUE, tags=column(name), key=literal(key)) for name in tag_columns(plan, key)
    ]
    return exp.func("COALESCE", *values, literal(""))


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
        return exp.not_(exp.paren(condition(node.condition, value)))
    combine = exp.and_ if node.word == "and" else exp.or_
    return combine(*(exp.paren(condition(part, value)) for part in node.conditions))


def _comparison(leaf: Leaf, value: exp.Expr) -> exp.Expr:
    if leaf.name == "Dataset" and "best" in leaf.values:
        return exp.true()
    if leaf.kind == "Dimension":
        value = exp.func("LOWER", value)
    values = [literal(text) for text in leaf.values]
    if leaf.comparison == "In":
        return value.isin(*values)
    return exp.or_(*(exp.Contains(this=value.copy(), expression=text) for text in values))


def conjuncts(node: Condition | None) -> tuple[Condition, ...]:
    """The parts of `node` that must all hold."""
    if node is None:
        return ()
    if isinstance(node, Junction) and node.word == "and":
        return tuple(part for inner in node.conditions for part in conjuncts(inner))
    return (node,)

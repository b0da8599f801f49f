"""CallCount where facts of lines are asked: an event belongs to every group with a line of it.

The lines of a group tell token types, and an event of their series belongs to the group if it
told one of them. That is exact for a group of one token type, and for one that has all lines of
its token types. So series are counted over the whole bucket first, and those of which a group
has a part of the lines (another price, tag or context band) an hour at a time. Where even within
an hour a group of several types has a part, the most events of one type stand for it: exact where
one type covers the others, as input does. Events that told nothing are counted by the rows that
stand for them in `uncharged`.
"""

from __future__ import annotations

from typing import Literal

from sqlglot import exp

from costplane.analysis.expressions import within
from costplane.analysis.lines import (
    TIME,
    bucket_alias,
    bucket_columns,
    group_aliases,
    regrouped,
    rows,
)
from costplane.analysis.nodes import (
    alias,
    column,
    columns,
    grouped,
    join,
    literal,
    number,
    select,
    template,
    union_all,
)
from costplane.analysis.plan import EVENT_TAGS, QueryPlan
from costplane.core.quantities import QUANTITIES

Level = Literal["series", "hour"]
"""Whether a series is looked at over the whole bucket, or an hour at a time."""

_HOUR = "EPOCH_US(:time) // 3600000000"
_IS_WHOLE = """(
    BIT_COUNT(types) <= 1
    OR COALESCE(SUM(told_events * BIT_COUNT(told_types & types)), 0) = COALESCE(lines, 0))"""
_CALLS = """
    GREATEST(COALESCE(untold, 0), CASE
        WHEN BIT_COUNT(types) <= 1 OR NOT :is_whole THEN COALESCE(most, 0)
        ELSE COALESCE(SUM(CASE WHEN told_types & types <> 0 THEN told_events END), 0) END)"""


def calls_of_lines(plan: QueryPlan) -> dict[str, exp.Query]:
    """The common tables of the count; `calls` has the groups, a currency and the calls."""
    split = select([column("series")], "series_counts", where=[template("NOT is_whole")])
    return {
        **_level(plan, "series"),
        "split": grouped(split),
        **_level(plan, "hour"),
        "calls": _calls(plan),
    }


def _level(plan: QueryPlan, level: Level) -> dict[str, exp.Query]:
    charges, uncharged = _lines(plan, "charges", level), _lines(plan, "uncharged", level)
    return {
        f"{level}_lines": union_all(charges, uncharged),
        f"{level}_types": _types(plan, level),
        f"{level}_groups": _groups(plan, level),
        f"{level}_told": _told(plan, level),
        f"{level}_counts": _counts(plan, level),
    }


def _keys(plan: QueryPlan, level: Level) -> list[str]:
    """What keeps events apart beside the bucket; requests have columns of their own."""
    hour = ["hour"] if level == "hour" else []
    return [*hour, "series", *(f"r_{name}" for name in plan.request_columns)]


def _lines(plan: QueryPlan, table: Literal["charges", "uncharged"], level: Level) -> exp.Select:
    requests = [
        alias(column(EVENT_TAGS if name == "tags" else name), f"r_{name}")
        for name in plan.request_columns
    ]
    further = [
        *_hour(TIME, level),
        alias(template('COALESCE("x_Series", -1)'), "series"),
        *requests,
        alias(column("x_TokenType"), "type"),
        alias(template('SUM("x_Events")'), "events"),
    ]
    of_split = template('COALESCE("x_Series", -1) IN (SELECT series FROM split)')
    return rows(plan, table, further, where=[of_split] if level == "hour" else [])


def _hour(time: str, level: Level) -> list[exp.Expr]:
    return [alias(template(_HOUR, time=column(time)), "hour")] if level == "hour" else []


def _types(plan: QueryPlan, level: Level) -> exp.Select:
    """Events by group and token type, without what a reversal took back."""
    summed = [
        alias(template("MIN(currency)"), "currency"),
        alias(template("SUM(events)"), "events"),
    ]
    kept = [*_keys(plan, level), "type"]
    return regrouped(plan, f"{level}_lines", summed, kept, [template("SUM(events) > 0")])


def _groups(plan: QueryPlan, level: Level) -> exp.Select:
    """Groups within a series: their token types as bits, their lines, the most events."""
    shown = [
        *columns([*_keys(plan, level), *group_aliases(plan)]),
        alias(template("MIN(currency)"), "currency"),
        alias(exp.BitwiseOrAgg(this=_bit()), "types"),
        alias(template("SUM(events) FILTER (WHERE NOT type IS NULL)"), "lines"),
        alias(template("MAX(events) FILTER (WHERE NOT type IS NULL)"), "most"),
        alias(template("MAX(events) FILTER (WHERE type IS NULL)"), "untold"),
    ]
    return grouped(select(shown, f"{level}_types"))


def _bit() -> exp.Expr:
    bits = [exp.If(this=literal(q.name), true=number(1 << n)) for n, q in enumerate(QUANTITIES)]
    return exp.Case(this=column("type"), ifs=bits, default=number(0))


def _told(plan: QueryPlan, level: Level) -> exp.Select:
    """Events of series with groups of several token types, by the types that they told."""
    requests = [alias(column(name), f"r_{name}") for name in plan.request_columns]
    shown = [
        *_hour("time", level),
        column("series"),
        *requests,
        *bucket_columns(plan, "time"),
        alias(_told_types(), "told_types"),
        alias(template("COUNT(*)"), "told_events"),
    ]
    several = select(
        [column("series")], f"{level}_groups", where=[template("BIT_COUNT(types) > 1")]
    )
    of_several = exp.In(this=column("series"), query=exp.Subquery(this=several))
    return grouped(select(shown, "usage", where=[within(plan, "time"), of_several]))


def _told_types() -> exp.Expr:
    total: exp.Expr = number(0)
    for place, quantity in enumerate(QUANTITIES):
        untold = exp.Is(this=column(quantity.name), expression=exp.Null())
        bit = exp.Case(ifs=[exp.If(this=untold, true=number(0))], default=number(1 << place))
        total = exp.Add(this=total, expression=bit)
    return total


def _counts(plan: QueryPlan, level: Level) -> exp.Select:
    """Calls of each group within a series, and whether they are exact."""
    groups, told = f"{level}_groups", f"{level}_told"
    same = [
        exp.NullSafeEQ(this=column(key, groups), expression=column(key, told))
        for key in [*_keys(plan, level), *bucket_alias(plan)]
    ]
    kept = [*_keys(plan, level), *group_aliases(plan), "currency"]
    is_whole = template(_IS_WHOLE)
    shown = [
        *columns(kept, groups),
        alias(is_whole, "is_whole"),
        alias(template(_CALLS, is_whole=is_whole), "calls"),
    ]
    query = select(shown, groups, joins=[join(told, on=same, side="LEFT")])
    facts = columns([*kept, "types", "lines", "most", "untold"], groups)
    query.set("group", exp.Group(expressions=facts))
    return query


def _calls(plan: QueryPlan) -> exp.Select:
    kept = [*group_aliases(plan), "currency"]
    of_rest = template("NOT series IN (SELECT series FROM split)")
    whole = select(columns([*kept, "calls"]), "series_counts", where=[of_rest])
    hours = select(columns([*kept, "calls"]), "hour_counts")
    counts = exp.Subquery(this=union_all(whole, hours), alias=exp.TableAlias(this="counts"))
    return grouped(select([*columns(kept), alias(template("SUM(calls)"), "calls")], counts))

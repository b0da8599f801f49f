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

from costplane.analysis.expressions import column, template, within
from costplane.analysis.lines import (
    TIME,
    bucket_columns,
    group_aliases,
    grouped,
    regrouped,
    rows,
)
from costplane.analysis.plan import EVENT_TAGS, QueryPlan
from costplane.core.quantities import QUANTITIES

Level = Literal["series", "hour"]
"""Whether a series is looked at over the whole bucket, or an hour at a time."""

_HOUR = "EPOCH_US(:time) // 3600000000"
_IS_WHOLE = """
    BIT_COUNT(types) <= 1
    OR COALESCE(SUM(told_events * BIT_COUNT(told_types & types)), 0) = COALESCE(lines, 0)"""
_CALLS = """
    GREATEST(COALESCE(untold, 0), CASE
        WHEN BIT_COUNT(types) <= 1 OR NOT :is_whole THEN COALESCE(most, 0)
        ELSE COALESCE(SUM(CASE WHEN told_types & types <> 0 THEN told_events END), 0) END)"""


def calls_of_lines(plan: QueryPlan) -> dict[str, exp.Query]:
    """The common tables of the count; `calls` has the groups, a currency and the calls."""
    return {
        **_level(plan, "series"),
        "split": exp.select("series").distinct().from_("series_counts").where("NOT is_whole"),
        **_level(plan, "hour"),
        "calls": _calls(plan),
    }


def _level(plan: QueryPlan, level: Level) -> dict[str, exp.Query]:
    charges, uncharged = _lines(plan, "charges", level), _lines(plan, "uncharged", level)
    return {
        f"{level}_lines": exp.union(charges, uncharged, distinct=False),
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
        exp.alias_(column(EVENT_TAGS if name == "tags" else name), f"r_{name}")
        for name in plan.request_columns
    ]
    further = [
        *_hour(TIME, level),
        exp.alias_(template('COALESCE("x_Series", -1)'), "series"),
        *requests,
        exp.alias_(column("x_TokenType"), "type"),
        exp.alias_(template('SUM("x_Events")'), "events"),
    ]
    select = rows(plan, table, further)
    if level == "series":
        return select
    return select.where(template('COALESCE("x_Series", -1) IN (SELECT series FROM split)'))


def _hour(time: str, level: Level) -> list[exp.Expr]:
    hour = exp.alias_(template(_HOUR, time=column(time)), "hour")
    return [hour] if level == "hour" else []


def _types(plan: QueryPlan, level: Level) -> exp.Select:
    """Events by group and token type, without what a reversal took back."""
    summed = [
        exp.alias_(template("MIN(currency)"), "currency"),
        exp.alias_(template("SUM(events)"), "events"),
    ]
    select = regrouped(plan, f"{level}_lines", summed, [*_keys(plan, level), "type"])
    return select.having(template("SUM(events) > 0"))


def _groups(plan: QueryPlan, level: Level) -> exp.Select:
    """Groups within a series: their token types as bits, their lines, the most events."""
    keys = [*_keys(plan, level), *group_aliases(plan)]
    return grouped(
        exp.select(*(column(key) for key in keys))
        .select(
            exp.alias_(template("MIN(currency)"), "currency"),
            exp.alias_(template("BIT_OR(:bit)", bit=_bit()), "types"),
            exp.alias_(template("SUM(events) FILTER (WHERE NOT type IS NULL)"), "lines"),
            exp.alias_(template("MAX(events) FILTER (WHERE NOT type IS NULL)"), "most"),
            exp.alias_(template("MAX(events) FILTER (WHERE type IS NULL)"), "untold"),
        )
        .from_(f"{level}_types")
    )


def _bit() -> exp.Expr:
    case = exp.Case(default=exp.Literal.number(0))
    for number, quantity in enumerate(QUANTITIES):
        same = column("type").eq(exp.Literal.string(quantity.name))
        case = case.when(same, exp.Literal.number(1 << number), copy=False)
    return case


def _told(plan: QueryPlan, level: Level) -> exp.Select:
    """Events of series with groups of several token types, by the types that they told."""
    requests = [exp.alias_(column(name), f"r_{name}") for name in plan.request_columns]
    select = exp.select(*_hour("time", level), column("series"), *requests)
    select = select.select(*bucket_columns(plan, "time"))
    select = select.select(exp.alias_(_told_types(), "told_types"))
    select = select.select(exp.alias_(template("COUNT(*)"), "told_events")).from_("usage")
    several = exp.select("series").from_(f"{level}_groups").where("BIT_COUNT(types) > 1")
    return grouped(select.where(within(plan, "time"), column("series").isin(query=several)))


def _told_types() -> exp.Expr:
    total: exp.Expr = exp.Literal.number(0)
    for number, quantity in enumerate(QUANTITIES):
        told = exp.Is(this=column(quantity.name), expression=exp.null())
        bit = exp.Case(default=exp.Literal.number(1 << number))
        bit = bit.when(told, exp.Literal.number(0), copy=False)
        total = exp.Add(this=total, expression=bit)
    return total


def _counts(plan: QueryPlan, level: Level) -> exp.Select:
    """Calls of each group within a series, and whether they are exact."""
    told = [*_keys(plan, level), *(["bucket"] if plan.definition.date_column else [])]
    groups, types = f"{level}_groups", f"{level}_told"
    same = [exp.NullSafeEQ(this=column(key, groups), expression=column(key, types)) for key in told]
    is_whole = exp.paren(template(_IS_WHOLE))
    kept = dict.fromkeys([*_keys(plan, level), *group_aliases(plan), "currency"])
    select = exp.select(*(column(name, groups) for name in kept)).select(
        exp.alias_(is_whole, "is_whole"), exp.alias_(template(_CALLS, is_whole=is_whole), "calls")
    )
    select = select.from_(groups).join(types, on=exp.and_(*same), join_type="left")
    facts = [*kept, "types", "lines", "most", "untold"]
    return select.group_by(*(column(name, groups) for name in facts))


def _calls(plan: QueryPlan) -> exp.Select:
    kept = [column(name) for name in [*group_aliases(plan), "currency"]]
    whole = exp.select(*kept, "calls").from_("series_counts")
    whole = whole.where("NOT series IN (SELECT series FROM split)")
    hours = exp.select(*kept, "calls").from_("hour_counts")
    counts = exp.union(whole, hours, distinct=False).subquery("counts")
    return grouped(
        exp.select(*kept).select(exp.alias_(template("SUM(calls)"), "calls")).from_(counts)
    )

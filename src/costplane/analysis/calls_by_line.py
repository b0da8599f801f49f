"""CallCount where facts of lines are asked: an event belongs to every group with a line of it.

An hour of a series at a time, the lines of a group tell token types, and an event belongs to the
group if it told one of them. That is exact while a group has all the hour's lines of its token
types. Where it has a part of them (another price or tag within the hour, a context band) the most
events of one token type stand for the group: exact where one type covers the others, as input
does. Events that told nothing are counted by the rows that stand for them in `uncharged`.
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

_HOUR = "EPOCH_US(:time) // 3600000000"
_EXPECTED = "COALESCE(SUM(told.events * BIT_COUNT(told.types & call_groups.types)), 0)"
_MEMBERS = "COALESCE(SUM(CASE WHEN told.types & call_groups.types <> 0 THEN told.events END), 0)"


def calls_of_lines(plan: QueryPlan) -> dict[str, exp.Query]:
    """The common tables of the count; `calls` has the groups, a currency and the calls."""
    charges, uncharged = _lines(plan, "charges"), _lines(plan, "uncharged")
    return {
        "call_lines": exp.union(charges, uncharged, distinct=False),
        "call_types": _types(plan),
        "call_groups": _groups(plan),
        "told": _told(plan),
        "call_counts": _counts(plan),
        "calls": _calls(plan),
    }


def _requests(plan: QueryPlan) -> list[str]:
    """The keys that keep requests apart, beside hour and series."""
    return [f"r_{name}" for name in plan.request_columns]


def _keys(plan: QueryPlan) -> list[str]:
    return ["hour", "series", *_requests(plan)]


def _lines(plan: QueryPlan, table: Literal["charges", "uncharged"]) -> exp.Select:
    requests = [
        exp.alias_(column(EVENT_TAGS if name == "tags" else name), f"r_{name}")
        for name in plan.request_columns
    ]
    further = [
        exp.alias_(template(_HOUR, time=column(TIME)), "hour"),
        exp.alias_(column("x_Series"), "series"),
        *requests,
        exp.alias_(column("x_TokenType"), "type"),
        exp.alias_(template('SUM("x_Events")'), "events"),
    ]
    return rows(plan, table, further)


def _types(plan: QueryPlan) -> exp.Select:
    """Events by group and token type, without what a reversal took back."""
    summed = [
        exp.alias_(template("MIN(currency)"), "currency"),
        exp.alias_(template("SUM(events)"), "events"),
    ]
    select = regrouped(plan, "call_lines", summed, [*_keys(plan), "type"])
    return select.having(template("SUM(events) > 0"))


def _groups(plan: QueryPlan) -> exp.Select:
    """Groups of an hour and series: their token types as bits, their lines, the most events."""
    keys = [*_keys(plan), *group_aliases(plan)]
    return grouped(
        exp.select(*(column(key) for key in keys))
        .select(
            exp.alias_(template("MIN(currency)"), "currency"),
            exp.alias_(template("BIT_OR(:bit)", bit=_bit()), "types"),
            exp.alias_(template("SUM(events) FILTER (WHERE NOT type IS NULL)"), "lines"),
            exp.alias_(template("MAX(events) FILTER (WHERE NOT type IS NULL)"), "most"),
            exp.alias_(template("MAX(events) FILTER (WHERE type IS NULL)"), "untold"),
        )
        .from_("call_types")
    )


def _bit() -> exp.Expr:
    case = exp.Case(default=exp.Literal.number(0))
    for number, quantity in enumerate(QUANTITIES):
        same = column("type").eq(exp.Literal.string(quantity.name))
        case = case.when(same, exp.Literal.number(1 << number))
    return case


def _told(plan: QueryPlan) -> exp.Select:
    """Events by hour, series and the set of token types that they told, as bits."""
    requests = [exp.alias_(column(name), f"r_{name}") for name in plan.request_columns]
    hour = exp.alias_(template(_HOUR, time=column("time")), "hour")
    select = exp.select(hour, column("series"), *requests, *bucket_columns(plan, "time"))
    types = exp.alias_(_told_types(), "types")
    select = select.select(types, exp.alias_(template("COUNT(*)"), "events")).from_("usage")
    series = template("series IN (SELECT series FROM call_groups)")
    return grouped(select.where(within(plan, "time"), series))


def _told_types() -> exp.Expr:
    bits = [
        template(
            "CASE WHEN :quantity IS NULL THEN 0 ELSE :bit END",
            quantity=column(quantity.name),
            bit=exp.Literal.number(1 << number),
        )
        for number, quantity in enumerate(QUANTITIES)
    ]
    total = bits[0]
    for bit in bits[1:]:
        total = exp.Add(this=total, expression=bit)
    return total


def _counts(plan: QueryPlan) -> exp.Select:
    keys = _keys(plan) + (["bucket"] if plan.definition.date_column else [])
    same = [
        exp.NullSafeEQ(this=column(key, "call_groups"), expression=column(key, "told"))
        for key in keys
    ]
    kept = [*group_aliases(plan), "currency"]
    whole = template(f"CASE WHEN {_EXPECTED} = COALESCE(lines, 0) THEN {_MEMBERS} ELSE most END")
    calls = template("GREATEST(:told, COALESCE(untold, 0))", told=whole)
    apart = [*_keys(plan), *kept, "types", "lines", "most", "untold"]
    select = exp.select(*(column(name, "call_groups") for name in kept))
    select = select.select(exp.alias_(calls, "calls")).from_("call_groups")
    select = select.join("told", on=exp.and_(*same), join_type="left")
    return select.group_by(*(column(name, "call_groups") for name in dict.fromkeys(apart)))


def _calls(plan: QueryPlan) -> exp.Select:
    kept = [column(name) for name in [*group_aliases(plan), "currency"]]
    calls = exp.alias_(template("SUM(calls)"), "calls")
    return grouped(exp.select(*kept).select(calls).from_("call_counts"))

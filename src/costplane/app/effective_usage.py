"""Usage with the price version that holds for each row: its own, or that of a later re-rating.

Versions only grow, and a re-rating takes the newest of its time, so the greatest holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from costplane.core.relation import Derived, Relation
from costplane.core.rerating import Rerating, Selection
from costplane.core.sql import select
from costplane.core.tables import USAGE

_COLUMNS = ", ".join(f'"{name}"' for name in USAGE.names if name != "price_version")


def effective_usage(usage: Relation, reratings: Sequence[Rerating]) -> Relation:
    """`usage` with its price versions as the re-ratings left them."""
    if not reratings:
        return usage
    versions = [_version(rerating) for rerating in reratings]
    greatest = exp.Greatest(this=exp.column("price_version"), expressions=versions)
    statement = select(f"SELECT {_COLUMNS} FROM usage")
    return Derived(statement.select(exp.alias_(greatest, "price_version")), {"usage": usage})


def _version(rerating: Rerating) -> exp.Expression:
    held = exp.If(this=selected(rerating.selection), true=exp.Literal.number(rerating.version))
    return exp.Case(ifs=[held], default=exp.Literal.number(0))


def selected(selection: Selection) -> exp.Condition:
    """The rows of `usage` that a selection means."""
    return _chosen(selection, "time", "subscription_id", "resource_group", "resource_id")


def selected_lines(selection: Selection) -> exp.Condition:
    """The rows of `charges` and `uncharged` that stand for the usage of a selection. Its bounds
    are full hours."""
    return _chosen(
        selection,
        "ChargePeriodStart",
        "SubAccountId",
        "x_ResourceGroupName",
        "x_AccountResourceId",
    )


def _chosen(
    selection: Selection, time: str, subscription: str, group: str, resource: str
) -> exp.Condition:
    start, end = (
        exp.cast(exp.Literal.string(bound.isoformat()), "timestamptz")
        for bound in (selection.start, selection.end)
    )
    parts: list[exp.Condition] = [exp.column(time) >= start, exp.column(time) < end]
    if selection.subscriptions is not None:
        ids = [exp.Literal.string(one) for one in selection.subscriptions]
        parts.append(exp.column(subscription).isin(*ids) if ids else exp.false())
    for name, value in ((group, selection.resource_group), (resource, selection.resource_id)):
        if value is not None:
            parts.append(exp.column(name).eq(exp.Literal.string(value)))
    return exp.and_(*parts)

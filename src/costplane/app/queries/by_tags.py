"""Persons counted by tags without rating requests: the catalog tells the tags of each series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from costplane.analysis.distinct_by_tags import TAG_SETS, distinct_by_tags, series_in_use
from costplane.analysis.plan import QueryPlan
from costplane.core.relation import Engine
from costplane.core.tags import canonical
from costplane.ledger.delta import Snapshot
from costplane.rating.holder import Facts, Holders


def persons_by_tags(
    plan: QueryPlan,
    snapshot: Snapshot,
    engine: Engine,
    series: Mapping[int, Facts],
    holders: Holders,
) -> pa.Table:
    """The rows of analysis/distinct.py for a plan that asks nothing but tags and facts of events
    (`plan.asks_events`). A call has the tags with which it would be rated."""
    events = {name: snapshot.relation(name) for name in ("usage", "series")}
    used = engine.execute(series_in_use(plan), {"usage": events["usage"]})
    facts = {number: series[number] for number in used["series"].to_pylist()}
    sets = pa.Table.from_pylist(list(_tag_sets(plan, facts, holders)), TAG_SETS)
    return engine.execute(distinct_by_tags(plan), {**events, "tag_sets": sets})


def _tag_sets(
    plan: QueryPlan, series: Mapping[int, Facts], holders: Holders
) -> Iterator[dict[str, Any]]:
    for number, facts in series.items():
        for interval in holders.tags(facts, plan.period):
            yield {
                "series": number,
                "since": interval.period.start,
                "until": interval.period.end,
                "charge_tags": canonical(interval.tags),
            }

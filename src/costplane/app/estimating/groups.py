"""A plan as groups of equal calls, each with the row of `usage` that one of its calls would be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa

from costplane.app.estimating.average import average_call
from costplane.app.estimating.calls import Whole, batched, stretches, whole_calls
from costplane.app.estimating.payer import facts_of
from costplane.app.estimating.result import EstimateGap
from costplane.app.estimating.workload import Workload
from costplane.core.period import day_start
from costplane.core.quantities import BY_NAME, PROMPT_TYPES
from costplane.core.tables import USAGE
from costplane.pricing.model_names import priced_model
from costplane.rating.holder import Facts

GROUP = "call_group"
"""The column that tells groups apart in what is rated."""

_USAGE = USAGE.append(pa.field(GROUP, pa.int64(), nullable=False))


@dataclass(frozen=True, slots=True)
class CallGroup:
    """`calls` equal calls of a workload in a month, rated at `instant`; `counts` are those of
    one call, `batch` tells calls that are sent as batch."""

    workload: Workload
    month: date
    instant: datetime
    batch: bool
    counts: Whole
    calls: int


@dataclass(frozen=True, slots=True)
class PlannedCalls:
    """All groups of some workloads; `gaps` are parts of their calls that nobody can count,
    `notes` say how the others were counted."""

    groups: tuple[CallGroup, ...]
    gaps: tuple[EstimateGap, ...]
    notes: tuple[str, ...]

    @property
    def series(self) -> dict[int, Facts]:
        """The facts of every series of the groups."""
        return {n: facts_of(g.workload, batch=g.batch) for n, g in self.in_series()}

    def usage(self) -> pa.Table:
        """One event of each group, as rows of `usage` with the group's number."""
        rows = [_row(n, g, series) for n, (series, g) in enumerate(self.in_series())]
        return pa.Table.from_pylist(rows, _USAGE)

    def in_series(self) -> list[tuple[int, CallGroup]]:
        """The groups, each with the number of its series."""
        names = self._names
        return [(_series(group, names), group) for group in self.groups]

    @property
    def _names(self) -> list[str]:
        return sorted({group.workload.name for group in self.groups})


def planned_calls(
    workloads: Sequence[Workload], changes: Collection[datetime], priced_at: datetime | None
) -> PlannedCalls:
    """The calls of workloads, all at `priced_at`, else parted at the `changes` of prices."""
    groups: list[CallGroup] = []
    gaps: list[EstimateGap] = []
    notes: list[str] = []
    for workload in workloads:
        served = workload.served
        model, _ = priced_model(served.model, served.model_version, served.provider)
        average = average_call(workload.shape, model)
        own = list(_groups(workload, average.quantities, changes, priced_at))
        groups += own
        notes += [f"{workload.name}: {note}" for note in average.notes]
        gaps += _uncounted(workload, own, average.uncounted)
    return PlannedCalls(tuple(groups), tuple(gaps), tuple(notes))


def _groups(
    workload: Workload,
    average: Mapping[str, Fraction],
    changes: Collection[datetime],
    priced_at: datetime | None,
) -> Iterator[CallGroup]:
    for part in stretches(workload, () if priced_at else changes):
        instant = priced_at or part.start
        numbers = batched(part.calls, workload.batch_share)
        for batch, calls in zip((False, True), numbers, strict=True):
            shape = _without_cache(average) if batch else average
            for counts, number in whole_calls(shape, calls) if calls else ():
                yield CallGroup(workload, part.month, instant, batch, counts, number)


def _without_cache(average: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """The average of calls sent as batch: their prompts are neither read from a cache nor
    written to one."""
    kept = {name: n for name, n in average.items() if not name.startswith("input_text")}
    text = sum((n for name, n in average.items() if name not in kept), Fraction(0))
    return kept | ({"input_text": text} if text else {})


def _uncounted(
    workload: Workload, groups: Sequence[CallGroup], parts: Sequence[tuple[str, str]]
) -> Iterator[EstimateGap]:
    calls: dict[date, int] = {}
    for group in groups:
        calls[group.month] = calls.get(group.month, 0) + group.calls
    for month, number in calls.items():
        for quantity, reason in parts:
            yield EstimateGap(month, workload.name, quantity, None, None, number, reason)


def _series(group: CallGroup, names: Sequence[str]) -> int:
    return 2 * names.index(group.workload.name) + group.batch


def _row(number: int, group: CallGroup, series: int) -> dict[str, Any]:
    told = facts_of(group.workload, batch=group.batch)
    return {
        **{name: value for name, value in told.items() if name in USAGE.names},
        **{name: _stored(name, count) for name, count in group.counts.items()},
        "source": "estimate",
        "id": str(number),
        "time": group.instant,
        "http_status": 200,
        "gateway_cache_hit": False,
        "estimated": True,
        "tags": "{}",
        "context_tokens": sum(group.counts.get(q.name, 0) for q in PROMPT_TYPES),
        "content_digest": 0,
        "series": series,
        "segment": 0,
        "price_version": 0,
        "received_at": day_start(group.month),
        GROUP: number,
    }


def _stored(name: str, count: int) -> int | Decimal:
    scale = BY_NAME[name].scale
    return Decimal(count).scaleb(-scale) if scale else count

"""Which tags hold for a resource at an instant (billing-rules 24).

Same key: event over tag rule over resource over group over subscription. Tags of group and
subscription count as the settings say (catalog/inheritance.py).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from costplane.catalog.model import BEGINNING, lineage
from costplane.core.tags import merge

Sources = Callable[[str], tuple[str, ...]]
"""The scopes whose tags count for a resource, the strongest first."""


@dataclass(frozen=True, slots=True)
class TagInterval:
    """The tags of one scope from `valid_from` up to, not including, `valid_to` (None: open)."""

    scope_id: str
    tags: Mapping[str, str]
    valid_from: datetime
    valid_to: datetime | None = None


class TagHistory:
    """The tags of many scopes over time."""

    def __init__(self, intervals: Iterable[TagInterval]) -> None:
        self._intervals: dict[str, list[TagInterval]] = {}
        for interval in sorted(intervals, key=lambda interval: interval.valid_from):
            self._intervals.setdefault(interval.scope_id, []).append(interval)

    def at(self, scope_id: str, instant: datetime) -> Mapping[str, str]:
        """The scope's own tags at `instant`; empty where none are known."""
        intervals = self._intervals.get(scope_id, [])
        index = bisect_right(intervals, instant, key=lambda interval: interval.valid_from) - 1
        if index < 0:
            return {}
        end = intervals[index].valid_to
        return intervals[index].tags if end is None or instant < end else {}

    def effective(
        self,
        resource_id: str,
        instant: datetime,
        *,
        event_tags: Mapping[str, str] | None = None,
        sources: Sources = lineage,
    ) -> dict[str, str]:
        """The tags of a charge on a resource at `instant`, the event's own over the rest."""
        layers = [self.at(scope_id, instant) for scope_id in sources(resource_id)]
        return merge([event_tags or {}, *layers])

    def timeline(self, resource_id: str, *, sources: Sources = lineage) -> list[TagInterval]:
        """The effective tags of a resource over all time, without gaps and without repeats."""
        own = (self._intervals.get(scope, []) for scope in sources(resource_id))
        bounds = (i for scope in own for t in scope for i in (t.valid_from, t.valid_to))
        starts = {BEGINNING, *(bound for bound in bounds if bound is not None)}
        return self._stretches(resource_id, sorted(starts), sources)

    def _stretches(
        self, resource_id: str, starts: list[datetime], sources: Sources
    ) -> list[TagInterval]:
        changes: list[tuple[datetime, dict[str, str]]] = []
        for start in starts:
            tags = self.effective(resource_id, start, sources=sources)
            if not changes or changes[-1][1] != tags:
                changes.append((start, tags))
        ends = [later for (_, _), (later, _) in pairwise(changes)]
        return [
            TagInterval(resource_id, tags, start, end)
            for (start, tags), end in zip(changes, [*ends, None], strict=True)
        ]

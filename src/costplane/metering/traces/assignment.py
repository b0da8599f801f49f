"""What a trace does not tell: the deployment that its requests are said to have gone to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from costplane.core.period import day_start
from costplane.core.tables import EVENTS, INSTANT
from costplane.core.tags import canonical, merge
from costplane.metering.place import resource_place
from costplane.metering.spelling import FACTS

ORIGIN = {"origin": "replayed"}
"""The tag of every replayed event; it cannot be assigned away."""


_FACTS = {
    fact: FACTS[fact]
    for fact in (
        "deployment",
        "model",
        "model_version",
        "deployment_type",
        "region",
        "provider",
        "operation",
    )
}


@dataclass(frozen=True, slots=True)
class Assignment:
    """Facts given to all events of a trace.

    `day` moves the trace: its first request falls on that UTC day, times of day and distances
    stay. `source` is the events' source, and with the row's number their id, so that a trace
    read twice is the same events.
    """

    resource_id: str
    deployment: str
    model: str
    model_version: str | None = None
    deployment_type: str | None = None
    region: str | None = None
    provider: str | None = None
    operation: str | None = None
    source: str = "trace"
    day: date | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def events(
        self, rows: Iterable[int], times: pa.Array, quantities: Mapping[str, pa.Array]
    ) -> pa.Table:
        """An EVENTS table: `times` (instants) and `quantities` by name, one row a request.

        `rows` are the numbers of the requests in their trace, from 1.
        Raises InvalidUsage if `resource_id` is not the id of an Azure resource.
        """
        count = len(times)
        numbers = pa.array(rows, pa.int64()).cast(pa.string())
        told = {
            "time": times,
            "id": pc.binary_join_element_wise(self.source, numbers, "-"),
            **quantities,
            **{name: pa.repeat(value, count) for name, value in self._constants().items()},
        }
        columns = [
            told[field.name].cast(field.type) if field.name in told else pa.nulls(count, field.type)
            for field in EVENTS
        ]
        return pa.table(columns, schema=EVENTS)

    def shift(self, first: datetime) -> int:
        """Microseconds by which a trace moves whose first request was at `first` (UTC)."""
        if self.day is None:
            return 0
        moved = day_start(self.day) - day_start(first.date())
        return moved.days * 86_400_000_000

    def _constants(self) -> dict[str, str | int | bool]:
        place = resource_place(self.resource_id)
        told = {
            "source": self.source,
            "resource_id": place.resource_id,
            "subscription_id": place.subscription_id,
            "resource_group": place.resource_group,
            **{fact: spelled(getattr(self, fact)) for fact, spelled in _FACTS.items()},
            "http_status": 200,
            "gateway_cache_hit": False,
            "estimated": False,
            "tags": canonical(merge([ORIGIN, self.tags])),
        }
        return {name: value for name, value in told.items() if value is not None}


def moved(times: pa.Array, shift: int) -> pa.Array:
    """`times` (microseconds, UTC without zone) as instants, later by `shift` microseconds."""
    return pc.add(times, pa.scalar(shift, pa.duration("us"))).cast(INSTANT)

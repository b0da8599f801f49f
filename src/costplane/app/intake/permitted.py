"""Which events a sender may send: those of resources at which it is an Ingest Writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from costplane.metering.batch import EventBatch, Rejection

REFUSED = "RBACAccessDenied"

MayWrite = Callable[[str], bool]
"""Whether usage of the resource with an id may be sent."""


def permitted(batch: EventBatch, may_write: MayWrite) -> EventBatch:
    """The batch with the events of other resources rejected."""
    resources = batch.events["resource_id"]
    refused = [r for r in pc.unique(resources).to_pylist() if not may_write(r or "/")]
    if not refused:
        return batch
    is_refused = pc.is_in(resources, value_set=pa.array(refused, pa.string()))
    flags = is_refused.to_pylist()
    found = [
        _rejection(index, resource)
        for index, flag, resource in zip(_places(batch), flags, resources.to_pylist(), strict=True)
        if flag
    ]
    rejected = sorted((*batch.rejected, *found), key=lambda one: one.index)
    return EventBatch(batch.events.filter(pc.invert(is_refused)), tuple(rejected))


def _places(batch: EventBatch) -> Iterator[int]:
    """The places in the batch of the events that were read."""
    gone = {one.index for one in batch.rejected}
    total = len(batch.events) + len(gone)
    return (index for index in range(total) if index not in gone)


def _rejection(index: int, resource: str) -> Rejection:
    message = (
        f"usage of '{resource}' may be sent by holders of the role 'Ingest Writer' there or above"
    )
    return Rejection(index, REFUSED, message, "data.resource_id")

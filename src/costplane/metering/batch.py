"""What reading usage gives: the events that can be counted, and those that cannot, with why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from costplane.errors import InvalidUsage


@dataclass(frozen=True, slots=True)
class Rejection:
    """An event that was not taken.

    `index` is its place among the events of its batch, from 0; `line` its line in the file,
    from 1, where there are lines. `target` is the dotted path of the first field at fault;
    `message` names every fault that was found.
    """

    index: int
    code: str
    message: str
    target: str | None = None
    line: int | None = None

    @classmethod
    def of(cls, faults: Iterable[InvalidUsage], index: int, line: int | None) -> Rejection:
        """One rejection for all the faults of one event; there is at least one."""
        found = list(faults)
        message = "; ".join(fault.message for fault in found)
        return cls(index, found[0].error_code, message, found[0].target, line)


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Events in the order they came (schema `core.tables.EVENTS`), and the rejected ones."""

    events: pa.Table
    rejected: tuple[Rejection, ...] = ()

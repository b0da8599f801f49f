"""What an adapter is: how its records are told, and how one becomes an event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from costplane.errors import InvalidUsage
from costplane.metering.adapters.event_stream import is_event_stream
from costplane.metering.hosts import AZURE_HOSTS, PlaceOfHost, host_of

Record: TypeAlias = dict[str, Any]
"""A JSON object; fractions are Decimal."""

Read: TypeAlias = Record | InvalidUsage
"""A record, or why there is none."""

NATIVE = b'"ai.inference.usage"'
"""What stands in every native event."""

_LATEST = 250_000_000_000
"""Seconds since 1970: before the year 9999."""

_LONGEST_TAG = 256
"""Characters: longer texts are no tags, and may be something that somebody wrote."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - written with its zone below


@dataclass(frozen=True, slots=True)
class Context:
    """What the records leave out: the resource of calls to no known host, its deployment and its
    model ("" for none of them), the UTC day of those that tell no time, the name of the file, and
    the catalog's hosts."""

    place_of_host: PlaceOfHost
    file: str
    resource_id: str = ""
    deployment: str = ""
    model: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Adapter:
    """A shape of records: its `name` for --format, what it `looks_like`, sets of `marks` of one
    of which all stand in the text of a record, what makes an event of one (None: it tells of no
    call), and what makes `whole` records where they come in pieces."""

    name: str
    looks_like: str
    marks: tuple[tuple[bytes, ...], ...]
    event: Callable[[Record, Context], dict[str, Any] | None]
    whole: Callable[[Iterable[Read]], Iterator[Read]] = iter

    def begins(self, start: bytes) -> bool:
        """Whether a file that starts so holds these records."""
        if start[:1] not in (b"{", b"[") and not is_event_stream(start):
            return False
        marked = any(all(mark in start for mark in marks) for marks in self.marks)
        return marked and NATIVE not in start


def place(context: Context, address: str | None, provider: str | None, project: str) -> Record:
    """Where a call was made: the resource at its host, else the one that the caller of the
    adapter names, else a project that stands under "Unassigned" until somebody places it."""
    host = host_of(address)
    is_azure = host.endswith(AZURE_HOSTS)
    resource = (context.place_of_host(host) if is_azure else None) or context.resource_id
    if resource:
        return {"resource_id": resource}
    return {"account": {"provider": provider, "project": host if is_azure else project}}


def text(value: object) -> str | None:
    """`value` if it is a text that says something."""
    return value.strip() or None if isinstance(value, str) else None


def inner(record: Record, *keys: str) -> Record:
    """The object under `keys`; empty if there is none."""
    for key in keys:
        found = record.get(key)
        record = found if isinstance(found, dict) else {}
    return record


def lowered(record: Record) -> Record:
    """A record with its keys in lower case: Azure's logs spell them by the way that they took."""
    return {key.lower(): value for key, value in record.items()}


def count(value: object) -> object:
    """A count that was written as text, as the Azure CLI does; anything else as it is."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def time_of(value: object, target: str, day: date | None = None) -> str:
    """A time as text, from ISO 8601 or from seconds since 1970; without one the start of `day`.
    Raises InvalidUsage."""
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int | Decimal) and 0 < value < _LATEST:
        moment = _EPOCH + timedelta(microseconds=int(value * 1_000_000))
        return f"{moment.isoformat()}Z"
    if value is None and day is not None:
        return f"{day.isoformat()}T00:00:00Z"
    raise InvalidUsage(
        f"{target} is missing or no time; give --date if the records tell none", target=target
    )


def tags(told: dict[str, object]) -> dict[str, str]:
    """The facts that have a short text as their value, as tags."""
    texts = ((key, value) for key, value in told.items() if isinstance(value, str))
    return {key: value for key, value in texts if 0 < len(value) <= _LONGEST_TAG}

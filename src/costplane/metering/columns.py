"""Checked rows -> one Arrow table (schema core.tables.EVENTS), column by column.

The facts that choose prices repeat from event to event. Each distinct set of them is spelled
(spelling.py) and turned into Arrow once, and the events point at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, TypeAlias

import msgspec
import pyarrow as pa
from msgspec.structs import astuple

from costplane.core.quantities import QUANTITIES
from costplane.core.tables import EVENTS
from costplane.metering.event import UsageData
from costplane.metering.place import Place
from costplane.metering.rows import Row
from costplane.metering.spelling import FACTS, as_told

_TEXTS = ("operation_id", "response_id", "trace_id", "span_id", "correlation_id", "user", "session")
_FLAGS = ("gateway_cache_hit", "estimated")
_SPELLINGS = {**dict.fromkeys(Place.__struct_fields__, as_told), **FACTS}
_MONEY = Context(prec=38, rounding=ROUND_HALF_EVEN)
_EIGHTEEN_PLACES = Decimal(1).scaleb(-18)

_Values: TypeAlias = "Sequence[Any] | pa.Array"


def table(rows: Sequence[Row]) -> pa.Table:
    """The events of `rows` in their order."""
    told = _transposed([row.event.data for row in rows], UsageData)
    made = {
        **_envelopes(rows),
        **_repeated_facts(rows, told),
        **_single_facts(told),
        **_quantities(rows),
    }
    return pa.table([_column(made[field.name], field) for field in EVENTS], schema=EVENTS)


def _column(values: _Values, field: pa.Field) -> pa.Array:
    return values.cast(field.type) if isinstance(values, pa.Array) else pa.array(values, field.type)


def _envelopes(rows: Sequence[Row]) -> dict[str, _Values]:
    events = [row.event for row in rows]
    return {
        "source": [event.source for event in events],
        "id": [event.id for event in events],
        "time": pa.array([row.instant for row in rows], pa.timestamp("us")),
        "tags": [row.tags for row in rows],
    }


def _repeated_facts(rows: Sequence[Row], told: dict[str, _Values]) -> dict[str, _Values]:
    places = _transposed([row.place for row in rows], Place)
    columns = {**{fact: told[fact] for fact in FACTS}, **places}
    columns["provider"] = [
        a or b for a, b in zip(told["provider"], places["provider"], strict=True)
    ]
    sets: dict[tuple[str | None, ...], int] = {}
    each = zip(*columns.values(), strict=True)
    numbers = pa.array([sets.setdefault(facts, len(sets)) for facts in each], pa.int32())
    return {
        fact: pa.array([_SPELLINGS[fact](facts[i]) for facts in sets], pa.string()).take(numbers)
        for i, fact in enumerate(columns)
    }


def _single_facts(told: dict[str, _Values]) -> dict[str, _Values]:
    return {
        **{name: _text(told[name]) for name in _TEXTS},
        **{name: [flag is True for flag in told[name]] for name in _FLAGS},
        "http_status": [200 if status is None else status for status in told["http_status"]],
        "attempt": told["attempt"],
        "reported_cost": [_money(cost) for cost in told["reported_cost"]],
    }


def _quantities(rows: Sequence[Row]) -> dict[str, _Values]:
    amounts = [row.quantities for row in rows]
    seen = set().union(*amounts)
    none = pa.nulls(len(rows))
    return {
        q.name: [told.get(q.name) for told in amounts] if q.name in seen else none
        for q in QUANTITIES
    }


def _transposed(
    structs: Iterable[msgspec.Struct], kind: type[msgspec.Struct]
) -> dict[str, _Values]:
    """The fields of `structs` as columns; empty ones if there is no struct."""
    names = kind.__struct_fields__
    columns = list(zip(*map(astuple, structs), strict=True)) or [()] * len(names)
    return dict(zip(names, columns, strict=True))


def _text(values: Sequence[str | None]) -> Sequence[str | None]:
    """As told, an empty text as null."""
    return [value or None for value in values] if "" in values else values


def _money(cost: Decimal | None) -> Decimal | None:
    """A provider's own figure to eighteen places; it is evidence, never billed."""
    return None if cost is None else cost.quantize(_EIGHTEEN_PLACES, context=_MONEY)

"""Checked rows -> one Arrow table (schema core.tables.EVENTS), column by column.

Names are brought to one spelling here, on whole columns: ids, models, deployments and regions
in lower case without blanks around them, an empty text as null.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import astuple

from costplane.core.quantities import QUANTITIES
from costplane.core.tables import EVENTS
from costplane.metering.event import Account, UsageData
from costplane.metering.place import Place
from costplane.metering.rows import Row

DEPLOYMENT_TYPES = (
    "GlobalStandard",
    "DataZoneStandard",
    "Standard",
    "GlobalBatch",
    "DataZoneBatch",
    "GlobalProvisionedManaged",
    "DataZoneProvisionedManaged",
    "ProvisionedManaged",
    "DeveloperTier",
)
"""Azure's SKU names, so that other spellings of them meet in one; unknown ones stay as told."""

_AS_TOLD = (
    "service_tier",
    "error_code",
    "finish_reason",
    "operation_id",
    "response_id",
    "trace_id",
    "span_id",
    "correlation_id",
    "user",
    "session",
)
_NAMES = ("deployment", "model", "model_version", "operation", "spillover_from")
_NO_ACCOUNT = Account()

_SKU_NAMES = {name.lower(): name for name in DEPLOYMENT_TYPES}
_MONEY = Context(prec=38, rounding=ROUND_HALF_EVEN)
_EIGHTEEN_PLACES = Decimal(1).scaleb(-18)


def table(rows: Sequence[Row]) -> pa.Table:
    """The events of `rows` in their order."""
    made = {**_envelopes(rows), **_places(rows), **_facts(rows), **_quantities(rows)}
    return pa.table([_column(made[field.name], field) for field in EVENTS], schema=EVENTS)


_Values: TypeAlias = "Sequence[Any] | pa.Array"


def _column(values: _Values, field: pa.Field) -> pa.Array:
    if isinstance(values, pa.Array):
        return values.cast(field.type)
    return pa.array(values, field.type)


def _envelopes(rows: Sequence[Row]) -> dict[str, _Values]:
    events = [row.event for row in rows]
    return {
        "source": [event.source for event in events],
        "id": [event.id for event in events],
        "time": pa.array([row.instant for row in rows], pa.timestamp("us")),
        "tags": [row.tags for row in rows],
    }


def _places(rows: Sequence[Row]) -> dict[str, _Values]:
    return _transposed([row.place for row in rows], Place)


def _facts(rows: Sequence[Row]) -> dict[str, _Values]:
    told = _transposed([row.event.data for row in rows], UsageData)
    accounts = [account or _NO_ACCOUNT for account in told["account"]]
    by_account = [account.provider for account in accounts]
    return {
        **{name: _text(told[name]) for name in _AS_TOLD},
        **{name: _name(told[name]) for name in _NAMES},
        "provider": _name([a or b for a, b in zip(told["provider"], by_account, strict=True)]),
        "region": pc.replace_substring(_name(told["region"]), " ", ""),
        "deployment_type": [_sku_name(name) for name in told["deployment_type"]],
        "http_status": [200 if status is None else status for status in told["http_status"]],
        "attempt": told["attempt"],
        "gateway_cache_hit": [hit is True for hit in told["gateway_cache_hit"]],
        "estimated": [estimated is True for estimated in told["estimated"]],
        "reported_cost": [_money(cost) for cost in told["reported_cost"]],
        "reported_currency": pc.utf8_upper(_name(told["reported_currency"])),
        "api_key_id": _text([account.api_key_id for account in accounts]),
    }


def _quantities(rows: Sequence[Row]) -> dict[str, _Values]:
    amounts = [row.quantities for row in rows]
    seen = set().union(*amounts)
    none = [None] * len(rows)
    return {
        q.name: [told.get(q.name) for told in amounts] if q.name in seen else none
        for q in QUANTITIES
    }


def _transposed(structs: Sequence[msgspec.Struct], kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The fields of `structs` as columns; empty ones if there is no struct."""
    names = kind.__struct_fields__
    if not structs:
        return dict.fromkeys(names, ())
    return dict(zip(names, zip(*map(astuple, structs), strict=True), strict=True))


def _text(values: Sequence[str | None]) -> Sequence[str | None]:
    """As told, an empty text as null."""
    return [value or None for value in values] if "" in values else values


def _name(values: Sequence[str | None]) -> pa.Array:
    """Lower case without blanks around it; null for the empty text."""
    names = pc.utf8_lower(pc.utf8_trim_whitespace(pa.array(values, pa.string())))
    return pc.if_else(pc.equal(names, ""), None, names)


@lru_cache(maxsize=1_024)
def _sku_name(told: str | None) -> str | None:
    name = (told or "").strip()
    return _SKU_NAMES.get(name.lower(), name) or None


def _money(cost: Decimal | None) -> Decimal | None:
    """A provider's own figure to eighteen places; it is evidence, never billed."""
    return None if cost is None else cost.quantize(_EIGHTEEN_PLACES, context=_MONEY)

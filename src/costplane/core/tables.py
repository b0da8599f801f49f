"""Arrow schemas of the ledger's tables, derived from the registries.

`usage` has a row a request, `series` a row for each set of facts that share a price,
`charges` and `uncharged` a row an hour, series and quantity (ARCHITECTURE.md, "Grain").
"""

from __future__ import annotations

import pyarrow as pa

from costplane.core.focus import BILL_COLUMNS, CHARGE_COLUMNS, Column
from costplane.core.money import LINE_PLACES
from costplane.core.quantities import QUANTITIES

INSTANT = pa.timestamp("us", tz="UTC")
MONEY = pa.decimal128(38, LINE_PLACES)
PRICE = pa.decimal128(38, 18)
QUANTITY = pa.decimal128(38, LINE_PLACES)
STORED_QUANTITY = pa.decimal128(18, 6)

SERIES_FACTS: tuple[str, ...] = (
    "subscription_id",
    "resource_group",
    "resource_id",
    "deployment",
    "model",
    "model_version",
    "provider",
    "deployment_type",
    "region",
    "operation",
    "service_tier",
    "variant",
    "organisation",
    "billing_status",
    "status_reason",
    "allocation_tags",
)
"""What chooses an event's prices and its charge row. All are strings."""

EVENT_FACTS = SERIES_FACTS[: SERIES_FACTS.index("organisation") + 1]
"""Those of them that events tell; the others are found out about it."""


def _quantity_fields() -> list[pa.Field]:
    return [pa.field(q.name, pa.int64() if q.scale == 0 else STORED_QUANTITY) for q in QUANTITIES]


EVENT_FIELDS: tuple[pa.Field, ...] = (
    pa.field("source", pa.string(), nullable=False),
    pa.field("id", pa.string(), nullable=False),
    pa.field("time", INSTANT, nullable=False),
    *(pa.field(name, pa.string()) for name in EVENT_FACTS),
    pa.field("http_status", pa.int32(), nullable=False),
    pa.field("error_code", pa.string()),
    pa.field("finish_reason", pa.string()),
    pa.field("operation_id", pa.string()),
    pa.field("attempt", pa.int32()),
    pa.field("gateway_cache_hit", pa.bool_(), nullable=False),
    pa.field("spillover_from", pa.string()),
    pa.field("estimated", pa.bool_(), nullable=False),
    pa.field("reported_cost", pa.decimal128(38, 18)),
    pa.field("reported_currency", pa.string()),
    pa.field("response_id", pa.string()),
    pa.field("trace_id", pa.string()),
    pa.field("span_id", pa.string()),
    pa.field("correlation_id", pa.string()),
    pa.field("api_key_id", pa.string()),
    pa.field("user", pa.string()),
    pa.field("session", pa.string()),
    pa.field("tags", pa.string(), nullable=False),
    *_quantity_fields(),
)

EVENTS = pa.schema(EVENT_FIELDS)
"""Accepted events, as metering makes them: checked, disjoint, not yet identified.

Ids of scopes and models are lower case; `tags` is canonical JSON text (core/tags.py);
a quantity is null when the call did not tell it.
"""

USAGE = pa.schema(
    [
        *EVENT_FIELDS,
        pa.field("billing_status", pa.string(), nullable=False),
        pa.field("status_reason", pa.string()),
        pa.field("allocation_tags", pa.string(), nullable=False),
        pa.field("context_tokens", pa.int64()),
        pa.field("content_digest", pa.int64(), nullable=False),
        pa.field("series", pa.int64(), nullable=False),
        pa.field("segment", pa.int64(), nullable=False),
        pa.field("price_version", pa.int64(), nullable=False),
        pa.field("received_at", INSTANT, nullable=False),
    ]
)
"""The table `usage`: an accepted event with what intake and rating found out about it.

`context_tokens` is the prompt's length, `content_digest` tells a duplicate from a conflict
(metering/digests.py), `segment` is the log segment that brought the event,
`price_version` the newest price sheet known when it was rated.
"""

EVIDENCE = pa.schema(
    [
        *EVENT_FIELDS,
        pa.field("content_digest", pa.int64(), nullable=False),
        pa.field("segment", pa.int64(), nullable=False),
        pa.field("received_at", INSTANT, nullable=False),
        pa.field("stands_source", pa.string(), nullable=False),
        pa.field("stands_id", pa.string(), nullable=False),
    ]
)
"""The table `evidence`: events about calls that another source's event (`stands_source`,
`stands_id`) counts for (billing-rules 2). They are never rated."""

SERIES = pa.schema(
    [
        pa.field("series", pa.int64(), nullable=False),
        *(pa.field(name, pa.string()) for name in SERIES_FACTS),
    ]
)

UNCHARGED = pa.schema(
    [
        pa.field("ChargePeriodStart", INSTANT, nullable=False),
        pa.field("ChargePeriodEnd", INSTANT, nullable=False),
        pa.field("BillingAccountId", pa.string()),
        pa.field("SubAccountId", pa.string()),
        pa.field("SubAccountName", pa.string()),
        pa.field("ResourceId", pa.string()),
        pa.field("ResourceName", pa.string()),
        pa.field("ResourceType", pa.string()),
        pa.field("RegionId", pa.string()),
        pa.field("ConsumedQuantity", QUANTITY),
        pa.field("ConsumedUnit", pa.string()),
        pa.field("Tags", pa.string()),
        pa.field("x_AccountResourceId", pa.string()),
        pa.field("x_BillingStatus", pa.string(), nullable=False),
        pa.field("x_Deployment", pa.string()),
        pa.field("x_DeploymentType", pa.string()),
        pa.field("x_Events", pa.int64(), nullable=False),
        pa.field("x_Model", pa.string()),
        pa.field("x_ModelVersion", pa.string()),
        pa.field("x_Operation", pa.string()),
        pa.field("x_Provider", pa.string()),
        pa.field("x_RecordedDate", pa.date32(), nullable=False),
        pa.field("x_ResourceGroupName", pa.string()),
        pa.field("x_Series", pa.int64()),
        pa.field("x_ServiceTier", pa.string()),
        pa.field("x_SourceDataset", pa.string(), nullable=False),
        pa.field("x_StatusReason", pa.string()),
        pa.field("x_TokenType", pa.string()),
    ]
)
"""The table `uncharged`: lines that are no charges (billing-rules 22), with status and reason.

`x_TokenType` and `ConsumedQuantity` are null for events that told no usage.
"""

_ARROW = {
    "String": pa.string(),
    "JSON": pa.string(),
    "Integer": pa.int64(),
    "Date": pa.date32(),
    "DateTime": INSTANT,
}


def _charge_field(column: Column) -> pa.Field:
    decimal = PRICE if column.is_price else MONEY
    return pa.field(column.name, _ARROW.get(column.type, decimal), nullable=column.nullable)


CHARGES = pa.schema([_charge_field(column) for column in CHARGE_COLUMNS])
"""The table `charges`: FOCUS 1.4 rows; and `allocated`, what allocation rules add to them."""

BILLED = pa.schema([*CHARGES, *(_charge_field(column) for column in BILL_COLUMNS)])
"""The table `billed`: rows of providers' bills, each with the file, run and line that it is from.
A delivery replaces what it restates (billing-rules 25)."""

TABLES: dict[str, pa.Schema] = {
    "usage": USAGE,
    "evidence": EVIDENCE,
    "series": SERIES,
    "charges": CHARGES,
    "allocated": CHARGES,
    "billed": BILLED,
    "uncharged": UNCHARGED,
}

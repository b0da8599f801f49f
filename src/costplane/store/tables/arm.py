"""Named resources that callers keep at scopes: budgets, exports, alerts, rules, ..."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from costplane.store.columns import Instant
from costplane.store.tables.base import METADATA, key, text

arm_resource = Table(
    "arm_resource",
    METADATA,
    *(key(name) for name in ("kind", "scope", "owner", "parent", "key")),
    text("name"),
    Column("document", Text, nullable=False, comment="JSON"),
    text("etag"),
    Column("created_at", Instant, nullable=False),
    text("created_by"),
    Column("modified_at", Instant, nullable=False),
    text("modified_by"),
)

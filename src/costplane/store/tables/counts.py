"""Business counts, by which unit costs divide."""

from __future__ import annotations

from sqlalchemy import Column, Date, Table, Text

from costplane.store.columns import ExactDecimal, Instant
from costplane.store.tables.base import METADATA, key

business_count = Table(
    "business_count",
    METADATA,
    key("unit"),
    Column("day", Date, primary_key=True),
    key("scope"),
    Column("dimensions", Text, primary_key=True, comment="JSON object, keys sorted"),
    Column("count", ExactDecimal, nullable=False),
    Column("uploaded_at", Instant, nullable=False),
)

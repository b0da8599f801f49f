"""Saved estimates."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from costplane.store.columns import Instant
from costplane.store.tables.base import METADATA, key

estimate = Table(
    "estimate",
    METADATA,
    key("name"),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("saved_at", Instant, nullable=False),
    Column("price_version", BigInteger, nullable=False),
    Column("document", Text, nullable=False, comment="the estimate as JSON"),
)

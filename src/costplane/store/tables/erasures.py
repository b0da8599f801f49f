"""Erased persons, by keyed hashes of their names."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Table

from costplane.store.columns import Instant
from costplane.store.tables.base import METADATA, key

erased_person = Table(
    "erased_person",
    METADATA,
    key("kind"),
    key("digest"),
    Column("with_sessions", Boolean, nullable=False),
    Column("erased_at", Instant, nullable=False),
    Column("finished", Boolean, nullable=False),
)

"""Agreements' files and what they adjust."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table, UniqueConstraint

from costplane.pricing.adjustment import PATTERNS
from costplane.store.columns import ExactDecimal, Instant, TagSet
from costplane.store.tables.base import METADATA, optional, text

agreement = Table(
    "agreement",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    text("name"),
    text("source_file"),
    text("sha256"),
    Column("imported_at", Instant, nullable=False),
    UniqueConstraint("sha256", "name"),
)


adjustment = Table(
    "adjustment",
    METADATA,
    Column("version", BigInteger, ForeignKey("agreement.version"), primary_key=True),
    Column("position", Integer, primary_key=True, comment="place in the file, from 0"),
    Column("line", Integer, nullable=False),
    text("kind"),
    *optional("name", "scope", *PATTERNS),
    Column("tags", TagSet),
    Column("valid_from", Instant),
    Column("valid_to", Instant),
    Column("percent", ExactDecimal),
    Column("amount", ExactDecimal),
    Column("block_size", ExactDecimal),
    Column("rate", ExactDecimal),
    *optional("currency", "unit", "base", "quote", "day", "source"),
)

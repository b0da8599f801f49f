"""Invoices, means of payment and commitments."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Table, Text, UniqueConstraint

from costplane.store.columns import ExactDecimal, Instant
from costplane.store.tables.base import METADATA, key, optional, text

invoice = Table(
    "invoice",
    METADATA,
    key("number"),
    text("billing_key"),
    Column("month", Instant, nullable=False),
    text("currency"),
    Column("closed_at", Instant, nullable=False),
    text("document"),
    text("sha256"),
    UniqueConstraint("billing_key", "month", "currency"),
)


lot = Table(
    "lot",
    METADATA,
    key("billing_key"),
    key("id"),
    text("kind"),
    text("source"),
    Column("amount", ExactDecimal, nullable=False),
    text("currency"),
    Column("start", Instant, nullable=False),
    Column("expiry", Instant),
    Column("publisher_types", Text, nullable=False, comment="JSON list"),
    Column("products", Text, nullable=False, comment="JSON list; empty is all"),
    *optional("po_number"),
    text("source_file"),
    Column("imported_at", Instant, nullable=False),
)


draw = Table(
    "draw",
    METADATA,
    key("billing_key"),
    key("lot_id"),
    Column("day", Instant, primary_key=True),
    Column("posting", BigInteger, primary_key=True, autoincrement=False),
    Column("amount", ExactDecimal, nullable=False),
    Column("posted_at", Instant, nullable=False),
    ForeignKeyConstraint(
        ["billing_key", "lot_id"],
        ["lot.billing_key", "lot.id"],
        name="fk_draw_billing_key_lot_id_lot",
    ),
    comment="append-only: what a lot paid on a day is the sum of its postings",
)


commitment = Table(
    "commitment",
    METADATA,
    key("id"),
    text("document"),
    text("source_file"),
    Column("imported_at", Instant, nullable=False),
)

"""What intake and re-rating remember beside the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from costplane.store.columns import Instant
from costplane.store.tables.base import METADATA, key, text

rerating = Table(
    "rerating",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("recorded_at", Instant, nullable=False),
    text("who"),
    text("command"),
    text("selection"),
    text("versions_before"),
    Column("version", BigInteger, nullable=False),
    text("changes"),
    Column("finished", Boolean, nullable=False),
    Column("ledger_before", Text, nullable=False, server_default="{}"),
    Column("ledger_after", Text, nullable=False, server_default="{}"),
)


posting_key = Table("posting_key", METADATA, key("kind"), key("key"))


quarantine = Table(
    "quarantine",
    METADATA,
    Column("identity", Text, primary_key=True, comment="SHA-256 of source and id"),
    text("source"),
    text("id"),
    text("code"),
    text("message"),
    text("event"),
    Column("received_at", Instant, nullable=False),
    Index(None, "received_at"),
)

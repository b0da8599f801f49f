"""What processes agree on: leases, and the numbers of log segments."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Table, Text, UniqueConstraint

from costplane.store.tables.base import METADATA, key, optional, text

lease = Table(
    "lease",
    METADATA,
    key("ledger"),
    key("name"),
    Column("fence", BigInteger, nullable=False),
    *optional("holder"),
    Column("expires_at", BigInteger, nullable=False, comment="the database's own clock, in µs"),
    *optional("next_holder"),
    Column("next_until", BigInteger, nullable=False, comment="the database's own clock, in µs"),
)


log_segment = Table(
    "log_segment",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    text("log"),
    Column("place", BigInteger, nullable=False),
    Column("posted", Text, comment="counts of events as a JSON object"),
    Column("settled", Boolean, nullable=False),
    UniqueConstraint("log", "place"),
)

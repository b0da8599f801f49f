"""Tokens, roles, issuers, sessions and the audit log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint

from costplane.store.columns import Instant
from costplane.store.tables.base import METADATA, key, optional, text

token = Table(
    "token",
    METADATA,
    key("id"),
    text("name"),
    text("digest"),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("last_used", Instant),
    UniqueConstraint("digest"),
)


role_assignment = Table(
    "role_assignment",
    METADATA,
    key("kind"),
    key("principal"),
    key("role"),
    key("scope"),
    *optional("name"),
)


issuer = Table(
    "issuer",
    METADATA,
    key("name"),
    text("url"),
    Column("audiences", Text, nullable=False, comment="JSON list"),
    text("name_claim"),
    text("groups_claim"),
    *optional("client_id"),
)

session = Table(
    "session",
    METADATA,
    key("digest"),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    *optional("token_id", "user"),
    Column("groups", Text, nullable=False, comment="JSON list"),
    Index(None, "expires_at"),
)


audit_entry = Table(
    "audit_entry",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("time", Instant, nullable=False),
    *(text(name) for name in ("actor", "action", "target", "client")),
    comment="append-only",
)

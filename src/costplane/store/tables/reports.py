"""Reports made in the background."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from costplane.store.columns import Instant
from costplane.store.tables.base import METADATA, key, optional, text

report = Table(
    "report",
    METADATA,
    key("id"),
    text("kind"),
    text("scope"),
    Column("visible", Text, nullable=False, comment="ids of scopes as a JSON list"),
    Column("request", Text, nullable=False, comment="what was asked as a JSON object"),
    text("submitted_by"),
    Column("submitted_at", Instant, nullable=False),
    text("key"),
    Column("expires_at", Instant, nullable=False),
    text("state"),
    Column("claimed_until", Instant),
    Column("files", Text, nullable=False, comment="finished files as a JSON list"),
    *optional("error"),
)

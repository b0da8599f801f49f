"""Settings by name."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from costplane.store.tables.base import METADATA, key

setting = Table("setting", METADATA, key("name"), Column("value", Text, nullable=False))

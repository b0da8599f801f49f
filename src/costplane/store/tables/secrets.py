"""Secrets of the installation itself, sealed."""

from __future__ import annotations

from sqlalchemy import Table

from costplane.store.tables.base import METADATA, key, text

secret = Table("secret", METADATA, key("name"), text("sealed"))

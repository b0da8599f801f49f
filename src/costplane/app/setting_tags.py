"""Use case: the tags of a subscription, group or resource are set, and the change is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from costplane.catalog.ports import CatalogWriter


def set_tags(catalog: CatalogWriter, scope_id: str, tags: Mapping[str, str], now: datetime) -> str:
    """Sets all tags of a scope from an instant on; what changed, in words, or "" if nothing did."""
    before = catalog.tags_at([scope_id], now).get(scope_id, {})
    catalog.put_tags(scope_id, tags, now)
    keys = sorted(key for key in {*before, *tags} if before.get(key) != tags.get(key))
    return ", ".join(f"{key}: {_told(before, key)} -> {_told(tags, key)}" for key in keys)


def _told(tags: Mapping[str, str], key: str) -> str:
    return f"'{tags[key]}'" if key in tags else "none"

"""Settings that differ from their default (app/ports.py, Settings), as JSON text by name."""

from __future__ import annotations

import json
from typing import TypeVar

from sqlalchemy import select

from costplane.core.settings import Setting
from costplane.store import tables
from costplane.store.database import Database, upsert

T = TypeVar("T")


class StoredSettings:
    """The settings as a database holds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, setting: Setting[T]) -> T:
        """The value that was set, else the default."""
        table = tables.setting
        query = select(table.c.value).where(table.c.name == setting.name)
        with self._database.reading() as connection:
            text = connection.scalar(query)
        return setting.default if text is None else setting.value(json.loads(text))

    def set(self, setting: Setting[T], value: T) -> None:
        """Set a value. Raises InvalidInput if the setting cannot take it."""
        text = json.dumps(setting.value(value), ensure_ascii=True)
        with self._database.writing() as connection:
            upsert(connection, tables.setting, [{"name": setting.name, "value": text}])

"""Brings a control plane's tables to the form that this version of Costplane needs."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from costplane.errors import Unavailable
from costplane.store.database import Database

_LOCK = 4_815_162
"""Number of the PostgreSQL advisory lock that migrations hold."""


def upgrade(database: Database) -> None:
    """Take the steps that are missing, in one transaction, one process at a time.

    Raises Unavailable for tables of a newer Costplane, which must not be touched.
    """
    script = ScriptDirectory.from_config(_config())
    with database.reading() as connection:
        if _at_head(connection, script):
            return
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        # Another process may have finished while this one waited.
        if not _at_head(connection, script):
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _at_head(connection: Connection, script: ScriptDirectory) -> bool:
    current = MigrationContext.configure(connection).get_current_revision()
    known = {step.revision for step in script.walk_revisions()}
    if current is not None and current not in known:
        raise Unavailable(
            f"the control plane is at revision {current}, which this Costplane does not know; "
            "it was written by a newer one: update Costplane"
        )
    return current == script.get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "costplane.store:migrations")
    return config

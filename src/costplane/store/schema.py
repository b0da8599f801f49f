"""Brings a control plane's tables to the form that this version of Costplane needs."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    func,
    insert,
    inspect,
    select,
)

from costplane.errors import Unavailable
from costplane.store.database import Database
from costplane.store.tables import METADATA, price_counter

HEAD = "0023"
"""The newest step in `migrations/versions`."""

_LOCK = 4_815_162
"""Number of the PostgreSQL advisory lock that migrations hold."""

# As Alembic makes it.
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def upgrade(database: Database) -> None:
    """Make the tables of a new database, or take the steps that an older one is missing.

    Both happen in one transaction, one process at a time.

    Raises Unavailable for tables of a newer Costplane, which must not be touched.
    """
    with database.reading() as connection:
        if _revision(connection) == HEAD:
            return
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        # Another process may have finished while this one waited.
        revision = _revision(connection)
        if revision is None:
            _make(connection)
        elif revision != HEAD:
            take_steps(connection, revision)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.scalar(select(_VERSION.c.version_num))


def _make(connection: Connection) -> None:
    """All tables as the steps leave them, in a tenth of their time; tests compare the two."""
    METADATA.create_all(connection, checkfirst=False)
    connection.execute(insert(price_counter).values(version=0))
    _VERSION.create(connection, checkfirst=True)
    connection.execute(insert(_VERSION).values(version_num=HEAD))


def take_steps(connection: Connection, revision: str | None) -> None:
    """Take every step after `revision`; None stands for a database without tables.

    Raises Unavailable for a revision that is not among the steps.
    """
    # Alembic takes longer to import than all else here, and is seldom needed.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "costplane.store:migrations")
    config.attributes["connection"] = connection
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise Unavailable(
            f"the control plane is at revision {revision}, which this Costplane does not know; "
            "it was written by a newer one: update Costplane"
        )
    command.upgrade(config, "head")

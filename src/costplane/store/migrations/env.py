"""Run by Alembic: the steps go over the connection, and into the transaction, of the caller."""

from __future__ import annotations

from alembic import context

from costplane.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

"""Erased persons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from costplane.store.columns import Instant

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Create the table of erased persons."""
    op.create_table(
        "erased_person",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("with_sessions", sa.Boolean(), nullable=False),
        sa.Column("erased_at", Instant(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "digest", name="pk_erased_person"),
    )

"""Saved estimates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from costplane.store.columns import Instant

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the table of estimates."""
    op.create_table(
        "estimate",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.Column("price_version", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False, comment="the estimate as JSON"),
        sa.PrimaryKeyConstraint("name", "version", name="pk_estimate"),
    )

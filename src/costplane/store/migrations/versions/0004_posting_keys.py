"""Keys whose charges depend on order, and whose posting is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table of keys that are due."""
    op.create_table(
        "posting_key",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_posting_key"),
    )

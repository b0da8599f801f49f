"""The record of re-ratings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the table of re-ratings."""
    op.create_table(
        "rerating",
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        *(sa.Column(n, sa.Text, nullable=False) for n in ("who", "command", "selection")),
        sa.Column("versions_before", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.Column("finished", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_rerating"),
    )

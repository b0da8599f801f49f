"""Leases, and the numbers of log segments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "lease",
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text()),
        sa.Column(
            "expires_at",
            sa.BigInteger(),
            nullable=False,
            comment="the database's own clock, in µs",
        ),
        sa.Column("next_holder", sa.Text()),
        sa.Column(
            "next_until",
            sa.BigInteger(),
            nullable=False,
            comment="the database's own clock, in µs",
        ),
        sa.PrimaryKeyConstraint("ledger", "name", name="pk_lease"),
    )
    op.create_table(
        "log_segment",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("posted", sa.Text(), comment="counts of events as a JSON object"),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_log_segment"),
        sa.UniqueConstraint("log", "place", name="uq_log_segment_log_place"),
    )

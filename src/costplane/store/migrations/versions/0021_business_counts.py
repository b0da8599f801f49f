"""Business counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from costplane.store.columns import ExactDecimal, Instant

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Create the table of business counts."""
    op.create_table(
        "business_count",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("dimensions", sa.Text(), nullable=False, comment="JSON object, keys sorted"),
        sa.Column("count", ExactDecimal(), nullable=False),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "day", "scope", "dimensions", name="pk_business_count"),
    )

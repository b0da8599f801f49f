"""Tiers: how the rows of a meter with several tier minimums price a month.

Azure's tiers, all that there were before, are graduated.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the kind of tiers to price rows."""
    op.add_column(
        "price_row", sa.Column("tiering", sa.Text(), nullable=False, server_default="graduated")
    )

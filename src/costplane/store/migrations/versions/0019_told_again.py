"""Entries of deployments and tags that say again what holds already.

Those of before were not kept: none is marked.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Mark entries that repeat the one before them."""
    for table in ("deployment", "tag_set"):
        op.add_column(
            table, sa.Column("repeats", sa.Boolean(), nullable=False, server_default=sa.false())
        )

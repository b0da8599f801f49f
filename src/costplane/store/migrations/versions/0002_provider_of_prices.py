"""Prices of other providers than Azure: whose model a meter prices.

Every meter that was placed before is Azure's.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the provider to what meters price."""
    op.add_column("meter_mapping", sa.Column("provider", sa.Text()))
    op.execute("UPDATE meter_mapping SET provider = 'azure' WHERE model IS NOT NULL")

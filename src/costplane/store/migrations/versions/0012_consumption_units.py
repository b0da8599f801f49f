"""Prices in a publisher's consumption units.

Every price that there was before is in money.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the unit in which a price is given to price rows."""
    op.add_column("price_row", sa.Column("consumption_unit", sa.Text()))

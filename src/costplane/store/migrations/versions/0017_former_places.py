"""Places of subscriptions in their agreements over time.

Of those that there were before it only the present one is known.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add former places to subscriptions."""
    op.add_column("subscription", sa.Column("former", sa.Text()))

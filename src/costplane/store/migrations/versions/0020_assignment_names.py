"""Names of role assignments, as callers give them over HTTP.

Those without one are known by a name that follows from what they are.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the name to role assignments."""
    op.add_column("role_assignment", sa.Column("name", sa.Text()))

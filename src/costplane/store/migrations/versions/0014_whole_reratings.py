"""Between which versions of the ledger a re-rating was posted.

Of those that there were before it was not recorded.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the ledger's versions before and after to re-ratings."""
    for name in ("ledger_before", "ledger_after"):
        op.add_column("rerating", sa.Column(name, sa.Text(), nullable=False, server_default="{}"))

"""Named resources that callers keep at scopes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from costplane.store.columns import Instant

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the table of resources."""
    key = ("kind", "scope", "owner", "parent", "key")
    op.create_table(
        "arm_resource",
        *(sa.Column(name, sa.Text(), nullable=False) for name in key),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("modified_at", Instant(), nullable=False),
        sa.Column("modified_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name="pk_arm_resource"),
    )

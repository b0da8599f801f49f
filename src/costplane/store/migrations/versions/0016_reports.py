"""Reports made in the background."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from costplane.store.columns import Instant

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create the table of reports."""
    op.create_table(
        "report",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("visible", sa.Text(), nullable=False, comment="ids of scopes as a JSON list"),
        sa.Column("request", sa.Text(), nullable=False, comment="what was asked as a JSON object"),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("submitted_at", Instant(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claimed_until", Instant()),
        sa.Column("files", sa.Text(), nullable=False, comment="finished files as a JSON list"),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
    )

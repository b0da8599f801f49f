"""Sessions of the page, and the client id with which persons sign in at an issuer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from costplane.store.columns import Instant

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add them; nobody is signed in."""
    op.add_column("issuer", sa.Column("client_id", sa.Text()))
    op.create_table(
        "session",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("token_id", sa.Text()),
        sa.Column("user", sa.Text()),
        sa.Column("groups", sa.Text(), nullable=False, comment="JSON list"),
        sa.PrimaryKeyConstraint("digest", name="pk_session"),
    )
    op.create_index("ix_session_expires_at", "session", ["expires_at"])

"""Tokens, role assignments, OpenID issuers, and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from costplane.store.columns import Instant

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "token",
        *_texts("id", "name", "digest"),
        *(sa.Column(name, Instant(), nullable=False) for name in ("created_at", "expires_at")),
        *(sa.Column(name, Instant()) for name in ("revoked_at", "last_used")),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("digest", name="uq_token_digest"),
    )
    op.create_table(
        "role_assignment",
        *_texts("kind", "principal", "role", "scope"),
        sa.PrimaryKeyConstraint("kind", "principal", "role", "scope", name="pk_role_assignment"),
    )
    op.create_table(
        "issuer",
        *_texts("name", "url"),
        sa.Column("audiences", sa.Text(), nullable=False, comment="JSON list"),
        *_texts("name_claim", "groups_claim"),
        sa.PrimaryKeyConstraint("name", name="pk_issuer"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("time", Instant(), nullable=False),
        *_texts("actor", "action", "target", "client"),
        sa.PrimaryKeyConstraint("number", name="pk_audit_entry"),
        comment="append-only",
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]

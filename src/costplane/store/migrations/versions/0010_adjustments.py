"""Discounts, markups and exchange rates of agreements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_TEXTS = (
    "name",
    "scope",
    "provider",
    "publisher_type",
    "publisher",
    "product",
    "meter",
    "model",
    "deployment_type",
    "tags",
    "percent",
    "amount",
    "block_size",
    "rate",
    "currency",
    "unit",
    "base",
    "quote",
    "day",
    "source",
)


def upgrade() -> None:
    """Add the imports of agreements and their rows."""
    op.create_table(
        "agreement",
        sa.Column("version", sa.BigInteger, autoincrement=False, nullable=False),
        *(sa.Column(n, sa.Text, nullable=False) for n in ("name", "source_file", "sha256")),
        sa.Column("imported_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_agreement"),
        sa.UniqueConstraint("sha256", "name", name="uq_agreement_sha256_name"),
    )
    op.create_table(
        "adjustment",
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, comment="place in the file, from 0"),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in _TEXTS),
        sa.Column("valid_from", sa.BigInteger),
        sa.Column("valid_to", sa.BigInteger),
        sa.ForeignKeyConstraint(["version"], ["agreement.version"], name="fk_adjustment_version"),
        sa.PrimaryKeyConstraint("version", "position", name="pk_adjustment"),
    )

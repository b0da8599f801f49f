"""Reservations of provisioned throughput."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table of reservations."""
    needed = ("id", "order_id", "name", "deployment_scope", "region", "term", "billing_plan")
    op.create_table(
        "reservation",
        *(sa.Column(name, sa.Text, nullable=False) for name in needed),
        sa.Column("units", sa.BigInteger, nullable=False),
        sa.Column("valid_from", sa.BigInteger, nullable=False),
        sa.Column("valid_to", sa.BigInteger, nullable=False),
        sa.Column("billing_account_id", sa.Text, nullable=False),
        *(sa.Column(n, sa.Text) for n in ("billing_subscription", "applied_scope")),
        *(sa.Column(n, sa.Text) for n in ("price", "currency")),
        sa.PrimaryKeyConstraint("id", name="pk_reservation"),
    )

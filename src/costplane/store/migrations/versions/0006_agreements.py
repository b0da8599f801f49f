"""The levels of agreements between billing accounts and subscriptions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add a table for each level, and where a subscription stands."""
    _create("department")
    _create("enrollment_account", sa.Column("department_id", sa.Text()))
    _create("billing_profile", sa.Column("currency", sa.Text(), nullable=False))
    _create("invoice_section", sa.Column("billing_profile_id", sa.Text(), nullable=False))
    _create("customer", sa.Column("billing_profile_id", sa.Text(), nullable=False))
    for name in ("enrollment_account_id", "invoice_section_id", "customer_id"):
        op.add_column("subscription", sa.Column(name, sa.Text()))


def _create(name: str, *further: sa.Column[str]) -> None:
    op.create_table(
        name,
        sa.Column("billing_account_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *further,
        sa.ForeignKeyConstraint(
            ["billing_account_id"], ["billing_account.id"], name=f"fk_{name}_billing_account_id"
        ),
        sa.PrimaryKeyConstraint("billing_account_id", "id", name=f"pk_{name}"),
    )

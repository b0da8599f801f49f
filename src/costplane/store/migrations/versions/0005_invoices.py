"""Invoices, lots of prepayment and credit with what they paid, and consumption commitments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from costplane.store.columns import ExactDecimal, Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the four tables."""
    _invoices()
    _lots()
    op.create_table(
        "commitment",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("document", "source_file")),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_commitment"),
    )


def _invoices() -> None:
    op.create_table(
        "invoice",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("billing_key", sa.Text(), nullable=False),
        sa.Column("month", Instant(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_invoice"),
        sa.UniqueConstraint(
            "billing_key", "month", "currency", name="uq_invoice_billing_key_month_currency"
        ),
    )


def _lots() -> None:
    op.create_table(
        "lot",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("billing_key", "id", "kind", "source")
        ),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("expiry", Instant()),
        sa.Column("publisher_types", sa.Text(), nullable=False, comment="JSON list"),
        sa.Column("products", sa.Text(), nullable=False, comment="JSON list; empty is all"),
        sa.Column("po_number", sa.Text()),
        sa.Column("source_file", sa.Text(), nullable=False),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("billing_key", "id", name="pk_lot"),
    )
    op.create_table(
        "draw",
        sa.Column("billing_key", sa.Text(), nullable=False),
        sa.Column("lot_id", sa.Text(), nullable=False),
        sa.Column("day", Instant(), nullable=False),
        sa.Column("posting", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("posted_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("billing_key", "lot_id", "day", "posting", name="pk_draw"),
        sa.ForeignKeyConstraint(
            ["billing_key", "lot_id"],
            ["lot.billing_key", "lot.id"],
            name="fk_draw_billing_key_lot_id_lot",
        ),
        comment="append-only: what a lot paid on a day is the sum of its postings",
    )

"""The first tables: catalog, prices, settings, quarantine.

Instants are microseconds since 1970 (bigint), decimals text; see store/columns.py.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything in a database without tables."""
    _create_scopes()
    _create_resources()
    _create_sheets()
    _create_price_rows()
    _create_mappings()
    _create_settings_and_quarantine()


def _create_scopes() -> None:
    op.create_table(
        "billing_account",
        *_texts("id", "name", "agreement_type", "currency"),
        sa.PrimaryKeyConstraint("id", name="pk_billing_account"),
    )
    op.create_table(
        "management_group",
        *_texts("id", "name"),
        *_optional("parent"),
        sa.ForeignKeyConstraint(
            ["parent"], ["management_group.id"], name="fk_management_group_parent"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_management_group"),
    )
    op.create_table(
        "subscription",
        *_texts("id", "name", "kind"),
        *_optional("billing_account_id", "management_group_id"),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["billing_account_id"],
            ["billing_account.id"],
            name="fk_subscription_billing_account_id",
        ),
        sa.ForeignKeyConstraint(
            ["management_group_id"],
            ["management_group.id"],
            name="fk_subscription_management_group_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
    )


def _create_resources() -> None:
    op.create_table(
        "resource_group",
        *_texts("subscription_id"),
        sa.Column("key", sa.Text, nullable=False, comment="the name in lower case"),
        *_texts("name"),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name="fk_resource_group_subscription_id"
        ),
        sa.PrimaryKeyConstraint("subscription_id", "key", name="pk_resource_group"),
    )
    op.create_table(
        "resource",
        *_texts("id", "subscription_id"),
        *_optional("resource_group"),
        *_texts("name"),
        *_optional("location", "kind", "sku"),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name="fk_resource_subscription_id"
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id", "resource_group"],
            ["resource_group.subscription_id", "resource_group.key"],
            name="fk_resource_subscription_id_resource_group",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_resource"),
    )
    op.create_index(
        "ix_resource_subscription_id_resource_group",
        "resource",
        ["subscription_id", "resource_group"],
    )
    _create_histories()


def _create_histories() -> None:
    op.create_table(
        "deployment",
        *_texts("resource_id", "name"),
        sa.Column("valid_from", sa.BigInteger, nullable=False),
        sa.Column("valid_to", sa.BigInteger),
        *_optional("model", "model_version", "deployment_type"),
        sa.Column("capacity", sa.BigInteger),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name="fk_deployment_resource_id"),
        sa.PrimaryKeyConstraint("resource_id", "name", "valid_from", name="pk_deployment"),
    )
    op.create_table(
        "tag_set",
        *_texts("scope_id"),
        sa.Column("valid_from", sa.BigInteger, nullable=False),
        *_texts("tags"),
        sa.PrimaryKeyConstraint("scope_id", "valid_from", name="pk_tag_set"),
    )


def _create_sheets() -> None:
    counter = op.create_table(
        "price_counter",
        sa.Column("version", sa.BigInteger, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_price_counter"),
        comment="one row: the number of the newest change of prices",
    )
    op.bulk_insert(counter, [{"version": 0}])
    op.create_table(
        "price_sheet",
        sa.Column("version", sa.BigInteger, autoincrement=False, nullable=False),
        *_texts("name", "kind"),
        *_optional("scope"),
        *_texts("source_file", "sha256"),
        sa.Column("imported_at", sa.BigInteger, nullable=False),
        *_texts("currency"),
        sa.Column("row_count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_price_sheet"),
        sa.UniqueConstraint("sha256", "name", name="uq_price_sheet_sha256_name"),
    )


def _create_price_rows() -> None:
    op.create_table(
        "price_row",
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, comment="place in the sheet, from 0"),
        *_texts("sheet", "product", "meter_id", "meter_name", "category", "sub_category"),
        *_optional("sku_id", "sku_name"),
        *_texts("publisher_type"),
        *_optional("publisher", "offer"),
        *_texts("service_name"),
        *_optional("region"),
        *_texts("unit_of_measure", "block_size", "unit", "tier_minimum", "price", "currency"),
        sa.Column("valid_from", sa.BigInteger, nullable=False),
        sa.Column("valid_to", sa.BigInteger),
        *_texts("kind"),
        sa.Column("source_line", sa.BigInteger, nullable=False),
        *_optional("term"),
        sa.ForeignKeyConstraint(["version"], ["price_sheet.version"], name="fk_price_row_version"),
        sa.PrimaryKeyConstraint("version", "position", name="pk_price_row"),
    )


def _create_mappings() -> None:
    key = ("product", "meter_name", "unit_of_measure", "confirmed_by")
    op.create_table(
        "meter_mapping",
        *_texts(*key),
        sa.Column("recorded", sa.BigInteger, nullable=False, comment="the version that brought it"),
        *_optional("unplaced_reason", "model", "version", "deployment_scope", "service_tier"),
        *_optional("quantity", "context_band"),
        sa.Column("context_threshold", sa.BigInteger),
        *_optional("variant"),
        sa.PrimaryKeyConstraint(*key, "recorded", name="pk_meter_mapping"),
    )


def _create_settings_and_quarantine() -> None:
    op.create_table(
        "setting", *_texts("name", "value"), sa.PrimaryKeyConstraint("name", name="pk_setting")
    )
    op.create_table(
        "quarantine",
        sa.Column("identity", sa.Text, nullable=False, comment="SHA-256 of source and id"),
        *_texts("source", "id", "code", "message", "event"),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("identity", name="pk_quarantine"),
    )
    op.create_index("ix_quarantine_received_at", "quarantine", ["received_at"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _optional(*names: str) -> list[sa.Column[str | None]]:
    return [sa.Column(name, sa.Text) for name in names]

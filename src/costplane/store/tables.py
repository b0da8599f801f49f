"""The tables of the control plane. Their columns are the fields of the values they hold.

Text is `Text`: both databases store it alike without a length. A change here needs a migration
(`migrations/versions/`); a test compares the two.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from costplane.pricing.adjustment import PATTERNS
from costplane.store.columns import ExactDecimal, Instant, TagSet

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _optional(*names: str) -> list[Column[str | None]]:
    return [Column(name, Text) for name in names]


billing_account = Table(
    "billing_account",
    METADATA,
    _key("id"),
    _text("name"),
    _text("agreement_type"),
    _text("currency"),
)

management_group = Table(
    "management_group",
    METADATA,
    _key("id"),
    _text("name"),
    Column("parent", Text, ForeignKey("management_group.id")),
)

subscription = Table(
    "subscription",
    METADATA,
    _key("id"),
    _text("name"),
    _text("kind"),
    Column("billing_account_id", Text, ForeignKey("billing_account.id")),
    Column("management_group_id", Text, ForeignKey("management_group.id")),
    Column("confirmed", Boolean, nullable=False),
    *_optional("enrollment_account_id", "invoice_section_id", "customer_id"),
)


def _agreement_part(name: str, *further: Column[Any]) -> Table:
    account = Column("billing_account_id", Text, ForeignKey("billing_account.id"), primary_key=True)
    return Table(name, METADATA, account, _key("id"), _text("name"), *further)


department = _agreement_part("department")
enrollment_account = _agreement_part("enrollment_account", *_optional("department_id"))
billing_profile = _agreement_part("billing_profile", _text("currency"))
invoice_section = _agreement_part("invoice_section", _text("billing_profile_id"))
customer = _agreement_part("customer", _text("billing_profile_id"))

resource_group = Table(
    "resource_group",
    METADATA,
    Column("subscription_id", Text, ForeignKey("subscription.id"), primary_key=True),
    Column("key", Text, primary_key=True, comment="the name in lower case"),
    _text("name"),
    Column("confirmed", Boolean, nullable=False),
)

resource = Table(
    "resource",
    METADATA,
    _key("id"),
    Column("subscription_id", Text, ForeignKey("subscription.id"), nullable=False),
    Column("resource_group", Text),
    _text("name"),
    *_optional("location", "kind", "sku"),
    Column("confirmed", Boolean, nullable=False),
    ForeignKeyConstraint(
        ["subscription_id", "resource_group"],
        ["resource_group.subscription_id", "resource_group.key"],
    ),
    Index(None, "subscription_id", "resource_group"),
)

deployment = Table(
    "deployment",
    METADATA,
    Column("resource_id", Text, ForeignKey("resource.id"), primary_key=True),
    _key("name"),
    Column("valid_from", Instant, primary_key=True),
    Column("valid_to", Instant),
    *_optional("model", "model_version", "deployment_type"),
    Column("capacity", BigInteger),
    Column("confirmed", Boolean, nullable=False),
)

reservation = Table(
    "reservation",
    METADATA,
    _key("id"),
    _text("order_id"),
    _text("name"),
    _text("deployment_scope"),
    _text("region"),
    Column("units", BigInteger, nullable=False),
    _text("term"),
    _text("billing_plan"),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant, nullable=False),
    _text("billing_account_id"),
    *_optional("billing_subscription", "applied_scope"),
    Column("price", ExactDecimal),
    *_optional("currency"),
)

tag_set = Table(
    "tag_set",
    METADATA,
    _key("scope_id"),
    Column("valid_from", Instant, primary_key=True),
    Column("tags", TagSet, nullable=False),
)

price_counter = Table(
    "price_counter",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    comment="one row: the number of the newest change of prices",
)

agreement = Table(
    "agreement",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    _text("name"),
    _text("source_file"),
    _text("sha256"),
    Column("imported_at", Instant, nullable=False),
    UniqueConstraint("sha256", "name"),
)

adjustment = Table(
    "adjustment",
    METADATA,
    Column("version", BigInteger, ForeignKey("agreement.version"), primary_key=True),
    Column("position", Integer, primary_key=True, comment="place in the file, from 0"),
    Column("line", Integer, nullable=False),
    _text("kind"),
    *_optional("name", "scope", *PATTERNS),
    Column("tags", TagSet),
    Column("valid_from", Instant),
    Column("valid_to", Instant),
    Column("percent", ExactDecimal),
    Column("amount", ExactDecimal),
    Column("block_size", ExactDecimal),
    Column("rate", ExactDecimal),
    *_optional("currency", "unit", "base", "quote", "day", "source"),
)

price_sheet = Table(
    "price_sheet",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    _text("name"),
    _text("kind"),
    *_optional("scope"),
    _text("source_file"),
    _text("sha256"),
    Column("imported_at", Instant, nullable=False),
    _text("currency"),
    Column("row_count", Integer, nullable=False),
    UniqueConstraint("sha256", "name"),
)

price_row = Table(
    "price_row",
    METADATA,
    Column("version", BigInteger, ForeignKey("price_sheet.version"), primary_key=True),
    Column("position", Integer, primary_key=True, comment="place in the sheet, from 0"),
    _text("sheet"),
    _text("product"),
    _text("meter_id"),
    _text("meter_name"),
    _text("category"),
    _text("sub_category"),
    *_optional("sku_id", "sku_name"),
    _text("publisher_type"),
    *_optional("publisher", "offer"),
    _text("service_name"),
    *_optional("region"),
    _text("unit_of_measure"),
    Column("block_size", ExactDecimal, nullable=False),
    _text("unit"),
    Column("tier_minimum", ExactDecimal, nullable=False),
    Column("price", ExactDecimal, nullable=False),
    _text("currency"),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant),
    _text("kind"),
    Column("source_line", BigInteger, nullable=False),
    *_optional("term"),
    _text("tiering"),
    *_optional("consumption_unit"),
)

meter_mapping = Table(
    "meter_mapping",
    METADATA,
    _key("product"),
    _key("meter_name"),
    _key("unit_of_measure"),
    _key("confirmed_by"),
    Column("recorded", BigInteger, primary_key=True, comment="the version that brought it"),
    *_optional("unplaced_reason", "model", "version", "deployment_scope", "service_tier"),
    *_optional("quantity", "context_band"),
    Column("context_threshold", BigInteger),
    *_optional("variant", "provider"),
)

setting = Table("setting", METADATA, _key("name"), Column("value", Text, nullable=False))

rerating = Table(
    "rerating",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("recorded_at", Instant, nullable=False),
    _text("who"),
    _text("command"),
    _text("selection"),
    _text("versions_before"),
    Column("version", BigInteger, nullable=False),
    _text("changes"),
    Column("finished", Boolean, nullable=False),
)

posting_key = Table("posting_key", METADATA, _key("kind"), _key("key"))

quarantine = Table(
    "quarantine",
    METADATA,
    Column("identity", Text, primary_key=True, comment="SHA-256 of source and id"),
    _text("source"),
    _text("id"),
    _text("code"),
    _text("message"),
    _text("event"),
    Column("received_at", Instant, nullable=False),
    Index(None, "received_at"),
)

invoice = Table(
    "invoice",
    METADATA,
    _key("number"),
    _text("billing_key"),
    Column("month", Instant, nullable=False),
    _text("currency"),
    Column("closed_at", Instant, nullable=False),
    _text("document"),
    _text("sha256"),
    UniqueConstraint("billing_key", "month", "currency"),
)

lot = Table(
    "lot",
    METADATA,
    _key("billing_key"),
    _key("id"),
    _text("kind"),
    _text("source"),
    Column("amount", ExactDecimal, nullable=False),
    _text("currency"),
    Column("start", Instant, nullable=False),
    Column("expiry", Instant),
    Column("publisher_types", Text, nullable=False, comment="JSON list"),
    Column("products", Text, nullable=False, comment="JSON list; empty is all"),
    *_optional("po_number"),
    _text("source_file"),
    Column("imported_at", Instant, nullable=False),
)

draw = Table(
    "draw",
    METADATA,
    _key("billing_key"),
    _key("lot_id"),
    Column("day", Instant, primary_key=True),
    Column("posting", BigInteger, primary_key=True, autoincrement=False),
    Column("amount", ExactDecimal, nullable=False),
    Column("posted_at", Instant, nullable=False),
    ForeignKeyConstraint(["billing_key", "lot_id"], ["lot.billing_key", "lot.id"]),
    comment="append-only: what a lot paid on a day is the sum of its postings",
)

commitment = Table(
    "commitment",
    METADATA,
    _key("id"),
    _text("document"),
    _text("source_file"),
    Column("imported_at", Instant, nullable=False),
)

token = Table(
    "token",
    METADATA,
    _key("id"),
    _text("name"),
    _text("digest"),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("last_used", Instant),
    UniqueConstraint("digest"),
)

role_assignment = Table(
    "role_assignment",
    METADATA,
    _key("kind"),
    _key("principal"),
    _key("role"),
    _key("scope"),
)

issuer = Table(
    "issuer",
    METADATA,
    _key("name"),
    _text("url"),
    Column("audiences", Text, nullable=False, comment="JSON list"),
    _text("name_claim"),
    _text("groups_claim"),
)

audit_entry = Table(
    "audit_entry",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("time", Instant, nullable=False),
    *(_text(name) for name in ("actor", "action", "target", "client")),
    comment="append-only",
)

estimate = Table(
    "estimate",
    METADATA,
    _key("name"),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("saved_at", Instant, nullable=False),
    Column("price_version", BigInteger, nullable=False),
    Column("document", Text, nullable=False, comment="the estimate as JSON"),
)

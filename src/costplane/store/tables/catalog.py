"""Accounts and their levels, subscriptions, groups, resources, deployments, reservations, tags."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    false,
)

from costplane.store.columns import ExactDecimal, Instant, Places, TagSet
from costplane.store.tables.base import METADATA, key, optional, text


def _repeats() -> Column[bool]:
    """Whether an entry says again what holds already (store/histories.py)."""
    return Column("repeats", Boolean, nullable=False, server_default=false())


billing_account = Table(
    "billing_account",
    METADATA,
    key("id"),
    text("name"),
    text("agreement_type"),
    text("currency"),
)


management_group = Table(
    "management_group",
    METADATA,
    key("id"),
    text("name"),
    Column("parent", Text, ForeignKey("management_group.id")),
)


subscription = Table(
    "subscription",
    METADATA,
    key("id"),
    text("name"),
    text("kind"),
    Column("billing_account_id", Text, ForeignKey("billing_account.id")),
    Column("management_group_id", Text, ForeignKey("management_group.id")),
    Column("confirmed", Boolean, nullable=False),
    *optional("enrollment_account_id", "invoice_section_id", "customer_id"),
    Column("former", Places),
)


def _agreement_part(name: str, *further: Column[Any]) -> Table:
    account = Column("billing_account_id", Text, ForeignKey("billing_account.id"), primary_key=True)
    return Table(name, METADATA, account, key("id"), text("name"), *further)


department = _agreement_part("department")
enrollment_account = _agreement_part("enrollment_account", *optional("department_id"))
billing_profile = _agreement_part("billing_profile", text("currency"))
invoice_section = _agreement_part("invoice_section", text("billing_profile_id"))
customer = _agreement_part("customer", text("billing_profile_id"))


resource_group = Table(
    "resource_group",
    METADATA,
    Column("subscription_id", Text, ForeignKey("subscription.id"), primary_key=True),
    Column("key", Text, primary_key=True, comment="the name in lower case"),
    text("name"),
    Column("confirmed", Boolean, nullable=False),
)


resource = Table(
    "resource",
    METADATA,
    key("id"),
    Column("subscription_id", Text, ForeignKey("subscription.id"), nullable=False),
    Column("resource_group", Text),
    text("name"),
    *optional("location", "kind", "sku"),
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
    key("name"),
    Column("valid_from", Instant, primary_key=True),
    Column("valid_to", Instant),
    *optional("model", "model_version", "deployment_type"),
    Column("capacity", BigInteger),
    Column("confirmed", Boolean, nullable=False),
    _repeats(),
)


reservation = Table(
    "reservation",
    METADATA,
    key("id"),
    text("order_id"),
    text("name"),
    text("deployment_scope"),
    text("region"),
    Column("units", BigInteger, nullable=False),
    text("term"),
    text("billing_plan"),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant, nullable=False),
    text("billing_account_id"),
    *optional("billing_subscription", "applied_scope"),
    Column("price", ExactDecimal),
    *optional("currency"),
)


tag_set = Table(
    "tag_set",
    METADATA,
    key("scope_id"),
    Column("valid_from", Instant, primary_key=True),
    Column("tags", TagSet, nullable=False),
    _repeats(),
)

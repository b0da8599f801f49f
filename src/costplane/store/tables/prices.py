"""Price sheets, their rows, and which meter each row prices."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from costplane.store.columns import ExactDecimal, Instant
from costplane.store.tables.base import METADATA, key, optional, text

price_counter = Table(
    "price_counter",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    comment="one row: the number of the newest change of prices",
)


price_sheet = Table(
    "price_sheet",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    text("name"),
    text("kind"),
    *optional("scope"),
    text("source_file"),
    text("sha256"),
    Column("imported_at", Instant, nullable=False),
    text("currency"),
    Column("row_count", Integer, nullable=False),
    UniqueConstraint("sha256", "name"),
)


price_row = Table(
    "price_row",
    METADATA,
    Column("version", BigInteger, ForeignKey("price_sheet.version"), primary_key=True),
    Column("position", Integer, primary_key=True, comment="place in the sheet, from 0"),
    text("sheet"),
    text("product"),
    text("meter_id"),
    text("meter_name"),
    text("category"),
    text("sub_category"),
    *optional("sku_id", "sku_name"),
    text("publisher_type"),
    *optional("publisher", "offer"),
    text("service_name"),
    *optional("region"),
    text("unit_of_measure"),
    Column("block_size", ExactDecimal, nullable=False),
    text("unit"),
    Column("tier_minimum", ExactDecimal, nullable=False),
    Column("price", ExactDecimal, nullable=False),
    text("currency"),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant),
    text("kind"),
    Column("source_line", BigInteger, nullable=False),
    *optional("term"),
    Column("tiering", Text, nullable=False, server_default="graduated"),
    *optional("consumption_unit"),
)


meter_mapping = Table(
    "meter_mapping",
    METADATA,
    key("product"),
    key("meter_name"),
    key("unit_of_measure"),
    key("confirmed_by"),
    Column("recorded", BigInteger, primary_key=True, comment="the version that brought it"),
    *optional("unplaced_reason", "model", "version", "deployment_scope", "service_tier"),
    *optional("quantity", "context_band"),
    Column("context_threshold", BigInteger),
    *optional("variant", "provider"),
)

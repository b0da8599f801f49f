"""Values that several tests of the control plane build on."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from costplane.pricing.model_key import ModelKey
from costplane.pricing.price import ConfirmedBy, MeterMapping, PriceRow, PriceSheet

START = datetime(2026, 8, 1, tzinfo=UTC)
KEY = ModelKey("gpt-4.1", None, "Global", "Standard", "input_text")

ROW = PriceRow(
    sheet="retail",
    product="Azure OpenAI",
    meter_id="0f9a",
    meter_name="gpt 4.1 Inp glbl Tokens",
    category="Foundry Models",
    sub_category="Azure OpenAI",
    sku_id=None,
    sku_name="gpt 4.1",
    publisher_type="Azure",
    publisher=None,
    offer=None,
    service_name="Foundry Models",
    region="swedencentral",
    unit_of_measure="1K",
    block_size=Decimal(1000),
    unit="Tokens",
    tier_minimum=Decimal(0),
    price=Decimal("0.002"),
    currency="USD",
    valid_from=START,
    valid_to=None,
    kind="usage",
    source_line=1,
)


def mapping(key: ModelKey | None = KEY, by: ConfirmedBy = "parser") -> MeterMapping:
    """What the meter of ROW prices."""
    reason = None if key else "UnknownWord: glbl"
    return MeterMapping(ROW.product, ROW.meter_name, ROW.unit_of_measure, key, reason, by)


def sheet(
    *rows: PriceRow, sha256: str = "aa", mappings: tuple[MeterMapping, ...] = ()
) -> PriceSheet:
    """A version of the list sheet "retail"."""
    return PriceSheet("retail", "list", None, "retail.json", sha256, START, "USD", rows, mappings)


def row(price: str, line: int = 1) -> PriceRow:
    """ROW with another price and place."""
    return replace(ROW, price=Decimal(price), source_line=line)

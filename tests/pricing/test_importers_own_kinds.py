"""Every kind of price, written by hand: what is read, and what is refused with line and field."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from costplane.errors import InvalidPriceSheet
from costplane.pricing.importers import SheetReading, read_price_sheet
from costplane.pricing.price import PriceKind, PriceRow
from tests.environment.sources import ROOT

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TOP = "name: s\ncurrency: USD\nvalid_from: 2026-01-01\ndeployment_type: GlobalStandard\nrows:\n"


def read(folder: Path, *rows: str) -> SheetReading:
    path = folder / "prices.yaml"
    path.write_text(TOP + "".join(f"  - {{{row}}}\n" for row in rows), encoding="utf-8")
    return read_price_sheet(path, imported_at=NOW)


def only(folder: Path, row: str) -> PriceRow:
    (found,) = read(folder, row).sheet.rows
    return found


def test_the_example_has_a_row_of_every_kind() -> None:
    path = ROOT / "examples/price-kinds.yaml"
    sheet = read_price_sheet(path, imported_at=NOW).sheet
    keys = {(m.product, m.meter_name, m.unit_of_measure): m.key for m in sheet.mappings}
    assert None not in keys.values()
    kinds = {(row.kind, row.term) for row in sheet.rows}
    assert kinds == {
        ("usage", None),
        ("hourly", None),
        ("monthly", None),
        ("reservation", "1 Month"),
        ("reservation", "1 Year"),
    }
    assert {row.tiering for row in sheet.rows} == {"graduated", "volume"}
    assert {key.quantity for key in keys.values() if key} >= {
        *("images", "video_seconds", "audio_seconds", "characters", "pages", "searches"),
        *("tool_calls", "sessions", "storage_gb_days", "training_tokens", "training_hours"),
        *("hours", "consumption_units"),
    }


@pytest.mark.parametrize(
    ("row", "kind", "unit", "block"),
    [
        ("model: m, quantity: hours, unit: 1 Hour, price: 1", "hourly", "Hours", 1),
        ("model: m, quantity: hours, unit: 1/Hour, price: 1", "hourly", "Hours", 1),
        ("model: m, quantity: hours, unit: 1 Month, price: 1", "monthly", "Months", 1),
        (
            "model: m, quantity: hours, unit: 1/Hour, price: 1, price_kind: usage",
            "usage",
            "Hours",
            1,
        ),
        ("model: m, quantity: training_hours, unit: 1 Hour, price: 1", "usage", "Hours", 1),
        ("model: m, quantity: audio_seconds, unit: 1 Hour, price: 1", "usage", "Seconds", 3_600),
        ("model: m, quantity: storage_gb_days, unit: 1/Day, price: 1", "usage", "GB-Days", 1),
        ("model: m, quantity: images, unit: 100 Images, price: 1", "usage", "Images", 100),
    ],
)
def test_kind_and_unit(tmp_path: Path, row: str, kind: PriceKind, unit: str, block: int) -> None:
    found = only(tmp_path, row)
    assert (found.kind, found.unit, found.block_size) == (kind, unit, Decimal(block))


def test_a_reservation_spells_its_term_as_azure_does(tmp_path: Path) -> None:
    row = "model: provisioned, quantity: hours, unit: 1 Hour, price: 9, term: {}"
    assert only(tmp_path, row.format("3 Year")).term == "3 Years"
    assert only(tmp_path, row.format("1 Years")).term == "1 Year"


CONVERSION = "model: m, quantity: input_text, unit: 1M Tokens, consumption_unit: Coins"


def test_a_conversion_and_a_units_price(tmp_path: Path) -> None:
    sheet = read(
        tmp_path, "consumption_unit: Coins, price: 0.01", f"{CONVERSION}, consumption_units: 300"
    ).sheet
    coin, conversion = sheet.rows
    assert (coin.consumption_unit, coin.price, coin.meter_name) == (None, Decimal("0.01"), "Coins")
    assert (conversion.consumption_unit, conversion.price) == ("Coins", Decimal(300))
    assert (coin.denomination, conversion.denomination) == ("USD", "Coins")
    keys = [mapping.key for mapping in sheet.mappings]
    assert [(key.model, key.quantity) for key in keys if key] == [
        ("coins", "consumption_units"),
        ("m", "input_text"),
    ]


def test_one_unit_for_a_whole_sheet_leaves_prices_in_money(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    rows = "  - {model: m, quantity: input_text, unit: 1M Tokens, price: 3}\n"
    path.write_text("consumption_unit: Coins\n" + TOP + rows, encoding="utf-8")
    (row,) = read_price_sheet(path, imported_at=NOW).sheet.rows
    assert (row.consumption_unit, row.price) == (None, Decimal(3))


HOURS = "model: m, quantity: hours, unit: 1 Hour, price: 1"
TOKENS = "model: m, quantity: input_text, unit: 1M Tokens, price: 1"


@pytest.mark.parametrize(
    ("row", "field", "message"),
    [
        (f"{HOURS}, price_kind: daily", "price_kind", "use one of usage, hourly"),
        (f"{HOURS}, price_kind: monthly", "unit", "a monthly price counts Months"),
        (f"{TOKENS}, price_kind: hourly", "price_kind", "not for input_text"),
        (f"{HOURS}, price_kind: reservation", "term", "go together"),
        (f"{HOURS}, price_kind: hourly, term: 1 Year", "term", "go together"),
        (f"{HOURS}, term: a year", "term", "1 Month or 1 Year"),
        (f"{TOKENS}, term: 1 Year", "price_kind", "not for input_text"),
        (f"{TOKENS}, tiering: steps", "tiering", "graduated, volume"),
        (f"{TOKENS}, tier_minimum: -1", "tier_minimum", "zero or more"),
        (f"{TOKENS}, tier_minimum: many", "tier_minimum", "give a number"),
        (f"{TOKENS}, consumption_units: 3", "consumption_units", "in place of a price"),
        (
            "model: m, quantity: input_text, unit: 1M Tokens, consumption_units: 3",
            "consumption_unit",
            "name the publisher's unit",
        ),
        (f"{CONVERSION}, consumption_units: 1000000", "price", "below 10"),
        (f"{CONVERSION}, consumption_units: 0.0000001", "price", "6 decimal places"),
        (f"{CONVERSION}, consumption_units: -1", "price", "zero or more"),
        ("consumption_unit: Coins, price: 1000", "price", "below 1,000"),
        ("consumption_unit: Coins, price: 0.12345678", "price", "7 digits"),
        ("consumption_unit: Coins, price: 1, unit: 1K", "unit", "one consumption unit"),
        ("consumption_unit: Coins", "price", "is missing"),
        ("model: m, quantity: consumption_units, unit: '1', consumption_units: 1", "", "place"),
    ],
)
def test_what_contradicts_itself_is_named_with_line_and_field(
    tmp_path: Path, row: str, field: str, message: str
) -> None:
    with pytest.raises(InvalidPriceSheet) as refused:
        read(tmp_path, TOKENS, row)
    assert "line 7" in refused.value.message
    assert message in refused.value.message
    assert field in refused.value.message


def test_csv_has_the_same_fields(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(
        "name,model,deployment_type,quantity,unit,price,currency,valid_from,tier_minimum,tiering,"
        "term,consumption_unit,consumption_units\n"
        "c,e,Global,input_text,1M,2,USD,2026-01-01,0,volume,,,\n"
        "c,e,Global,input_text,1M,1,USD,2026-01-01,1000,volume,,,\n"
        "c,provisioned,Global,hours,1 Hour,260,USD,2026-01-01,,,1 Month,,\n"
        "c,,,,,0.01,USD,2026-01-01,,,,Coins,\n"
        "c,m,Global,input_text,1M,,USD,2026-01-01,,,,Coins,300\n",
        encoding="utf-8",
    )
    rows = read_price_sheet(path, imported_at=NOW).sheet.rows
    assert [(r.kind, r.term, r.tiering, int(r.tier_minimum), r.denomination) for r in rows] == [
        ("usage", None, "volume", 0, "USD"),
        ("usage", None, "volume", 1000, "USD"),
        ("reservation", "1 Month", "graduated", 0, "USD"),
        ("usage", None, "graduated", 0, "USD"),
        ("usage", None, "graduated", 0, "Coins"),
    ]

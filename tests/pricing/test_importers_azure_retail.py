"""Azure's retail price rows in their three forms: the shipped files, and damaged ones."""

import gzip
import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from costplane.errors import UnreadableFile
from costplane.pricing.importers import SheetReading, read_price_sheet
from costplane.pricing.price import PriceRow, meter_id_of

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OLD = "azure_retail_ai_models_2025-08-25.ndjson.gz"
NEW = "azure_genai_prices_snapshot_2026-08-11.json.gz"
NEWEST = "azure_retail_gpt6_sample_2026-10-01.ndjson"

ROW: dict[str, object] = {
    "currencyCode": "USD",
    "tierMinimumUnits": 0.0,
    "retailPrice": 1.25,
    "armRegionName": "SwedenCentral",
    "effectiveStartDate": "2025-08-01T00:00:00Z",
    "meterId": "A057D58A-E9AF-576C-B3D0-4FCF424AE9CF",
    "meterName": "GPT 5 Inpt Glbl 1M Tokens",
    "productName": "Azure OpenAI GPT5",
    "skuId": "DZH/1",
    "skuName": "GPT 5 Inpt Glbl",
    "serviceName": "Foundry Models",
    "unitOfMeasure": "1M",
    "type": "Consumption",
}


@pytest.fixture(scope="module")
def shipped() -> dict[str, SheetReading]:
    def read(name: str) -> SheetReading:
        with as_file(files("costplane.pricing") / "data" / name) as path:
            return read_price_sheet(path, imported_at=NOW)

    return {name: read(name) for name in (OLD, NEW, NEWEST)}


def read_lines(folder: Path, *rows: object, **settings: datetime | str) -> SheetReading:
    path = folder / "prices.ndjson"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_price_sheet(path, imported_at=NOW, **settings)  # type: ignore[arg-type]


def test_the_shipped_lists_are_taken_whole(shipped: dict[str, SheetReading]) -> None:
    counts = {n: (len(r.sheet.rows), len(r.sheet.mappings)) for n, r in shipped.items()}
    assert counts == {OLD: (10_672, 818), NEW: (27_014, 1_562), NEWEST: (5, 5)}
    assert all(reading.repeated == 0 for reading in shipped.values())
    assert {r.sheet.name for r in shipped.values()} == {"azure-retail"}
    assert {(r.sheet.kind, r.sheet.currency) for r in shipped.values()} == {("list", "USD")}


def test_the_shipped_lists_agree_where_they_meet(shipped: dict[str, SheetReading]) -> None:
    """billing-rules 8: equal starts, prices and blocks are one row; no other price contradicts."""
    before = {_where(row): _amount(row) for row in shipped[OLD].sheet.rows if row.term is None}
    after = [row for row in shipped[NEW].sheet.rows if _where(row) in before]
    assert len({_where(row) for row in after}) == 8_453
    assert [row for row in after if before[_where(row)] != _amount(row)] == []


def _where(row: PriceRow) -> tuple[object, ...]:
    return row.meter_name, row.region, row.valid_from


def _amount(row: PriceRow) -> tuple[object, ...]:
    return row.price, row.currency, row.unit, row.block_size


def test_a_row_of_the_newest_shape(shipped: dict[str, SheetReading]) -> None:
    sheet = shipped[NEWEST].sheet
    assert sheet.rows[1] == PriceRow(
        sheet="azure-retail",
        product="Azure OpenAI GPT6",
        meter_id="01199d9e-4235-5fba-a949-083ff09e215c",
        meter_name="6.1-sol LongCo Cd Inp Flex Gl 1M Tokens",
        category="Foundry Models",
        sub_category="Azure OpenAI GPT6",
        sku_id="DZH318XZN65X/055F",
        sku_name="6.1-sol LongCo Cd Inp Flex Gl",
        publisher_type="Azure",
        publisher="Microsoft",
        offer=None,
        service_name="Foundry Models",
        region="spaincentral",
        unit_of_measure="1M",
        block_size=Decimal(1_000_000),
        unit="Tokens",
        tier_minimum=Decimal(0),
        price=Decimal("0.1"),
        currency="USD",
        valid_from=datetime(2026, 10, 1, tzinfo=UTC),
        valid_to=None,
        kind="usage",
        source_line=2,
    )


def test_prices_are_the_digits_of_the_file(shipped: dict[str, SheetReading]) -> None:
    path = files("costplane.pricing") / "data" / OLD
    lines = gzip.decompress(path.read_bytes()).splitlines()
    exact = [json.loads(line, parse_float=str, parse_int=str)["retailPrice"] for line in lines]
    assert [row.price for row in shipped[OLD].sheet.rows] == [Decimal(text) for text in exact]
    assert Decimal("0.000083") in {row.price for row in shipped[OLD].sheet.rows}


def test_reservations_and_capacity_are_kinds_of_their_own(
    shipped: dict[str, SheetReading],
) -> None:
    rows = shipped[OLD].sheet.rows
    assert Counter(row.kind for row in rows) == {
        "usage": 9_783,
        "hourly": 732,
        "reservation": 122,
        "monthly": 35,
    }
    first = rows[0]
    assert (first.term, first.price, first.unit) == ("1 Month", Decimal(260), "Hours")
    # "2025-08-31T23:59:00Z" is the last minute in which the price holds.
    assert first.valid_to == datetime(2025, 9, 1, tzinfo=UTC)
    units = {row.unit for row in rows if row.kind == "usage"}
    assert units >= {"Tokens", "Images", "Pages", "Seconds", "Hours"}


def test_audio_by_the_hour_is_a_block_of_seconds(shipped: dict[str, SheetReading]) -> None:
    whisper = [row for row in shipped[OLD].sheet.rows if "Whisper" in row.meter_name]
    assert {(r.unit_of_measure, r.block_size, r.unit) for r in whisper} == {
        ("1 Hour", Decimal(3600), "Seconds")
    }


def test_a_snapshot_item_is_a_row_a_region(shipped: dict[str, SheetReading]) -> None:
    rows = shipped[NEW].sheet.rows
    first = [row for row in rows if row.source_line == 1]
    assert len(first) == len({row.region for row in first}) == 13
    assert first[0].meter_id == meter_id_of("Azure OpenAI GPT5", first[0].meter_name, "eastus2")
    assert len({row.meter_id for row in first}) == 13
    superseded = Counter((row.product, row.meter_name, row.region) for row in rows)
    assert sum(count > 1 for count in superseded.values()) == 9


def test_a_meter_without_region_holds_everywhere(shipped: dict[str, SheetReading]) -> None:
    free = [row for row in shipped[NEW].sheet.rows if row.meter_name == "Standard Unit"]
    assert [(row.region, row.price) for row in free] == [(None, Decimal(0))]


def test_mappings_come_from_the_parser(shipped: dict[str, SheetReading]) -> None:
    mappings = {m.meter_name: m for m in shipped[NEWEST].sheet.mappings}
    mapping = mappings["4.7 Outp glbl 1M Tokens"]
    assert mapping.key is not None
    assert (mapping.key.model, mapping.confirmed_by) == ("grok-4.7", "parser")
    unplaced = [m for m in shipped[OLD].sheet.mappings if m.key is None]
    assert all(m.unplaced_reason for m in unplaced)


def test_the_digest_is_that_of_the_file(shipped: dict[str, SheetReading]) -> None:
    content = (files("costplane.pricing") / "data" / NEWEST).read_bytes()
    assert shipped[NEWEST].sheet.sha256 == hashlib.sha256(content).hexdigest()
    assert shipped[NEWEST].sheet.source_file == NEWEST


def test_zero_is_a_price(tmp_path: Path) -> None:
    assert read_lines(tmp_path, ROW | {"retailPrice": 0}).sheet.rows[0].price == 0


def test_valid_from_fills_only_rows_without_a_start(tmp_path: Path) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    without = {field: value for field, value in ROW.items() if field != "effectiveStartDate"}
    rows = read_lines(tmp_path, ROW, without, valid_from=start).sheet.rows
    assert [row.valid_from for row in rows] == [datetime(2025, 8, 1, tzinfo=UTC), start]


def test_the_name_of_the_sheet_may_be_given(tmp_path: Path) -> None:
    reading = read_lines(tmp_path, ROW, name="mine")
    assert (reading.sheet.name, reading.sheet.rows[0].sheet) == ("mine", "mine")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"{}",
        b'{"items": "none"}',
        b"a,b\n1,2\n",
        b"\x1f\x8bnot gzip",
        gzip.compress(b"{}", mtime=0)[:-9],
        b"\xff\xfe\x00",
        b"rows: []",
        b"rows: [",
    ],
)
def test_a_file_that_is_no_sheet(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as caught:
        read_price_sheet(path, imported_at=NOW)
    assert str(path) in caught.value.message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        read_price_sheet(tmp_path / "none", imported_at=NOW)

"""Files of bills as rows of the ledger, compared with plain reading of the same text."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from costplane.bills.bill import BillFile
from costplane.core.focus import CHARGE_COLUMNS
from costplane.engine.duckdb import DuckDBEngine
from costplane.errors import UnreadableFile

BILLS = Path(__file__).parents[1] / "data/bills"
SAMPLE = BILLS / "focus-1.0-three-providers.csv"
COLUMNS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "PricingQuantity")
HEADER = (
    "BilledCost,BillingAccountId,BillingCurrency,ChargeCategory,ChargePeriodStart,"
    "ChargePeriodEnd,ServiceName,SubAccountId,Tags,Own column"
)
ROW = "1.5,acc,USD,Usage,2026-10-03T00:00:00Z,2026-10-04T00:00:00Z,Search,s-1,,"


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


def read(engine: DuckDBEngine, path: Path, **options: Any) -> list[dict[str, Any]]:
    return [row for rows in BillFile(path, **options).rows(engine) for row in rows.to_pylist()]


def written(folder: Path, *lines: str, name: str = "bill.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def plain(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def refused(engine: DuckDBEngine, path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(engine, path)
    return caught.value.message


@pytest.mark.parametrize("path", sorted(BILLS.glob("focus*.csv")), ids=lambda path: path.stem)
def test_totals_are_those_of_the_text(engine: DuckDBEngine, path: Path) -> None:
    rows, texts = read(engine, path), plain(path)
    assert len(rows) == len(texts)
    for name in COLUMNS:
        told = [Decimal(t[name]) for t in texts if t.get(name) not in (None, "", "NULL")]
        assert sum(row[name] for row in rows if row[name] is not None) == sum(told), name
    assert [row["x_SourceLine"] for row in rows] == list(range(2, len(texts) + 2))


def test_nothing_of_the_text_is_lost(engine: DuckDBEngine) -> None:
    """Every cell is said by its column, or stands beside the row under its own name."""
    types = {column.name: column.type for column in CHARGE_COLUMNS}
    for row, text in zip(read(engine, SAMPLE), plain(SAMPLE), strict=True):
        rest = json.loads(row["x_SourceColumns"] or "{}")
        for name, cell in text.items():
            if cell in ("", "NULL") or rest.get(name) == cell:
                continue
            kind, found = types[name], row[name]
            if kind == "Decimal":
                assert found == Decimal(cell), name
            elif kind == "DateTime":
                assert f"{found:%Y-%m-%d %H:%M:%S}" == cell, name
            elif kind == "JSON":
                assert json.loads(found) == json.loads(cell), name
            else:
                assert found == cell, name


@pytest.mark.parametrize(
    ("columns", "version"),
    [
        ("UsageQuantity,Region", "1.0-preview"),
        ("RegionId", "1.0"),
        ("SkuMeter", "1.1"),
        ("InvoiceId,SkuMeter", "1.2"),
        ("ServiceProviderName,ProviderName", "1.3"),
        ("InvoiceDetailId,HostProviderName", "1.4"),
    ],
)
def test_the_version_is_told_by_its_columns(tmp_path: Path, columns: str, version: str) -> None:
    path = tmp_path / "bill.csv"
    path.write_text(f"{HEADER},{columns}\n")
    assert BillFile(path).header.label == f"FOCUS {version}"


def test_columns_of_older_versions_have_the_meaning_of_today(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    path = tmp_path / "old.csv"
    path.write_text(
        f"{HEADER},UsageQuantity,UsageUnit,Region,ProviderName\n{ROW},7.5,Hours,eu-1,AWS\n"
    )
    (row,) = read(engine, path)
    assert (row["ConsumedQuantity"], row["ConsumedUnit"]) == (Decimal("7.5"), "Hours")
    assert (row["RegionId"], row["ServiceProviderName"]) == ("eu-1", "AWS")


def test_what_is_not_said_follows_from_what_is(engine: DuckDBEngine, tmp_path: Path) -> None:
    (row,) = read(engine, written(tmp_path, ROW))
    assert row["EffectiveCost"] == row["ContractedCost"] == row["ListCost"] == Decimal("1.5")
    assert row["x_ListCostSource"] == "Contracted"
    assert f"{row['BillingPeriodStart']:%F} {row['BillingPeriodEnd']:%F}" == "2026-10-01 2026-11-01"
    assert row["ServiceSubcategory"] == "Other (Other)"


def test_decimals_are_exact_and_longer_ones_are_kept(engine: DuckDBEngine, tmp_path: Path) -> None:
    lines = [
        ROW.replace("1.5", cost)
        for cost in ("1.2E-05", "0.1234567890125", "0.1234567890135", "-12345678901234.5")
    ]
    rows = read(engine, written(tmp_path, *lines))
    assert [row["BilledCost"] for row in rows] == [
        Decimal("0.000012"),
        Decimal("0.123456789012"),
        Decimal("0.123456789014"),
        Decimal("-12345678901234.5"),
    ]
    kept = [json.loads(row["x_SourceColumns"] or "{}").get("BilledCost") for row in rows]
    assert kept == [None, "0.1234567890125", "0.1234567890135", None]


def test_azures_ids_are_those_of_the_ledger(engine: DuckDBEngine, tmp_path: Path) -> None:
    account = "/providers/Microsoft.Billing/billingAccounts/8611537/billingProfiles/BP-1"
    row = ROW.replace("acc", account).replace("s-1", "/subscriptions/AAAA-1")
    (found,) = read(engine, written(tmp_path, row))
    assert (found["BillingAccountId"], found["x_BillingProfileId"]) == ("8611537", "bp-1")
    assert found["SubAccountId"] == "aaaa-1"
    kept = json.loads(found["x_SourceColumns"])
    assert (kept["BillingAccountId"], kept["SubAccountId"]) == (account, "/subscriptions/AAAA-1")


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ('{""b"": ""2"", ""a"": 1}', '{"a":"1","b":"2"}'),
        ('""env"": ""prod"",""org"": ""t""', '{"env":"prod","org":"t"}'),
        ("no tags at all", None),
    ],
)
def test_tags_in_every_form(
    engine: DuckDBEngine, tmp_path: Path, tags: str, found: str | None
) -> None:
    line = ROW.removesuffix(",,") + f',"{tags}",'
    (row,) = read(engine, written(tmp_path, line))
    assert row["Tags"] == found
    rest = json.loads(row["x_SourceColumns"] or "{}")
    assert ("Tags" in rest) is (found is None)


def test_ai_rows_are_recognised_with_model_and_token_type(engine: DuckDBEngine) -> None:
    rows = read(engine, BILLS / "focus-ai-prompt-caching.csv")
    assert {row["ServiceSubcategory"] for row in rows} == {"Generative AI"}
    assert [row["x_TokenType"] for row in rows] == [
        "input_text",
        "input_text_cached",
        "output_text",
        None,
    ]
    assert rows[0]["x_Model"] == "latticescale.solora-reasoning-pro"


def test_gzip_and_parquet_are_as_the_plain_text(engine: DuckDBEngine, tmp_path: Path) -> None:
    expected = read(engine, SAMPLE)
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(SAMPLE.read_bytes()))
    assert read(engine, tmp_path / "b.csv.gz") == expected
    texts = plain(SAMPLE)
    pq.write_table(pa.Table.from_pylist(texts), tmp_path / "b.parquet")
    rows = read(engine, tmp_path / "b.parquet")
    assert [row | {"x_SourceLine": row["x_SourceLine"] + 1} for row in rows] == expected


def test_typed_parquet_says_the_same(engine: DuckDBEngine, tmp_path: Path) -> None:
    (text,) = read(engine, written(tmp_path, ROW.removesuffix(",,") + ',"{""a"": ""b""}",'))
    names = HEADER.split(",")[:-1]
    cells = dict(zip(names, ROW.split(","), strict=False))
    instants = pa.array([cells["ChargePeriodStart"]]).cast(pa.timestamp("us", "UTC"))
    table = pa.table({name: [cells[name]] for name in names})
    for name, values in {
        "BilledCost": pa.array([Decimal("1.5")], pa.decimal128(20, 4)),
        "ChargePeriodStart": instants,
        "Tags": pa.array([[("a", "b")]], pa.map_(pa.string(), pa.string())),
    }.items():
        table = table.set_column(table.schema.get_field_index(name), name, values)
    pq.write_table(table, tmp_path / "b.parquet")
    (row,) = read(engine, tmp_path / "b.parquet")
    assert row | {"x_SourceLine": 2} == text


def test_lines_are_those_of_the_file(engine: DuckDBEngine, tmp_path: Path) -> None:
    """A value may hold line breaks, and lines may be blank."""
    broken = ROW.replace("Search", '"Sea\nrch"')
    path = written(tmp_path, ROW, broken, "", ROW)
    assert [row["x_SourceLine"] for row in read(engine, path)] == [2, 3, 6]
    faulty = written(tmp_path, ROW, broken, "", ROW, ROW.replace("1.5", "x"))
    assert refused(engine, faulty).startswith("bill.csv:7:1: BilledCost is 'x'")


def test_a_byte_order_mark_is_no_part_of_a_name(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "bom.csv"
    path.write_text(f"{HEADER}\r\n{ROW}\r\n", encoding="utf-8-sig", newline="")
    assert len(read(engine, path)) == 1


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([ROW, ROW.replace("1.5", "12.5.1")], ":3:1: BilledCost is '12.5.1', which is no number"),
        ([ROW, ROW.replace("1.5", "")], ":3:1: BilledCost is missing"),
        ([ROW.replace("2026-10-03T00:00:00Z", "2026-13-03")], ":2:5: ChargePeriodStart is"),
        ([ROW, HEADER, ROW], ":3: the header stands here again"),
        ([ROW, f"{ROW},more"], ":3: the row has 11 columns, the header 10"),
        ([ROW, ROW + '"open', ROW], ":3: a quote in this row is never closed"),
    ],
)
def test_a_fault_is_told_with_its_place(
    engine: DuckDBEngine, tmp_path: Path, lines: list[str], told: str
) -> None:
    assert f"bill.csv{told}" in refused(engine, written(tmp_path, *lines))


def test_other_damage_is_told(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    path.write_text(HEADER.replace(",", ";"))
    assert refused(engine, path).startswith("bill.csv:1:11: the columns are parted by ';'")
    path.write_text("a,b\n1,2\n")
    assert "the columns are of no known bill (a, b)" in refused(engine, path)
    path.write_text(f"{HEADER},UsageQuantity,SkuMeter\n")
    assert "usagequantity and skumeter are of two versions" in refused(engine, path)
    path.write_text(HEADER.replace("BillingCurrency", "Money") + "\n")
    assert "there is no column BillingCurrency; tell it with --currency" in refused(engine, path)
    path.write_bytes(b"")
    assert "the file is empty" in refused(engine, path)
    path.write_bytes(f"{HEADER}\n{ROW}\n".encode() + b"\xff" + ROW.encode() + b"\n")
    assert refused(engine, path) == "bill.csv:3: the text is no UTF-8"
    text = "\n".join([HEADER, *[ROW.replace("1.5", f"{n}.5") for n in range(3000)]])
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(text.encode())[:-900])
    assert "the compressed file is damaged or was cut off" in refused(engine, tmp_path / "b.csv.gz")
    (tmp_path / "b.parquet").write_bytes(b"PAR1" + b"0" * 100)
    assert "the Parquet file cannot be read" in refused(engine, tmp_path / "b.parquet")


def test_a_row_that_never_ends_is_refused(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text(f"{HEADER}\n{ROW}\n" + "x" * (17 * 2**20))
    assert refused(engine, path).startswith("long.csv:3: a row from this line on is longer than")


def test_columns_may_be_given(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    path.write_text("BilledCost,ChargePeriodStart,ChargePeriodEnd,Own\n1,2026-10-03,2026-10-04,a\n")
    given = {"BillingAccountId": "acc", "BillingCurrency": "EUR"}
    (row,) = read(engine, path, given=given)
    assert (row["BillingAccountId"], row["BillingCurrency"]) == ("acc", "EUR")
    assert json.loads(row["x_SourceColumns"]) == {"Own": "a"}

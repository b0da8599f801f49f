"""Price sheets of Azure agreements: several files, and rows that cannot be right."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from costplane.errors import InvalidPriceSheet, TooLarge, UnreadableFile
from costplane.pricing.importers import SheetReading, parts, read_price_sheet
from tests.pricing.agreement_sheets import EA, OUTPUT, STORAGE, csv_text, write_zip

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def read(folder: Path, text: str, scope: str | None = None) -> SheetReading:
    path = folder / "sheet.csv"
    path.write_text(text, encoding="utf-8-sig")
    return read_price_sheet(path, scope=scope, imported_at=NOW)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(InvalidPriceSheet) as caught:
        read(folder, text)
    assert "nothing of it is taken" in caught.value.message
    return caught.value.message


def test_the_files_of_a_zip_are_one_sheet(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "sheet.zip", b=csv_text(OUTPUT), a=csv_text(EA, STORAGE))
    sheet = read_price_sheet(path, imported_at=NOW).sheet
    assert [row.price for row in sheet.rows] == [Decimal("1.1250"), Decimal(9)]
    assert len({row.source_line for row in sheet.rows}) == 2


def test_files_of_two_accounts_are_not_one_sheet(tmp_path: Path) -> None:
    other = csv_text(EA | {"EnrollmentNumber": "200002"})
    path = write_zip(tmp_path / "sheet.zip", a=csv_text(EA), b=other)
    with pytest.raises(InvalidPriceSheet, match=r"b\.csv and a\.csv are not of one sheet"):
        read_price_sheet(path, imported_at=NOW)


def test_an_error_in_a_zip_names_its_file(tmp_path: Path) -> None:
    bad = csv_text(STORAGE, OUTPUT | {"UnitPrice": "-1"}, EA | {"UnitPrice": "3"})
    path = write_zip(tmp_path / "sheet.zip", a=csv_text(EA), b=csv_text(OUTPUT), c=bad)
    with pytest.raises(InvalidPriceSheet) as caught:
        read_price_sheet(path, imported_at=NOW)
    first, *told = caught.value.message.splitlines()
    assert first.endswith("sheet.zip: nothing of it is taken:")
    assert told[0].startswith("  c.csv line 3, price: price: a price is zero or more")
    assert told[1].startswith("  c.csv line 4, price: price is 3, but 1.1250 in a.csv line 2")


@pytest.mark.parametrize(
    ("change", "line", "field", "message"),
    [
        ({"UnitPrice": "-1"}, 3, "price", "zero or more"),
        ({"UnitPrice": ""}, 3, "price", "missing"),
        ({"UnitPrice": "1,5"}, 3, "price", "'1,5'"),
        ({"CurrencyCode": ""}, 3, "currency", "currency is missing"),
        ({"CurrencyCode": "USD"}, 3, "currency", "the sheet's is EUR"),
        ({"UnitOfMeasure": ""}, 3, "unit", "unit is missing"),
        ({"UnitOfMeasure": "Tokens"}, 3, "unit", "no unit of measure"),
        ({"EffectiveStartDate": "31/12/2026"}, 3, "valid_from", "month/day/year"),
        ({"EffectiveStartDate": ""}, 3, "valid_from", "missing"),
        ({"EnrollmentNumber": "2"}, 3, "account", "one billing account"),
    ],
)
def test_one_bad_row_and_nothing_is_taken(
    tmp_path: Path, change: dict[str, str], line: int, field: str, message: str
) -> None:
    told = refused(tmp_path, csv_text(EA, OUTPUT | change, STORAGE))
    assert f"line {line}, {field}: " in told
    assert message in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"UnitPrice": "2"}, "line 4, price: price is 2, but 1.1250 in line 2"),
        ({"UnitOfMeasure": "1K"}, "line 4, unit: unit is 1K, but 1M in line 2"),
        (
            {"EffectiveEndDate": ""},
            "line 4, valid_to: valid_to is open, but 2026-09-01 in line 2",
        ),
    ],
)
def test_rows_that_contradict_each_other(tmp_path: Path, change: dict[str, str], told: str) -> None:
    assert told in refused(tmp_path, csv_text(EA, OUTPUT, EA | change))


def test_a_repeated_row_and_another_time_contradict_nothing(tmp_path: Path) -> None:
    later = EA | {
        "UnitPrice": "1",
        "EffectiveStartDate": "09/01/2026",
        "EffectiveEndDate": "09/30/2026",
    }
    elsewhere = EA | {"UnitPrice": "2", "MeterRegion": "EU West", "MeterID": "e"}
    tier = EA | {"UnitPrice": "3", "TierMinimumUnits": "10"}
    rows = [row | {"TierMinimumUnits": row.get("TierMinimumUnits", "0")} for row in
            (EA, EA, later, elsewhere, tier)]  # fmt: skip
    reading = read(tmp_path, csv_text(*rows))
    assert (len(reading.sheet.rows), reading.repeated) == (4, 1)


def test_a_refusal_lists_some_errors_and_counts_the_others(tmp_path: Path) -> None:
    told = refused(tmp_path, csv_text(*[EA | {"UnitPrice": "x"}] * 25))
    assert told.count("line ") == 20
    assert told.endswith("and 5 further")


@pytest.mark.parametrize("cut", [0.5, 0.95])
def test_a_broken_zip(tmp_path: Path, cut: float) -> None:
    path = write_zip(tmp_path / "sheet.zip", a=csv_text(EA, OUTPUT))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    with pytest.raises(UnreadableFile, match=r"sheet\.zip: the zip data is damaged"):
        read_price_sheet(path, imported_at=NOW)


def test_a_zip_with_damaged_content(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "sheet.zip", a=csv_text(EA, OUTPUT))
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match="damaged"):
        read_price_sheet(path, imported_at=NOW)


def test_a_zip_without_a_sheet(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="empty archive"):
        read_price_sheet(write_zip(tmp_path / "none.zip"), imported_at=NOW)
    path = write_zip(tmp_path / "two.zip", a=csv_text(EA), b="Roses are red")
    with pytest.raises(UnreadableFile, match=r"two\.zip/b\.csv is no price sheet"):
        read_price_sheet(path, imported_at=NOW)


def test_a_file_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_LIMIT", 1_000)
    path = write_zip(tmp_path / "sheet.zip", a=csv_text(*[EA] * 20))
    with pytest.raises(TooLarge):
        read_price_sheet(path, imported_at=NOW)

"""Price sheets of an Enterprise and of a Microsoft Customer Agreement."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from costplane.errors import InvalidPriceSheet, TooLarge, UnreadableFile
from costplane.pricing.azure_regions import region_of
from costplane.pricing.importers import SheetReading, parts, read_price_sheet
from costplane.pricing.model_key import ModelKey
from costplane.pricing.price import MeterMapping, PriceSheet
from tests.pricing.agreement_sheets import EA, MCA, OUTPUT, SPACED, STORAGE, csv_text, write_zip

NOW = datetime(2026, 11, 1, tzinfo=UTC)
KEY = ModelKey("gpt-5", None, "Global", "Standard", "input_text")
ACCOUNT = "/providers/microsoft.billing/billingaccounts/"


def read(folder: Path, text: str, scope: str | None = None) -> SheetReading:
    path = folder / "sheet.csv"
    path.write_text(text, encoding="utf-8-sig")
    return read_price_sheet(path, scope=scope, imported_at=NOW)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(InvalidPriceSheet) as caught:
        read(folder, text)
    assert "nothing of it is taken" in caught.value.message
    return caught.value.message


def mapping_of(sheet: PriceSheet, meter: str) -> MeterMapping:
    return next(m for m in sheet.mappings if m.meter_name == meter)


def test_a_row_of_an_enterprise_agreement(tmp_path: Path) -> None:
    sheet = read(tmp_path, csv_text(EA)).sheet
    (row,) = sheet.rows
    assert (sheet.name, sheet.kind, sheet.scope, sheet.currency) == (
        "azure-price-sheet-100001",
        "customer",
        ACCOUNT + "100001",
        "EUR",
    )
    assert (row.price, row.block_size, row.unit) == (
        Decimal("1.1250"),
        Decimal(1_000_000),
        "Tokens",
    )
    assert (row.region, row.meter_id) == ("swedencentral", EA["MeterID"].lower())
    assert (row.valid_from, row.valid_to) == (
        datetime(2026, 8, 1, tzinfo=UTC),
        datetime(2026, 9, 1, tzinfo=UTC),
    )
    assert (row.kind, row.service_name, row.sub_category) == (
        "usage",
        "Foundry Models",
        "Azure OpenAI GPT5",
    )
    assert mapping_of(sheet, EA["MeterName"]).key == KEY


def test_a_row_of_a_customer_agreement(tmp_path: Path) -> None:
    sheet = read(tmp_path, csv_text(MCA)).sheet
    (row,) = sheet.rows
    assert sheet.scope == ACCOUNT + "d3a0c057-0000-4000-8000-0000000000ba:bb_2019-05-31"
    assert sheet.name.endswith("-demo-bp1")
    # Prices are in `currency`; billingCurrency is that of the invoice.
    assert (row.price, row.currency) == (Decimal("1.2"), "USD")
    assert row.valid_to == datetime(2026, 9, 1, tzinfo=UTC)
    assert mapping_of(sheet, MCA["meterName"]).key == KEY


@pytest.mark.parametrize(
    "row",
    [
        SPACED,
        {name.upper(): value for name, value in EA.items()},
        {name[0].lower() + name[1:]: value for name, value in EA.items()},
        {f" {name} ": value for name, value in reversed(EA.items())},
    ],
)
def test_columns_are_known_however_they_are_spelled(tmp_path: Path, row: dict[str, str]) -> None:
    sheet = read(tmp_path, csv_text(row, before="Price sheet\nEnrollment,100001\n\n")).sheet
    (taken,) = sheet.rows
    assert (taken.price, taken.currency, taken.region) == (
        Decimal("1.1250"),
        "EUR",
        "swedencentral",
    )
    assert taken.valid_from == datetime(2026, 8, 1, tzinfo=UTC)
    assert mapping_of(sheet, EA["MeterName"]).key == KEY


def test_ids_may_be_whole_paths(tmp_path: Path) -> None:
    account = "/providers/Microsoft.Billing/billingAccounts/" + MCA["billingAccountId"]
    whole = MCA | {
        "billingAccountId": account,
        "billingProfileId": account + "/billingProfiles/DEMO-BP1",
    }
    one, other = read(tmp_path, csv_text(whole)).sheet, read(tmp_path, csv_text(MCA)).sheet
    assert (one.name, one.scope) == (other.name, other.scope)


def test_other_services_are_kept_and_price_nothing(tmp_path: Path) -> None:
    reserved = STORAGE | {
        "MeterName": "",
        "MeterID": "d",
        "PriceType": "Reservation",
        "Term": "P1Y",
    }
    sheet = read(tmp_path, csv_text(EA, STORAGE, reserved)).sheet
    assert [row.meter_name for row in sheet.rows] == [
        EA["MeterName"],
        "Hot LRS Data Stored",
        "Tiered Block Blob",
    ]
    storage = sheet.rows[1]
    assert (storage.block_size, storage.unit) == (Decimal(100), "GB/Month")
    assert (sheet.rows[2].kind, sheet.rows[2].term) == ("reservation", "1 Year")
    reason = mapping_of(sheet, "Hot LRS Data Stored").unplaced_reason
    assert reason is not None
    assert reason.startswith("OtherService: ")


def test_prices_that_no_call_gets_stand_apart(tmp_path: Path) -> None:
    dev = EA | {"OfferID": "MS-AZR-0148P", "UnitPrice": "0.5"}
    plan = EA | {"PriceType": "SavingsPlan", "Term": "P3Y", "UnitPrice": "0.4"}
    sheet = read(tmp_path, csv_text(EA, dev, plan)).sheet
    reasons = [m.unplaced_reason and m.unplaced_reason.split(":")[0] for m in sheet.mappings]
    assert reasons == [None, "OtherOffer", "SavingsPlan"]
    assert [row.price for row in sheet.rows] == [Decimal("1.1250"), Decimal("0.5"), Decimal("0.4")]


def test_a_reservation_of_provisioned_throughput(tmp_path: Path) -> None:
    row = EA | {
        "MeterName": "Provisioned Managed Global Unit",
        "MeterSubCategory": "Azure AI Foundry Provisioned Throughput Reservation",
        "UnitOfMeasure": "1/Hour",
        "PriceType": "ReservedInstance",
        "Term": "P1M",
        "UnitPrice": "260",
    }
    (taken,) = read(tmp_path, csv_text(row)).sheet.rows
    assert (taken.kind, taken.term, taken.price) == ("reservation", "1 Month", Decimal(260))


def test_the_payer_may_be_told(tmp_path: Path) -> None:
    anonymous = {name: value for name, value in EA.items() if name != "EnrollmentNumber"}
    with pytest.raises(InvalidPriceSheet, match=r"scope: .*billingAccounts/123456"):
        read(tmp_path, csv_text(anonymous))
    sheet = read(tmp_path, csv_text(anonymous), scope="/Subscriptions/S-1").sheet
    assert (sheet.name, sheet.scope) == ("sheet", "/subscriptions/s-1")
    assert read(tmp_path, csv_text(EA), scope="/").sheet.scope is None
    with pytest.raises(InvalidPriceSheet, match="is not a scope"):
        read(tmp_path, csv_text(EA), scope="nowhere")


def test_the_files_of_a_zip_are_one_sheet(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "sheet.zip", b=csv_text(OUTPUT), a=csv_text(EA, STORAGE))
    sheet = read_price_sheet(path, imported_at=NOW).sheet
    assert [row.price for row in sheet.rows] == [Decimal("1.1250"), Decimal("1.6"), Decimal(9)]
    assert len({row.source_line for row in sheet.rows}) == 3


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


def test_other_services_may_contradict_themselves(tmp_path: Path) -> None:
    """They price nothing here; Azure lists several part numbers for one meter."""
    text = csv_text(EA, STORAGE, STORAGE | {"UnitPrice": "7"})
    assert len(read(tmp_path, text).sheet.rows) == 3


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


def test_a_bill_is_no_price_sheet(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        read(tmp_path, csv_text(EA | {"Date": "08/01/2026", "Quantity": "3"}))


def test_regions_as_sheets_spell_them() -> None:
    told = ("SE Central", "US  East 2", "EU West", "westeurope", "XX Nowhere", "Global", "")
    assert [region_of(text) for text in told] == [
        "swedencentral",
        "eastus2",
        "westeurope",
        "westeurope",
        "xxnowhere",
        None,
        None,
    ]

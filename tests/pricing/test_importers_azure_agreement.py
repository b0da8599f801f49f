"""Price sheets of an Enterprise and of a Microsoft Customer Agreement."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from costplane.errors import InvalidPriceSheet, UnreadableFile
from costplane.pricing.azure_regions import region_of
from costplane.pricing.importers import SheetReading, read_price_sheet
from costplane.pricing.model_key import ModelKey
from costplane.pricing.price import MeterMapping, PriceSheet
from tests.pricing.agreement_sheets import EA, MCA, SPACED, STORAGE, csv_text

NOW = datetime(2026, 11, 1, tzinfo=UTC)
KEY = ModelKey("gpt-5", None, "Global", "Standard", "input_text")
ACCOUNT = "/providers/microsoft.billing/billingaccounts/"


def read(folder: Path, text: str, scope: str | None = None) -> SheetReading:
    path = folder / "sheet.csv"
    path.write_text(text, encoding="utf-8-sig")
    return read_price_sheet(path, scope=scope, imported_at=NOW)


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
    account = ACCOUNT + "d3a0c057-0000-4000-8000-0000000000ba:bb_2019-05-31"
    assert sheet.scope == account + "/billingprofiles/demo-bp1"
    assert sheet.name.endswith("-demo-bp1")
    # Prices are in `currency`; billingCurrency is that of the invoice.
    assert (row.price, row.currency) == (Decimal("1.2"), "USD")
    assert row.valid_to == datetime(2026, 9, 1, tzinfo=UTC)
    assert mapping_of(sheet, MCA["meterName"]).key == KEY


PUBLISHED = (
    # Enterprise, 2023-05-01
    "EnrollmentNumber,MeterID,MeterName,MeterType,MeterCategory,MeterSubCategory,ServiceFamily,"
    "Product,SkuID,ProductID,MeterRegion,UnitOfMeasure,PartNumber,EffectiveStartDate,"
    "EffectiveEndDate,UnitPrice,BasePrice,MarketPrice,CurrencyCode,IncludedQuantity,OfferID,Term,"
    "PriceType",
    # Enterprise, in the order of its columns' names
    "BasePrice,CurrencyCode,EffectiveEndDate,EffectiveStartDate,IncludedQuantity,MarketPrice,"
    "MeterId,MeterCategory,MeterName,MeterSubCategory,MeterRegion,MeterType,PartNumber,priceType,"
    "Product,ProductID,ServiceFamily,SkuID,Term,UnitOfMeasure,UnitPrice,EnrollmentNumber",
    # Customer, 2023-05-01
    "basePrice,billingAccountId,billingAccountName,billingCurrency,billingProfileId,"
    "billingProfileName,currency,discount,effectiveEndDate,effectiveStartDate,includedQuantity,"
    "marketPrice,meterId,meterCategory,meterName,meterSubCategory,meterType,meterRegion,priceType,"
    "Product,productId,serviceFamily,SkuID,Term,tierMinimumUnits,unitOfMeasure,unitPrice",
    # Customer, 2024-08-01
    "BillingAccountId,BillingAccountName,BillingProfileId,BillingProfileName,ServiceFamily,Product,"
    "ProductId,ProductOrderName,SkuId,UnitOfMeasure,MeterId,MeterName,MeterType,MeterCategory,"
    "MeterSubCategory,MeterRegion,TierMinimumUnits,EffectiveStartDate,EffectiveEndDate,UnitPrice,"
    "BasePrice,MarketPrice,Currency,BillingCurrency,Term,PriceType",
)
"""The columns of the published schemas (Microsoft Learn)."""


@pytest.mark.parametrize("header", PUBLISHED)
def test_published_schemas_in_whatever_order(tmp_path: Path, header: str) -> None:
    known = {name.lower(): value for row in (EA, MCA) for name, value in row.items()}
    row = {name: known.get(name.lower(), "") for name in header.split(",")}
    sheet = read(tmp_path, csv_text(row)).sheet
    (taken,) = sheet.rows
    assert (taken.price, taken.region) == (Decimal("1.2"), "swedencentral")
    assert taken.currency == ("EUR" if "CurrencyCode" in row else "USD")
    assert mapping_of(sheet, EA["MeterName"]).key == KEY
    assert (sheet.scope or "").startswith(
        ACCOUNT + ("100001" if "EnrollmentNumber" in row else "d3")
    )


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


def test_other_services_are_left_out_unread_and_counted(tmp_path: Path) -> None:
    """A sheet lists every Azure service: what is odd there is no matter of AI."""
    odd = STORAGE | {"UnitOfMeasure": "", "UnitPrice": "-1", "MeterName": ""}
    reading = read(tmp_path, csv_text(STORAGE, EA, odd, STORAGE | {"UnitPrice": "7"}))
    assert [row.meter_name for row in reading.sheet.rows] == [EA["MeterName"]]
    assert [mapping.meter_name for mapping in reading.sheet.mappings] == [EA["MeterName"]]
    assert (reading.other_services, reading.repeated) == (3, 0)
    with pytest.raises(UnreadableFile, match="no rows of AI services"):
        read(tmp_path, csv_text(STORAGE))


def test_a_meter_of_a_known_model_is_one_of_ai_whatever_its_category(tmp_path: Path) -> None:
    for category in ("Cognitive Services", "Azure OpenAI", "Something New", ""):
        assert len(read(tmp_path, csv_text(EA | {"MeterCategory": category})).sheet.rows) == 1


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


def test_an_included_quantity_is_a_first_tier_that_costs_nothing(tmp_path: Path) -> None:
    sheet = read(tmp_path, csv_text(EA | {"IncludedQuantity": "2.5"}, STORAGE)).sheet
    tiers = [(row.tier_minimum, row.price, row.tiering) for row in sheet.rows]
    assert tiers == [
        (Decimal(0), Decimal(0), "graduated"),
        (Decimal("2.5"), Decimal("1.1250"), "graduated"),
    ]
    assert len({row.meter_id for row in sheet.rows}) == 1


def test_an_included_quantity_that_is_no_number_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidPriceSheet, match="included_quantity is 'some', which is no number"):
        read(tmp_path, csv_text(EA | {"IncludedQuantity": "some"}))

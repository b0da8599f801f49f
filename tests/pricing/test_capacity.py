"""Prices of capacity, on Azure's real list of 2025-08 and on rows made by hand."""

from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import as_file, files

import pytest

from costplane.pricing import capacity
from costplane.pricing.book import Offer, PriceBook
from costplane.pricing.capacity import Capacity
from costplane.pricing.importers import read_price_sheet
from costplane.pricing.question import Answer, Resolution, Unresolved
from tests.pricing.offers import NOW, SUBSCRIPTION, book, day, offer, own

LIST = "azure_retail_ai_models_2025-08-25.ndjson.gz"
SUMMER = datetime(2025, 8, 25, tzinfo=UTC)


@pytest.fixture(scope="module")
def azure() -> PriceBook:
    with as_file(files("costplane.pricing") / "data" / LIST) as path:
        sheet = read_price_sheet(path, imported_at=SUMMER).sheet
    keys = {(m.product, m.meter_name, m.unit_of_measure): m.key for m in sheet.mappings}
    placed = ((keys[r.product, r.meter_name, r.unit_of_measure], r) for r in sheet.rows)
    return PriceBook((Offer(key, row, 1, "list", None) for key, row in placed if key), 1)


def price(answer: Answer) -> tuple[Decimal, str, str]:
    assert isinstance(answer, Resolution), answer
    row = answer.offer.row
    return row.price, row.product, row.meter_name


@pytest.mark.parametrize(
    ("deployment_type", "expected"),
    [
        ("GlobalProvisionedManaged", ("1", "Global")),
        ("DataZoneProvisionedManaged", ("1.1", "Data Zone")),
        ("ProvisionedManaged", ("2", "Regional")),
        ("Regional", ("2", "Regional")),
    ],
)
def test_a_unit_by_the_hour(
    azure: PriceBook, deployment_type: str, expected: tuple[str, str]
) -> None:
    asked = Capacity(deployment_type, "swedencentral", model="gpt-4.1")
    found = price(capacity.provisioned_price(azure, asked, SUMMER))
    assert found == (
        Decimal(expected[0]),
        "Azure OpenAI",
        f"Provisioned Managed {expected[1]} Unit",
    )


@pytest.mark.parametrize(
    ("model", "product"),
    [
        ("grok-4", "Grok model family"),
        ("DeepSeek-R1", "Deepseek model family"),
        ("mai-ds-r1", "Deepseek model family"),
        ("gpt-5.4", "Azure OpenAI"),
        ("o4-mini", "Azure OpenAI"),
        ("some-new-model", "Azure OpenAI"),
        ("phi-4", "Azure OpenAI"),  # a maker without a meter of its own
        (None, "Azure OpenAI"),
    ],
)
def test_a_maker_has_its_own_meter(azure: PriceBook, model: str | None, product: str) -> None:
    asked = Capacity("Global", "eastus2", model=model)
    assert price(capacity.provisioned_price(azure, asked, SUMMER))[1] == product


def test_a_reservation_is_priced_for_its_whole_term(azure: PriceBook) -> None:
    asked = Capacity("DataZoneProvisionedManaged", "swedencentral", model="grok-4")
    terms = capacity.reservation_terms(azure, asked, SUMMER)
    assert {term: price(answer)[0] for term, answer in terms.items()} == {
        "1 Month": Decimal(260),
        "1 Year": Decimal(2652),
    }
    assert price(capacity.reservation_price(azure, asked, "1 Year", SUMMER)) == (
        Decimal(2652),
        "Azure AI Foundry Provisioned Throughput Reservation",
        "Provisioned Managed Data Zone Unit",
    )
    assert isinstance(capacity.reservation_price(azure, asked, "3 Years", SUMMER), Unresolved)


@pytest.mark.parametrize(
    ("model", "version", "deployment_type", "meter"),
    [
        ("gpt-4.1", "2025-04-14", "GlobalStandard", "gpt-4.1-ft hosting global Unit"),
        ("gpt-4.1", None, "Standard", "gpt-4.1-ft hosting regional Unit"),
        ("gpt-4o", "2024-08-06", "Standard", "gpt-4o-0806-FT-Hstng-regnl Unit"),
        ("phi-4", "7", "Standard", "Phi-4-FT Deployment Hosting Unit"),
    ],
)
def test_hosting_of_a_tuned_model(
    azure: PriceBook, model: str, version: str | None, deployment_type: str, meter: str
) -> None:
    region = "northcentralus" if model == "gpt-4o" else "eastus2"
    asked = Capacity(deployment_type, region, model=model, model_version=version)
    found = price(capacity.hosting_price(azure, asked, SUMMER))
    assert found[2] == meter


def test_a_developer_deployment_has_no_hosting_price(azure: PriceBook) -> None:
    asked = Capacity("DeveloperTier", "eastus2", model="gpt-4.1")
    assert isinstance(capacity.hosting_price(azure, asked, SUMMER), Unresolved)


def test_negotiated_units_come_first_from_their_day_on() -> None:
    listed = offer(1, model="provisioned", quantity="hours", price_kind="hourly")
    agreed = own(
        "0.7",
        model="provisioned",
        quantity="hours",
        price_kind="hourly",
        scope=SUBSCRIPTION,
        valid_from=day(6),
    )
    asked = Capacity("GlobalProvisionedManaged", None, (SUBSCRIPTION,), "gpt-5")
    prices = book(listed, agreed)
    assert price(capacity.provisioned_price(prices, asked, day(5)))[0] == 1
    assert price(capacity.provisioned_price(prices, asked, NOW))[0] == Decimal("0.7")
    elsewhere = Capacity("GlobalProvisionedManaged", None, (), "gpt-5")
    assert price(capacity.provisioned_price(prices, elsewhere, NOW))[0] == 1


def test_capacity_prices_no_call_and_calls_no_capacity() -> None:
    hourly = offer(1, model="gpt-x", quantity="hours", variant="fine-tuned", price_kind="hourly")
    called = offer(5)
    prices = book(hourly, called)
    assert prices.of_model("gpt-x") == (called,)
    asked = Capacity("Global", None, model="gpt-x")
    assert price(capacity.hosting_price(prices, asked, NOW))[0] == 1
    assert capacity.provisioned_price(prices, asked, NOW) == Unresolved(
        "NoSuchModel", "provisioned"
    )

"""Other ways to serve a workload, worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from costplane.app.estimating.alternative import Alternative, Crossing
from costplane.app.estimating.alternatives import compare
from costplane.app.estimating.workload_file import plan_of
from costplane.app.workspace import Workspace
from tests.app.estimating.plans import MONTH, NOW, workspace

PRICES = """\
name: list
currency: USD
unit: 1M Tokens
valid_from: 2026-01-01
rows:
  - {model: gpt-4.1, deployment_type: GlobalStandard, quantity: input_text, price: 2}
  - {model: gpt-4.1, deployment_type: GlobalStandard, quantity: output_text, price: 8}
  - {model: gpt-4.1, deployment_type: Standard, quantity: input_text, price: 3}
  - {model: gpt-4.1, deployment_type: GlobalBatch, quantity: input_text, price: 1}
  - {model: gpt-4.1, deployment_type: GlobalBatch, quantity: output_text, price: 4}
  - {model: in-house, deployment_type: GlobalStandard, quantity: input_text, price: 1}
  - {model: in-house, deployment_type: GlobalStandard, quantity: output_text, price: 1}
"""
UNITS = (
    ("Consumption", None, 1.0),
    ("Reservation", "1 Month", 260.0),
    ("Reservation", "1 Year", 2652.0),
)


def unit_rows() -> str:
    rows = [
        {
            "currencyCode": "USD",
            "tierMinimumUnits": 0.0,
            "retailPrice": price,
            "unitPrice": price,
            "armRegionName": "swedencentral",
            "effectiveStartDate": "2024-11-01T00:00:00Z",
            "meterId": f"00000000-0000-0000-0000-00000000000{number}",
            "meterName": "Provisioned Managed Global Unit",
            "productId": "P",
            "skuId": f"P/{number}",
            "productName": "Azure OpenAI"
            if term is None
            else "Azure AI Foundry Provisioned Throughput Reservation",
            "skuName": "Provisioned Managed Global",
            "serviceName": "Foundry Models",
            "unitOfMeasure": "1/Hour",
            "type": kind,
        }
        | ({"reservationTerm": term} if term else {})
        for number, (kind, term, price) in enumerate(UNITS)
    ]
    return "\n".join(map(json.dumps, rows))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("prices")
    found = workspace(folder, PRICES)
    units = folder / "units.ndjson"
    units.write_text(unit_rows())
    found.import_prices(units)
    yield found
    found.close()


def alternatives(opened: Workspace, **fields: object) -> dict[tuple[str, str, str], Alternative]:
    told = {
        "name": "w",
        "model": "gpt-4.1",
        "region": "swedencentral",
        "calls_per_day": "144000",
        "input_tokens": "1000",
        "output_tokens": "250",
        **fields,
    }
    plan = plan_of({"workloads": [told], "compare_models": ["in-house"]}, "p", Path(), MONTH)
    found = compare(opened.estimating, plan, NOW)
    return {(one.model, one.deployment_type or "", one.purchase): one for one in found}


def test_deployment_types_and_models(opened: Workspace) -> None:
    found = alternatives(opened)
    # 4,320,000 calls a month at 0.002 in and 0.002 out
    planned = found["gpt-4.1", "GlobalStandard", "by use"]
    assert (planned.planned, planned.total, planned.change) == (True, Decimal(17_280), Decimal(0))
    batch = found["gpt-4.1", "GlobalBatch", "by use"]
    assert (batch.total, batch.change) == (Decimal(8_640), Decimal("-50.0"))
    other = found["in-house", "GlobalStandard", "by use"]
    assert (other.total, other.change) == (Decimal(5_400), Decimal("-68.8"))
    regional = found["gpt-4.1", "Standard", "by use"]
    assert (regional.total, regional.change) == (Decimal(12_960), None)
    assert regional.reasons == ("output_text: NoPriceForTokenType: gpt-4.1",)
    assert found["gpt-4.1", "DataZoneStandard", "by use"].total is None


def test_provisioned_units(opened: Workspace) -> None:
    found = alternatives(opened)
    # 100 calls a minute of 1,000 + 4 x 250 weighted tokens are 66.7 units of 3,000: 70 are sold.
    hourly = found["gpt-4.1", "GlobalProvisionedManaged", "hourly"]
    assert (hourly.units, hourly.utilisation) == (70, Decimal("95.2"))
    assert hourly.total == 70 * 720
    monthly = found["gpt-4.1", "GlobalProvisionedManaged", "1 Month"]
    assert (monthly.total, monthly.commitment) == (Decimal(18_200), Decimal(18_200))
    yearly = found["gpt-4.1", "GlobalProvisionedManaged", "1 Year"]
    assert (yearly.total, yearly.commitment) == (Decimal(15_470), Decimal(185_640))
    assert yearly.change == Decimal("-10.5")


def test_break_even(opened: Workspace) -> None:
    found = alternatives(opened)
    # A full unit serves 64,800 calls a month, which cost 259.20 by use: less than 260 and 720.
    for purchase in ("hourly", "1 Month"):
        one = found["gpt-4.1", "GlobalProvisionedManaged", purchase]
        assert one.crossing is None
        assert one.reasons[0].startswith("never cheaper")
    # A year's unit costs 221 a month: 15 units as much as 828,750 calls, and 30 units as much as
    # 1,657,500, of which 25 units would serve 1,620,000.
    crossing = found["gpt-4.1", "GlobalProvisionedManaged", "1 Year"].crossing
    assert crossing == Crossing(Decimal("27625.0"), 828_751, Decimal("55250.0"), 1_657_501)


def test_a_model_without_documented_throughput_has_no_units(opened: Workspace) -> None:
    assert {way for model, _, way in alternatives(opened) if model == "in-house"} == {"by use"}


def test_growth_needs_more_units(opened: Workspace) -> None:
    found = alternatives(opened, months="3", growth_per_month="50%")
    # 66.7, 100 and 150 units; a year has the most of its months, each month of the three
    hourly = found["gpt-4.1", "GlobalProvisionedManaged", "hourly"]
    assert hourly.total == 70 * 720 + 100 * 744 + 150 * 744
    assert found["gpt-4.1", "GlobalProvisionedManaged", "1 Month"].total == 260 * 320
    assert found["gpt-4.1", "GlobalProvisionedManaged", "1 Year"].total == 221 * 450


def test_a_peak_and_batch(opened: Workspace) -> None:
    found = alternatives(opened, peak_calls_per_minute="300", batch_share="50%")
    hourly = found["gpt-4.1", "GlobalProvisionedManaged", "hourly"]
    # 150 of the 300 calls are at once: 100 units; 2,160,000 calls of batch at half the price
    assert hourly.units == 100
    assert hourly.total == 100 * 720 + 4_320


def test_without_units_in_the_region_it_says_why(opened: Workspace) -> None:
    found = alternatives(opened, region="norwayeast")
    hourly = found["gpt-4.1", "GlobalProvisionedManaged", "hourly"]
    assert hourly.total is None
    assert "NoPriceForRegion" in hourly.reasons[0]

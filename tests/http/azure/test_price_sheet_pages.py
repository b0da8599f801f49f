"""Pages of a price sheet fit together, whatever is imported between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from costplane.catalog.model import BillingAccount, Subscription
from tests.http.azure.kept.kept_client import Server, serving

PATH = "/subscriptions/s-1/providers/Microsoft.Consumption/pricesheets/default"
HEAD = """\
name: {name}
currency: USD
deployment_type: GlobalStandard
unit: 1M Tokens
valid_from: 2026-01-01
region: swedencentral
model: {model}
rows:
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path / "data") as made:
        yield made


def imported(server: Server, folder: Path, name: str, meters: list[str]) -> None:
    sheet = folder / f"{name}.yaml"
    rows = "".join(
        f"  - {{quantity: {quantity}, price: {number}, meter_name: {meter}, meter_id: {meter}}}\n"
        for number, (quantity, meter) in enumerate(
            zip(("input_text", "output_text", "input_text_cached"), meters, strict=False), 1
        )
    )
    sheet.write_text(HEAD.format(name=name, model=name) + rows)
    server.workspace.import_prices(sheet)


def test_an_import_between_pages_moves_nothing(server: Server, tmp_path: Path) -> None:
    catalog = server.workspace.catalog
    catalog.put_billing_account(BillingAccount("a-1", "A", "EnterpriseAgreement", "USD"))
    catalog.put_subscription(Subscription("s-1", "S", billing_account_id="a-1"))
    imported(server, tmp_path, "middle", ["m1", "m2", "m3"])
    whole = server.call("GET", PATH).json()["properties"]["pricesheets"]
    assert [item["meterId"] for item in whole] == ["m1", "m2", "m3"]
    page = server.call("GET", f"{PATH}?$top=1").json()["properties"]
    found = list(page["pricesheets"])
    imported(server, tmp_path, "early", ["a1", "a2"])
    while page["nextLink"]:
        page = server.client.get(page["nextLink"]).json()["properties"]
        found += page["pricesheets"]
    assert found == whole
    now = server.call("GET", PATH).json()["properties"]["pricesheets"]
    assert [item["meterId"] for item in now] == ["a1", "a2", "m1", "m2", "m3"]

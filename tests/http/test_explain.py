"""`GET /v1/explain`: for those who may see the event's or the charge's resource."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from costplane.access.roles import Role
from costplane.app.workspace import Workspace
from costplane.core.period import DAY, Period, day_start
from costplane.core.scope import Scope, parse_scope
from costplane.http.app import create_app
from tests.http.sample import NOW, SCOPE, TOTAL

EVENT = "gateway/eu-1#a1"
GROUP = f"/{SCOPE}/resourcegroups/rg-search"


def explained(client: httpx.Client, **asked: str) -> dict[str, Any]:
    response = client.get("/v1/explain", params=asked)
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def addresses(workspace: Workspace) -> list[str]:
    start = day_start(NOW.date().replace(day=2))
    listed = workspace.charges(parse_scope("/"), Period(start, start + DAY))
    return [charge.address for charge in listed.charges]


def test_an_event(client: httpx.Client) -> None:
    answer = explained(client, event=EVENT)
    event = answer["event"]
    assert answer["charge"] is None
    amounts = {line["quantity"]: Decimal(line["amount"]) for line in event["lines"]}
    assert amounts == {
        "input_text": Decimal("0.000526"),
        "input_text_cached": Decimal("0.000064"),
        "output_text": Decimal("0.000192"),
    }
    assert event["lines"][0]["exact"] == "0.000526"
    assert event["lines"][0]["price"]["price"] == "2.00"
    assert (event["billing_status"], event["without_price"]) == ("Billed", 0)
    (total,) = event["totals"]
    assert (Decimal(total["amount"]), total["currency"]) == (Decimal("0.000782"), "USD")


def test_charges_lead_to_their_events_and_back(client: httpx.Client, workspace: Workspace) -> None:
    billed = Decimal(0)
    for address in addresses(workspace):
        charge = explained(client, charge=address)["charge"]
        billed += Decimal(charge["billed_cost"])
        for behind in charge["behind"]["shown"]:
            event = explained(client, event=f"{behind['source']}#{behind['id']}")["event"]
            (line,) = [line for line in event["lines"] if line["charge"] == address]
            assert line["amount"] == behind["amount"]
    assert billed == Decimal(TOTAL)


def test_events_are_passed_over(client: httpx.Client, workspace: Workspace) -> None:
    address = addresses(workspace)[0]
    behind = explained(client, charge=address, skip="1")["charge"]["behind"]
    assert (behind["events"], behind["skipped"], behind["shown"]) == (1, 1, [])
    assert Decimal(behind["amount_of_others"]) == Decimal("0.024")


@pytest.mark.parametrize(
    ("asked", "status", "target"),
    [
        ({}, 400, "event"),
        ({"event": EVENT, "charge": "charge:x"}, 400, "event"),
        ({"event": "a1"}, 400, "event"),
        ({"event": "gateway/eu-1#zz"}, 404, "event"),
        ({"event": "'; DROP TABLE usage --#\x00"}, 404, "event"),
        ({"charge": "charge:x"}, 400, "charge"),
        (
            {"charge": "charge:2026-11-02T10/1/images/0b5d1d0f-3c0e-5d52-8a1c-8b1f0f6f2b55"},
            404,
            "charge",
        ),
    ],
)
def test_what_it_cannot_explain(
    client: httpx.Client, asked: dict[str, str], status: int, target: str
) -> None:
    response = client.get("/v1/explain", params=asked)
    assert response.status_code == status
    assert response.json()["error"]["target"] == target


@dataclass(frozen=True, slots=True)
class ReaderOf:
    """A caller who may read the costs of one resource group, and of what is in it."""

    group: str
    name: str = "reader@contoso.com"

    def holds(self, role: Role, scope: Scope) -> bool:
        return role == "Cost Management Reader" and scope.id.startswith(f"{self.group}/")

    def granted(self, role: Role) -> tuple[Scope, ...]:
        return (parse_scope(self.group),) if role == "Cost Management Reader" else ()

    def authenticate(self, *_: Any, **__: Any) -> ReaderOf:
        return self


@pytest.fixture
def reader(workspace: Workspace) -> Iterator[TestClient]:
    app = create_app(workspace, authentication=ReaderOf(GROUP))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def test_whether_it_is_there_is_told_to_those_who_may_see_it(
    reader: TestClient, workspace: Workspace
) -> None:
    assert reader.get("/v1/explain", params={"event": EVENT}).status_code == 200
    assert reader.get("/v1/explain", params={"charge": addresses(workspace)[0]}).status_code == 200
    elsewhere = reader.get("/v1/explain", params={"event": "gateway/eu-1#a3"})
    nowhere = reader.get("/v1/explain", params={"event": "gateway/eu-1#zz"})
    assert elsewhere.status_code == nowhere.status_code == 404
    assert elsewhere.text == nowhere.text.replace("zz", "a3")


def test_a_charge_elsewhere_is_not_told(workspace: Workspace) -> None:
    app = create_app(workspace, authentication=ReaderOf(GROUP.replace("search", "agents")))
    with TestClient(app, base_url="http://localhost") as client:
        for address in addresses(workspace):
            assert client.get("/v1/explain", params={"charge": address}).status_code == 404

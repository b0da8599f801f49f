"""Which operation a path means: scopes of every kind, billing periods, names, roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.errors import CostplaneError, InvalidInput
from costplane.http import envelope
from costplane.http.answers import json_answer
from costplane.http.azure.protocol.operation import (
    ACCOUNT,
    CONSUMPTION,
    COST,
    EXTERNAL,
    PROFILE,
    READ,
    TENANT,
    Call,
    Operation,
    billing_month,
)
from costplane.http.azure.protocol.routes import UnknownOperation, operation_routes
from costplane.http.heavy import HeavyWork
from costplane.http.identity import AnonymousOwner
from costplane.http.services import Services

SUBSCRIPTION = "subscriptions/S1"
BILLING = "providers/Microsoft.Billing/billingAccounts/100:a_2019-05-31"
ORDER = "providers/Microsoft.Capacity/reservationorders/O1"


def told(name: str) -> Any:
    def operate(call: Call) -> Response:
        period = call.billing_period
        return json_answer(
            {
                "operation": name,
                "scope": call.scope.id,
                "kind": call.scope.kind,
                "address": call.address,
                "names": call.names,
                "month": period.start if period else None,
            }
        )

    return operate


def row(name: str, method: str, provider: str, path: str, **more: Any) -> Operation:
    return Operation(name, method, provider, path, READ, told(name), **more)


TABLE = (
    row("views.list", "GET", COST, "views", scopes=TENANT),
    row("views.list_by_scope", "GET", COST, "views"),
    row("views.get", "GET", COST, "views/{viewName}"),
    row("rules.check", "POST", COST, "costAllocationRules/checkNameAvailability"),
    row("rules.get", "GET", COST, "costAllocationRules/{ruleName}"),
    row("lots.list_by_billing_account", "GET", CONSUMPTION, "lots", scopes=ACCOUNT),
    row("lots.list_by_billing_profile", "GET", CONSUMPTION, "lots", scopes=PROFILE),
    row("usage_details.list", "GET", CONSUMPTION, "usageDetails", billing_period="optional"),
    row("balances.get", "GET", CONSUMPTION, "balances", scopes=ACCOUNT),
    row(
        "balances.get_for_billing_period",
        "GET",
        CONSUMPTION,
        "balances",
        scopes=ACCOUNT,
        billing_period="required",
    ),
    row(
        "summaries.by_order",
        "GET",
        CONSUMPTION,
        "reservationSummaries",
        scopes=frozenset({"ReservationOrder", "Reservation"}),
    ),
    row("query.external", "POST", COST, f"{EXTERNAL}/query", within=f"providers/{COST}/{EXTERNAL}"),
    row(
        "invoices.list",
        "GET",
        "Microsoft.Billing",
        "billingAccounts/{billingAccountName}/invoices",
        within="providers/Microsoft.Billing/billingAccounts/{billingAccountName}",
    ),
    row("groups.list", "GET", "", "subscriptions/{id}/resourcegroups", within="subscriptions/{id}"),
)


@pytest.fixture(scope="module")
def asked(workspace: Workspace) -> Iterator[TestClient]:
    services = Services(workspace, AnonymousOwner(), HeavyWork())
    routes = [*operation_routes(TABLE, services), UnknownOperation()]
    handlers: Any = {
        CostplaneError: envelope.costplane_error,
        HTTPException: envelope.http_error,
    }
    with TestClient(
        Starlette(routes=routes, exception_handlers=handlers), base_url="http://localhost"
    ) as client:
        yield client


def answer(client: TestClient, path: str, method: str = "GET") -> dict[str, Any]:
    response = client.request(method, path, params={"api-version": "2024-08-01"})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


@pytest.mark.parametrize(
    ("path", "operation", "scope"),
    [
        (f"/providers/{COST}/views", "views.list", "/"),
        (f"/{SUBSCRIPTION}/providers/{COST}/views", "views.list_by_scope", "/subscriptions/s1"),
        (f"/{SUBSCRIPTION}/providers/{COST}/views/My View", "views.get", "/subscriptions/s1"),
        (
            f"/{BILLING}/providers/microsoft.consumption/LOTS",
            "lots.list_by_billing_account",
            f"/{BILLING.lower()}",
        ),
        (
            f"/{BILLING}/billingProfiles/P/providers/{CONSUMPTION}/lots",
            "lots.list_by_billing_profile",
            f"/{BILLING.lower()}/billingprofiles/p",
        ),
        (
            f"/{ORDER}/providers/{CONSUMPTION}/reservationSummaries",
            "summaries.by_order",
            f"/{ORDER.lower()}",
        ),
        (
            f"/{ORDER}/reservations/R/providers/{CONSUMPTION}/reservationSummaries",
            "summaries.by_order",
            f"/{ORDER.lower()}/reservations/r",
        ),
        (
            f"/providers/{BILLING.split('/', 1)[1]}/invoices",
            "invoices.list",
            f"/{BILLING.lower()}",
        ),
        ("/subscriptions/S1/resourceGroups", "groups.list", "/subscriptions/s1"),
    ],
)
def test_a_path_means_an_operation(
    asked: TestClient, path: str, operation: str, scope: str
) -> None:
    found = answer(asked, path)
    assert (found["operation"], found["scope"]) == (operation, scope)


def test_names_keep_their_case(asked: TestClient) -> None:
    found = answer(asked, f"/{SUBSCRIPTION}/providers/{COST}/views/My%20View")
    assert found["names"] == {"viewName": "My View"}
    assert found["address"] == SUBSCRIPTION


@pytest.mark.parametrize("form", ["billingPeriods/202611", "billingPeriods/202611-1"])
@pytest.mark.parametrize("before", ["", "providers/Microsoft.Billing/"])
def test_a_billing_period_behind_the_scope(asked: TestClient, before: str, form: str) -> None:
    path = f"/{SUBSCRIPTION}/{before}{form}/providers/{CONSUMPTION}/usageDetails"
    found = answer(asked, path)
    assert (found["scope"], found["month"]) == ("/subscriptions/s1", "2026-11-01T00:00:00Z")
    found = answer(asked, f"/{BILLING}/{before}{form}/providers/{CONSUMPTION}/balances")
    assert found["operation"] == "balances.get_for_billing_period"
    found = answer(asked, f"/{BILLING}/providers/{CONSUMPTION}/balances")
    assert (found["operation"], found["month"]) == ("balances.get", None)


def test_a_period_where_none_belongs(asked: TestClient) -> None:
    path = f"/{BILLING}/billingPeriods/202611/providers/{CONSUMPTION}/lots"
    response = asked.get(path, params={"api-version": "2024-08-01"})
    assert response.status_code == 400
    assert response.json()["error"]["target"] == "billingPeriodName"


@pytest.mark.parametrize("name", ["2026", "202613", "202600", "999912", "000001", "now", "2026-11"])
def test_a_period_is_a_month(name: str) -> None:
    with pytest.raises(InvalidInput, match="is no billing period"):
        billing_month(name)


def test_a_provider_outside_azure(asked: TestClient) -> None:
    path = f"/providers/{COST}/externalSubscriptions/lab/query"
    found = answer(asked, path, "POST")
    assert (found["kind"], found["scope"]) == (
        "ExternalSubscription",
        "/providers/microsoft.costmanagement/externalsubscriptions/lab",
    )
    response = asked.post(
        f"/providers/{COST}/someCloud/lab/query", params={"api-version": "2024-08-01"}
    )
    assert response.json()["error"]["code"] == "InvalidScope"


@pytest.mark.parametrize(
    "path",
    [
        f"/{SUBSCRIPTION}/providers/{CONSUMPTION}/lots",
        f"/{SUBSCRIPTION}/providers/{CONSUMPTION}/reservationSummaries",
        f"/{ORDER}/providers/{COST}/views",
        f"/{SUBSCRIPTION}/providers/Microsoft.Billing/billingAccounts/1/invoices",
        f"/nonsense/providers/{COST}/views",
    ],
)
def test_a_scope_where_it_is_not_answered(asked: TestClient, path: str) -> None:
    response = asked.get(path, params={"api-version": "2024-08-01"})
    assert response.status_code == 400, response.text
    assert response.json()["error"]["code"] == "InvalidScope"


def test_a_fixed_word_goes_before_a_name(asked: TestClient) -> None:
    path = f"/{BILLING}/providers/{COST}/costAllocationRules/checkNameAvailability"
    assert answer(asked, path, "POST")["operation"] == "rules.check"


def test_a_method_that_is_not_there(asked: TestClient) -> None:
    response = asked.delete(f"/{SUBSCRIPTION}/providers/{COST}/views")
    assert (response.status_code, response.headers["allow"]) == (405, "GET")


def test_an_unknown_path(asked: TestClient) -> None:
    response = asked.get("/subscriptions/s1/providers/Microsoft.Compute/virtualMachines")
    assert response.json()["error"]["code"] == "InvalidResourceType"

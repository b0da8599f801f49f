"""Alerts over HTTP: read, dismissed, made active again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from costplane.app.arm.alert import Alert, AlertDefinition, AlertDetails
from costplane.app.arm.documents import text_of
from costplane.core.arm_resource import ArmResource, Place
from tests.http.azure.kept.kept_client import (
    ACCOUNT,
    COST,
    GROUP,
    NOW,
    SUBSCRIPTION,
    Server,
    error_of,
    serving,
)

PATH = f"{SUBSCRIPTION}/{COST}/alerts"
ID = "11111111-2222-3333-4444-555555555555"
RAISED = datetime(2026, 11, 18, 7, tzinfo=UTC)
ALERT = Alert(
    definition=AlertDefinition("Budget", "Cost", "CostThresholdExceeded"),
    details=AlertDetails(
        time_grain_type="Monthly",
        period_start_date=datetime(2026, 11, 1, tzinfo=UTC),
        triggered_by=f"{ID}_1_01",
        threshold=Decimal("0.8"),
        operator="GreaterThan",
        amount=Decimal("200000.0"),
        unit="USD",
        current_spend=Decimal("161000.12"),
        contact_emails=("1234@contoso.com",),
    ),
    cost_entity_id="budget1",
    creation_time=RAISED,
    modification_time=RAISED,
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as server:
        raise_alert(server, SUBSCRIPTION, ID, ALERT)
        yield server


def raise_alert(server: Server, scope: str, name: str, alert: Alert, hours: int = 0) -> None:
    at = alert.creation_time + timedelta(hours=hours)
    place = Place("alerts", scope.lower())
    new = ArmResource(place, name, text_of(alert), '"1"', at, "System", at, "System")
    server.workspace.kept.store.change(place, name, lambda _: new, None)


def test_an_alert_as_azure_shows_it(server: Server) -> None:
    shown = server.call("GET", f"{PATH}/{ID}").json()
    assert (shown["id"], shown["type"]) == (f"{PATH}/{ID}", "Microsoft.CostManagement/alerts")
    assert shown["properties"] == {
        "definition": {"type": "Budget", "category": "Cost", "criteria": "CostThresholdExceeded"},
        "description": "",
        "source": "Preset",
        "details": {
            "timeGrainType": "Monthly",
            "periodStartDate": "2026-11-01T00:00:00Z",
            "triggeredBy": f"{ID}_1_01",
            "resourceGroupFilter": [],
            "resourceFilter": [],
            "meterFilter": [],
            "tagFilter": {},
            "threshold": 0.8,
            "operator": "GreaterThan",
            "amount": 200000.0,
            "unit": "USD",
            "currentSpend": 161000.12,
            "contactEmails": ["1234@contoso.com"],
            "contactGroups": [],
            "contactRoles": [],
            "overridingAlert": None,
        },
        "costEntityId": "budget1",
        "status": "Active",
        "creationTime": "2026-11-18T07:00:00Z",
        "closeTime": "0001-01-01T00:00:00Z",
        "modificationTime": "2026-11-18T07:00:00Z",
        "statusModificationUserName": None,
        "statusModificationTime": "0001-01-01T00:00:00Z",
    }


def test_dismissed_and_made_active_again(server: Server) -> None:
    body = {"properties": {"status": "dismissed", "description": "of no account"}}
    for status in ("Dismissed", "Active"):
        body["properties"]["status"] = status
        answer = server.call("PATCH", f"{PATH}/{ID}", body)
        assert answer.status_code == 200
        told = answer.json()["properties"]
        assert (told["status"], told["statusModificationUserName"]) == (status, "owner")
        assert told["statusModificationTime"] == f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
        assert (told["description"], told["creationTime"]) == ("", "2026-11-18T07:00:00Z")
        assert server.call("GET", f"{PATH}/{ID}").json()["properties"] == told


@pytest.mark.parametrize("status", ["Overridden", "Resolved", "None"])
def test_an_alert_that_is_over_stays_so(server: Server, status: str) -> None:
    raise_alert(server, SUBSCRIPTION, "over", replace(ALERT, status=status))
    refused = server.call("PATCH", f"{PATH}/over", {"properties": {"status": "Active"}})
    assert error_of(refused) == (400, "BadRequest", "properties.status")


@pytest.mark.parametrize(
    "body", [{}, {"properties": {}}, {"properties": {"status": "Resolved"}}, {"properties": 1}]
)
def test_what_is_no_dismissal(server: Server, body: object) -> None:
    assert error_of(server.call("PATCH", f"{PATH}/{ID}", body))[0] == 400
    assert server.call("GET", f"{PATH}/{ID}").json()["properties"]["status"] == "Active"


def test_what_is_not_there(server: Server) -> None:
    body = {"properties": {"status": "Dismissed"}}
    assert error_of(server.call("PATCH", f"{PATH}/{ID[:-1]}6", body))[:2] == (404, "NotFound")
    assert error_of(server.call("GET", f"{GROUP}/{COST}/alerts/{ID}"))[:2] == (404, "NotFound")


def test_the_newest_first_of_one_scope(server: Server) -> None:
    raise_alert(server, SUBSCRIPTION, "newer", ALERT, hours=1)
    raise_alert(server, ACCOUNT, "other", ALERT)
    listed = server.call("GET", PATH).json()
    assert [alert["name"] for alert in listed["value"]] == ["newer", ID]
    assert listed["nextLink"] is None


def test_a_provider_outside_azure(server: Server) -> None:
    scope = f"/{COST}/externalBillingAccounts/aws-1"
    raise_alert(server, scope, "outside", ALERT)
    for path in (f"{scope}/alerts", f"{scope}/{COST}/alerts"):
        (found,) = server.call("GET", path).json()["value"]
        assert found["name"] == "outside"
    assert server.call("GET", f"/{COST}/externalSubscriptions/s-9/alerts").json()["value"] == []
    refused = server.call("GET", f"/{COST}/elsewhere/aws-1/alerts")
    assert error_of(refused)[:2] == (400, "InvalidScope")


def test_roles(server: Server) -> None:
    server.become("reader", ("Cost Management Reader", SUBSCRIPTION))
    assert server.call("GET", f"{PATH}/{ID}").status_code == 200
    body = {"properties": {"status": "Dismissed"}}
    assert error_of(server.call("PATCH", f"{PATH}/{ID}", body))[0] == 403
    assert error_of(server.call("GET", f"{SUBSCRIPTION}2/{COST}/alerts"))[0] == 403
    server.become("reader", ("Cost Management Reader", GROUP))
    assert error_of(server.call("GET", f"{PATH}/{ID}"))[0] == 403

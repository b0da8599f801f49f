"""What users complain of where Azure keeps budgets and exports: here it is otherwise."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.http.azure.further_usage import BUSY, DEPLOYMENTS, LAB, NIGHT, TEAM
from tests.http.azure.kept.kept_client import ACCOUNT, CONSUMPTION, COST, GROUP, Server, error_of
from tests.http.azure.kept.test_exports import export, schedule
from tests.http.azure.test_where_users_suffer import properties
from tests.http.sample import definition


def budget(start: str = "2026-11-01", grain: str = "Monthly", **more: Any) -> dict[str, Any]:
    told = {"category": "Cost", "amount": 100, "timeGrain": grain}
    return {"properties": told | {"timePeriod": {"startDate": start}} | more}


def among(kind: str, name: str, *values: str) -> dict[str, Any]:
    return {kind: {"name": name, "operator": "In", "values": list(values)}}


@pytest.mark.parametrize(
    ("scope", "condition"),
    [
        (BUSY, None),
        (BUSY, among("dimensions", "Deployment", "d-1", "D-2")),
        (NIGHT, among("tags", "team", TEAM)),
        (NIGHT, among("tags", "team", "another")),
        (LAB, {"and": [among("dimensions", "Model", "gpt-4.1"), among("tags", "team", "t")]}),
    ],
)
def test_budgets_and_cost_analysis_tell_the_same(
    further: Server, scope: str, condition: dict[str, Any] | None
) -> None:
    """Budgets left out what cost analysis showed, and could not be of a deployment or a team."""
    narrowed: dict[str, Any] = {} if condition is None else {"filter": condition}
    made = further.call("PUT", f"{scope}/{COST}/budgets/same", budget(**narrowed))
    spent = json.loads(made.text, parse_float=Decimal)["properties"]["currentSpend"]
    body = definition(**narrowed) | {"timePeriod": {"from": "2026-11-01", "to": "2026-11-20"}}
    found = properties(further.call("POST", f"{scope}/{COST}/query", body))["rows"]
    assert spent["amount"] == sum(row[0] for row in found)
    assert (spent["amount"] > 0) == ("another" not in json.dumps(condition))


def test_budgets_of_calls_without_a_price_say_so(further: Server) -> None:
    """A budget was never reached, as nobody knew what the model costs."""
    shown = further.call("PUT", f"{LAB}/{COST}/budgets/u", budget()).json()["properties"]
    assert [one["status"] for one in shown["unpriced"]] == ["Unpriced", "UsageMissing"]


def test_a_deployment_repeats_in_every_month(further: Server) -> None:
    """A template that tells the month's first day failed from the second month on: a start was
    refused if it was past, and if it differed from the one that stood."""
    path = f"{BUSY}/{CONSUMPTION}/budgets/monthly"
    months = ("2026-09-01", "2026-10-01", "2026-11-01T00:00:00Z", "2026-11-01T12:00:00Z")
    answers = [further.call("PUT", path, budget(month)) for month in months]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200]
    shown = [answer.json()["properties"] for answer in answers]
    assert shown[3]["timePeriod"]["startDate"] == "2026-11-01T00:00:00Z"
    assert {told["currentSpend"]["amount"] for told in shown} == {DEPLOYMENTS * 0.002}


def test_a_billing_period_begins_on_any_day(further: Server) -> None:
    """Clients demanded the first of a month for grains that have none."""
    path = f"{BUSY}/{COST}/budgets/seventeenth"
    assert error_of(further.call("PUT", path, budget("2026-11-17")))[::2] == (
        400,
        "properties.timePeriod.startDate",
    )
    assert further.call("PUT", path, budget("2026-11-17", "BillingMonth")).status_code == 201


def defined(type_: str, granularity: str | None = "Daily") -> dict[str, Any]:
    dataset = {"granularity": granularity} if granularity else {}
    return {"type": type_, "timeframe": "MonthToDate", "dataSet": dataset}


def test_a_refused_export_says_what_is_taken(further: Server) -> None:
    """`Invalid dataset granularity: 'Daily'` told nobody what to write."""
    path = f"{BUSY}/{COST}/exports/prices"
    refused = further.call("PUT", path, export(definition=defined("PriceSheet")))
    assert error_of(refused)[2] == "properties.definition.dataSet.granularity"
    assert "leave it out" in refused.json()["error"]["message"]
    unknown = further.call("PUT", path, export(definition=defined("Prices")))
    assert "PriceSheet" in unknown.json()["error"]["message"]
    taken = further.call("PUT", path, export(definition=defined("PriceSheet", None)))
    assert taken.status_code == 201


@pytest.mark.parametrize(
    "scope",
    [
        BUSY,
        GROUP,
        ACCOUNT,
        f"{ACCOUNT}/billingProfiles/bp",
        f"{ACCOUNT}/departments/d",
        "/providers/Microsoft.Management/managementGroups/all",
        "/providers/Microsoft.CostManagement/externalBillingAccounts/org-1",
    ],
)
def test_every_scope_has_every_dataset_and_format(further: Server, scope: str) -> None:
    """FOCUS was refused for pay-as-you-go, everything but usage at management groups, Parquet and
    overwriting by clients that did not know them."""
    told = {"format": "Parquet", "compressionMode": "snappy"}
    body = export(definition=defined("FocusCost"), **told)
    made = further.call("PUT", f"{scope}/{COST}/exports/focus", body)
    assert made.status_code == 201, made.text
    shown = made.json()["properties"]
    assert (shown["format"], shown["definition"]["type"]) == ("Parquet", "FocusCost")
    assert shown["dataOverwriteBehavior"] == "OverwritePreviousReport"


def test_clients_of_all_years_share_one_export(further: Server) -> None:
    """What newer versions wrote, older ones could not read; nor could it be sent back."""
    path = f"{NIGHT}/{COST}/exports/shared"
    made = further.call("PUT", path, export(schedule=None))
    assert made.status_code == 201
    versions = ("2019-11-01", "2021-10-01", "2023-07-01-preview", "2025-03-01")
    read = [further.client.get(f"{path}?api-version={version}").json() for version in versions]
    assert read == [made.json()] * 4
    assert read[0]["properties"]["schedule"]["recurrence"] == "None"
    again = further.client.put(f"{path}?api-version={versions[0]}", json=read[0])
    assert (again.status_code, again.json()["properties"]) == (200, read[0]["properties"])


def test_what_is_optional_may_be_left_out(further: Server) -> None:
    """An end of a schedule was optional, until its lack was refused as an end before the start."""
    path = f"{NIGHT}/{COST}/exports/open"
    assert "to" not in schedule()["recurrencePeriod"]
    assert further.call("PUT", path, export()).status_code == 201
    shown = further.call("GET", path).json()["properties"]
    assert shown["schedule"]["recurrencePeriod"] == {"from": "2026-12-01T00:00:00Z"}

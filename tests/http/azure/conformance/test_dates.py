"""Days and times wherever an operation takes one: what is none is refused, by the field's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.http.app import create_app
from costplane.http.azure.description.table import TABLE
from costplane.http.identity import AnonymousOwner
from tests.http.azure.conformance import estate
from tests.http.azure.conformance.test_description import (
    MORE,
    QUESTION,
    USUAL,
    VERSION,
    asked_for,
    filled,
)
from tests.http.azure.kept.test_budgets import budget
from tests.http.azure.kept.test_exports import export
from tests.http.azure.kept.test_scheduled_actions import action
from tests.http.azure.kept.test_views import view

COST = "/providers/Microsoft.CostManagement"
SCOPE = f"/{estate.SCOPES['Subscription']}"
ACCOUNT = f"/{estate.SCOPES['BillingAccount']}"
QUOTE = "'"
USES = "generateBenefitUtilizationSummariesReport"

NONE = (
    *("2026-02-30", "yesterday", "٢٠٢٦-١١-٠١", "2016-12-31T23:59:60Z", "2026-11-01T00:00:00+25:00"),
    *("0000-01-01", "2026-11-01'; DROP TABLE charges; --", "9" * 5_000, "2026-11-01\0"),
)
"""What is no day and no time. A leap second is none, as in Python and in SQL."""
FAR = ("0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
"""Days that no bill has, and of which some have no day before or after."""
MONTHS = ("202613", "202600", "20261", "000001", "999912", "٢٠٢٦11", "٠٠٠٠01", "2026-11-01", "'--")

FILTERS = {
    "usage_details.list": ("usageStart", "usageEnd", "date"),
    "marketplaces.list": ("usageStart", "usageEnd", "date"),
    "dimensions.list": ("usageStart", "usageEnd"),
    "charges.list": ("usageStart", "usageEnd"),
    "tags.get": ("usageStart", "usageEnd"),
    "forecast.usage": ("usageDate",),
    "aggregated_cost.get_by_management_group": ("usageStart", "usageEnd"),
    "reservations_summaries.list": ("usageDate",),
    "reservations_details.list": ("usageDate",),
    "reservation_transactions.list": ("eventDate",),
    "benefit_utilization_summaries.list_by_billing_account_id": ("usageDate",),
}
"""Properties by which operations filter days."""


@pytest.fixture(scope="module")
def client(demo: Workspace) -> Iterator[TestClient]:
    app = create_app(demo, authentication=AnonymousOwner())
    with TestClient(app, base_url="http://localhost") as client:
        kept = client.put(f"{SCOPE}{COST}/exports/dated?{VERSION}", json=export())
        yield client
        assert client.delete(kept.request.url.path + f"?{VERSION}").status_code == 200


def refusal(answer: Any) -> str:
    """The target of a refusal."""
    assert answer.status_code == 400, (str(answer.request.url)[:200], answer.text[:500])
    assert len(answer.content) < 2_000
    return str(answer.json()["error"]["target"])


def addresses() -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Name, method, address and usual options of each operation, once."""
    named = {operation.name: (operation, path) for operation, path in asked_for()}
    for name, (operation, path) in named.items():
        usual = USUAL | MORE.get(name, {})
        options = {n: usual[n] for n in TABLE[name].options if n in usual}
        yield name, operation.method, f"{path}?{VERSION}&", options


def test_days_in_options(client: TestClient) -> None:
    asked = 0
    for name, method, address, usual in addresses():
        dated = [option for option in TABLE[name].options if option.endswith("Date")]
        for option in dated:
            asked += 1
            for day in (*NONE[asked % 4 :: 4], *FAR[asked % 4 :: 4]):
                told = urlencode(usual | {option: day})
                assert refusal(client.request(method, address + told)) == option, (name, day)
        if dated:
            first, last = dated
            told = urlencode(usual | {first: "2026-11-05", last: "2026-11-04"})
            assert refusal(client.request(method, address + told)) == last, name
    assert asked > 40


def test_days_in_filters(client: TestClient) -> None:
    asked = 0
    for name, method, address, usual in addresses():
        option = next((o for o in ("$filter", "filter") if o in TABLE[name].options), "")
        others = urlencode({n: told for n, told in usual.items() if not n.endswith("Date")})
        body = QUESTION | {"timePeriod": {"from": "2026-11-01", "to": "2026-12-01"}}
        for member in FILTERS.get(name, ()):
            operator = "le" if member == "usageEnd" else "ge"
            asked += 1
            for day in (*NONE[asked % 4 :: 4], FAR[asked % 4]):
                text = f"properties/{member} {operator} '{day.replace(QUOTE, QUOTE * 2)}'"
                told = f"{option}={quote(text)}&{others}"
                answer = client.request(
                    method, address + told, json=body if method == "POST" else None
                )
                assert refusal(answer) == option, (name, member, day)
    assert asked == sum(map(len, FILTERS.values()))


def test_billing_periods(client: TestClient) -> None:
    paths = [filled(path) for path in PERIODS]
    for number, path in enumerate(paths):
        for month in MONTHS if number == 0 else MONTHS[number % 4 : number % 4 + 5]:
            answer = client.get(f"{path.replace('202611', quote(month))}?{VERSION}")
            assert refusal(answer) == "billingPeriodName", (path, month)


PERIODS = (
    f"{SCOPE}/providers/Microsoft.Billing/billingPeriods/202611/providers/Microsoft.Consumption/"
    "usageDetails",
    f"{SCOPE}/providers/Microsoft.Billing/billingPeriods/202611/providers/Microsoft.Consumption/"
    "pricesheets/default",
    f"{ACCOUNT}/billingPeriods/202611/providers/Microsoft.Consumption/balances",
    f"/{estate.SCOPES['ManagementGroup']}/providers/Microsoft.Billing/billingPeriods/202611/"
    "providers/Microsoft.Consumption/aggregatedCost",
)


def custom(first: str, last: str) -> dict[str, Any]:
    return {"timeframe": "Custom", "timePeriod": {"from": first, "to": last}}


def exported(first: str, last: str) -> dict[str, Any]:
    told = export()
    told["properties"]["definition"] |= custom(first, last)
    return told


def recurring(first: str, last: str) -> dict[str, Any]:
    between = {"from": first, "to": last}
    return export(schedule={"recurrence": "Daily", "recurrencePeriod": between})


def acted(first: str, last: str) -> dict[str, Any]:
    told = action()
    told["properties"]["schedule"] |= {"startDate": first, "endDate": last}
    return told


def viewed(first: str, last: str) -> dict[str, Any]:
    return {"properties": view(query=view()["query"] | custom(first, last))}


@dataclass(frozen=True)
class Ranged:
    """An operation whose body has a first and a last day, and the names of both."""

    method: str
    path: str
    body: Callable[[str, str], dict[str, Any]]
    names: tuple[str, str]
    days: tuple[str, str] = ("2026-11-01", "2026-11-03")
    inverted: str = ""


TIMES = ("timePeriod.from", "timePeriod.to")
PERIOD = "properties.timePeriod."
EXPORTED = ("properties.definition.timePeriod.from", "properties.definition.timePeriod.to")
RECURRING = "properties.schedule.recurrencePeriod"
COMING = ("2026-11-21T00:00:00Z", "2027-06-01T00:00:00Z")
RANGES = (
    Ranged("POST", f"{SCOPE}{COST}/query", lambda a, b: QUESTION | custom(a, b), TIMES),
    Ranged(
        "POST",
        f"{SCOPE}{COST}/forecast",
        lambda a, b: QUESTION | custom(a, b),
        TIMES,
        ("2026-11-01", "2026-12-31"),
    ),
    Ranged("POST", "/v1/unit-costs", lambda a, b: custom(a, b) | {"dataset": {}}, TIMES),
    Ranged(
        "POST",
        f"{SCOPE}{COST}/generateCostDetailsReport",
        lambda a, b: {"timePeriod": {"start": a, "end": b}},
        ("timePeriod.start", "timePeriod.end"),
        inverted="timePeriod",
    ),
    Ranged(
        "POST",
        f"{ACCOUNT}{COST}/{USES}",
        lambda a, b: {"startDate": a, "endDate": b, "grain": "Daily"},
        ("startDate", "endDate"),
        inverted="endDate",
    ),
    Ranged(
        "POST",
        f"{SCOPE}{COST}/exports/dated/run",
        lambda a, b: {"timePeriod": {"from": a, "to": b}},
        TIMES,
        inverted="timePeriod",
    ),
    Ranged("PUT", f"{SCOPE}{COST}/exports/new", exported, EXPORTED, inverted=EXPORTED[0][:-5]),
    Ranged(
        "PUT",
        f"{SCOPE}{COST}/exports/new",
        recurring,
        (f"{RECURRING}.from", f"{RECURRING}.to"),
        COMING,
        RECURRING,
    ),
    Ranged(
        "PUT",
        f"{SCOPE}{COST}/scheduledActions/new",
        acted,
        ("properties.schedule.startDate", "properties.schedule.endDate"),
        COMING,
        "properties.schedule.endDate",
    ),
    Ranged(
        "PUT",
        f"{SCOPE}{COST}/budgets/new",
        lambda a, b: budget(timePeriod={"startDate": a, "endDate": b}),
        (f"{PERIOD}startDate", f"{PERIOD}endDate"),
        ("2026-11-01", "2027-11-01"),
        f"{PERIOD}endDate",
    ),
    Ranged("PUT", f"{SCOPE}{COST}/views/new", viewed, TIMES),
)


@pytest.mark.parametrize("asked", RANGES, ids=lambda asked: asked.path.rpartition("/")[2])
def test_days_in_bodies(client: TestClient, asked: Ranged) -> None:
    """A day that is far away is refused, or is a day like others: never a fault."""
    first, last = asked.days
    turn = RANGES.index(asked)
    for day in (*NONE[turn % 3 :: 3], *FAR[turn % 2 :: 2]):
        for place, body in enumerate((asked.body(day, last), asked.body(first, day))):
            answer = client.request(asked.method, f"{asked.path}?{VERSION}", json=body)
            if day in NONE:
                assert refusal(answer) == asked.names[place], day
            elif answer.status_code == 400:
                assert refusal(answer) in (*asked.names, asked.inverted, asked.names[0][:-5])
            else:
                assert answer.status_code < 300, answer.text
                if asked.method == "PUT":
                    client.delete(f"{asked.path}?{VERSION}")
    wrong = asked.body("2027-08-01T00:00:00Z", "2027-05-01T00:00:00Z")
    answer = client.request(asked.method, f"{asked.path}?{VERSION}", json=wrong)
    assert refusal(answer) == (asked.inverted or asked.names[0])


def planned(start: str = "2026-12", prices_at: str = "2026-11-01") -> dict[str, Any]:
    work = {"model": "gpt-4.1", "region": "swedencentral", "start": start, "calls_per_day": 10}
    return {"workloads": [work | {"input_tokens": 100}], "prices_at": prices_at}


def test_days_of_estimates_and_counts(client: TestClient) -> None:
    for day in (*NONE, *FAR):
        assert refusal(client.post("/v1/estimates", json=planned(prices_at=day))) == "prices_at"
        assert refusal(client.post("/v1/estimates", json=planned(start=day))) == "start"
        told = {"counts": [{"unit": "chats", "day": day, "count": 1, "scope": SCOPE}]}
        if day in NONE:
            assert refusal(client.post("/v1/counts", json=told)) == "counts[0].day"
        for option in ("from", "to"):
            asked = {option: day, "scope": SCOPE}
            answer = client.get("/v1/dimensions/Model/values", params=asked)
            assert refusal(answer) == option
            assert client.get("/v1/counts", params=asked).status_code in (200, 400)
    for start in ("0001-01", "9999-12", "2026-13"):
        assert refusal(client.post("/v1/estimates", json=planned(start=start))) == "start"


def test_one_instant_in_every_form(client: TestClient) -> None:
    """Without a zone it is UTC; an offset moves the day that is meant (billing-rules 26, 27)."""
    same = ("2026-11-02", "2026-11-02T00:00:00", "2026-11-02T00:00:00Z")
    told = [asked_for_days(client, day, day) for day in same]
    assert told[0] == told[1] == told[2] != []
    moved = asked_for_days(client, "2026-11-02T02:00:00+02:00", "2026-11-02T23:59:59Z")
    assert moved == told[0]


def asked_for_days(client: TestClient, first: str, last: str) -> list[Any]:
    answer = client.post(f"{SCOPE}{COST}/query?{VERSION}", json=QUESTION | custom(first, last))
    rows: list[Any] = answer.json()["properties"]["rows"]
    return rows

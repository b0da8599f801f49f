"""`/openapi.json` is true: of every operation, its options, bodies and answers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from starlette.responses import Response
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.http import app as application
from costplane.http.app import create_app
from costplane.http.azure.description.parameters import OPTIONS
from costplane.http.azure.description.table import TABLE
from costplane.http.azure.operations import OPERATIONS
from costplane.http.azure.protocol.operation import TENANT, Call, Operation
from costplane.http.signed_in import SignedIn
from tests.http.azure.conformance import estate
from tests.http.azure.kept.test_exports import export

BENEFITS = {
    "ReservationOrder": f"providers/Microsoft.Capacity/reservationorders/{estate.ORDER}",
    "Reservation": f"providers/Microsoft.Capacity/reservationorders/{estate.ORDER}"
    f"/reservations/{estate.RESERVATION}",
    "SavingsPlanOrder": "providers/Microsoft.BillingBenefits/savingsPlanOrders/sp-order",
    "SavingsPlan": "providers/Microsoft.BillingBenefits/savingsPlanOrders/sp-order/savingsPlans/sp",
}
SCOPES = estate.SCOPES | BENEFITS
VERSION = "api-version=2025-03-01"
OWN = ("/v1/", "/healthz", "/readyz")
"""Where the paths begin that are not Azure's."""

NAMES = {
    "billingPeriodName": "202611",
    "externalCloudProviderType": "externalSubscriptions",
    "externalCloudProviderId": estate.PROJECT,
    "billingAccountName": estate.MCA,
    "account": estate.MCA,
    "billingProfileName": estate.PROFILE,
    "invoiceSectionName": estate.SECTION,
    "customerName": estate.CUSTOMER,
    "billingSubscriptionName": estate.RESEARCH,
    "profile": estate.PROFILE,
    "departmentName": "100002",
    "enrollmentAccountName": "100003",
    "subscriptionId": estate.ENTERPRISE,
    "resourceGroupName": "rg-search",
    "provider": "Microsoft.CognitiveServices",
    "resourceType": "accounts",
    "resourceName": "aoai-search",
    "type": "taginheritance",
}
"""Names of paths that are there; any other is `a-name`."""

USUAL = {"grain": "daily", "startDate": "2026-11-01", "endDate": "2026-11-10", "scope": "Single"}
USUAL |= {"region": "swedencentral", "term": "P1M", "lookBackPeriod": "Last7Days"}
USUAL |= {"product": "GlobalProvisionedManaged", "reservationOrderId": estate.ORDER}
MORE = {"tags.get": {"$expand": "value"}}
"""Options without which operations look at no others; those of some."""

REFUSED = {"filter", "orderby", "search"}
"""Options that some operations look at only to refuse them."""

DAY = {"from": "2026-11-01", "to": "2026-11-30"}
SUMMED = {"granularity": "Daily", "aggregation": {"c": {"name": "Cost", "function": "Sum"}}}
QUESTION = {"type": "ActualCost", "timeframe": "Custom", "timePeriod": DAY, "dataset": SUMMED}


@pytest.fixture(scope="module")
def own_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The estate, for callers who change it."""
    workspace = estate.opened(tmp_path_factory.mktemp("described"))
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def app(own_demo: Workspace) -> FastAPI:
    """A server that asks who calls."""
    return create_app(own_demo, authentication=SignedIn(own_demo.accounts, own_demo.sessions))


@pytest.fixture(scope="module")
def owner(own_demo: Workspace) -> dict[str, str]:
    """The header of an Owner of everything."""
    _, secret = own_demo.accounts.create_token("Owner", parse_scope("/"), "", 1, "test")
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture(scope="module")
def reader(own_demo: Workspace) -> dict[str, str]:
    """The header of somebody who reads one group and nothing else."""
    group = parse_scope(f"/{SCOPES['ResourceGroup']}")
    _, secret = own_demo.accounts.create_token("Cost Management Reader", group, "", 1, "test")
    return {"Authorization": f"Bearer {secret}"}


def described(app: FastAPI) -> dict[tuple[str, str], dict[str, Any]]:
    """Azure's operations in the description, by path and method."""
    with TestClient(app, base_url="https://costs.contoso.com") as client:
        paths = client.get("/openapi.json").json()["paths"]
    return {
        (path, method.upper()): item
        for path, items in paths.items()
        if not path.startswith(OWN)
        for method, item in items.items()
    }


def filled(path: str, scope: str = "") -> str:
    """An address of a path, with names that are there, and `scope` in its place."""
    enterprise = {"billingAccountName": estate.EA} if "nrollmentAccount" in path else {}
    names = NAMES | enterprise | {"scope": scope}
    return re.sub(r"{(\w+)}", lambda match: names.get(match[1], "a-name"), path)


def test_every_operation_is_described_and_no_other() -> None:
    assert set(TABLE) == {operation.name for operation in OPERATIONS}
    assert {name for told in TABLE.values() for name in told.options} == set(OPTIONS)


def test_every_described_path_is_one_that_is_served(app: FastAPI, owner: dict[str, str]) -> None:
    """Without a token it is refused as such, and with one never as a path that is none."""
    with TestClient(app, base_url="https://costs.contoso.com") as client:
        for path, method in described(app):
            address = f"{filled(path, SCOPES['BillingAccount'])}?{VERSION}"
            assert client.request(method, address).status_code == 401, (method, path)
            answer = client.request(method, address, headers=owner)
            codes = ("InvalidResourceType", "MethodNotAllowed")
            assert answer.status_code < 400 or answer.json()["error"]["code"] not in codes, address


class Read(dict[str, str]):
    """Options that notice which of them are looked at."""

    def __init__(self, told: dict[str, str], seen: set[str]) -> None:
        super().__init__(told)
        self.seen = seen

    def get(self, name: str, *default: Any) -> Any:
        self.seen.add(name)
        return super().get(name, *default)

    def __getitem__(self, name: str) -> str:
        self.seen.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.seen.add(str(name))
        return super().__contains__(name)


@dataclass(frozen=True)
class Watching:
    """An operation that tells which options were looked at."""

    operation: Operation
    seen: dict[str, set[str]]

    def __call__(self, call: Call) -> Response:
        options = Read(dict(call.options), self.seen[self.operation.name])
        return self.operation.operate(replace(call, options=options))


def test_the_options_that_are_described_are_those_that_are_read(
    own_demo: Workspace, owner: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    watched = tuple(replace(one, operate=Watching(one, seen)) for one in OPERATIONS)
    monkeypatch.setattr(application, "OPERATIONS", watched)
    signed_in = SignedIn(own_demo.accounts, own_demo.sessions)
    app = create_app(own_demo, authentication=signed_in)
    with TestClient(app, base_url="https://costs.contoso.com", headers=owner) as client:
        kept = f"/{SCOPES['Subscription']}/providers/Microsoft.CostManagement/exports/a-name"
        assert client.put(f"{kept}?{VERSION}", json=export()).status_code == 201
        for operation, path in asked_for():
            usual = USUAL | MORE.get(operation.name, {})
            options = {n: usual[n] for n in TABLE[operation.name].options if n in usual}
            body = QUESTION if operation.method == "POST" else None
            if operation.name == "query.next":
                first = client.post(f"{path}?{VERSION}&$top=1", json=QUESTION).json()
                path, options = first["properties"]["nextLink"], {}
            address = f"{path}&" if "?" in path else f"{path}?{VERSION}&"
            answer = client.request(operation.method, address + urlencode(options), json=body)
            assert answer.status_code < 500, (path, answer.text)
    told = {name: {option.lower() for option in row.options} for name, row in TABLE.items()}
    read = {name: seen[name] - ({"api-version"} | REFUSED - told[name]) for name in TABLE}
    assert {n: told[n] ^ read[n] for n in TABLE if told[n] != read[n]} == {}


def asked_for() -> Iterator[tuple[Operation, str]]:
    """The address of each operation, at some kinds of scopes that it takes."""
    for operation in OPERATIONS:
        tail = f"/providers/{operation.provider}/{operation.path}"
        tail = tail if operation.provider else f"/{operation.path}"
        period = "/providers/Microsoft.Billing/billingPeriods/202611"
        before = period if operation.billing_period == "required" else ""
        if operation.within or not operation.provider or operation.scopes == TENANT:
            yield operation, filled(tail)
            continue
        taken = [scope for scope in SCOPES.values() if operation.takes(parse_scope(scope))]
        for scope in taken if len(taken) <= 4 else (taken[0], taken[-1]):
            yield operation, filled(f"/{scope}{before}{tail}")


def test_whatever_is_asked_gets_an_answer_that_is_described(
    app: FastAPI, owner: dict[str, str]
) -> None:
    probe_all(app, owner, settings(max_examples=2, derandomize=True))


@pytest.mark.torture
def test_however_often_it_is_asked(app: FastAPI, owner: dict[str, str]) -> None:
    probe_all(app, owner, settings(max_examples=400))


def test_a_reader_of_one_group_gets_answers_that_are_described(
    app: FastAPI, reader: dict[str, str]
) -> None:
    """Of the own API, too."""
    probe_all(app, reader, settings(max_examples=1, derandomize=True), READ, own=True)


@pytest.mark.torture
def test_however_often_a_reader_asks(app: FastAPI, reader: dict[str, str]) -> None:
    probe_all(app, reader, settings(max_examples=200), READ, own=True)


READ = (*[SCOPES["ResourceGroup"]] * 3, SCOPES["Resource"], SCOPES["Subscription"], None)
"""Scopes for which a reader of the group asks."""


def probe_all(
    app: FastAPI,
    caller: dict[str, str],
    how: settings,
    scopes: tuple[str | None, ...] = (*SCOPES.values(), None),
    *,
    own: bool = False,
) -> None:
    """Names match without regard to case, and members that nobody reads are passed over, so that
    what fits a schema may be refused and what does not may be taken: neither is a fault. With
    `own` the own API is asked, too; an Owner asks it in test_own_api."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    azure = [one for one in found if not one.path.startswith(OWN)]
    assert len(azure) == len(described(app))
    for operation in found if own else azure:
        prober(operation, caller, how, scopes)()


def prober(
    operation: Any, caller: dict[str, str], how: settings, scopes: tuple[str | None, ...]
) -> Callable[[], None]:
    @settings(
        how,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), scope=st.sampled_from(scopes), real=st.booleans())
    def probe(case: schemathesis.Case[Any], scope: str | None, real: bool) -> None:
        if scope and "scope" in case.path_parameters:
            case.path_parameters["scope"] = scope
        if scope and real and operation.path.startswith("/v1/") and "scope" in case.query:
            case.query["scope"] = f"/{scope}"
        elif real:
            known = {name: NAMES[name] for name in case.path_parameters if name in NAMES}
            case.path_parameters.update(known)
            case.query["api-version"] = "2025-03-01"
        case.call_and_validate(
            headers=caller, excluded_checks=[positive_data_acceptance, negative_data_rejection]
        )

    return probe

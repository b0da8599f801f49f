"""What is hidden is not felt by whoever names it.

An id in a path, an option or a body of a call at a scope that the caller owns is answered as one
that does not exist.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from costplane.access.assignment import Assignee, Assignment
from costplane.access.roles import Role
from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from tests.http.azure.kept.test_budgets import budget
from tests.http.azure.kept.test_exports import delivered, export
from tests.http.azure.kept.test_scheduled_actions import action
from tests.http.estates import START, call
from tests.http.test_nothing_leaks import ACCOUNT, COST, VERSION, said
from tests.http.test_nothing_leaks_of_kept import (
    ALIKE,
    BILLED,
    HIDDEN,
    NAME,
    NUMBERS,
    SEEN,
    alike,
    beside_hidden,
    planned,
)

Asked = tuple[str, str, Any]
RESOURCE = f"{HIDDEN}{ACCOUNT}"
VIEW = f"{HIDDEN}{COST}/views/mine"
STORAGE = "/subscriptions/s-hid/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/x"
ROLES = "/providers/Microsoft.Authorization/roleAssignments"


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, TestClient]]:
    """The Owner of one group."""
    roles: tuple[Role, ...] = ("Owner", "Ingest Writer", "Person Reader")
    with beside_hidden(tmp_path_factory.mktemp("ids"), roles) as found:
        yield found


def only(resource: str) -> dict[str, Any]:
    leaf = {"name": "ResourceId", "operator": "In", "values": [resource]}
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": f"{START:%F}", "to": "2026-11-30"},
        "dataset": {
            "granularity": "Daily",
            "aggregation": {"c": {"name": "Cost", "function": "Sum"}},
            "filter": {"dimensions": leaf},
        },
    }


def named() -> Iterator[Asked]:
    """Calls that name what is hidden."""
    yield "PUT", f"{SEEN}{COST}/scheduledActions/rg-hid?{VERSION}", action(viewId=VIEW)
    listed = f"{SEEN}{COST}/scheduledActions?{VERSION}&$filter=properties/viewId eq '{VIEW}'"
    yield "GET", listed, None
    values = {"name": "ResourceId", "operator": "In", "values": [RESOURCE]}
    told = budget(filter={"dimensions": values})
    yield "PUT", f"{SEEN}{COST}/budgets/rg-hid?{VERSION}", told
    stored = export(deliveryInfo=delivered(resourceId=STORAGE))
    yield "PUT", f"{SEEN}{COST}/exports/s-hid?{VERSION}", stored
    for scope in (SEEN, ""):
        yield "POST", f"{scope}{COST}/query?{VERSION}", only(RESOURCE)
        yield "POST", f"{scope}{COST}/forecast?{VERSION}", only(RESOURCE)
    yield "POST", "/v1/unit-costs", only(RESOURCE) | {"dataset": {"filter": {"dimensions": values}}}
    for scope in (HIDDEN, RESOURCE, "/subscriptions/s-hid"):
        for path in ("dimensions", "dimensions/Model/values", "counts", "tokens"):
            yield "GET", f"/v1/{path}?scope={scope}", None
        yield "POST", f"/v1/unit-costs?scope={scope}", {}
        yield "DELETE", f"/v1/counts?scope={scope}&unit=chats", None
        yield "POST", f"/v1/tokens?scope={scope}", {"role": "Owner"}
        yield "POST", "/v1/estimates", planned(SEEN, scope)
        yield "PUT", "/v1/estimates/new", planned(SEEN, scope)
        count = {"unit": "chats", "day": "2026-11-02", "count": 1, "scope": scope}
        yield "POST", "/v1/counts", {"counts": [count]}
        yield "GET", f"{scope}{ROLES}?{VERSION}", None
        narrowed = f"{SEEN}{COST}/dimensions?{VERSION}&$filter=properties/category eq '{scope}'"
        yield "GET", narrowed, None
    yield "POST", "/v1/events", call(RESOURCE, 7)


def test_ids_of_hidden_scopes_in_paths_options_and_bodies(
    owner: tuple[Workspace, TestClient],
) -> None:
    _, client = owner
    differing = {}
    for method, path, body in named():
        there = client.request(method, path, json=body)
        absent = client.request(method, unknown(path), json=json.loads(unknown(json.dumps(body))))
        assert there.status_code < 500
        if bare(there) != bare(absent):
            differing[method, path] = bare(there), bare(absent)
    assert differing == {}


def unknown(text: str) -> str:
    """The same about what does not exist."""
    for hidden, absent in ALIKE:
        text = text.replace(hidden, absent)
    return text


def bare(answer: Any) -> tuple[int, str]:
    """An answer without the names of what was asked, and what is another one each time."""
    status, text = said(answer)
    return status, NAME.sub("#", alike(text))


def test_names_of_what_others_made(owner: tuple[Workspace, TestClient]) -> None:
    """Tokens, assignments, estimates, invoices and events are found by nobody else."""
    workspace, client = owner
    token, _ = workspace.accounts.create_token("Owner", parse_scope(HIDDEN), "t", 1, "test")
    held = Assignment(Assignee("Token", token.id), "Billing Reader", HIDDEN, str(uuid4()))
    workspace.accounts.assign(held, "test")
    guid, made, number = str(uuid4()), "of-5", NUMBERS[0]
    asked = [
        ("DELETE", f"/v1/tokens/{token.id}?scope={SEEN}", token.id, "0" * len(token.id)),
        ("GET", f"{SEEN}{ROLES}/{held.name}?{VERSION}", held.name, guid),
        ("DELETE", f"{SEEN}{ROLES}/{held.name}?{VERSION}", held.name, guid),
        ("GET", f"/v1/estimates/{made}", made, "of-zz"),
        ("GET", f"/v1/estimates/{made}?version=1", made, "of-zz"),
        ("DELETE", f"/v1/estimates/{made}", made, "of-zz"),
        ("GET", f"{BILLED}/default/invoices/{number}?{VERSION}", number, "INV-202611-00000000"),
        ("GET", f"{BILLED}/ea/invoices/{number}?{VERSION}", number, "INV-202611-00000000"),
        ("POST", f"{BILLED}/ea/invoices/{number}/download?{VERSION}", number, "INV-0"),
        ("GET", "/v1/explain?event=gateway%23e1", "e1", "e77"),
    ]
    for method, path, there, absent in asked:
        found = client.request(method, path)
        missing = client.request(method, path.replace(there, absent))
        assert 400 <= missing.status_code < 500 or method == "DELETE", (path, missing.text)
        assert found.status_code == missing.status_code, (path, found.text)
        assert said(found)[1] == said(missing)[1].replace(absent, there), path
    kept = workspace.accounts.store.token_of_id(token.id)
    assert kept is not None
    assert kept.stands(workspace.now())
    assert workspace.estimates.find(made)
    assert held in workspace.accounts.store.assignments()


def test_the_estimates_of_others_are_there(owner: tuple[Workspace, TestClient]) -> None:
    """What the other tests cannot see, an Owner of all does: they do not pass for want of it."""
    workspace, client = owner
    names = {kept.name for kept in workspace.estimates.all()}
    assert {"of-0", "of-5", "of-two"} <= names
    assert NUMBERS[0] in {i.number for i in workspace.invoicing.invoices(workspace.now())}
    listed = client.get("/v1/estimates").json()["estimates"]
    assert {one["name"] for one in listed} == {"of-4", "of-6"}

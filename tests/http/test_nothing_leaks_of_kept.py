"""Nothing of what is kept, made or asked for at hidden scopes influences an answer.

As in test_nothing_leaks: one estate whole, and one without what the caller may not see, each with
things kept at every scope it has. Then a hidden sibling is held beside one that does not exist:
every operation refuses both in the same words, without having read anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from starlette.testclient import TestClient

from costplane.access.assignment import Assignee, Assignment
from costplane.access.roles import Role
from costplane.app.access.callers import Caller
from costplane.app.workspace import Workspace
from costplane.billing.invoice_number import invoice_number
from costplane.core.scope import parse_scope
from costplane.http.app import create_app
from costplane.http.azure.operations import OPERATIONS
from costplane.http.azure.protocol.operation import Operation
from tests.http.azure.kept.test_budgets import budget
from tests.http.azure.kept.test_exports import export
from tests.http.azure.kept.test_scheduled_actions import action
from tests.http.azure.kept.test_views import view
from tests.http.estates import ENTERPRISE, Estate, World, call, opened, worlds
from tests.http.test_nothing_leaks import ACCOUNT, COST, VERSION, Known, asking, said

CONSUMPTION = "/providers/Microsoft.Consumption"
LISTS = (
    f"{COST}/views",
    f"{COST}/budgets",
    f"{CONSUMPTION}/budgets",
    f"{COST}/alerts",
    f"{COST}/exports",
    f"{COST}/exports/mine/runHistory",
    f"{COST}/scheduledActions",
    f"{COST}/settings",
    f"{COST}/settings/taginheritance",
    f"{COST}/costAllocationRules",
    f"{COST}/views/mine",
    f"{COST}/budgets/nothing",
    f"{CONSUMPTION}/usageDetails",
    f"{CONSUMPTION}/marketplaces",
    f"{CONSUMPTION}/pricesheets/default",
    f"{COST}/benefitUtilizationSummaries",
    f"{COST}/benefitRecommendations",
    "/providers/Microsoft.Resources/tags/default",
    "/resourceGroups",
    "/resources",
    "",
)
"""What is read below each scope; of what is not answered there the refusal."""
NAME = re.compile(r"[0-9a-f]{16}")
REPORT = {"timePeriod": {"start": "2026-11-01", "end": "2026-11-19"}, "metric": "ActualCost"}


def keep_everywhere(workspace: Workspace, estate: Estate, kept: set[str]) -> None:
    """Things of every kind at each scope that there is, by an Owner of everything."""
    owner = Caller("owner", (_held("Owner", "/"),), workspace.catalog)
    app = create_app(workspace, authentication=Known(owner))
    rule = {"name": "x", "properties": _rule(kept)}
    things: dict[str, Any] = {
        f"{COST}/views/mine": {"properties": view()},
        f"{COST}/budgets/mine": budget(),
        f"{COST}/exports/mine": export(),
        f"{COST}/scheduledActions/mine": action(),
        f"{COST}/costAllocationRules/mine": rule,
        f"{COST}/settings/taginheritance": {
            "kind": "taginheritance",
            "properties": {"preferContainerTags": False},
        },
    }
    with TestClient(app, base_url="https://costs.contoso.com") as client:
        for scope in estate.over:
            for path, body in things.items() if scope in kept else ():
                client.put(f"{scope}{path}?{VERSION}", json=body)
            if scope in kept:
                client.post(f"{scope}{COST}/exports/mine/run?{VERSION}")
        for name, scopes in estimated(estate).items():
            if kept.issuperset(scopes):
                client.put(f"/v1/estimates/{name}", json=planned(*scopes))


def estimated(estate: Estate) -> dict[str, tuple[str, ...]]:
    """The name of a saved estimate for each scope, and of one for the first and the last."""
    scopes = tuple(estate.over)
    names: dict[str, tuple[str, ...]] = {f"of-{n}": (one,) for n, one in enumerate(scopes)}
    return names | {"of-two": (scopes[0], scopes[-1])}


def planned(*scopes: str) -> dict[str, Any]:
    """A plan with a workload at each of the scopes."""
    shape = {"model": "alpha", "calls_per_day": 10, "input_tokens": 1_000, "output_tokens": 10}
    return {"workloads": [{"name": f"w{n}", "scope": s, **shape} for n, s in enumerate(scopes)]}


def _rule(kept: set[str]) -> dict[str, Any]:
    """A rule from one subscription to the next, of those that there are."""
    found = sorted(scope for scope in kept if scope.count("/") == 2)[:1]
    place = {"resourceType": "Dimension", "name": "SubscriptionId"}
    target = {**place, "values": [{"name": s[15:], "percentage": 100} for s in found]}
    return {
        "status": "Active",
        "details": {
            "sourceResources": [{**place, "values": [s[15:] for s in found]}],
            "targetResources": [{**target, "policyType": "FixedProportion"}],
        },
    }


def _held(role: Role, scope: str) -> Assignment:
    return Assignment(Assignee("User", "test:me"), role, scope)


def answers(client: TestClient, world: World) -> Iterator[tuple[str, Any]]:
    """What each list, report and refusal says, by what was asked."""
    for scope in world.asked:
        for name in LISTS:
            path = f"{scope}{name}?{VERSION}".replace("//", "/")
            status, text = said(client.get(path))
            yield path, (status, NAME.sub("#", text))
        asked = f"{scope}{COST}/generateCostDetailsReport?{VERSION}".replace("//", "/")
        yield asked, report(client, asked)
        plan = client.post("/v1/estimates", json=planned(scope))
        yield f"{scope} estimated", said(plan)
    paths = [f"/subscriptions?{VERSION}", f"{COST}/operations?{VERSION}", "/v1/estimates"]
    paths += [f"/v1/estimates/{name}" for name in estimated(world.estate)]
    for path in paths:
        yield path, said(client.get(path))
    yield from bills(client)


NUMBERS = [invoice_number(key, datetime(2026, 11, 1, tzinfo=UTC), "USD") for key in ("ea", "lab")]
BILLED = "/providers/Microsoft.Billing/billingAccounts"


def bills(client: TestClient) -> Iterator[tuple[str, Any]]:
    """What lists of invoices say, and each of them, by its account, a subscription, or its number
    alone, and its document."""
    holders = ("ea", "lab", "default", "default/billingSubscriptions/s1")
    for holder in holders:
        path = f"{BILLED}/{holder}/invoices"
        yield path, said(client.get(f"{path}?{VERSION}"))
        for number in NUMBERS:
            one = f"{path}/{number}"
            yield one, said(client.get(f"{one}?{VERSION}"))
            asked = client.post(f"{one}/download?{VERSION}")
            yield f"{one} document", document(client, asked)


def document(client: TestClient, asked: Any) -> Any:
    """The file that a call leads to, or its refusal."""
    answer = asked
    for _ in range(600):
        if answer.status_code != 202:
            break
        answer = client.get(asked.headers["location"])
    if answer.status_code != 200:
        return said(answer)
    return said_text(client.get(answer.json()["url"]).text)


def report(client: TestClient, address: str) -> Any:
    """A report's whole way: accepted, made, its file."""
    accepted = client.post(address, json=REPORT)
    if accepted.status_code != 202:
        return said(accepted)
    for _ in range(600):
        answer = client.get(accepted.headers["location"])
        if answer.status_code != 202:
            break
    if answer.status_code != 200:
        return said(answer)
    blobs = answer.json()["manifest"]["blobs"]
    files = [client.get(blob["blobLink"]).text for blob in blobs]
    return answer.status_code, [NAME.sub("#", said_text(text)) for text in files]


def said_text(text: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}", "#", text)


def check(world: World) -> None:
    found = []
    for kept in (set(world.estate.over), world.kept()):
        with (
            TemporaryDirectory() as name,
            asking(world.estate, kept, world, Path(name) / "part", keep_everywhere) as client,
        ):
            found.append(dict(answers(client, world)))
    whole, part = found
    assert {path: whole[path] for path in whole if whole[path] != part[path]} == {}


UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(max_examples=2, phases=UNSHRUNK, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_what_is_kept_elsewhere_is_not_felt(world: World) -> None:
    check(world)


@pytest.mark.torture
@settings(max_examples=200, phases=UNSHRUNK, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_it_is_not_felt_in_many_estates(world: World) -> None:
    check(world)


SEEN, HIDDEN = "/subscriptions/s1/resourcegroups/rg-a", "/subscriptions/s1/resourcegroups/rg-hid"
AWAY, NOWHERE = "/subscriptions/s-hid", "/subscriptions/s-not"
OF = {
    "ResourceGroup": (HIDDEN, HIDDEN.replace("rg-hid", "rg-not")),
    "Subscription": (AWAY, NOWHERE),
    "Resource": (f"{HIDDEN}{ACCOUNT}", f"{HIDDEN}{ACCOUNT}".replace("rg-hid", "rg-not")),
    "BillingAccount": (ENTERPRISE, ENTERPRISE.replace("/ea", "/zz")),
    "ManagementGroup": (
        "/providers/microsoft.management/managementgroups/hid",
        "/providers/microsoft.management/managementgroups/zz",
    ),
}
"""A scope that is there and hidden, and one of the same form that is not."""
ALIKE = (
    ("rg-hid", "rg-not"),
    ("s-hid", "s-not"),
    ("accounts/ea", "accounts/zz"),
    ("groups/hid", "groups/zz"),
)


@pytest.fixture(scope="module")
def sibling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, TestClient]]:
    with beside_hidden(
        tmp_path_factory.mktemp("sibling"),
        ("Cost Management Contributor", "Billing Reader", "Person Reader"),
    ) as found:
        yield found


@contextmanager
def beside_hidden(folder: Path, roles: Sequence[Role]) -> Iterator[tuple[Workspace, TestClient]]:
    """Somebody who holds roles at one group, beside hidden scopes with everything in them."""
    above = "/providers/microsoft.management/managementgroups/hid"
    over: dict[str, tuple[str, ...]] = {
        ENTERPRISE: (),
        above: (),
        "/subscriptions/s1": (ENTERPRISE, above),
        AWAY: (ENTERPRISE, above),
        SEEN: ("/subscriptions/s1",),
        HIDDEN: ("/subscriptions/s1",),
        f"{SEEN}{ACCOUNT}": (SEEN,),
        f"{HIDDEN}{ACCOUNT}": (HIDDEN,),
    }
    events = {f"{s}{ACCOUNT}": [call(f"{s}{ACCOUNT}", n)] for n, s in enumerate((SEEN, HIDDEN))}
    estate = Estate(over, events, {})
    workspace = opened(estate, set(over), folder / "part")
    keep_everywhere(workspace, estate, set(over))
    held = tuple(_held(role, SEEN) for role in roles)
    app = create_app(workspace, authentication=Known(Caller("me", held, workspace.catalog)))
    with TestClient(app, base_url="https://costs.contoso.com") as client:
        yield workspace, client
    workspace.close()


def test_a_hidden_sibling_reads_as_one_that_is_not_there(
    sibling: tuple[Workspace, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, client = sibling

    def read(*_: object, **__: object) -> None:
        raise AssertionError("read before the role was asked for")

    monkeypatch.setattr(type(workspace.engine), "execute", read)
    monkeypatch.setattr(type(workspace.kept.store), "find", read)
    monkeypatch.setattr(type(workspace.kept.store), "at", read)
    asked = 0
    for operation in OPERATIONS:
        for hidden, absent in OF.values():
            paths = [_path(operation, scope) for scope in (hidden, absent)]
            if paths[0] is None or paths[1] is None:
                continue
            asked += 1
            there, not_there = (
                client.request(operation.method, f"{path}?{VERSION}", json={}) for path in paths
            )
            assert there.status_code in (403, 400), (operation.name, there.text)
            assert (there.status_code, alike(there.text)) == (
                not_there.status_code,
                alike(not_there.text),
            )
    assert asked > 100


def _path(operation: Operation, scope: str) -> str | None:
    """The operation's path at a scope, if it takes such; names in it are of what is kept."""
    if operation.within:
        names = _names_of(operation, scope)
        if names is None:
            return None
    elif not operation.takes(parse_scope(scope)):
        return None
    else:
        names = {}
    path = re.sub(r"\{(\w+)\}", lambda m: names.get(m[1], "mine"), operation.path)
    period = "/billingPeriods/202611" if operation.billing_period == "required" else ""
    before = "" if operation.within else f"{scope}{period}"
    return f"{before}/providers/{operation.provider}/{path}" if operation.provider else f"/{path}"


def _names_of(operation: Operation, scope: str) -> dict[str, str] | None:
    """The names in the path of an operation whose scope is made of them."""
    form = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", operation.within)
    match = re.fullmatch(form, scope.strip("/"), re.IGNORECASE)
    return match.groupdict() if match else None


def alike(text: str) -> str:
    for there, not_there in ALIKE:
        text = text.replace(not_there, there)
    return re.sub(r"\(Request ID: [^)]*\)|[0-9a-f]{8}-[0-9a-f-]{27}", "#", text)


def test_a_report_of_a_hidden_scope_is_not_found_by_its_id(
    sibling: tuple[Workspace, TestClient],
) -> None:
    """Neither at its own scope, nor at one that the caller may read, nor by a guessed link."""
    workspace, client = sibling
    owner = Caller("owner", (_held("Owner", "/"),), workspace.catalog)
    app = create_app(workspace, authentication=Known(owner))
    with TestClient(app, base_url="https://costs.contoso.com") as other:
        asked = f"{HIDDEN}{COST}/generateCostDetailsReport?{VERSION}"
        location = other.post(asked, json=REPORT).headers["location"]
        assert report(other, asked)[0] == 200
        answer = other.get(location)
        link = answer.json()["manifest"]["blobs"][0]["blobLink"]
    number = location.partition("costDetailsOperationResults/")[2].partition("?")[0]
    assert client.get(location).status_code == 403
    moved = client.get(location.replace(HIDDEN, SEEN))
    unknown = client.get(location.replace(HIDDEN, SEEN).replace(number, "0" * 8 + number[8:]))
    assert moved.status_code == unknown.status_code == 404
    guessed = client.get(re.sub("sig=.*", "sig=" + "0" * 43, link))
    absent = client.get(re.sub("report-files/[^/]*", f"report-files/{'0' * 8}{number[8:]}", link))
    assert guessed.status_code == absent.status_code == 404
    assert said(guessed) == said(absent)


def test_pages_of_others_continue_nothing(sibling: tuple[Workspace, TestClient]) -> None:
    """A continuation of an Owner's list opens, at best, a page of what the caller may see."""
    workspace, client = sibling
    owner = Caller("owner", (_held("Owner", "/"),), workspace.catalog)
    body = {
        "type": "ActualCost",
        "timeframe": "MonthToDate",
        "dataset": {
            "aggregation": {"cost": {"name": "Cost", "function": "Sum"}},
            "grouping": [{"type": "Dimension", "name": "ResourceGroupName"}],
        },
    }
    app = create_app(workspace, authentication=Known(owner))
    with TestClient(app, base_url="https://costs.contoso.com") as other:
        asked = other.post(f"{COST}/query?{VERSION}&$top=1", json=body)
        link = asked.json()["properties"]["nextLink"]
        details = other.get(f"/subscriptions/s1{CONSUMPTION}/usageDetails?{VERSION}&$top=1").json()
    assert link
    for method in ("GET", "POST"):
        answer = client.request(method, link, json=body)
        assert answer.status_code == 400, answer.text
        assert "rg-hid" not in answer.text
    if details.get("nextLink"):
        moved = client.get(details["nextLink"].replace("/subscriptions/s1", SEEN))
        assert "rg-hid" not in moved.text
        assert client.get(details["nextLink"]).status_code == 403

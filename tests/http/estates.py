"""Random estates: folders, resources, calls, and who may see what of them.

What a role reaches is worked out here in plain Python over names, sharing no code with the product.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from costplane.app.workspace import Workspace
from costplane.catalog.model import (
    BEGINNING,
    BillingAccount,
    ManagementGroup,
    Resource,
    ResourceGroup,
    Subscription,
)
from costplane.metering.formats import open_events
from tests.http.sample import NOW

FOLDER = "/providers/microsoft.management/managementgroups/"
ENTERPRISE = "/providers/microsoft.billing/billingaccounts/ea"
LAB = "/providers/microsoft.costmanagement/externalbillingaccounts/lab"
PROJECT = "/providers/microsoft.costmanagement/externalsubscriptions/"
START = NOW - timedelta(days=3)
PRICES = """\
name: estate
currency: USD
unit: 1M Tokens
deployment_type: GlobalStandard
valid_from: 2026-01-01
rows:
  - {model: alpha, quantity: input_text, price: 2.00}
  - {model: alpha, quantity: output_text, price: 8.00}
  - {model: claude, quantity: input_text, price: 3.00, publisher_type: Marketplace,
     publisher: Anthropic, offer: Claude, meter_name: Claude Input Tokens}
"""
ROLES = {
    "Owner": True,
    "Cost Management Contributor": True,
    "Cost Management Reader": True,
    "Billing Reader": True,
    "Ingest Writer": False,
}
"""Roles, and whether their holders read costs."""


@dataclass(frozen=True)
class Estate:
    """`over` has the folders directly above each folder and resource, `events` the calls by
    resource, `tags` those of folders and resources."""

    over: dict[str, tuple[str, ...]]
    events: dict[str, list[dict[str, Any]]]
    tags: dict[str, dict[str, str]]

    def around(self, scope: str) -> set[str]:
        """The scope, and everything above it."""
        subscription, inside, _ = scope.partition("/resourcegroups/")
        found = {scope, "/"}
        for above in self.over.get(scope, (subscription,) if inside else ()):
            found |= self.around(above)
        return found


@dataclass(frozen=True)
class World:
    """An estate, roles as (role, scope), and the scopes at which to ask."""

    estate: Estate
    held: tuple[tuple[str, str], ...]
    asked: tuple[str, ...]

    def sees(self, scope: str) -> bool:
        """Whether costs may be read at `scope`."""
        granted = {place for role, place in self.held if ROLES[role]}
        return bool(granted & self.estate.around(scope))

    def kept(self) -> set[str]:
        """What is left when everything is taken away that may not be seen: what is visible,
        and the folders above."""
        visible = [scope for scope in self.estate.over if self.sees(scope)]
        return set().union(*(self.estate.around(scope) for scope in visible))


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    """An estate of up to three folders, four subscriptions and a project elsewhere."""
    over: dict[str, tuple[str, ...]] = {ENTERPRISE: (), LAB: ()}
    folders: list[str] = []
    for name in draw(st.sampled_from(("", "m", "mn", "mno"))):
        parent = draw(st.sampled_from((None, *folders)))
        over[FOLDER + name] = (parent,) if parent else ()
        folders.append(FOLDER + name)
    resources: list[str] = []
    for name in ("s1", "s11", "s2")[: draw(st.integers(1, 3))]:
        folder = draw(st.sampled_from((None, *folders)))
        over[f"/subscriptions/{name}"] = (ENTERPRISE, *((folder,) if folder else ()))
        for group in draw(st.sampled_from((("rg-a",), ("rg-a", "rg-ab"), ("rg-b",)))):
            place = f"/subscriptions/{name}/resourcegroups/{group}"
            over[place] = (f"/subscriptions/{name}",)
            for account in draw(st.sampled_from((("ai",), ("ai", "ai2")))):
                resource = f"{place}/providers/microsoft.cognitiveservices/accounts/{account}"
                over[resource] = (place,)
                resources.append(resource)
    over[f"{PROJECT}p1"] = (LAB, *draw(st.sampled_from(((), *((f,) for f in folders)))))
    resources.append(f"{PROJECT}p1")
    numbers = itertools.count()
    events = {r: draw(st.lists(_calls(r, numbers), max_size=2)) for r in resources}
    tagged = [scope for scope in over if scope.startswith("/subscriptions")]
    chosen = draw(st.lists(st.sampled_from(tagged), max_size=3, unique=True))
    tags = {scope: {"env": scope[-3:], f"of-{scope[-2:]}": "x"} for scope in chosen}
    return Estate(over, events, tags)


@st.composite
def _calls(draw: st.DrawFn, resource: str, numbers: Iterator[int]) -> dict[str, Any]:
    number = next(numbers)
    tags = st.sampled_from(({}, {"team": f"t{number}"}, {f"run-{number}": "1", "env": "sent"}))
    model = st.sampled_from(("alpha", "claude", f"own-{number}"))
    status = st.sampled_from((200, 200, 429))
    return call(resource, number, draw(model), draw(tags), draw(status))


def call(
    resource: str,
    number: int,
    model: str = "alpha",
    tags: dict[str, str] | None = None,
    status: int = 200,
) -> dict[str, Any]:
    """The `number`th call of an estate, as a usage event."""
    data: dict[str, Any] = {
        "deployment": "d",
        "deployment_type": "GlobalStandard",
        "model": model,
        "provider": "azure.ai.openai",
        "operation": "chat",
        "tags": tags or {},
        "user": f"u{number % 3}",
        "http_status": status,
        "quantities": {"input_text": 1_000 + number, "output_text": 10},
    }
    if resource.startswith(PROJECT):
        data["account"] = {"provider": "openai", "organisation": "lab", "project": "p1"}
    else:
        data["resource_id"] = resource
    return {
        "specversion": "1.0",
        "type": "ai.inference.usage",
        "source": "gateway",
        "id": f"e{number}",
        "time": f"{START + timedelta(minutes=17 * number):%Y-%m-%dT%H:%M:%SZ}",
        "data": data,
    }


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """An estate, up to three roles in it, and some scopes to ask for."""
    estate = draw(estates())
    near = ["/", f"{FOLDER}unknown", "/subscriptions/s1/resourcegroups/rg-abc", *estate.over]
    places = st.sampled_from(near)
    held = draw(st.lists(st.tuples(st.sampled_from(tuple(ROLES)), places), min_size=1, max_size=3))
    asked = draw(st.lists(places, min_size=2, max_size=3, unique=True))
    return World(estate, tuple(held), ("/", *asked))


def opened(estate: Estate, kept: Collection[str], folder: Path) -> Workspace:
    """A workspace of the part of `estate` that is `kept`."""
    folder.mkdir()
    workspace = Workspace.open(folder / "data", now=lambda: NOW)
    # Pseudonyms differ by installation: here two are compared to the letter.
    workspace.persons.__dict__["pseudonym_key"] = "0" * 64
    sheet = folder / "estate.yaml"
    sheet.write_text(PRICES)
    workspace.import_prices(sheet)
    _fill_catalog(workspace, estate, kept)
    calls = [call for r, calls in estate.events.items() if r in kept for call in calls]
    usage = folder / "usage.jsonl"
    usage.write_text("".join(json.dumps(call) + "\n" for call in calls))
    workspace.ingest(open_events(usage, "auto", None))
    return workspace


def _fill_catalog(workspace: Workspace, estate: Estate, kept: Collection[str]) -> None:
    catalog, scopes = workspace.catalog, [scope for scope in estate.over if scope in kept]
    if ENTERPRISE in kept:
        catalog.put_billing_account(BillingAccount("ea", "EA", "EnterpriseAgreement", "USD"))
    if LAB in kept:
        catalog.put_billing_account(BillingAccount("lab", "Lab", "External", "USD"))
    for scope in scopes:
        above, name = estate.over[scope], scope.rpartition("/")[2]
        folder = next((a.removeprefix(FOLDER) for a in above if a.startswith(FOLDER)), None)
        if scope.startswith(FOLDER):
            catalog.put_management_group(ManagementGroup(name, name.upper(), folder))
        elif scope.startswith(PROJECT):
            catalog.put_subscription(Subscription(name, name, "External", "lab", folder))
        elif scope.count("/") == 2:
            catalog.put_subscription(Subscription(name, name, "Azure", "ea", folder))
        elif scope.count("/") == 4:
            catalog.put_resource_group(ResourceGroup(scope.split("/")[2], name))
        elif "/accounts/" in scope:
            catalog.put_resource(Resource(scope, name, "swedencentral"))
        if scope in estate.tags:
            catalog.put_tags(scope, estate.tags[scope], BEGINNING)

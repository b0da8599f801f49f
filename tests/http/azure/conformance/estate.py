"""The estate that Azure's clients ask about: two agreements, a provider outside Azure, provisioned
throughput with a reservation, the Marketplace, prepayment, and calls of three months.

The agreements are the demo's. Everything is drawn from a fixed seed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path
from random import Random
from typing import Any

from costplane.app.workspace import Workspace
from costplane.billing.lot import Lot
from costplane.catalog.model import (
    BEGINNING,
    Deployment,
    ManagementGroup,
    Resource,
    ResourceGroup,
)
from costplane.catalog.reservations import Reservation
from costplane.core.period import months_later
from costplane.demo.catalog import MANAGEMENT_GROUP
from costplane.metering.formats import open_events

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = datetime(2026, 9, 10, tzinfo=UTC)

EA = "100001"
MCA = "d3a0c057-0000-4000-8000-0000000000ba:d3a0c057-0000-4000-8000-0000000000bb_2019-05-31"
PROFILE, SECTION, CUSTOMER = "DEMO-BP1", "DEMO-IS1", "DEMO-CU1"
ENTERPRISE = "d3a0c057-0000-4000-8000-000000000001"
RESEARCH = "d3a0c057-0000-4000-8000-000000000002"
PROJECT = "proj-demo-search"
ORDER, RESERVATION = "d3a0c057-0000-4000-8000-0000000000c1", "d3a0c057-0000-4000-8000-0000000000c2"

_BILLING = "providers/Microsoft.Billing/billingAccounts"
SCOPES = {
    "Subscription": f"subscriptions/{ENTERPRISE}",
    "ResourceGroup": f"subscriptions/{ENTERPRISE}/resourceGroups/rg-search",
    "Resource": f"subscriptions/{ENTERPRISE}/resourceGroups/rg-search/providers/"
    "Microsoft.CognitiveServices/accounts/aoai-search",
    "ManagementGroup": f"providers/Microsoft.Management/managementGroups/{MANAGEMENT_GROUP}",
    "BillingAccount": f"{_BILLING}/{EA}",
    "Department": f"{_BILLING}/{EA}/departments/100002",
    "EnrollmentAccount": f"{_BILLING}/{EA}/enrollmentAccounts/100003",
    "CustomerAgreement": f"{_BILLING}/{MCA}",
    "BillingProfile": f"{_BILLING}/{MCA}/billingProfiles/{PROFILE}",
    "InvoiceSection": f"{_BILLING}/{MCA}/billingProfiles/{PROFILE}/invoiceSections/{SECTION}",
    "Customer": f"{_BILLING}/{MCA}/customers/{CUSTOMER}",
    "ExternalBillingAccount": "providers/Microsoft.CostManagement/externalBillingAccounts/"
    "openai-demo",
    "ExternalSubscription": f"providers/Microsoft.CostManagement/externalSubscriptions/{PROJECT}",
}
"""A scope of each kind that has costs, as clients write it."""

GROUPS = {"rg-search": ENTERPRISE, "rg-agents": ENTERPRISE, "rg-research": RESEARCH}
PRICES = """\
name: conformance
currency: USD
deployment_type: GlobalStandard
unit: 1M Tokens
valid_from: 2026-01-01
region: swedencentral
rows:
  - {model: gpt-4.1, quantity: input_text, price: 2.00, meter_name: gpt 4.1 Inp glbl Tokens,
     meter_id: 00000000-0000-0000-0000-0000000000a1, product: Azure OpenAI}
  - {model: gpt-4.1, quantity: input_text_cached, price: 0.50, product: Azure OpenAI,
     meter_name: gpt 4.1 cached Inp glbl Tokens, meter_id: 00000000-0000-0000-0000-0000000000a2}
  - {model: gpt-4.1, quantity: output_text, price: 8.00, meter_name: gpt 4.1 Outp glbl Tokens,
     meter_id: 00000000-0000-0000-0000-0000000000a3, product: Azure OpenAI}
  - {model: provisioned, deployment_type: GlobalProvisionedManaged, quantity: hours, unit: 1 Hour,
     price: 1, meter_name: Provisioned Managed Global Unit, product: Azure OpenAI}
  - {model: provisioned, deployment_type: GlobalProvisionedManaged, quantity: hours, unit: 1 Hour,
     price: 260, term: 1 Month, meter_name: Provisioned Managed Global Unit,
     product: Azure AI Foundry Provisioned Throughput Reservation}
"""
CLAUDE = """\
name: claude
currency: USD
deployment_type: GlobalStandard
unit: 1M Tokens
valid_from: 2026-01-01
publisher_type: Marketplace
publisher: Anthropic
offer: Claude Sonnet 4.5
model: claude-sonnet-4-5
rows:
  - {quantity: input_text, price: 3, meter_name: Claude Sonnet 4.5 Input Tokens}
  - {quantity: output_text, price: 15, meter_name: Claude Sonnet 4.5 Output Tokens}
"""
OPENAI = """\
name: openai
currency: USD
provider: openai
unit: 1M Tokens
valid_from: 2026-01-01
model: gpt-4.1
rows:
  - {quantity: input_text, price: 2.10}
  - {quantity: output_text, price: 8.40}
"""


def account(group: str) -> str:
    """Resource id of the AI account of a group."""
    name = group.replace("rg-", "aoai-")
    return (
        f"/subscriptions/{GROUPS[group]}/resourceGroups/{group}"
        f"/providers/Microsoft.CognitiveServices/accounts/{name}"
    )


def opened(folder: Path) -> Workspace:
    """A workspace with all of it."""
    workspace = Workspace.open(folder / "data", now=lambda: NOW)
    for name, text in (("conformance", PRICES), ("claude", CLAUDE), ("openai", OPENAI)):
        sheet = folder / f"{name}.yaml"
        sheet.write_text(text)
        workspace.import_prices(sheet)
    with as_file(files("costplane.demo").joinpath("data", "agreement.yaml")) as agreement:
        workspace.agreements.take(agreement, NOW)
    _fill_catalog(workspace)
    workspace.prepayment.store.add(list(_lots()), "conformance", NOW)
    usage = folder / "usage.jsonl"
    usage.write_text("".join(json.dumps(call) + "\n" for call in calls()))
    workspace.ingest(open_events(usage, "auto", None))
    workspace.keep_up()
    return workspace


def calls() -> Iterator[dict[str, Any]]:
    """One call for each four hours or so, in every group, some without a price."""
    random = Random(4)
    time, number = START, 0
    while time < NOW:
        yield _call(random, time, number)
        number += 1
        time += timedelta(seconds=random.randrange(60, 4 * 3_600))


def _call(random: Random, time: datetime, number: int) -> dict[str, Any]:
    group = random.choice((*GROUPS, "rg-search", None))
    model = random.choice(("gpt-4.1", "gpt-4.1", "claude-sonnet-4-5", "gpt-4.1"))
    data: dict[str, Any] = {
        "operation": "chat",
        "user": f"u{random.randrange(4)}",
        "tags": random.choice(({"team": "blue"}, {"team": "red", "env": "test"}, {})),
        "http_status": random.choice((200, 200, 200, 200, 429)),
        "quantities": {
            "input_text": random.randrange(200, 40_000),
            "output_text": random.randrange(20, 4_000),
        },
    }
    if group is None:
        data |= {"model": "gpt-4.1", "provider": "openai", "deployment": "gpt-4.1"}
        data["account"] = {"provider": "openai", "organisation": "openai-demo", "project": PROJECT}
    else:
        kind = "GlobalStandard"
        if group == "rg-research" and time >= BOUGHT:
            model, kind = "gpt-4.1", random.choice((kind, "GlobalProvisionedManaged"))
        data |= {"model": model, "provider": "azure.ai.openai", "deployment_type": kind}
        data |= {"deployment": "ptu" if kind != "GlobalStandard" else "chat"}
        data |= {"resource_id": account(group), "region": "swedencentral"}
        if random.random() < 0.03:
            data["model"] = "in-house-7b"
    return {
        "specversion": "1.0",
        "type": "ai.inference.usage",
        "source": "gateway",
        "id": f"c{number}",
        "time": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "data": data,
    }


BOUGHT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def _fill_catalog(workspace: Workspace) -> None:
    catalog = workspace.catalog
    catalog.put_management_group(ManagementGroup(MANAGEMENT_GROUP, "Demo"))
    # The Azure subscriptions stand in the folder, as in the demo; providers elsewhere may too.
    for subscription in catalog.hierarchy().subscriptions:
        values = {name: getattr(subscription, name) for name in subscription.__slots__}
        catalog.put_subscription(
            type(subscription)(**values | {"management_group_id": MANAGEMENT_GROUP})
        )
    for group, subscription_id in GROUPS.items():
        catalog.put_resource_group(ResourceGroup(subscription_id, group))
        catalog.put_resource(
            Resource(account(group), account(group).rpartition("/")[2], "swedencentral", "OpenAI")
        )
        catalog.put_tags(
            f"/subscriptions/{subscription_id}/resourcegroups/{group}",
            {"cost-centre": f"CC-{len(group)}"},
            BEGINNING,
        )
    catalog.put_deployment(
        *(
            Deployment(account(group), "chat", None, None, "GlobalStandard", valid_from=START)
            for group in GROUPS
        ),
        Deployment(
            account("rg-research"),
            "ptu",
            "gpt-4.1",
            "2025-04-14",
            "GlobalProvisionedManaged",
            15,
            BOUGHT,
        ),
    )
    catalog.put_reservation(
        Reservation(
            id=RESERVATION,
            order_id=ORDER,
            name="throughput",
            deployment_scope="Global",
            region="swedencentral",
            units=10,
            term="P1M",
            billing_plan="Upfront",
            valid_from=BOUGHT,
            valid_to=months_later(BOUGHT, 1),
            billing_account_id=MCA,
            billing_subscription=RESEARCH,
        )
    )


def _lots() -> Iterator[Lot]:
    for key, name, kind, source, size, currency in (
        (EA, "prepayment-2026", "Prepayment", "PurchasedCredit", "2", "USD"),
        (f"{MCA}:{PROFILE}", "credit-1", "Credit", "PromotionalCredit", "3", "EUR"),
    ):
        yield Lot(
            billing_key=key,
            id=name,
            kind="Credit" if kind == "Credit" else "Prepayment",
            source="PromotionalCredit" if source == "PromotionalCredit" else "PurchasedCredit",
            amount=Decimal(size),
            currency=currency,
            start=datetime(2026, 9, 1, tzinfo=UTC),
            expiry=datetime(2027, 9, 1, tzinfo=UTC),
        )

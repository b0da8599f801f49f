"""A small estate with capacity, whose clock and prices a test can move."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from costplane.app.workspace import Workspace
from costplane.catalog.model import BillingAccount, Deployment, Resource, Subscription
from tests.app.capacity.test_settling import COMMON, HOURLY, MONTHLY, RESOURCE, START
from tests.app.estate import Event, select

OTHER = RESOURCE.replace("s-1", "s-2").replace("rg", "rg2").replace("one", "two")


class World:
    """A workspace at `now`, which a test moves."""

    def __init__(self, folder: Path, currency: str = "USD") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.now = folder, START + timedelta(hours=6, minutes=20)
        self.workspace = Workspace.open(folder / "data", now=lambda: self.now)
        catalog = self.workspace.catalog
        catalog.put_billing_account(BillingAccount("1", "EA", "EnterpriseAgreement", currency))
        for name, resource in (("s-1", RESOURCE), ("s-2", OTHER)):
            catalog.put_subscription(Subscription(name, name, billing_account_id="1"))
            catalog.put_resource(Resource(resource, resource[-3:], "westeurope"))

    def prices(self, *items: dict[str, Any]) -> None:
        """Imports Azure's list with some items."""
        sheet = self.folder / "retail.json"
        # A space more makes each a file of its own: an import of known bytes adds nothing.
        known = " " * len(self.workspace.price_sheets())
        sheet.write_text(json.dumps({"Items": list(items)}) + known)
        self.workspace.import_prices(sheet)

    def at(self, hour: float) -> None:
        """Moves the clock to some hours after START, and settles."""
        self.now = START + timedelta(hours=hour)
        self.workspace.settle()

    def rows(self, statement: str, table: str = "charges") -> list[dict[str, Any]]:
        relation = self.workspace.ledger.snapshot().relation(table)
        found: list[dict[str, Any]] = self.workspace.engine.execute(
            select(statement), {table: relation}
        ).to_pylist()
        return found

    def by_hour(self, column: str, where: str = "TRUE") -> dict[int, Decimal]:
        """Sums of a column of capacity, by the hour after START; no hours of nothing."""
        found: dict[int, Decimal] = defaultdict(Decimal)
        for row in self.rows(
            f"SELECT ChargePeriodStart AS time, SUM({column}) AS found FROM charges "
            f"WHERE x_ChargeBasis = 'Capacity' AND {where} GROUP BY 1"
        ):
            found[(row["time"] - START) // timedelta(hours=1)] += row["found"] or 0
        return {hour: cost for hour, cost in found.items() if cost}


def hourly(price: float, **more: Any) -> dict[str, Any]:
    return COMMON | HOURLY | {"retailPrice": price, "unitPrice": price} | more


def monthly(price: float, **more: Any) -> dict[str, Any]:
    return COMMON | MONTHLY | {"retailPrice": price, "unitPrice": price} | more


def units(hour: float, count: int, **more: Any) -> Deployment:
    """An entry of the history of the deployment `ptu`."""
    facts = {
        "resource_id": RESOURCE,
        "name": "ptu",
        "model": "gpt-4o",
        "model_version": "v",
        "deployment_type": "GlobalProvisionedManaged",
    } | more
    return Deployment(**facts, capacity=count, valid_from=START + timedelta(hours=hour))


def called(hour: float, tokens: int, id_: str, team: str = "a", **more: Any) -> Event:
    data = {
        "resource_id": RESOURCE,
        "deployment": "ptu",
        "model": "gpt-4o",
        "deployment_type": "GlobalProvisionedManaged",
        "tags": {"team": team},
        "quantities": {"input_text": tokens},
    } | more
    time = START + timedelta(hours=hour)
    return {"source": "g", "id": id_, "time": time.isoformat(), "data": data}


def total(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))

"""An installation in which cost allocation rules move costs between two subscriptions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from shutil import copytree
from typing import Any

import pyarrow.parquet as pq

from costplane.app.arm.allocation_rule import removed_text, rule_told, saved_text
from costplane.app.workspace import Workspace
from costplane.core.arm_resource import Place
from tests.app import estate
from tests.app.billing.billed_estate import ACCOUNT, Clock

RULES = Place("costAllocationRules", f"/providers/microsoft.billing/billingaccounts/{ACCOUNT}")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WHOLE = f"/providers/Microsoft.Billing/billingAccounts/{ACCOUNT}"
OTHER = (
    "/subscriptions/s-2/resourcegroups/rg-a/providers/microsoft.cognitiveservices/accounts/three"
)
NEVER = Decimal("1e-9")
"""Sums of shares differ by what rounding single rows or sums of them makes."""

Rule = dict[str, Any]
Row = dict[str, Any]


@dataclass
class World:
    """A workspace with calls in two subscriptions, and its clock."""

    workspace: Workspace
    clock: Clock

    def put(self, name: str, rule: Rule) -> None:
        now = self.clock.now
        told = rule_told(rule)
        self.workspace.kept.save(
            RULES, name, lambda found: saved_text(name, told, found, now), "me"
        )

    def remove(self, name: str) -> None:
        now = self.clock.now
        self.workspace.kept.save(RULES, name, lambda found: removed_text(name, found, now), "me")

    def only(self, rules: list[Rule]) -> None:
        """These rules and no others, in this order."""
        for resource in self.workspace.kept.store.at(RULES):
            if json.loads(resource.document)["states"][-1]["properties"] is not None:
                self.remove(resource.name)
        for number, rule in enumerate(rules):
            self.put(f"r{number}", rule)
        self.workspace.settle()

    def rows(self, table: str) -> list[Row]:
        """The rows of a table, read without the product's engine."""
        files = self.workspace.ledger.snapshot().relation(table).paths
        return [row for path in files for row in pq.read_table(path).to_pylist()]

    def costs(self, *groups: str, scope: str = WHOLE, **facts: Any) -> dict[Any, Decimal]:
        """Costs by group as the product answers, without zeros."""
        asked = estate.body(*groups, **facts)
        found = estate.costs(estate.answer(self.workspace, asked, scope))
        return {key: cost for key, cost in found.items() if abs(cost) > NEVER}


def opened(folder: Path, place: Path) -> Iterator[World]:
    clock = Clock(NOW)
    workspace = Workspace.open(copytree(folder, place / "data"), now=clock)
    yield World(workspace, clock)
    workspace.close()

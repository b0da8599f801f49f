"""Prices and plans for tests of estimates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from costplane.app.estimating.workload import Plan
from costplane.app.estimating.workload_file import plan_of
from costplane.app.workspace import Workspace

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
MONTH = date(2026, 11, 1)

PRICES = """\
name: list
currency: USD
deployment_type: GlobalStandard
unit: 1M Tokens
valid_from: 2026-01-01
rows:
  - {model: alpha, quantity: input_text, price: 2.00}
  - {model: alpha, quantity: input_text_cached, price: 0.50}
  - {model: alpha, quantity: output_text, price: 8.00}
  - {model: alpha, quantity: input_text, price: 1.00, deployment_type: GlobalBatch}
  - {model: alpha, quantity: output_text, price: 4.00, deployment_type: GlobalBatch}
  - {model: alpha, quantity: input_text, price: 2.20, deployment_type: DataZoneStandard}
  - {model: alpha, quantity: output_text, price: 8.80, deployment_type: DataZoneStandard}
  - {model: alpha, quantity: output_text, price: 6.00, valid_from: 2027-01-16}
  - {model: beta, quantity: input_text, price: 1, unit: 3}
  - {model: beta, quantity: output_text, price: 0.7, unit: 1K}
  - {model: delta, quantity: input_text, price: 1, unit: 7}
  - {model: delta, quantity: input_text, price: 0.5, unit: 7, tier_minimum: 100}
  - {model: delta, quantity: input_text, price: 0.25, unit: 7, tier_minimum: 900}
  - {model: delta, quantity: output_text, price: 3, unit: 1K, tiering: volume}
  - {model: delta, quantity: output_text, price: 2, unit: 1K, tiering: volume, tier_minimum: 2}
"""

OWN = """\
name: negotiated
kind: customer
scope: /subscriptions/s1
currency: EUR
deployment_type: GlobalStandard
unit: 1M Tokens
valid_from: 2026-01-01
rows:
  - {model: alpha, quantity: input_text, price: 1.50}
  - {model: alpha, quantity: output_text, price: 6.50}
"""


def workspace(folder: Path, *sheets: str) -> Workspace:
    """A workspace that holds price sheets."""
    opened = Workspace.open(folder / "data", now=lambda: NOW)
    for number, sheet in enumerate(sheets):
        file = folder / f"sheet{number}.yaml"
        file.write_text(sheet)
        opened.import_prices(file)
    return opened


def plan(folder: Path = Path(), /, **workload: object) -> Plan:
    """A plan of one workload, in the words of a workload file."""
    often = {} if any(name.startswith("calls_per") for name in workload) else {"calls_per_day": 10}
    told = {"name": "w", "model": "alpha", **often, **workload}
    fields: Mapping[str, object] = {
        name: value if isinstance(value, (list, dict)) else str(value)
        for name, value in told.items()
    }
    return plan_of({"workloads": [fields]}, "plan", folder, MONTH)

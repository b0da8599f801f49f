"""The registry of aggregations: what a query can sum (contract.md section 1; interfaces.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CostType = Literal["Usage", "ActualCost", "AmortizedCost"]
Kind = Literal["Cost", "CostInUsd", "CrossCharge", "PricingQuantity", "Tokens", "Calls"]


@dataclass(frozen=True, slots=True)
class Aggregation:
    """One sum. `is_usage` marks what lines without a charge have too (billing-rules 22)."""

    name: str
    label: str
    meaning: str
    kind: Kind
    is_usage: bool = False


AGGREGATIONS: tuple[Aggregation, ...] = (
    Aggregation("Cost", "Cost", "Cost in the billing currency.", "Cost"),
    Aggregation(
        "CostUSD", "Cost in USD", "Cost in USD; null where a rate is unknown.", "CostInUsd"
    ),
    Aggregation("PreTaxCost", "Cost before tax", "The same as Cost: charges hold no tax.", "Cost"),
    Aggregation("PreTaxCostUSD", "Cost before tax in USD", "The same as CostUSD.", "CostInUsd"),
    Aggregation(
        "CrossChargeCost",
        "Cross-charge",
        "Amortized cost with the markups of agreements, for charging it on.",
        "CrossCharge",
    ),
    Aggregation(
        "UsageQuantity",
        "Usage quantity",
        "Quantity of what was used, in the meter's unit of measure; purchases have none.",
        "PricingQuantity",
        is_usage=True,
    ),
    Aggregation(
        "TokenCount", "Tokens", "Tokens, charged or not; null where untold.", "Tokens", True
    ),
    Aggregation(
        "CallCount", "Calls", "Events, whatever their billing status.", "Calls", is_usage=True
    ),
)

BY_NAME: dict[str, Aggregation] = {a.name.lower(): a for a in AGGREGATIONS}


def cost_column(cost_type: CostType, *, in_usd: bool) -> str:
    """The column of `charges` that a cost is summed from (billing-rules 15)."""
    cost = "EffectiveCost" if cost_type == "AmortizedCost" else "BilledCost"
    return f"x_{cost}InUsd" if in_usd else cost

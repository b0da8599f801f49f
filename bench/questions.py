"""Ten typical questions of cost analysis: as bodies of the API, and as what peers are asked.

Each run of a question asks for another month or day, or writes a name differently, so that no
answer that was kept is given for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bench.charges import ACCOUNT, HOURS, MONTHS, START, month
from costplane.core.period import DAY, HOUR, next_month

Bucket = Literal["None", "Hourly", "Daily", "Monthly"]
PATH = (
    f"/providers/Microsoft.Billing/billingAccounts/{ACCOUNT}"
    "/providers/Microsoft.CostManagement/query?api-version=2025-03-01"
)
COLUMNS = {
    "ServiceName": "ServiceName",
    "Model": "x_Model",
    "ResourceGroupName": "x_ResourceGroupName",
    "SubscriptionId": "SubAccountId",
    "ResourceId": "ResourceId",
    "TokenType": "x_TokenType",
    "Meter": "SkuMeter",
    "Deployment": "x_Deployment",
}
"""Dimensions of the API and the columns of `charges` that hold them."""


@dataclass(frozen=True, slots=True)
class Question:
    """A cost by a bucket of time, dimensions and at most one tag, of a month, a day or all."""

    name: str
    of: Literal["month", "day", "all"] = "month"
    bucket: Bucket = "None"
    groups: tuple[str, ...] = ()
    tag: str | None = None
    models: tuple[str, ...] = ()
    amortized: bool = False

    @property
    def cost(self) -> str:
        """The column that is summed."""
        return "EffectiveCost" if self.amortized else "BilledCost"

    def range(self, run: int) -> tuple[datetime, datetime]:
        """The half-open period that a run asks for."""
        if self.of == "all":
            return START, START + HOUR * HOURS
        if self.of == "day":
            first = START + DAY * (run * 29 % (HOURS // 24))
            return first, first + DAY
        first = month(run % MONTHS)
        return first, next_month(first)

    def body(self, run: int) -> dict[str, Any]:
        """The question to the API."""
        start, end = self.range(run)
        grouping = [{"type": "Dimension", "name": _written(name, run)} for name in self.groups]
        if self.tag:
            grouping.append({"type": "TagKey", "name": _written(self.tag, run)})
        dataset: dict[str, Any] = {
            "granularity": self.bucket,
            "aggregation": {"cost": {"name": "Cost", "function": "Sum"}},
            "grouping": grouping,
        }
        if self.models:
            values = [_written(model, run) for model in self.models]
            dataset["filter"] = {"dimensions": _of_models(values)}
        return {
            "type": "AmortizedCost" if self.amortized else "ActualCost",
            "timeframe": "Custom",
            "timePeriod": {
                "from": start.date().isoformat(),
                "to": (end - timedelta(days=1)).date().isoformat(),
            },
            "dataset": dataset,
        }


QUESTIONS = (
    Question("total of a month"),
    Question("by day", bucket="Daily"),
    Question("by service", groups=("ServiceName",)),
    Question("by model and day", bucket="Daily", groups=("Model",)),
    Question("by group, some models", groups=("ResourceGroupName",), models=("gpt-4o", "gpt-5.1")),
    Question("by tag", tag="team"),
    Question("13 months by month and service", "all", "Monthly", ("ServiceName",)),
    Question("a day by hour and model", "day", "Hourly", ("Model",)),
    Question(
        "five groupings",
        groups=("SubscriptionId", "ResourceGroupName", "Model", "TokenType", "ServiceName"),
    ),
    Question("amortized, by day and meter", bucket="Daily", groups=("Meter",), amortized=True),
)


def _of_models(values: list[str]) -> dict[str, Any]:
    return {"name": "Model", "operator": "In", "values": values}


def _written(name: str, run: int) -> str:
    """`name` with other letters in upper case for each run: it means the same."""
    return "".join(
        letter.upper() if run >> place & 1 else letter.lower() for place, letter in enumerate(name)
    )

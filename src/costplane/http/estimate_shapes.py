"""Estimates as the own API answers them: decimals as text, months as their first day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from costplane.app.estimating.alternative import Alternative
from costplane.app.estimating.result import Estimate, EstimateGap, EstimateLine, per_calls
from costplane.app.estimating.saving import estimate_of
from costplane.core.saved_estimate import SavedEstimate


@dataclass(frozen=True, slots=True)
class CostItem:
    """A cost in one currency, and of a call on average."""

    currency: str
    cost: Decimal
    cost_per_call: Decimal | None
    cost_per_1000_calls: Decimal | None


@dataclass(frozen=True, slots=True)
class Total:
    """The calls of a month, or of all months (no month), and what they cost."""

    month: date | None
    calls: int
    costs: list[CostItem]


@dataclass(frozen=True, slots=True)
class SavedName:
    """Where an estimate is kept."""

    name: str
    version: int


@dataclass(frozen=True, slots=True)
class EstimateData:
    """An estimate. Its total is too low by what `unpriced` would cost."""

    name: str
    prices_at: datetime | None
    price_version: int
    complete: bool
    total: Total
    months: list[Total]
    lines: list[EstimateLine]
    unpriced: list[EstimateGap]
    notes: list[str]
    alternatives: list[Alternative]
    saved: SavedName | None


@dataclass(frozen=True, slots=True)
class EstimateSummary:
    """A version of a saved estimate."""

    name: str
    version: int
    saved_at: datetime
    price_version: int
    complete: bool
    total: Total


@dataclass(frozen=True, slots=True)
class EstimateList:
    """Saved estimates by name and version."""

    estimates: list[EstimateSummary]


def data_of(
    estimate: Estimate,
    alternatives: Sequence[Alternative] = (),
    saved: SavedName | None = None,
) -> EstimateData:
    """The estimate as it is answered."""
    return EstimateData(
        estimate.name,
        estimate.priced_at,
        estimate.price_version,
        estimate.complete,
        _total(estimate, None),
        [_total(estimate, month) for month in estimate.months],
        list(estimate.lines),
        list(estimate.gaps),
        list(estimate.notes),
        list(alternatives),
        saved,
    )


def summary(kept: SavedEstimate) -> EstimateSummary:
    """A saved estimate in a list."""
    found = estimate_of(kept)
    about = (kept.name, kept.version, kept.saved_at, kept.price_version)
    return EstimateSummary(*about, found.complete, _total(found, None))


def _total(estimate: Estimate, month: date | None) -> Total:
    calls = estimate.calls(month)
    costs = [
        CostItem(currency, cost, per_calls(cost, calls), per_calls(cost, calls, 1_000))
        for currency, cost in sorted(estimate.totals(month).items())
    ]
    return Total(month, calls, costs)

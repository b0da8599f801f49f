"""Provisioned throughput: how much a unit (PTU) does for a model, and what a token weighs.

The table is data (data/throughput.toml). A model that it does not have is not guessed
(billing-rules 19).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from math import ceil
from typing import Any

from costplane.core.money import EXACT
from costplane.core.quantities import QUANTITIES, Quantity

_Weights = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class UnitSizes:
    """How large a deployment of one scope can be: `minimum` units, or `increment` more, ..."""

    minimum: int
    increment: int

    def fit(self, units: Fraction | Decimal) -> int:
        """The smallest size that has at least `units`."""
        over = Fraction(units) - self.minimum
        return self.minimum + max(0, ceil(over / self.increment)) * self.increment


@dataclass(frozen=True, slots=True)
class Throughput:
    """What one unit does for `model`.

    `tokens_per_minute` counts weighted tokens: one uncached input token of a short prompt
    weighs 1. `weights` says what one of each quantity weighs (a quantity that is not in it
    weighs nothing), `long_weights` for prompts above `context_threshold` tokens. `sizes` are by
    deployment scope ("Global", "DataZone", "Regional"); one that is missing is not offered.
    """

    model: str
    tokens_per_minute: int
    weights: _Weights
    sizes: Mapping[str, UnitSizes]
    context_threshold: int | None = None
    long_weights: _Weights | None = None

    def weights_at(self, context_tokens: int) -> _Weights:
        """The weights for a prompt of that length."""
        threshold = self.context_threshold
        over = threshold is not None and context_tokens > threshold
        return self.long_weights if over and self.long_weights else self.weights

    def weighted_tokens(self, counts: Mapping[str, int], context_tokens: int = 0) -> Decimal:
        """The weight of a call's counts, by quantity name."""
        weights = self.weights_at(context_tokens)
        parts = (EXACT.multiply(weights.get(name, Decimal(0)), n) for name, n in counts.items())
        return sum(parts, Decimal(0))


def throughput(model: str) -> Throughput | None:
    """The throughput of a model as price rows name it; None where none is documented."""
    return _table().get(model)


def provisioned_models() -> tuple[str, ...]:
    """Every model whose throughput is known."""
    return tuple(_table())


@cache
def _table() -> dict[str, Throughput]:
    text = files("costplane.pricing").joinpath("data", "throughput.toml").read_text("utf-8")
    data = tomllib.loads(text, parse_float=Decimal)
    sizes = {
        name: {scope: UnitSizes(*pair) for scope, pair in scopes.items()}
        for name, scopes in data["sizes"].items()
    }
    return {
        model: _throughput(model, row, sizes[row["sizes"]]) for model, row in data["models"].items()
    }


def _throughput(model: str, row: dict[str, Any], sizes: Mapping[str, UnitSizes]) -> Throughput:
    usual = {"input": 1, "cached": 0, "cache_write": 1, "output": row.get("output")}
    long = row.get("long")
    return Throughput(
        model,
        row["tokens_per_minute"],
        _weights(row.get("weights", usual), row.get("quantities", {})),
        sizes,
        long["threshold"] if long else None,
        _weights(long, {}) if long else None,
    )


def _weights(classes: Mapping[str, Any], apart: Mapping[str, Any]) -> _Weights:
    counted = (q for q in QUANTITIES if q.is_token and q.direction)
    told = {q.name: apart.get(q.name, classes[_class(q)]) for q in counted}
    return {name: Decimal(weight) for name, weight in told.items()}


def _class(quantity: Quantity) -> str:
    if quantity.direction == "Output":
        return "output"
    return {"Read": "cached", "Write": "cache_write"}.get(quantity.cache_action or "", "input")

"""Saved estimates: kept under a name and version, and read again beside actual and budget."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import msgspec

from costplane.app.estimating.ports import EstimateStore
from costplane.app.estimating.result import Estimate, EstimateLine
from costplane.core.saved_estimate import SavedEstimate
from costplane.core.scope import parse_scope
from costplane.errors import DamagedData, InvalidInput, NotFound

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class EstimatedAmount:
    """What an estimate says for a month and a set of dimensions, named as queries name them
    (analysis/dimensions.py)."""

    month: date
    dimensions: Mapping[str, str]
    cost: Decimal
    quantity: Decimal
    unit: str
    currency: str
    calls: int


class SavedEstimates:
    """Keeps estimates and finds them again."""

    def __init__(self, store: EstimateStore) -> None:
        self._store = store

    def save(self, name: str, estimate: Estimate, saved_at: datetime) -> SavedEstimate:
        """Keep `estimate` as the next version of `name`. Raises InvalidInput for no name."""
        if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
            raise InvalidInput(
                f"an estimate's name has 1 to {_LONGEST_NAME} characters, in one line",
                target="name",
            )
        document = msgspec.json.encode(estimate).decode()
        return self._store.add(name.strip(), saved_at, estimate.price_version, document)

    def all(self) -> Sequence[SavedEstimate]:
        """Every version of every estimate, by name and version."""
        return self._store.all()

    def find(self, name: str, version: int | None = None) -> SavedEstimate:
        """A version of an estimate, the newest if none is named. Raises NotFound."""
        found = self._store.find(name, version)
        if found is None:
            which = name if version is None else f"{name}, version {version}"
            raise NotFound(
                f"there is no estimate '{which}'; costplane estimates list shows all", target="name"
            )
        return found

    def remove(self, name: str) -> int:
        """Forget all versions of an estimate; how many there were."""
        return self._store.remove(name.strip())

    def amounts(self, name: str, version: int | None = None) -> list[EstimatedAmount]:
        """The amounts of a saved estimate by month and meter, in the dimensions of queries."""
        return [_amount(line) for line in estimate_of(self.find(name, version)).lines]


def estimate_of(saved: SavedEstimate) -> Estimate:
    """The estimate that was saved. Raises DamagedData if its text is none."""
    try:
        return msgspec.json.decode(saved.document, type=Estimate)
    except msgspec.DecodeError as error:
        raise DamagedData(f"estimate '{saved.name}', version {saved.version}: {error}") from error


def _amount(line: EstimateLine) -> EstimatedAmount:
    parts = dict(parse_scope(line.scope).parts)
    told = {
        "SubscriptionId": parts.get("subscription"),
        "ResourceGroupName": parts.get("group"),
        "Model": line.model,
        "ModelVersion": line.model_version,
        "Deployment": line.workload,
        "DeploymentType": line.deployment_type,
        "ServiceTier": line.service_tier,
        "TokenType": line.token_type,
        "Meter": line.meter,
        "MeterId": line.meter_id,
    }
    dimensions = {name: value for name, value in told.items() if value}
    return EstimatedAmount(
        line.month, dimensions, line.cost, line.quantity, line.unit, line.currency, line.calls
    )


def by_month(
    amounts: Sequence[EstimatedAmount], dimension: str
) -> dict[tuple[date, str, str], Decimal]:
    """Costs by month, value of a dimension, and currency."""
    found: dict[tuple[date, str, str], Decimal] = defaultdict(Decimal)
    for amount in amounts:
        found[amount.month, amount.dimensions.get(dimension, ""), amount.currency] += amount.cost
    return dict(found)

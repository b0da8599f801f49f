"""How much of its deployment's throughput each series of calls used, hour by hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from costplane.core.money import EXACT
from costplane.core.quantities import TOKEN_TYPES
from costplane.core.relation import Engine, Relation
from costplane.pricing.model_names import priced_model
from costplane.pricing.throughput import Throughput, provisioned_models, throughput
from costplane.rating.capacity import CallerKey, Standing, Weights
from costplane.rating.capacity_hour import WEIGHT_SCALE
from costplane.rating.holder import Facts
from costplane.rating.statements import Grain, groups

_Counts = Mapping[str, int]
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Called:
    """What a series' calls told in an hour: tokens by type, for prompts over `context` tokens.
    `model` is the one that they told, as prices name it."""

    series: int
    model: str | None
    context: int
    counts: _Counts


class CapacityWeights:
    """The calls of provisioned deployments, by hour and deployment."""

    def __init__(self, calls: Mapping[tuple[datetime, _Key], Sequence[Called]]) -> None:
        self._calls = calls

    @classmethod
    def of(cls, engine: Engine, usage: Relation, series: Mapping[int, Facts]) -> CapacityWeights:
        """Sums `usage`; only billed calls use throughput."""
        grain = Grain(_thresholds())
        rows = engine.execute(groups(grain, TOKEN_TYPES), {"usage": usage}).to_pylist()
        found: dict[tuple[datetime, _Key], list[Called]] = {}
        for row in rows:
            facts = series[row["series"]]
            if facts["billing_status"] == "Billed":
                counts = {q.name: int(row[f"q_{q.name}"] or 0) for q in TOKEN_TYPES}
                context = (-1, *grain.thresholds)[row["band"]] + 1
                key = (facts["resource_id"] or "", (facts["deployment"] or "").lower())
                hour = datetime.fromtimestamp(row["start"] // 10**6, UTC)
                model = priced_model(facts["model"])[0] if facts["model"] else None
                call = Called(row["series"], model, context, counts)
                found.setdefault((hour, key), []).append(call)
        return cls(found)

    def at(self, hour: datetime, standings: Sequence[Standing]) -> dict[CallerKey, Weights]:
        """Weighted tokens by series of each deployment in `hour`, in millionths. Where it had
        one model after another, calls belong to the one that they told."""
        found: dict[CallerKey, Weights] = {}
        for standing in standings:
            known = standing.throughput
            calls = self._calls.get((hour, standing.key), ())
            others = (one for one in standings if one.key == standing.key)
            if any(one.caller_key != standing.caller_key for one in others):
                calls = [call for call in calls if known and call.model == known.model]
            found[standing.caller_key] = None if known is None else _weighted(known, calls)
        return found


def _weighted(known: Throughput, calls: Sequence[Called]) -> dict[int, int]:
    found: dict[int, int] = {}
    for call in calls:
        weight = EXACT.multiply(
            known.weighted_tokens(call.counts, call.context), Decimal(WEIGHT_SCALE)
        )
        found[call.series] = found.get(call.series, 0) + int(weight)
    return found


def _thresholds() -> tuple[int, ...]:
    """The prompt lengths above which tokens weigh more, for any model."""
    known = (throughput(model) for model in provisioned_models())
    found = {one.context_threshold for one in known if one is not None}
    return tuple(sorted(threshold for threshold in found if threshold is not None))

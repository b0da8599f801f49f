"""What is asked of unit costs: a query's body without sums, and what to divide by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from costplane.analysis import aggregations
from costplane.analysis.body import as_object, member
from costplane.analysis.definition import QueryDefinition, parse_definition
from costplane.analysis.filters import leaves_of
from costplane.app.unit_costs.units import Unit, parse_units
from costplane.errors import InvalidQuery

PERSONS = frozenset({"User", "Session"})

TOTALS = tuple(aggregations.BY_NAME[name] for name in ("cost", "tokencount", "callcount"))
"""The sums of every row: a query with these gives the same digits."""

_DEFAULTS = {"type": "AmortizedCost", "timeframe": "MonthToDate"}
_OWN_SUMS = ("aggregation", "sorting")


@dataclass(frozen=True, slots=True)
class UnitCostQuestion:
    """A query whose sums are TOTALS, and the units to divide its costs by."""

    query: QueryDefinition
    units: tuple[Unit, ...]

    @property
    def hourly(self) -> bool:
        """Whether an hour is a row: shorter than the day of which a business tells counts."""
        return self.query.granularity == "Hourly"


def parse_question(body: Mapping[str, object], now: datetime) -> UnitCostQuestion:
    """The question in `body`; `now` is what time frames count from.

    Costs are amortized and of the month to date unless it says otherwise. Raises InvalidQuery,
    whose target is the dotted path of the member to mend.
    """
    body = as_object(body, "properties")
    missing = {name: word for name, word in _DEFAULTS.items() if member(body, name, name) is None}
    if "timeframe" in missing and member(body, "timePeriod", "timePeriod") is not None:
        missing["timeframe"] = "Custom"
    told = {name: value for name, value in body.items() if value is not None}
    definition = parse_definition({**told, **missing}, now)
    _refuse_own_sums(body)
    _check(definition)
    units = parse_units(member(body, "per", "per"))
    return UnitCostQuestion(replace(definition, aggregations=TOTALS), units)


def _refuse_own_sums(body: Mapping[str, object]) -> None:
    dataset = as_object(member(body, "dataset", "dataset") or {}, "dataset")
    for name in _OWN_SUMS:
        if member(dataset, name, f"dataset.{name}"):
            raise InvalidQuery(
                f"dataset.{name} has no meaning here: unit costs have sums and an order of their "
                "own; name what to divide by in 'per'",
                target=f"dataset.{name}",
            )


def _check(definition: QueryDefinition) -> None:
    """Nobody is singled out (billing-rules 30)."""
    grouped = {g.name for g in definition.groupings if g.kind == "Dimension"}
    filtered = {leaf.name for leaf in leaves_of(definition.filter) if leaf.kind == "Dimension"}
    for names, target in ((grouped, "dataset.grouping"), (filtered, "dataset.filter")):
        for name in sorted(names & PERSONS):
            raise InvalidQuery(
                f"{target} cannot name {name}: unit costs count users and sessions and single "
                "none out; a query of costs can",
                target=target,
            )

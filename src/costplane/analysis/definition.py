"""Azure's QueryDefinition as a value (contract.md section 1), read from a JSON body.

Names are matched without regard to case. More than Azure's two aggregations and groupings are
taken, beside its time frames also the older ones, and `configuration.timeZone` names a zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from costplane.analysis.aggregations import Aggregation, CostType
from costplane.analysis.body import Body, as_list, as_object, as_text, choose, member
from costplane.analysis.columns import Grouping as Grouping
from costplane.analysis.columns import parse_columns
from costplane.analysis.filters import Condition, parse_filter
from costplane.analysis.timeframe import parse_timeframe
from costplane.analysis.zones import zone_name
from costplane.core.period import Period

Granularity = Literal["None", "Hourly", "Daily", "Monthly"]
Direction = Literal["Ascending", "Descending"]

_TYPES: dict[str, CostType] = {
    "usage": "Usage",
    "actualcost": "ActualCost",
    "amortizedcost": "AmortizedCost",
}
_GRANULARITIES: dict[str, Granularity] = {
    "none": "None",
    "hourly": "Hourly",
    "daily": "Daily",
    "monthly": "Monthly",
}
_DIRECTIONS: dict[str, Direction] = {"ascending": "Ascending", "descending": "Descending"}
_MOST_SORTINGS = 50

DATE_COLUMNS: dict[Granularity, str] = {
    "Hourly": "UsageTime",
    "Daily": "UsageDate",
    "Monthly": "BillingMonth",
}
"""The date column of each granularity (contract.md section 1)."""


@dataclass(frozen=True, slots=True)
class Sorting:
    """Order by a sum, a grouping, or the answer's date column or `Currency` (by their names)."""

    by: Aggregation | Grouping | str
    direction: Direction


@dataclass(frozen=True, slots=True)
class QueryDefinition:
    """What is asked: `period` is half-open, in UTC; `zone` decides where days and months end."""

    type: CostType
    period: Period
    granularity: Granularity
    aggregations: tuple[Aggregation, ...]
    groupings: tuple[Grouping, ...] = ()
    filter: Condition | None = None
    sorting: tuple[Sorting, ...] = ()
    zone: str = "UTC"

    @property
    def date_column(self) -> str | None:
        """The name of the answer's date column; None without granularity."""
        return DATE_COLUMNS.get(self.granularity)


def parse_definition(body: Mapping[str, object], now: datetime) -> QueryDefinition:
    """The definition in `body`; `now` is what time frames count from.

    Raises InvalidQuery, whose target is the dotted path of the member to mend.
    """
    body = as_object(body, "properties")
    dataset = as_object(_or_empty(member(body, "dataset", "dataset")), "dataset")
    configuration = _configuration(dataset)
    zone = _zone(configuration)
    cost_type = choose(member(body, "type", "type"), _TYPES, "type")
    timeframe = member(body, "timeframe", "timeframe")
    period = parse_timeframe(timeframe, member(body, "timePeriod", "timePeriod"), zone, now)
    granularity = _granularity(member(dataset, "granularity", "dataset.granularity"))
    chosen, groupings = parse_columns(dataset, configuration)
    condition = member(dataset, "filter", "dataset.filter")
    return QueryDefinition(
        type=cost_type,
        period=period,
        granularity=granularity,
        aggregations=chosen,
        groupings=groupings,
        filter=None if condition is None else parse_filter(condition, "dataset.filter"),
        sorting=_sorting(dataset, granularity, chosen, groupings),
        zone=zone,
    )


def _or_empty(value: object) -> object:
    return {} if value is None else value


def _configuration(dataset: Body) -> Body:
    path = "dataset.configuration"
    return as_object(_or_empty(member(dataset, "configuration", path)), path)


def _zone(configuration: Body) -> str:
    path = "dataset.configuration.timeZone"
    value = member(configuration, "timeZone", path)
    return "UTC" if value is None else zone_name(as_text(value, path), path)


def _granularity(value: object) -> Granularity:
    return "None" if value is None else choose(value, _GRANULARITIES, "dataset.granularity")


def _sorting(
    dataset: Body,
    granularity: Granularity,
    chosen: tuple[Aggregation, ...],
    groupings: tuple[Grouping, ...],
) -> tuple[Sorting, ...]:
    value = member(dataset, "sorting", "dataset.sorting")
    if value is None or value == []:
        return ()
    allowed = _sortable(dataset, granularity, chosen, groupings)
    found = []
    for number, item in enumerate(as_list(value, "dataset.sorting", _MOST_SORTINGS)):
        path = f"dataset.sorting[{number}]"
        body = as_object(item, path)
        direction = member(body, "direction", path) or "Ascending"
        found.append(
            Sorting(
                choose(member(body, "name", path), allowed, f"{path}.name"),
                choose(direction, _DIRECTIONS, f"{path}.direction"),
            )
        )
    return tuple(found)


def _sortable(
    dataset: Body,
    granularity: Granularity,
    chosen: tuple[Aggregation, ...],
    groupings: tuple[Grouping, ...],
) -> dict[str, Aggregation | Grouping | str]:
    """What may be sorted by, in lower case: the answer's columns and the aliases of sums."""
    found: dict[str, Aggregation | Grouping | str] = {"currency": "Currency"}
    if granularity in DATE_COLUMNS:
        found[DATE_COLUMNS[granularity].lower()] = DATE_COLUMNS[granularity]
    for grouping in reversed(groupings):
        if grouping.kind == "TagKey":
            found |= {"tagkey": grouping, "tagvalue": grouping}
        found[grouping.written.lower()] = grouping
    aliases = member(dataset, "aggregation", "dataset.aggregation")
    if isinstance(aliases, Mapping) and aliases:
        found |= {alias.lower(): sum_ for alias, sum_ in zip(aliases, chosen, strict=True)}
    return found | {aggregation.name.lower(): aggregation for aggregation in chosen}

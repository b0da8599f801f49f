"""Azure's QueryDefinition as a value (contract.md section 1), read from a JSON body.

Names are matched without regard to case. More than Azure's two aggregations and groupings are
taken, beside its time frames also the older ones, and `configuration.timeZone` names a zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from costplane.analysis import aggregations, dimensions
from costplane.analysis.aggregations import Aggregation, CostType
from costplane.analysis.body import Body, as_list, as_object, as_text, by_lower_name, choose, member
from costplane.analysis.filters import Condition, parse_filter
from costplane.analysis.timeframe import parse_timeframe
from costplane.analysis.zones import zone_name
from costplane.core.period import Period
from costplane.errors import InvalidQuery

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
_GROUPING_TYPES = {"dimension": "Dimension", "tagkey": "TagKey", "tag": "TagKey"}
_MOST_GROUPINGS = 50

DATE_COLUMNS: dict[Granularity, str] = {
    "Hourly": "UsageTime",
    "Daily": "UsageDate",
    "Monthly": "BillingMonth",
}
"""The date column of each granularity (contract.md section 1)."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """A dimension (`name` is the registry's) or a tag (`name` is its key in lower case).

    `written` is the name as the asker wrote it: answers keep it.
    """

    kind: Literal["Dimension", "TagKey"]
    name: str
    written: str


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
    chosen, groupings = _columns(dataset, configuration)
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


def _columns(
    dataset: Body, configuration: Body
) -> tuple[tuple[Aggregation, ...], tuple[Grouping, ...]]:
    """What is summed and by what. Without an aggregation, `configuration.columns` says both;
    without these either, the cost before tax is summed, as Azure's examples show it."""
    given = member(dataset, "aggregation", "dataset.aggregation")
    groupings = _groupings(member(dataset, "grouping", "dataset.grouping"))
    if given:
        return _aggregations(as_object(given, "dataset.aggregation")), groupings
    columns = member(configuration, "columns", "dataset.configuration.columns")
    chosen: tuple[Aggregation, ...] = ()
    if columns:
        chosen, groupings = _named_columns(columns, groupings)
    return chosen or (aggregations.BY_NAME["pretaxcost"],), groupings


def _aggregations(body: Body) -> tuple[Aggregation, ...]:
    chosen: dict[str, Aggregation] = {}
    for alias, value in body.items():
        path = f"dataset.aggregation.{alias[:60]}"
        item = as_object(value, path)
        aggregation = choose(member(item, "name", path), aggregations.BY_NAME, f"{path}.name")
        choose(member(item, "function", path), {"sum": "Sum"}, f"{path}.function")
        if aggregation.name in chosen:
            raise InvalidQuery(f"{aggregation.name} is asked twice; ask it once", target=path)
        chosen[aggregation.name] = aggregation
    return tuple(chosen.values())


def _groupings(value: object) -> tuple[Grouping, ...]:
    if value is None or value == []:
        return ()
    found = []
    for number, item in enumerate(as_list(value, "dataset.grouping", _MOST_GROUPINGS)):
        path = f"dataset.grouping[{number}]"
        body = as_object(item, path)
        kind = choose(member(body, "type", path), _GROUPING_TYPES, f"{path}.type")
        name = as_text(member(body, "name", path), f"{path}.name")
        found.append(_grouping(kind, name, f"{path}.name"))
    return _without_duplicates(found, "dataset.grouping")


def _grouping(kind: str, name: str, target: str) -> Grouping:
    if kind == "TagKey":
        if not name:
            raise InvalidQuery(f"{target} is the key of a tag", target=target)
        return Grouping("TagKey", name.lower(), name)
    return Grouping("Dimension", choose(name, dimensions.BY_NAME, target).name, name)


def _without_duplicates(groupings: Iterable[Grouping], target: str) -> tuple[Grouping, ...]:
    found: dict[tuple[str, str], Grouping] = {}
    for grouping in groupings:
        if (grouping.kind, grouping.name) in found:
            raise InvalidQuery(
                f"'{grouping.written[:60]}' is grouped by twice; name it once", target=target
            )
        found[grouping.kind, grouping.name] = grouping
    return tuple(found.values())


def _named_columns(
    value: object, groupings: tuple[Grouping, ...]
) -> tuple[tuple[Aggregation, ...], tuple[Grouping, ...]]:
    """`configuration.columns`: names of aggregations are summed, of dimensions grouped by.

    The names of the date and the currency are allowed: answers have these columns anyway.
    """
    path = "dataset.configuration.columns"
    allowed: dict[str, object] = {**dimensions.BY_NAME, **aggregations.BY_NAME}
    allowed |= by_lower_name(["UsageDate", "UsageTime", "Currency"])
    summed: dict[str, Aggregation] = {}
    grouped = list(groupings)
    for number, item in enumerate(as_list(value, path, len(allowed))):
        target = f"{path}[{number}]"
        found = choose(item, allowed, target)
        if isinstance(found, Aggregation):
            summed[found.name] = found
        elif isinstance(found, dimensions.Dimension):
            grouped.append(Grouping("Dimension", found.name, as_text(item, target)))
    return tuple(summed.values()), _without_duplicates(grouped, path)


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
    for number, item in enumerate(as_list(value, "dataset.sorting", _MOST_GROUPINGS)):
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
    if isinstance(aliases, Mapping):
        found |= {alias.lower(): sum_ for alias, sum_ in zip(aliases, chosen, strict=True)}
    return found | {aggregation.name.lower(): aggregation for aggregation in chosen}

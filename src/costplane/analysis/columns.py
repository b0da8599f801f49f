"""What a query sums, and by what it groups (contract.md section 1, aggregation and grouping)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from costplane.analysis import aggregations, dimensions
from costplane.analysis.aggregations import Aggregation
from costplane.analysis.body import Body, as_list, as_object, as_text, by_lower_name, choose, member
from costplane.errors import InvalidQuery

_GROUPING_TYPES = {"dimension": "Dimension", "tagkey": "TagKey", "tag": "TagKey"}
_MOST_GROUPINGS = 50


@dataclass(frozen=True, slots=True)
class Grouping:
    """A dimension (`name` is the registry's) or a tag (`name` is its key in lower case).

    `written` is the name as the asker wrote it: answers keep it.
    """

    kind: Literal["Dimension", "TagKey"]
    name: str
    written: str


def parse_columns(
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

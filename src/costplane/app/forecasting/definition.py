"""Azure's ForecastDefinition as a value (contract.md section 2), read from a JSON body.

It is a query's body without groupings, and two flags. Errors have the codes of Azure's forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from costplane.analysis.body import as_object, choose, member
from costplane.analysis.definition import QueryDefinition, parse_definition
from costplane.analysis.zones import local_date
from costplane.errors import InvalidQuery

_INVALID = "InvalidForecastRequestBody"
_TO_DATE = {"monthtodate": "TheCurrentMonth", "billingmonthtodate": "TheCurrentMonth"}
"""What older clients ask for: to date nothing is left to foretell."""

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ForecastDefinition:
    """What is asked: `query` without groupings, from its `first` day to its `last`, in its zone.

    `actual` adds what the days before today cost, `partial` what today did so far.
    """

    query: QueryDefinition
    first: date
    last: date
    actual: bool
    partial: bool


def parse_forecast(body: Mapping[str, object], now: datetime) -> ForecastDefinition:
    """The definition in `body`. Raises InvalidQuery with a code of Azure's forecast."""
    if not body:
        raise InvalidQuery(
            "The body is empty; send type, timeframe, timePeriod and dataset",
            target="body",
            code="EmptyForecastRequestBody",
        )
    actual, partial = _flag(body, "includeActualCost"), _flag(body, "includeFreshPartialCost")
    actual, partial = actual is not False, partial if partial is not None else actual is not False
    if partial and not actual:
        raise InvalidQuery(
            "includeFreshPartialCost needs includeActualCost; set both, or neither",
            target="includeFreshPartialCost",
            code="DontContainIncludeActualCostWhileIncludeFreshPartialCost",
        )
    query = _query(body, now)
    first = local_date(query.period.start, query.zone)
    last = local_date(query.period.end - _MOMENT, query.zone)
    if last < local_date(now, query.zone):
        raise InvalidQuery(
            f"The period ends on {last}: a forecast needs today or a later day in it",
            target="timePeriod.to",
            code="CantForecastOnThePast",
        )
    return ForecastDefinition(query, first, last, actual, partial)


def _query(body: Mapping[str, object], now: datetime) -> QueryDefinition:
    told = member(body, "dataset", "dataset")
    if told is None:
        raise InvalidQuery("The body has no dataset", target="dataset", code="DontContainsDataSet")
    dataset = dict(as_object(told, "dataset"))
    _check_dataset(dataset)
    kept = {name: value for name, value in dataset.items() if name.lower() != "sorting"}
    timeframe = member(body, "timeframe", "timeframe")
    if isinstance(timeframe, str):
        timeframe = _TO_DATE.get(timeframe.lower(), timeframe)
    asked = {name: value for name, value in body.items() if name.lower() in ("type", "timeperiod")}
    try:
        query = parse_definition(asked | {"timeframe": timeframe, "dataset": kept}, now)
    except InvalidQuery as fault:
        raise _coded(fault) from None
    if query.granularity == "Hourly":
        raise _invalid("dataset.granularity", "is None, Daily or Monthly in a forecast")
    return replace(query, groupings=())


def _check_dataset(dataset: Mapping[str, object]) -> None:
    if not member(dataset, "aggregation", "dataset.aggregation"):
        raise _invalid("dataset.aggregation", "is missing; name the cost to foretell")
    if member(dataset, "grouping", "dataset.grouping"):
        raise _invalid(
            "dataset.grouping", "is not part of a forecast; filter by each value instead"
        )


def _flag(body: Mapping[str, object], name: str) -> bool | None:
    value = member(body, name, name)
    if isinstance(value, str):
        return choose(value, {"true": True, "false": False}, name)
    if value is None or isinstance(value, bool):
        return value
    raise _invalid(name, "is true or false")


def _coded(fault: InvalidQuery) -> InvalidQuery:
    """The same fault with the code that Azure's forecast has for it."""
    of_time = (fault.target or "").lower().startswith("timeperiod")
    code = "DontContainsValidTimeRangeWhileContainsPeriod" if of_time else _INVALID
    return InvalidQuery(fault.message, target=fault.target, code=code)


def _invalid(target: str, fault: str) -> InvalidQuery:
    return InvalidQuery(f"{target} {fault}", target=target, code=_INVALID)

"""The order of a forecast's rows: by date, then status, unless `dataset.sorting` says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from costplane.analysis.body import as_list, as_object, as_text, choose, member
from costplane.app.forecasting.forecasting import ForecastRow

_MOST = 10


def in_order(
    rows: Sequence[ForecastRow], body: Mapping[str, object], columns: Sequence[tuple[str, str]]
) -> list[ForecastRow]:
    """The rows as the body's `dataset.sorting` wants them. Raises InvalidQuery for a name that is
    no column of the answer, nor an alias of a sum."""
    dataset = as_object(member(body, "dataset", "dataset"), "dataset")
    told = member(dataset, "sorting", "dataset.sorting")
    ordered = list(rows)
    if not told:
        return ordered
    keys = _keys(dataset, columns)
    # A stable sort by the last wish first keeps the earlier ones in front.
    for number, item in reversed(list(enumerate(as_list(told, "dataset.sorting", _MOST)))):
        path = f"dataset.sorting[{number}]"
        wish = as_object(item, path)
        direction = as_text(member(wish, "direction", path) or "Ascending", f"{path}.direction")
        reverse = choose(direction, {"ascending": False, "descending": True}, f"{path}.direction")
        key = choose(member(wish, "name", path), keys, f"{path}.name")
        ordered.sort(key=key, reverse=reverse)
    return ordered


def _keys(
    dataset: Mapping[str, object], columns: Sequence[tuple[str, str]]
) -> dict[str, Callable[[ForecastRow], Any]]:
    sums = [name for name, type_ in columns if type_ == "Number" and name != "UsageDate"]
    aliases = list(as_object(member(dataset, "aggregation", "dataset"), "dataset.aggregation"))
    keys: dict[str, Callable[[ForecastRow], Any]] = {
        "currency": lambda row: row.currency,
        "coststatus": lambda row: row.status,
        "usagedate": _day,
        "billingmonth": _day,
    }
    for number, (name, alias) in enumerate(zip(sums, aliases, strict=True)):
        keys[name.lower()] = keys[alias.lower()] = _amount(number)
    return keys


def _day(row: ForecastRow) -> date:
    return row.day or date.min


def _amount(number: int) -> Callable[[ForecastRow], Decimal]:
    return lambda row: row.amounts[number] or Decimal(0)
